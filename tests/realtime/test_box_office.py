"""What the box office does is heard through every door."""

import pytest
from django.contrib.auth.models import User

from tests.engine.house import Poller
from tests.realtime.clients import Room, Socket, Stream

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def doors(push, house, owner, loop):
    """A listener at each door, and what each of them has heard of a seat that is free again."""
    house.hold(owner, "A1", "A2")
    house.book(owner)

    stream = Stream(push.port, f"show_id={house.show_id}")
    stream.until_status("A2", "BOOKED")
    hall = Socket(push.port, f"/ws/seats/?show_id={house.show_id}")
    updates = Socket(push.port, "/ws/seat-updates")
    session = "somebody-who-looks-on"
    updates.say({"type": "subscribe", "showtimeId": house.show_id, "sessionId": session})
    updates.until_type("current_seat_status")
    room = Room(loop, push.port, transports=["websocket"])
    room.ask("join-show", house.show_id)
    poller = Poller(house.show_id)
    poller.look()

    def hear(label):
        row, number = label[0], int(label[1:])
        stream.until_status(label, "AVAILABLE")
        hall.until(
            lambda: any(
                said["seats"] == [f"{row}-{number}"] and said.get("status") == "available"
                for said in hall.heard
            ),
            f"{label} at the hall's socket",
        )
        updates.until(
            lambda: any(
                (said["seatId"], said["status"]) == (f"{row}{number:02}", "unlocked")
                for said in updates.of_type("seat_status_change")
            ),
            f"{label} at the socket of updates",
        )
        room.until(
            lambda: any(said["seats"] == [label] for said in room.of("seats-released")),
            f"{label} in the room",
        )
        assert poller.look()[label] == ("AVAILABLE", None)

    yield hear
    for door in (stream, hall, updates, room):
        door.close()


def test_an_unbooked_seat_is(doors, house):
    house.unbook_by_staff("A1")
    doors("A1")


def test_the_seats_of_a_removed_user_are(doors, house, owner):
    house.unbook_by_staff("A1")
    User.objects.get(pk=owner.user_id).delete()
    doors("A1")
    doors("A2")
