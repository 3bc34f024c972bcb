"""THROTTLE_WRITE counted by several servers together, in a Redis that may go away."""

from __future__ import annotations

import json
import os
import signal
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from proof.stage import Server
from tests.realtime.processes import Redis
from tests.safety.conftest import Serve, make_show, token_of
from tests.safety.wire import Answer, converse

pytestmark = pytest.mark.django_db(transaction=True)

# A day, so that no new minute begins in the middle.
LIMIT = 10
TRIES = 60


@pytest.fixture(scope="module")
def redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Redis]:
    started = Redis(tmp_path_factory.mktemp("redis"))
    yield started
    started.end()


@pytest.fixture(scope="module")
def nodes(serve: Serve, redis: Redis, tmp_path_factory: pytest.TempPathFactory) -> list[Server]:
    """Two servers of two processes each, as on two machines: no folder for hints in common."""
    started = []
    for name in ("left", "right"):
        folder = str(tmp_path_factory.mktemp(name))
        rate = f"{LIMIT}/day"
        started.append(serve(workers=2, REDIS_URL=redis.url, THROTTLE_WRITE=rate, TMPDIR=folder))
    return started


def let_go(server: Server, show_id: int, token: str) -> Answer:
    """A write that finds nothing to do."""
    body = json.dumps({"show_id": show_id, "seats": ["A1"]}).encode()
    lines = [
        b"POST /api/seats/release-hold-batch/ HTTP/1.1",
        b"Host: 127.0.0.1",
        b"Connection: close",
        b"Content-Type: application/json",
        b"Authorization: Token " + token.encode(),
        b"Content-Length: %d" % len(body),
    ]
    (answer,) = converse(server.port, b"\r\n".join(lines) + b"\r\n\r\n" + body)
    return answer


def all_at_once(nodes: list[Server], show_id: int, token: str) -> Counter[int]:
    with ThreadPoolExecutor(12) as crowd:
        answers = crowd.map(lambda n: let_go(nodes[n % 2], show_id, token), range(TRIES))
        return Counter(answer.status for answer in answers)


def test_the_limit_is_that_of_all_servers_together(nodes: list[Server]) -> None:
    show_id, token = make_show().pk, token_of("owner")

    statuses = all_at_once(nodes, show_id, token)

    print(f"{TRIES} at two servers of two processes, {LIMIT} allowed: {dict(statuses)}")
    assert statuses == {200: LIMIT, 429: TRIES - LIMIT}
    assert let_go(nodes[0], show_id, token).headers["retry-after"]
    assert let_go(nodes[1], show_id, token_of("rival")).status == 200


def test_without_redis_each_process_counts_for_itself(serve: Serve) -> None:
    """The control."""
    server, show_id = serve(workers=2, THROTTLE_WRITE=f"{LIMIT}/day"), make_show().pk

    # One of the two may be so quick that it gets all requests of somebody.
    let_in = [
        all_at_once([server, server], show_id, token_of(f"customer {number}"))[200]
        for number in range(5)
    ]

    assert LIMIT < max(let_in) <= 2 * LIMIT


def test_a_redis_that_hangs_keeps_hardly_anybody_waiting(nodes: list[Server], redis: Redis) -> None:
    show_id, token = make_show().pk, token_of("owner")
    os.kill(redis.pid, signal.SIGSTOP)
    try:
        began = time.monotonic()
        statuses = all_at_once(nodes, show_id, token)
        took = time.monotonic() - began
    finally:
        os.kill(redis.pid, signal.SIGCONT)

    assert statuses == {200: TRIES}
    # One after another they would wait for a minute and a half, or longer.
    assert took < 10


def test_while_redis_is_away_nothing_is_counted_and_nobody_is_turned_away(
    nodes: list[Server], redis: Redis
) -> None:
    show_id, token = make_show().pk, token_of("owner")
    # Since the test before they may leave it alone.
    time.sleep(2.1)
    assert [let_go(node, show_id, token).status for node in nodes * 8] == [200] * 10 + [429] * 6
    logged = [node.log.stat().st_size for node in nodes]

    redis.kill()

    assert all_at_once(nodes, show_id, token) == {200: TRIES}
    for node, size in zip(nodes, logged, strict=True):
        said = node.log.read_bytes()[size:].decode()
        # Once by each process.
        assert said.count("Redis does not answer; changes are not counted") in (1, 2), said
        assert "Traceback" not in said
        assert " ERROR " not in said

    redis.start()
    time.sleep(2.1)

    # It has forgotten what was counted, and counts again.
    statuses = all_at_once(nodes, show_id, token)
    assert statuses == {200: LIMIT, 429: TRIES - LIMIT}
