"""Limits on logins, at real servers with several processes."""

from __future__ import annotations

import json
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.contrib.auth.models import User

from proof.stage import Server
from tests.safety.conftest import Serve
from tests.safety.wire import converse

pytestmark = pytest.mark.django_db(transaction=True)

# A day, so that no new minute begins in the middle.
LIMIT = 10
TRIES = 60


@pytest.fixture
def server(serve: Serve) -> Server:
    return serve(workers=4, THROTTLE_LOGIN=f"{LIMIT}/day")


def try_to_log_in(server: Server, name: str, password: str = "wrong") -> int:
    body = json.dumps({"username": name, "password": password}).encode()
    sent = (
        b"POST /api/seats/login/ HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"
        b"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)
    )
    (answer,) = converse(server.port, sent)
    while answer.status == 503:
        # The database could not be had within seconds: nothing was counted, so once more.
        (answer,) = converse(server.port, sent)
    assert answer.status != 429 or int(answer.headers["retry-after"]) > 0
    return answer.status


@pytest.mark.parametrize("name", ["owner", "nobody"])
def test_the_limit_is_exact_whichever_process_answers(server: Server, name: str) -> None:
    User.objects.create_user("owner", password="right")

    with ThreadPoolExecutor(TRIES) as crowd:
        statuses = Counter(crowd.map(lambda _: try_to_log_in(server, name), range(TRIES)))

    print(f"{TRIES} at once with 4 processes, {LIMIT} allowed: {dict(statuses)}")
    assert statuses == {401: LIMIT, 429: TRIES - LIMIT}
    assert try_to_log_in(server, name, "right") == 429


def test_others_are_let_in_meanwhile(server: Server) -> None:
    User.objects.create_user("owner", password="right")
    User.objects.create_user("rival", password="right")

    with ThreadPoolExecutor(20) as crowd:
        list(crowd.map(lambda _: try_to_log_in(server, "owner"), range(20)))

    assert try_to_log_in(server, "owner", "right") == 429
    assert try_to_log_in(server, "rival", "right") == 200
