"""`/ws/seats/`: a page that paints seats as they are sold (the flow of Channels' consumers)."""

import pytest

from seats.feed import status_answer
from tests.realtime.clients import Socket
from tests.realtime.conftest import token_of
from tests.realtime.processes import post

pytestmark = pytest.mark.django_db(transaction=True)


def told(socket, count):
    socket.until_count(count)
    return [(message["type"], message["seats"], message.get("status")) for message in socket.heard]


def test_the_documented_flow(push, serve, house, owner):
    """Three windows; one books; all turn red, whichever process took the booking."""
    windows = [Socket(push.port, f"/ws/seats/?show_id={house.show_id}") for _ in range(3)]
    token = {"Authorization": f"Token {token_of(owner)}"}
    body = {"show_id": house.show_id, "seats": ["A-1", "A-2"]}

    assert post(serve(), "/api/seats/hold-batch/", body, **token)[0] == 200
    assert post(serve(), "/api/seats/book-batch/", body, **token)[0] == 200

    for window in windows:
        assert told(window, 3) == [
            ("seat_status_update", ["A-1", "A-2"], "held"),
            ("seat_update", ["A-1", "A-2"], None),
            ("seat_status_update", ["A-1", "A-2"], "booked"),
        ]
        # Nothing but what is documented: its clients may look at each member.
        assert window.heard[1] == {"type": "seat_update", "seats": ["A-1", "A-2"]}
        window.close()


def test_a_user_who_is_removed_frees_their_seats_for_all(push, house, owner):
    from django.contrib.auth.models import User

    house.hold(owner, "A1")
    house.book(owner)
    socket = Socket(push.port, f"/ws/seats/?show_id={house.show_id}")
    User.objects.get(pk=owner.user_id).delete()

    assert told(socket, 1) == [("seat_status_update", ["A-1"], "available")]
    socket.close()


def test_seats_unbooked_by_staff_are_told(push, house, owner):
    house.hold(owner, "A1", "A2")
    house.book(owner)
    socket = Socket(push.port, f"/ws/seats/?show_id={house.show_id}")
    house.unbook_by_staff("A2")

    assert told(socket, 1) == [("seat_status_update", ["A-2"], "available")]
    socket.close()


def test_a_hold_that_ends_by_time_is_told_once(push, house, owner, settings):
    settings.HOLD_TTL_SECONDS = 1
    socket = Socket(push.port, f"/ws/seats/?show_id={house.show_id}")
    house.hold(owner, "A1")
    assert told(socket, 2) == [
        ("seat_status_update", ["A-1"], "held"),
        ("seat_status_update", ["A-1"], "available"),
    ]
    # Tidied up later, which changes nothing that anybody sees; then something that does.
    house.tidy()
    house.hold(owner, "B1")
    assert told(socket, 3)[2:] == [("seat_status_update", ["B-1"], "held")]
    socket.close()


def test_every_change_comes_in_order_and_once(push, house, owner):
    socket = Socket(push.port, f"/ws/seats/?show_id={house.show_id}&since=")
    socket.until_count(1)
    del socket.heard[:]
    for _ in range(10):
        house.hold(owner, "A1")
        house.release(owner, "A1")

    socket.until_count(20)
    assert [message["status"] for message in socket.heard] == ["held", "available"] * 10
    versions = [int(message["cursor"].split(".")[1]) for message in socket.heard]
    assert versions == list(range(1, 21))
    socket.close()


def test_who_was_away_begins_where_they_were(push, house, owner):
    # Somebody else has watched meanwhile: the server knows what happened.
    watcher = Socket(push.port, f"/ws/seats/?show_id={house.show_id}")
    house.hold(owner, "A1")
    cursor = status_answer(house.show_id).cursor
    house.book(owner, "A1")
    house.hold(owner, "A2")

    socket = Socket(push.port, f"/ws/seats/?show_id={house.show_id}&since={cursor}")
    assert told(socket, 3) == [
        ("seat_update", ["A-1"], None),
        ("seat_status_update", ["A-1"], "booked"),
        ("seat_status_update", ["A-2"], "held"),
    ]
    house.hold(owner, "A3")
    assert told(socket, 4)[3:] == [("seat_status_update", ["A-3"], "held")]
    back = Socket(
        push.port, f"/ws/seats/?show_id={house.show_id}&since={socket.heard[2]['cursor']}"
    )
    assert told(back, 1) == [("seat_status_update", ["A-3"], "held")]
    for it in (watcher, socket, back):
        it.close()


def test_a_cursor_that_is_none_of_ours_gets_every_seat(push, house, owner):
    house.hold(owner, "A1")
    socket = Socket(push.port, f"/ws/seats/?show_id={house.show_id}&since=nonsense")
    socket.until_count(2)
    seats = {label: it["status"] for it in socket.heard for label in it["seats"]}
    assert len(seats) == 10
    assert seats.pop("A-1") == "held"
    assert set(seats.values()) == {"available"}
    socket.close()


@pytest.mark.parametrize(
    ("query", "code"),
    [("?show_id=4711", "show_not_found"), ("?show_id=x", "invalid"), ("?show_id=0", "invalid")],
)
def test_a_show_that_is_none_is_an_error(push, house, query, code):
    socket = Socket(push.port, f"/ws/seats/{query}")
    socket.until_over()
    (error,) = socket.heard
    assert (error["type"], error["code"]) == ("error", code)
    assert error["message"]
    assert socket.code == 4404


def test_a_show_that_is_deleted_is_an_error(push, owner):
    from tests.safety.conftest import make_show

    show = make_show()
    socket = Socket(push.port, f"/ws/seats/?show_id={show.pk}")
    show.delete()
    socket.until_over()
    assert [it["code"] for it in socket.heard] == ["show_not_found"]


def test_one_only_listens(push, house, owner):
    socket = Socket(push.port, f"/ws/seats/?show_id={house.show_id}")
    socket.say({"type": "book", "seats": ["A-1"]})
    assert socket.until_type("error")[0]["code"] == "invalid"
    house.hold(owner, "A1")
    socket.until_type("seat_status_update")
    socket.close()
