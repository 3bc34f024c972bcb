"""What browsers are told at the ASGI door: no less than at the other."""

from __future__ import annotations

import pytest

from tests.engine.house import House
from tests.realtime.clients import Stream
from tests.realtime.conftest import Serve
from tests.realtime.processes import Daphne
from tests.safety.test_headers import check as check_headers
from tests.safety.wire import Answer, converse_patiently

pytestmark = pytest.mark.django_db(transaction=True)


def check(headers: dict[str, str]) -> None:
    check_headers(Answer(200, headers, b""))


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/", 200),
        ("/favicon.ico", 302),
        ("/admin/login/", 200),
        ("/static/favicon.svg", 200),
        ("/static/nothing.svg", 404),
        ("/nothing/", 404),
        ("/healthz", 200),
        ("/api/seats/my-holds/", 401),
        ("/api/nothing/", 404),
        # Answered before the site.
        ("/api/seat-status/stream?show_id=0", 400),
        ("/api/seat-status/stream?show_id=999999999", 404),
        ("/api/seat-status/?show_id=999999999&wait=1", 404),
        ("/socket.io/?EIO=4&transport=polling", 200),
        ("/socket.io/?EIO=1", 400),
    ],
)
def test_every_kind_of_answer(push: Daphne, path: str, status: int) -> None:
    came, headers, _ = push.get(path)

    assert came == status
    check(headers)


def test_polls_and_streams(push: Daphne, house: House) -> None:
    path = f"/api/seat-status/?show_id={house.show_id}"
    _, first, _ = push.get(path)
    for query, more in (("", {}), ("", {"If_None_Match": first["etag"]}), ("&wait=0", {})):
        came, headers, _ = push.get(path + query, **more)
        assert came == (304 if more else 200)
        check(headers)
    stream = Stream(push.port, f"show_id={house.show_id}")
    stream.until_count(1)
    check({name.lower(): value for name, value in stream.answer.getheaders()})
    stream.close()


def test_a_request_of_another_site_to_a_door(push: Daphne, house: House) -> None:
    came, headers, _ = push.get(
        "/socket.io/?EIO=4&transport=polling", Origin="https://cinema.example"
    )

    assert came == 403
    check(headers)


def test_what_daphne_refuses_by_itself(push: Daphne) -> None:
    (answer,) = converse_patiently(
        push.port, b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Thing: a\x0bb\r\n\r\n"
    )

    assert answer.status == 400
    check_headers(answer)


def test_browsers_come_back_by_tls(transactional_db: None, daphne: Serve, house: House) -> None:
    server = daphne(BEHIND_PROXY="True")
    for path in ("/", "/api/seat-status/stream?show_id=0", "/socket.io/?EIO=4&transport=polling"):
        _, headers, _ = server.get(path, X_Forwarded_Proto="https")
        check(headers)
        assert headers["strict-transport-security"] == "max-age=2592000", path
