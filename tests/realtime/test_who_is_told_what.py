"""Every door of push, opened by a stranger, the owner, a rival and the staff.

All may look at the hall, and all are told the same: what becomes of seats, and not by whom.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User

from realtime import application
from seats.customers import guests
from seats.domain import Customer, SeatNames
from seats.reservations import select_seats
from tests.engine.house import House, customer, reference
from tests.realtime.clients import Listener, Loop, Room, Socket, Stream
from tests.realtime.conftest import token_of
from tests.realtime.processes import Daphne, eventually

pytestmark = pytest.mark.django_db(transaction=True)

LAST = "a-guest-who-leaves-after-them"
PEOPLE = ("stranger", "owner", "rival", "staff")
Open = Callable[[Loop, Daphne, House, dict[str, str]], Listener]


def stream(_: Loop, push: Daphne, house: House, known: dict[str, str]) -> Listener:
    return Stream(push.port, f"show_id={house.show_id}", **known)


def hall_socket(_: Loop, push: Daphne, house: House, known: dict[str, str]) -> Listener:
    return Socket(push.port, f"/ws/seats/?show_id={house.show_id}", **known)


def updates_socket(_: Loop, push: Daphne, house: House, known: dict[str, str]) -> Listener:
    socket = Socket(push.port, "/ws/seat-updates", **known)
    session = {"sessionId": "somebody-who-looks-on", "userId": claimed(house)}
    socket.say({"type": "subscribe", "showtimeId": house.show_id, **session})
    socket.until_type("current_seat_status")
    return socket


def room(loop: Loop, push: Daphne, house: House, known: dict[str, str]) -> Listener:
    opened = Room(loop, push.port, headers=known, transports=["websocket"])
    opened.ask("register-user", claimed(house))
    opened.ask("join-show", house.show_id)
    return opened


def claimed(_: House) -> str:
    """Whoever asks says that they are the owner."""
    return str(User.objects.get(username="owner").pk)


DOORS: dict[str, Open] = {
    application.STREAM: stream,
    application.ROOMS: room,
    "/ws/seats": hall_socket,
    "/ws/seat-updates": updates_socket,
}


def test_every_door_is_in_the_table() -> None:
    site: Any = None
    sockets = application.Push(site)._sockets
    # A poll that waits is answered like any other poll.
    assert set(DOORS) == {application.STREAM, application.ROOMS, *sockets}


@pytest.fixture
def known(owner: Customer, rival: Customer) -> dict[str, dict[str, str]]:
    staff = customer("staff")
    User.objects.filter(pk=staff.user_id).update(is_staff=True)
    people = {"owner": owner, "rival": rival, "staff": staff}
    tokens = {who: {"Authorization": f"Token {token_of(it)}"} for who, it in people.items()}
    return {"stranger": {}, **tokens}


@pytest.mark.parametrize("door", DOORS)
def test_nobody_is_told_whose_seats_they_are(
    push: Daphne,
    loop: Loop,
    house: House,
    owner: Customer,
    rival: Customer,
    known: dict[str, dict[str, str]],
    door: str,
) -> None:
    listeners = {who: DOORS[door](loop, push, house, known[who]) for who in PEOPLE}
    house.hold(owner, "A1")
    booked = house.book(owner)
    house.cancel(owner, booked)
    # Who selects is not told of it by Socket.IO; of what is booked everybody is.
    house.hold(rival, "B2")
    house.book(rival)
    secrets = (
        "owner",
        owner.key,
        rival.key,
        reference(booked),
        "somebody-who-looks-on",
        *(token.partition(" ")[2] for it in known.values() for token in it.values()),
    )

    for who, listener in listeners.items():
        listener.until(lambda it=listener: "B2" in flat(it), "the last change")
        heard = flat(listener)
        assert not [it for it in secrets if it in heard], (who, heard)
    for listener in listeners.values():
        listener.close()  # type: ignore[attr-defined]


def flat(listener: Listener) -> str:
    """All that was heard, with labels as they are elsewhere."""
    return json.dumps(listener.heard).replace("B-2", "B2").replace("B02", "B2")


@pytest.mark.parametrize("who", ["stranger", "rival", "staff", "owner"])
@pytest.mark.parametrize("door", ["/ws/seat-updates", application.ROOMS])
def test_leaving_under_somebody_elses_name_lets_go_of_nothing(
    push: Daphne,
    loop: Loop,
    house: House,
    owner: Customer,
    known: dict[str, dict[str, str]],
    door: str,
    who: str,
) -> None:
    """The owner is the control: their leaving does."""
    select_seats(owner, house.show_id, SeatNames.of("A1"))
    select_seats(guests.customer_of(LAST), house.show_id, SeatNames.of("B1"))
    last = {"Cookie": f"{guests.COOKIE}={LAST}"}

    DOORS[door](loop, push, house, known[who]).close()  # type: ignore[attr-defined]
    # Whoever leaves after them is let go of after them.
    DOORS[door](loop, push, house, last).close()  # type: ignore[attr-defined]

    eventually(lambda: "B1" not in house.seen(), "the end of the last one's selection")
    if who == "owner":
        eventually(lambda: house.seen() == {}, "the end of the owner's selection")
    assert house.seen() == ({} if who == "owner" else {"A1": "HELD"})
