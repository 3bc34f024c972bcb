"""What browsers are told with every kind of answer, at a real server as in production."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from django.contrib.auth.models import User

from config.content_security import NOT_WANTED, POLICY
from proof.stage import Server
from seats.models import ShowTime
from tests.safety.conftest import Serve, make_show
from tests.safety.wire import Answer, converse

pytestmark = pytest.mark.django_db(transaction=True)

Ask = Callable[..., Answer]


@pytest.fixture
def show() -> ShowTime:
    return make_show()


def asking(server: Server, *always: bytes) -> Ask:
    def ask(path: str, *more: bytes, method: bytes = b"GET", body: bytes = b"") -> Answer:
        lines = [
            method + b" " + path.encode() + b" HTTP/1.1",
            b"Host: 127.0.0.1",
            b"Connection: close",
            b"Content-Length: %d" % len(body),
            *always,
            *more,
        ]
        (answer,) = converse(server.port, b"\r\n".join(lines) + b"\r\n\r\n" + body)
        return answer

    return ask


@pytest.fixture
def plain(serve: Serve) -> Ask:
    """A server without a proxy."""
    return asking(serve())


@pytest.fixture
def behind_tls(serve: Serve) -> Ask:
    """A server behind a proxy that ends TLS."""
    return asking(serve(BEHIND_PROXY="True"), b"X-Forwarded-Proto: https")


def check(answer: Answer) -> None:
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["x-frame-options"] == "DENY"
    assert answer.headers["referrer-policy"] == "same-origin"
    assert answer.headers["content-security-policy"] == POLICY
    assert answer.headers["permissions-policy"] == NOT_WANTED
    assert answer.headers["cross-origin-opener-policy"] == "same-origin"


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/", 200),
        ("/favicon.ico", 302),
        ("/admin/login/", 200),
        ("/admin/", 302),
        ("/static/favicon.svg", 200),
        ("/static/nothing.svg", 404),
        ("/nothing/", 404),
        ("/healthz", 200),
        ("/api/docs/", 200),
        ("/api/schema/", 200),
        ("/api/seats/shows/", 200),
        ("/api/seats/", 200),
        ("/api/seats/my-holds/", 401),
        ("/api/seat-status/?show_id=0", 400),
        ("/api/nothing/", 404),
    ],
)
def test_every_kind_of_answer(show: ShowTime, plain: Ask, path: str, status: int) -> None:
    answer = plain(path)

    assert answer.status == status
    check(answer)


def test_what_is_no_request(serve: Serve) -> None:
    """Answered by the worker, which knows no Django."""
    (answer,) = converse(serve().port, b"GET / HTTP/3.7\r\nHost: 127.0.0.1\r\n\r\n")

    assert answer.status == 400
    check(answer)


def test_polls_that_take_the_short_way_out(show: ShowTime, plain: Ask) -> None:
    path = f"/api/seat-status/?show_id={show.pk}"
    by_django, *short = [plain(path) for _ in range(3)]
    again = plain(path, b"If-None-Match: " + by_django.headers["etag"].encode())

    assert again.status == 304
    for answer in (by_django, *short, again):
        check(answer)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/", 200),
        ("/api/seats/shows/", 200),
        ("/healthz", 200),
        ("/admin/login/", 200),
        ("/static/favicon.svg", 200),
        ("/nothing/", 404),
        ("/api/nothing/", 404),
    ],
)
def test_browsers_come_back_by_tls(show: ShowTime, behind_tls: Ask, path: str, status: int) -> None:
    answer = behind_tls(path)

    assert answer.status == status
    check(answer)
    assert answer.headers["strict-transport-security"] == "max-age=2592000"


def test_what_comes_in_the_clear_is_sent_to_tls(show: ShowTime, serve: Serve) -> None:
    ask = asking(serve(BEHIND_PROXY="True"))

    answer = ask("/api/seats/shows/")

    assert answer.status == 301
    assert answer.headers["location"] == "https://127.0.0.1/api/seats/shows/"
    check(answer)


def cookies_of(ask: Ask) -> dict[str, str]:
    User.objects.create_user("owner", password="right")
    body = json.dumps({"username": "owner", "password": "right"}).encode()
    answers = [
        ask("/api/seats/login/", b"Content-Type: application/json", method=b"POST", body=body),
        ask("/admin/login/"),
    ]
    set_by = [answer.headers["set-cookie"] for answer in answers]
    return {cookie.partition("=")[0]: cookie.lower() for cookie in set_by}


def test_cookies(behind_tls: Ask) -> None:
    cookies = cookies_of(behind_tls)

    assert set(cookies) == {"sessionid", "csrftoken"}
    assert all("; secure" in cookie for cookie in cookies.values())
    assert all("; samesite=lax" in cookie for cookie in cookies.values())
    assert "; httponly" in cookies["sessionid"]
    assert all("domain=" not in cookie for cookie in cookies.values())


def test_without_tls_cookies_come_back_too(plain: Ask) -> None:
    assert all("secure" not in cookie for cookie in cookies_of(plain).values())
