"""Pages that lock a seat when it is clicked: their documented flows, over HTTP and push."""

import json

import pytest

from tests.realtime.clients import Room, Socket
from tests.realtime.processes import ask, post

pytestmark = pytest.mark.django_db(transaction=True)

FIRST, SECOND = "session-of-the-first-tab", "session-of-the-second-tab"


def tab(server, house, session):
    socket = Socket(server.port, "/ws/seat-updates")
    socket.say({"type": "subscribe", "showtimeId": str(house.show_id), "sessionId": session})
    socket.until_type("current_seat_status")
    return socket


def seen(socket, count):
    changes = socket.until_type("seat_status_change", count)
    return [(it["seatId"], it["status"], it.get("sessionId")) for it in changes]


@pytest.mark.parametrize("where", ["daphne", "gunicorn"])
def test_two_tabs_that_lock_seats_one_by_one(push, serve, house, where):
    """Lock, be refused, unlock, leave: whichever process takes the locks."""
    server = push if where == "daphne" else serve()
    first, second = tab(push, house, FIRST), tab(push, house, SECOND)
    lock = {"showtimeId": house.show_id, "seatId": "A04"}

    status, said = post(server, "/api/seat-locks", {**lock, "sessionId": FIRST})
    assert (status, said["success"], said["data"]["isNewLock"]) == (200, True, True)
    assert seen(second, 1) == [("A04", "locked", None)]
    assert seen(first, 1) == [("A04", "locked", FIRST)]

    status, said = post(server, "/api/seat-locks", {**lock, "sessionId": SECOND})
    assert (status, said["success"], said["errorCode"]) == (409, False, "SEAT_LOCKED")

    path = f"/api/seat-locks?showtimeId={house.show_id}&seatId=A04&sessionId={FIRST}"
    assert json.loads(ask(server, "DELETE", path)[2])["success"] is True
    assert seen(second, 2)[1] == ("A04", "unlocked", None)

    assert post(server, "/api/seat-locks", {**lock, "sessionId": FIRST})[0] == 200
    assert seen(second, 3)[2] == ("A04", "locked", None)
    first.close()
    assert seen(second, 4)[3] == ("A04", "unlocked", None)
    second.close()


def test_rooms_whose_members_select_seats(push, loop, house):
    """The guide's flow: connect, select, conflict, release, disconnect; guests by their cookie."""
    known = ask(push, "GET", f"/api/bookings/locked-seats/{house.show_id}")
    cookie = {"Cookie": known[1]["set-cookie"].partition(";")[0]}
    mine = Room(loop, push.port, headers={**cookie}, transports=["websocket"])
    watcher = Room(loop, push.port, transports=["websocket"])
    for each in (mine, watcher):
        each.ask("register-user", "somebody")
        each.ask("join-show", house.show_id)
    wanted = {"showId": house.show_id, "seats": ["A1", "A2"]}

    status, said = post(push, "/api/bookings/select-seats", wanted, **cookie)
    assert (status, said["success"], said["seats"]) == (200, True, ["A1", "A2"])
    assert watcher.until_event("seats-selected") == [wanted]
    # Selecting one's own again is fine, and no news.
    again = post(push, "/api/bookings/select-seats", wanted, **cookie)
    assert again[0] == 200, again

    others = ask(push, "GET", f"/api/bookings/locked-seats/{house.show_id}")
    other_cookie = {"Cookie": others[1]["set-cookie"].partition(";")[0]}
    assert json.loads(others[2])["lockedByOthers"] == ["A1", "A2"]
    rival = Room(loop, push.port, headers={**other_cookie}, transports=["websocket"])
    rival.ask("join-show", house.show_id)
    clash = {"showId": house.show_id, "seats": ["A2", "A3"]}
    status, said = post(push, "/api/bookings/select-seats", clash, **other_cookie)
    assert (status, said["success"], said["conflicts"]) == (409, False, ["A2"])
    (conflict,) = rival.until_event("seat-conflict")
    assert (conflict["showId"], conflict["seats"]) == (house.show_id, ["A2"])

    one = {"showId": house.show_id, "seats": ["A1"]}
    assert post(push, "/api/bookings/release-seats", one, **cookie)[1]["released"] is True
    assert watcher.until_event("seats-released") == [one]
    mine.close()
    assert watcher.until_event("seats-released", 2)[1]["seats"] == ["A2"]
    assert [said[0] for said in watcher.heard] == [
        "seats-selected",
        "seats-released",
        "seats-released",
    ]
    assert [said[0] for said in mine.heard] == ["seats-released"]
    for each in (watcher, rival):
        each.close()
