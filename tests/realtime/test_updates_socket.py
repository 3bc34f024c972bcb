"""`/ws/seat-updates`: clients that subscribe to shows, and lock seats one by one."""

import time
from contextlib import suppress
from types import SimpleNamespace

import pytest
from websockets.exceptions import WebSocketException

from realtime import sockets
from seats.customers.guests import customer_of
from seats.domain import SeatNames
from seats.reservations import release_selections, select_seats
from tests.realtime.clients import Socket
from tests.safety.conftest import make_show

pytestmark = pytest.mark.django_db(transaction=True)

MINE = "session-of-the-first-tab"
OTHERS = "session-of-the-second-tab"


def subscribed(push, show, session=None):
    socket = Socket(push.port, "/ws/seat-updates")
    socket.say({"type": "subscribe", "showtimeId": show, "sessionId": session or MINE})
    socket.until_type("current_seat_status")
    return socket


def changes(socket, count):
    return [(it["seatId"], it["status"]) for it in socket.until_type("seat_status_change", count)]


def select(session, show_id, *labels):
    select_seats(customer_of(session), show_id, SeatNames.of(*labels))


def test_it_says_hello(push, house):
    socket = Socket(push.port, "/ws/seat-updates")
    (hello,) = socket.until_type("connection_established")
    assert set(hello) == {"type", "sessionId", "timestamp"}
    assert len(hello["sessionId"]) >= 16
    assert abs(hello["timestamp"] - time.time() * 1000) < 60_000
    socket.close()


def test_a_subscription_begins_with_how_things_are(push, house, owner):
    house.hold(owner, "A1", "B2")
    house.book(owner, "B2")
    socket = subscribed(push, str(house.show_id))

    kinds = [it["type"] for it in socket.heard]
    assert kinds == ["connection_established", "subscribed", "current_seat_status"]
    confirmed, status = socket.heard[1:]
    assert confirmed["showtimeId"] == str(house.show_id)
    assert set(confirmed) == {"type", "showtimeId", "timestamp"}
    assert status.pop("timestamp")
    assert status == {
        "type": "current_seat_status",
        "showtimeId": str(house.show_id),
        "bookedSeats": ["B02"],
        "lockedSeats": ["A01"],
    }
    socket.close()


def test_the_documented_flow_of_two_tabs(push, house):
    """Tab 1 selects A04 and deselects it; tab 2 sees both; only tab 1 hears who it was."""
    first, second = subscribed(push, house.show_id), subscribed(push, house.show_id, OTHERS)

    select(MINE, house.show_id, "A04")
    for tab in (first, second):
        assert changes(tab, 1) == [("A04", "locked")]
    assert first.of_type("seat_status_change")[0]["sessionId"] == MINE
    assert "sessionId" not in second.of_type("seat_status_change")[0]
    assert isinstance(first.of_type("seat_status_change")[0]["timestamp"], int)

    release_selections(customer_of(MINE))
    for tab in (first, second):
        assert changes(tab, 2)[1:] == [("A04", "unlocked")]
        tab.close()


def test_what_is_booked_is_told_seat_by_seat(push, house, owner):
    socket = subscribed(push, house.show_id)
    house.hold(owner, "A1", "A2")
    house.book(owner)
    assert changes(socket, 4) == [
        ("A01", "locked"),
        ("A02", "locked"),
        ("A01", "booked"),
        ("A02", "booked"),
    ]
    socket.close()


def test_refreshing_a_lock_is_no_news(push, house, owner):
    socket = subscribed(push, house.show_id)
    select(MINE, house.show_id, "A1")
    select(MINE, house.show_id, "A1")
    house.hold(owner, "B1")
    assert changes(socket, 2) == [("A01", "locked"), ("B01", "locked")]
    socket.close()


def test_a_lock_that_runs_out_is_told(push, house, settings):
    settings.SELECT_TTL_SECONDS = 1
    socket = subscribed(push, house.show_id)
    select(MINE, house.show_id, "A1")
    assert changes(socket, 2) == [("A01", "locked"), ("A01", "unlocked")]
    socket.close()


def test_one_line_can_follow_several_shows(push, house, owner):
    other = make_show()
    socket = subscribed(push, house.show_id)
    socket.say({"type": "subscribe", "showtimeId": other.pk, "sessionId": MINE, "userId": "7"})
    socket.until_type("current_seat_status", 2)
    select(MINE, other.pk, "A1")
    (change,) = socket.until_type("seat_status_change")
    assert change["showtimeId"] == other.pk

    socket.say({"type": "unsubscribe", "showtimeId": other.pk})
    # Answered in order: once this one is, the one before has been carried out.
    socket.say({"type": "nonsense"})
    socket.until_type("error")
    select(MINE, other.pk, "A2")
    house.hold(owner, "A1")
    assert socket.until_type("seat_status_change", 2)[1]["showtimeId"] == house.show_id

    socket.say({"type": "unsubscribe"})
    socket.say({"type": "nonsense"})
    socket.until_type("error", 2)
    house.hold(owner, "A2")
    socket.say({"type": "subscribe", "showtimeId": house.show_id, "sessionId": MINE})
    socket.until_type("current_seat_status", 3)
    assert len(socket.of_type("seat_status_change")) == 2
    socket.close()


