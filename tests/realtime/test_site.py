"""The whole site under daphne, and nothing of push anywhere else."""

import json
import subprocess
import sys

import pytest

from tests.realtime.conftest import environment, token_of
from tests.realtime.processes import ROOT, ask, post

pytestmark = pytest.mark.django_db(transaction=True)


def imported(module, **settings):
    """What of push a process has imported once it has imported this, and its threads."""
    code = (
        f"import {module}, sys, threading, json;"
        "print(json.dumps([sorted({name.partition('.')[0] for name in sys.modules}"
        " & {'realtime', 'daphne', 'twisted', 'autobahn', 'socketio', 'engineio', 'redis'}),"
        " threading.active_count()]))"
    )
    said = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env=environment(**settings),
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(said.stdout)


def test_without_push_nothing_of_it_is_imported_or_started(transactional_db):
    assert imported("config.wsgi") == [[], 1]
    assert imported("config.asgi", PUSH="off") == [[], 1]
    # The same question finds it where it is.
    assert "realtime" in imported("config.asgi")[0]


def test_pages_admin_and_api_are_served(push, serve, house, owner):
    other = serve()
    pages = ("/", "/admin/login/", "/api/docs/", "/healthz", "/api/seats/shows/")
    for path in (*pages, "/static/js/main.js", "/static/favicon.svg"):
        here, there = push.get(path), ask(other, "GET", path)
        assert (path, here[0]) == (path, 200)
        assert here[0] == there[0]
        for name in ("content-type", "cache-control", "content-security-policy", "vary"):
            assert here[1].get(name) == there[1].get(name), (path, name)
    assert ask(push, "HEAD", "/")[2] == b""
    token = {"Authorization": f"Token {token_of(owner)}"}
    body = {"show_id": house.show_id, "seats": ["A1"]}
    assert post(push, "/api/seats/hold-batch/", body, **token)[0] == 200
    status, refused = post(push, "/api/seats/hold-batch/", {"show_id": "x"}, **token)
    assert (status, refused["code"]) == (400, "invalid")


def test_polls_say_where_there_is_push(push, serve, daphne, house):
    path = f"/api/seat-status/?show_id={house.show_id}"

    def told(server):
        return json.loads(ask(server, "GET", path)[2]).get("push")

    assert told(push) == "/api/seat-status/stream"
    assert told(serve()) is None
    assert told(serve(PUSH="on")) == "/api/seat-status/stream"
    off = daphne(PUSH="off")
    assert told(off) is None
    assert told(serve(PUSH="off")) is None
    assert off.get("/api/seat-status/stream?show_id=1")[0] == 404


def test_a_status_poll_is_the_same(push, serve, house):
    path = f"/api/seat-status/?show_id={house.show_id}"
    for _ in range(2):
        status, headers, body = push.get(path, Accept_Encoding="gzip")
        assert status == 200
        assert headers["vary"] == "Accept-Encoding"
        assert push.get(path, If_None_Match=headers["etag"])[0] == 304
    assert body


@pytest.mark.parametrize("path", ["/nothing", "/api/nothing", "/%FF", "/api/seats/%00"])
def test_what_is_not_there_is_a_problem_here_too(push, house, path):
    status, _, body = push.get(path)
    assert (status, json.loads(body)["code"]) == (404, "not_found")


def test_a_large_body_is_refused(push, house, owner):
    token = {"Authorization": f"Token {token_of(owner)}"}
    status, refused = post(push, "/api/seats/hold-batch/", {"x": "y" * 300_000}, **token)
    assert (status, refused["code"]) == (413, "too_large")


def test_a_server_that_is_stopped_ends_its_streams_and_clients_go_on(daphne, house, owner):
    from tests.realtime.clients import Stream
    from tests.realtime.processes import Daphne

    first = daphne("short-lived")
    stream = Stream(first.port, f"show_id={house.show_id}")
    stream.until_count(1)
    first.end()
    stream.until_over()
    stream.close()
    house.hold(owner, "A1")
    again = Daphne(environment(), first.log, first.port)
    try:
        back = Stream(again.port, f"show_id={house.show_id}", Last_Event_ID=stream.cursor)
        back.until_status("A1", "HELD")
        back.close()
    finally:
        again.end()
