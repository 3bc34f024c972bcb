"""Broken requests at a real server: an honest 4xx, no effect, nothing for anybody to look after."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from knox.models import AuthToken

from proof.stage import Server
from seats.models import Hold, IdempotencyRecord, LoginSession, SeatEvent
from tests.safety import corpus
from tests.safety.conftest import Serve, make_show, token_of
from tests.safety.corpus import Scene
from tests.safety.wire import Answer, converse

pytestmark = pytest.mark.django_db(transaction=True)

# Where the connection ends before the request does, there may be nobody left to answer.
MAY_BE_SILENT = {"a TLS handshake", "cut off in the first line", "cut off in the headers"}


@pytest.fixture
def scene(transactional_db: None) -> Scene:
    return Scene(make_show().pk, token_of("owner"))


@pytest.fixture
def server(serve: Serve) -> Server:
    return serve()


def everything() -> list[int]:
    tables = (SeatEvent, Hold, User, AuthToken, LoginSession, IdempotencyRecord)
    return [table.objects.count() for table in tables]


def is_honest(answer: Answer) -> None:
    assert 400 <= answer.status < 500, answer
    assert answer.headers["content-type"] == "application/problem+json", answer
    assert b"<html" not in answer.body.lower()
    if answer.body:
        said = answer.json()
        assert said["status"] == answer.status
        assert said["code"]
        assert said["detail"]


def test_there_are_enough() -> None:
    names = [name for kind in corpus.KINDS for name, _ in kind(Scene())]

    assert len(names) >= 300
    assert len(set(names)) == len(names), "two have the same name"


@pytest.mark.parametrize("kind", corpus.KINDS)
def test_they_are_refused_without_effect(scene: Scene, server: Server, kind: corpus.Kind) -> None:
    wrong: dict[str, str] = {}
    for name, sent in kind(scene):
        before = everything()
        logged = server.log.stat().st_size
        try:
            answers = converse(server.port, sent)
            assert answers or name in MAY_BE_SILENT, "no answer"
            for answer in answers:
                is_honest(answer)
            assert everything() == before, "it had an effect"
            said = server.log.read_bytes()[logged:].decode()
            assert "Traceback" not in said, said
            assert " ERROR " not in said, said
            assert len(said.splitlines()) <= len(answers), said
        except (AssertionError, ValueError, TimeoutError) as error:
            wrong[name] = str(error)

    assert not wrong, "\n".join(f"{name}: {why}" for name, why in wrong.items())


def test_the_request_they_are_made_of_is_good(scene: Scene, server: Server) -> None:
    """The control: whatever slipped through would have held a seat."""
    (answer,) = converse(server.port, scene.request(None, b"Connection: close"))

    assert answer.status == 200
    assert [seat["label"] for seat in answer.json()["hold"]["seats"]] == ["A1"]
    assert SeatEvent.objects.count() == 1