def test_subscribing_again_tells_again_how_things_are_and_nothing_twice(push, house, owner):
    socket = subscribed(push, house.show_id)
    socket.say({"type": "subscribe", "showtimeId": house.show_id, "sessionId": MINE})
    socket.until_type("current_seat_status", 2)
    house.hold(owner, "A1")
    house.hold(owner, "A2")
    assert changes(socket, 2) == [("A01", "locked"), ("A02", "locked")]
    socket.close()


WRONG = {
    "no JSON": ("{", "invalid"),
    "no object": ("[]", "invalid"),
    "no type": ("{}", "invalid"),
    "a type that is no text": ('{"type": 1}', "invalid"),
    "a type nobody knows": ('{"type": "sell"}', "invalid"),
    "deep": ("[" * 20_000, "invalid"),
    "bytes": (b"{}", "invalid"),
    "too large": ('{"type": "' + "x" * 70_000 + '"}', "too_large"),
    "no show": ({"type": "subscribe", "sessionId": MINE}, "invalid"),
    "no session": ({"type": "subscribe", "showtimeId": 1}, "invalid"),
    "a short session": (
        {"type": "subscribe", "showtimeId": 1, "sessionId": "x"},
        "invalid",
    ),
    "a session that is none": (
        {"type": "subscribe", "showtimeId": 1, "sessionId": ["x"]},
        "invalid",
    ),
    "a session of half a character": (
        '{"type": "subscribe", "showtimeId": 1, "sessionId": "0123456789abcdef\\ud800"}',
        "invalid",
    ),
    "true": ({"type": "subscribe", "showtimeId": True, "sessionId": MINE}, "invalid"),
    "zero": ({"type": "subscribe", "showtimeId": 0, "sessionId": MINE}, "invalid"),
    "too great": ({"type": "subscribe", "showtimeId": 2**63, "sessionId": MINE}, "invalid"),
    "too long": ({"type": "subscribe", "showtimeId": "9" * 5000, "sessionId": MINE}, "invalid"),
    "other digits": ({"type": "subscribe", "showtimeId": "\u0661", "sessionId": MINE}, "invalid"),
    "a show that is none": (
        {"type": "subscribe", "showtimeId": 987654, "sessionId": MINE},
        "show_not_found",
    ),
    "a user that is none": (
        {"type": "subscribe", "showtimeId": 1, "sessionId": MINE, "userId": {}},
        "invalid",
    ),
    "leaving what is none": ({"type": "unsubscribe", "showtimeId": "x"}, "invalid"),
}


def test_a_wrong_message_gets_an_error_and_does_no_harm(push, house, owner):
    socket = subscribed(push, house.show_id)
    for number, (what, (message, code)) in enumerate(WRONG.items(), 1):
        socket.say(message)
        error = socket.until_type("error", number)[-1]
        assert (what, error["code"]) == (what, code)
        assert error["message"]
    house.hold(owner, "A1")
    assert changes(socket, 1) == [("A01", "locked")]
    socket.close()


def test_no_more_than_a_hundred_messages_a_second(without_clock, house, owner):
    socket = subscribed(without_clock, house.show_id)
    # That was one.
    for _ in range(99):
        socket.say("{}")
    assert {error["code"] for error in socket.until_type("error", 99)} == {"invalid"}
    for _ in range(100):
        socket.say("{}")
    socket.until_type("error", 100)
    house.hold(owner, "A1")
    assert changes(socket, 1) == [("A01", "locked")]
    assert [error["code"] for error in socket.of_type("error")[99:]] == ["throttled"]
    socket.close()


def test_who_does_not_stop_is_cut_off(without_clock, house):
    socket = subscribed(without_clock, house.show_id)
    # The other side may hang up before all has been said.
    with suppress(OSError, WebSocketException):
        for _ in range(3000):
            socket.say("{}")
    socket.until_over()
    assert socket.code == 4429


def test_each_second_is_counted_anew(monkeypatch):
    clock = SimpleNamespace(now=10.0, monotonic=lambda: clock.now)
    monkeypatch.setattr(sockets, "time", clock)
    rate = sockets.Rate()
    assert [rate.one_more() for _ in range(3)] == [1, 2, 3]
    clock.now = 10.999
    assert rate.one_more() == 4
    clock.now = 11.0
    assert rate.one_more() == 1


def test_fifty_shows_at_a_time(push, house):
    shows = [make_show(rows=1, seats_per_row=1).pk for _ in range(51)]
    socket = Socket(push.port, "/ws/seat-updates")
    for show in shows:
        socket.say({"type": "subscribe", "showtimeId": show, "sessionId": MINE})
        socket.until(lambda show=show: any(it.get("showtimeId") == show for it in socket.heard))
    (error,) = socket.until_type("error")
    assert (error["code"], error["showtimeId"]) == ("throttled", shows[-1])
    assert len(socket.of_type("subscribed")) == 50
    socket.close()
