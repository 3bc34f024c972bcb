"""The broken requests that gunicorn gets (tests/safety), at the ASGI door."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from seats.models import SeatEvent
from tests.realtime.processes import Daphne
from tests.safety import corpus
from tests.safety.conftest import make_show, token_of
from tests.safety.corpus import Scene
from tests.safety.test_broken_requests import everything, is_honest
from tests.safety.wire import Answer, converse_patiently

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def scene(transactional_db: None) -> Scene:
    return Scene(make_show().pk, token_of("owner"))


# Allowed by RFC 9112, and read as what it says: here the request is the good one it was made of.
UNDERSTOOD = {
    "a folded header",
    "more headers than anybody has",
    "an address of many KB",
    "method: post",
    "expects what nobody does",
    "says twice how it came",
}

# Where more has to come, daphne waits for it until the other end hangs up.
UNFINISHED = {
    "length: beyond all numbers",
    "length: more than comes",
    "a header without end",
    "a TLS handshake",
    "cut off in the first line",
    "cut off in the headers",
    "cut off in the body",
    "chunks: a size without end",
    "chunks: a size too large",
    "chunks: no last one",
    "chunks: not one",
    "chunks: a lone LF",
    "chunks: more than is taken",
    "a body that says 5 GB",
}


def is_honest_here(answer: Answer) -> None:
    """What Twisted cannot read it refuses without a word, and hangs up."""
    if (answer.status, answer.headers, answer.body) != (400, {}, b""):
        is_honest(answer)


@pytest.mark.parametrize("kind", corpus.KINDS)
def test_they_are_refused_without_effect(scene: Scene, push: Daphne, kind: corpus.Kind) -> None:
    def trouble_with(case: tuple[str, bytes]) -> str:
        name, sent = case
        try:
            may_be_silent = name in UNFINISHED
            answers = converse_patiently(push.port, sent, may_be_silent=may_be_silent)
            assert answers or may_be_silent, "no answer"
            for answer in answers:
                is_honest_here(answer)
        except (AssertionError, KeyError, ValueError, TimeoutError) as error:
            return f"{name}: {error!r}"
        return ""

    before, logged = everything(), push.log.stat().st_size
    cases = [(name, sent) for name, sent in kind(scene) if name not in UNDERSTOOD]

    # Side by side: most of the time is spent waiting whether there is more to come.
    with ThreadPoolExecutor(8) as clients:
        wrong = list(filter(None, clients.map(trouble_with, cases)))

    assert not wrong, "\n".join(wrong)
    assert everything() == before, "one of them had an effect"
    assert push.log.read_bytes()[logged:] == b""


@pytest.mark.parametrize("name", sorted(UNDERSTOOD))
def test_some_are_understood(scene: Scene, push: Daphne, name: str) -> None:
    (sent,) = [sent for kind in corpus.KINDS for known, sent in kind(scene) if known == name]

    (answer,) = converse_patiently(push.port, sent)

    assert answer.status == 200
    assert [seat["label"] for seat in answer.json()["hold"]["seats"]] == ["A1"]


def test_the_request_they_are_made_of_is_good(scene: Scene, push: Daphne) -> None:
    """The control: whatever slipped through would have held a seat."""
    (answer,) = converse_patiently(push.port, scene.request())

    assert answer.status == 200
    assert SeatEvent.objects.count() == 1


@pytest.mark.parametrize("value", ["//cinema.example", "/x", "\xff", ""])
def test_visitors_do_not_say_where_the_site_lies(
    transactional_db: None, push: Daphne, value: str
) -> None:
    """daphne would believe them, and redirects lead to another site."""
    lines = (
        b"GET /admin/ HTTP/1.1",
        b"Host: 127.0.0.1",
        b"Daphne-Root-Path: " + value.encode("latin-1"),
    )
    (answer,) = converse_patiently(push.port, b"\r\n".join(lines) + b"\r\n\r\n")

    assert answer.status == 302
    assert answer.headers["location"] == "/admin/login/?next=/admin/"


def test_what_daphne_itself_refuses_is_a_problem_document(
    transactional_db: None, push: Daphne
) -> None:
    (answer,) = converse_patiently(
        push.port, b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Thing: a\x0bb\r\n\r\n"
    )

    is_honest(answer)
    assert answer.json()["code"] == "invalid"
