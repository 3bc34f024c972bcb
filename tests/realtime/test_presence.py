"""Whoever is gone lets go of what they have only selected."""

import time

import pytest
from redis import Redis

from realtime import presence
from seats.customers.guests import customer_of
from seats.domain import SeatNames
from seats.reservations import hold_seats, select_seats
from tests.realtime.clients import Room, Socket, Stream
from tests.realtime.conftest import token_of
from tests.realtime.processes import eventually
from tests.realtime.test_limits import GRACE_SECONDS, NARROW, when_there_is_room

pytestmark = pytest.mark.django_db(transaction=True)

GUEST = "a-guest-who-comes-and-goes"


def subscribed(server, house, guest=None):
    socket = Socket(server.port, "/ws/seat-updates")
    socket.say({"type": "subscribe", "showtimeId": house.show_id, "sessionId": guest or GUEST})
    socket.until_type("current_seat_status")
    return socket


def select(house, *labels, who=None):
    select_seats(who or customer_of(GUEST), house.show_id, SeatNames.of(*labels))


def test_the_last_connection_that_closes_lets_go(push, house, owner):
    watcher = Stream(push.port, f"show_id={house.show_id}")
    first, second = subscribed(push, house), subscribed(push, house)
    select(house, "A1")
    select_seats(owner, house.show_id, SeatNames.of("B1"))
    watcher.until_status("B1", "HELD")

    first.close()
    select(house, "A2")
    watcher.until_status("A2", "HELD")
    assert watcher.seats["A1"][0] == "HELD"
    second.close()

    watcher.until_status("A1", "AVAILABLE")
    watcher.until_status("A2", "AVAILABLE")
    assert house.seen() == {"B1": "HELD"}
    watcher.close()


def test_a_hold_stays(push, house, owner):
    headers = {"Authorization": f"Token {token_of(owner)}"}
    watcher = Stream(push.port, f"show_id={house.show_id}")
    socket = Socket(push.port, f"/ws/seats/?show_id={house.show_id}", **headers)
    guest = subscribed(push, house)
    hold_seats(owner, house.show_id, SeatNames.of("B1"))
    select(house, "A1")
    watcher.until_status("A1", "HELD")
    socket.close()
    guest.close()
    # Once the guest's seat is free, the holder's time to be let go was over as well.
    watcher.until_status("A1", "AVAILABLE")
    assert house.seen() == {"B1": "HELD"}
    watcher.close()


def test_who_is_back_in_time_keeps_what_they_selected(push, daphne, house):
    slow = daphne(**NARROW)
    watcher = when_there_is_room(lambda: Stream(slow.port, f"show_id={house.show_id}"))
    for label in house.ids:
        guest = f"{GUEST}-{label}"
        socket = when_there_is_room(lambda guest=guest: subscribed(slow, house, guest))
        select(house, label, who=customer_of(guest))
        watcher.until_status(label, "HELD")
        began = time.monotonic()
        socket.close()
        socket = subscribed(slow, house, guest)
        if time.monotonic() - began < GRACE_SECONDS:
            break
        # The machine was too slow for that: somebody else tries.
        socket.close()
    else:
        pytest.fail("nobody was back in time")
    # Longer than the time to come back.
    time.sleep(GRACE_SECONDS + 0.5)
    assert watcher.seats[label][0] == "HELD"
    socket.close()
    watcher.until_status(label, "AVAILABLE")
    watcher.close()


@pytest.mark.parametrize("how", ["hall", "updates", "room", "stream"])
def test_every_door_counts(push, loop, house, owner, how):
    headers = {"Authorization": f"Token {token_of(owner)}"}
    watcher = Stream(push.port, f"show_id={house.show_id}")
    if how == "hall":
        line = Socket(push.port, f"/ws/seats/?show_id={house.show_id}", **headers)
    elif how == "updates":
        line = Socket(push.port, "/ws/seat-updates", **headers)
        line.until_count(1)
    elif how == "room":
        line = Room(loop, push.port, headers=headers, transports=["websocket"])
    else:
        line = Stream(push.port, f"show_id={house.show_id}", **headers)
        line.until_count(1)
    select(house, "A1", who=owner)
    watcher.until_status("A1", "HELD")
    line.close()
    watcher.until_status("A1", "AVAILABLE")
    watcher.close()


def test_a_customer_of_two_processes_is_gone_when_both_have_lost_them(machines, redis, house):
    one, other = machines
    name = presence._name(customer_of(GUEST).key)
    client = Redis.from_url(redis.url)

    def are_told_of(processes):
        return client.zcount(name, time.time(), "+inf") == processes

    watcher = Stream(one.port, f"show_id={house.show_id}")
    here, there = subscribed(one, house), subscribed(other, house)
    select(house, "A1")
    watcher.until_status("A1", "HELD")
    eventually(lambda: are_told_of(2), "both in Redis")
    here.close()
    eventually(lambda: are_told_of(1), "one in Redis")
    # Whatever it does then, it does at once.
    time.sleep(0.5)
    assert house.seen() == {"A1": "HELD"}
    there.close()
    watcher.until_status("A1", "AVAILABLE")
    watcher.close()
    client.close()
