"""Several machines: a Redis between them that may die, and nothing is lost."""

import json
import threading

import pytest

from tests.engine.house import looked_at_anew
from tests.realtime.clients import Room, Socket, Stream
from tests.realtime.conftest import token_of
from tests.realtime.processes import eventually, post

pytestmark = pytest.mark.django_db(transaction=True)


def buy(server, token, show_id, labels, results):
    for label in labels:
        body = {"show_id": show_id, "seats": [label]}
        held = post(server, "/api/seats/hold-batch/", body, **token)[0]
        released = post(server, "/api/seats/release-hold-batch/", body, **token)[0]
        results.append((held, released))


def test_redis_dies_and_comes_back_and_nobody_misses_anything(machines, redis, house, owner, rival):
    """Several hundred changes on two machines, seen through every door, with Redis killed."""
    left, right = machines
    streams = [Stream(it.port, f"show_id={house.show_id}") for it in machines for _ in range(13)]
    sockets = [
        Socket(it.port, f"/ws/seats/?show_id={house.show_id}&since=")
        for it in machines
        for _ in range(13)
    ]
    for it in (*streams, *sockets):
        it.until_count(1)
    results = []
    customers = [
        threading.Thread(
            target=buy,
            args=(
                server,
                {"Authorization": f"Token {token_of(who)}"},
                house.show_id,
                labels * 20,
                results,
            ),
        )
        for server, who, labels in (
            (left, owner, ["A1", "A2", "A3"]),
            (right, rival, ["B1", "B2", "B3"]),
        )
    ]
    for thread in customers:
        thread.start()
    redis.kill()
    while len(results) < 60:
        assert any(thread.is_alive() for thread in customers)
        threading.Event().wait(0.02)
    redis.start()
    for thread in customers:
        thread.join()
    assert results == [(200, 200)] * 120
    house.hold(owner, "A4")
    house.book(owner)
    house.hold(rival, "B5")

    state = looked_at_anew(house.show_id)
    for stream in streams:
        stream.until_state(state)
        assert all(not body["full"] for body in stream.heard[1:])
    words = {"AVAILABLE": "available", "HELD": "held", "BOOKED": "booked"}
    expected = {label: words[status] for label, (status, _) in state.items()}
    for socket in sockets:
        socket.until(lambda socket=socket: painted(socket) == expected)
    for it in (*streams, *sockets):
        it.close()


def painted(socket):
    return {
        label.replace("-", ""): it["status"]
        for it in socket.heard
        if it["type"] == "seat_status_update"
        for label in it["seats"]
    }


def test_a_refusal_on_one_machine_is_told_on_the_other(machines, loop, house, owner, rival):
    left, right = machines
    house.hold(rival, "A1")
    room = Room(
        loop,
        right.port,
        headers={"Authorization": f"Token {token_of(owner)}"},
        transports=["websocket"],
    )
    room.ask("join-show", house.show_id)
    token = {"Authorization": f"Token {token_of(owner)}"}

    def refused():
        body = {"show_id": house.show_id, "seats": ["A1"]}
        assert post(left, "/api/seats/hold-batch/", body, **token)[0] == 409
        threading.Event().wait(0.1)
        return room.of("seat-conflict")

    # The line between the machines may not be up yet, and a refusal is told once or never.
    eventually(lambda: bool(refused()), "a conflict")
    said = room.of("seat-conflict")[0]
    assert (said["showId"], said["seats"]) == (house.show_id, ["A1"])
    assert json.dumps(said["message"])
    room.close()


def test_a_redis_that_was_never_there_stops_nobody(daphne, house, owner):
    # Nobody answers at this address, and nobody says so.
    away = daphne("away", REDIS_URL="redis://192.0.2.1:6379/0")
    token = {"Authorization": f"Token {token_of(owner)}"}
    stream = Stream(away.port, f"show_id={house.show_id}")
    stream.until_count(1)
    body = {"show_id": house.show_id, "seats": ["A1"]}
    for _ in range(5):
        assert post(away, "/api/seats/hold-batch/", body, **token)[0] == 200
        stream.until_status("A1", "HELD")
        assert post(away, "/api/seats/release-hold-batch/", body, **token)[0] == 200
        stream.until_status("A1", "AVAILABLE")
    stream.close()
