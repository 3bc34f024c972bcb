"""Socket.IO: rooms of shows, and a word in private for whoever was refused."""

import http.client
import json
from contextlib import suppress

import pytest
import socketio

from seats.customers.guests import customer_of
from seats.domain import SeatNames
from seats.errors import SeatsUnavailable
from seats.reservations import release_selections, select_seats
from tests.realtime.clients import Room
from tests.realtime.conftest import token_of
from tests.realtime.processes import ask, post
from tests.safety.conftest import make_show

pytestmark = pytest.mark.django_db(transaction=True)

GUEST = "a-guest-whom-nobody-knows"


@pytest.fixture
def room(loop, push):
    """Opens connections, and closes them after the test."""
    opened = []

    def open_one(port=push.port, **how):
        how.setdefault("transports", ["websocket"])
        opened.append(Room(loop, port, **how))
        return opened[-1]

    yield open_one
    for each in opened:
        each.close()


def select(session, show_id, *labels):
    select_seats(customer_of(session), show_id, SeatNames.of(*labels))


def test_the_documented_flow(push, serve, house, owner, room):
    """connect, register-user, join the show; then others select, release and book."""
    socket = room()
    assert socket.ask("register-user", "64f0c0ffee") == {"registered": False}
    joined = socket.ask("join-show", house.show_id)
    assert joined == {"joined": True, "showId": house.show_id}

    select(GUEST, house.show_id, "A1", "A2")
    assert socket.until_event("seats-selected") == [
        {"showId": house.show_id, "seats": ["A1", "A2"]}
    ]
    release_selections(customer_of(GUEST))
    assert socket.until_event("seats-released") == [
        {"showId": house.show_id, "seats": ["A1", "A2"]}
    ]
    token = {"Authorization": f"Token {token_of(owner)}"}
    body = {"show_id": house.show_id, "seats": ["B1"]}
    assert post(serve(), "/api/seats/hold-batch/", body, **token)[0] == 200
    assert post(serve(), "/api/seats/book-batch/", body, **token)[0] == 200
    assert socket.until_event("seats-booked") == [{"showId": house.show_id, "seats": ["B1"]}]
    assert [said[0] for said in socket.heard] == [
        "seats-selected",
        "seats-released",
        "seats-selected",
        "seats-booked",
    ]


def test_both_transports_hear_the_same(house, owner, room):
    rooms = [room(), room(transports=["polling"]), room(transports=["polling", "websocket"])]
    for each in rooms:
        each.ask("join-show", str(house.show_id))
    house.hold(owner, "A1")
    house.book(owner)
    for each in rooms:
        each.until_event("seats-booked")
        assert each.heard == [
            ("seats-selected", {"showId": str(house.show_id), "seats": ["A1"]}),
            ("seats-booked", {"showId": str(house.show_id), "seats": ["A1"]}),
        ]


def test_what_one_selects_oneself_is_told_to_others_only(house, owner, room):
    """Known by token or cookie; what somebody claims to be counts for nothing."""
    mine = room(headers={"Authorization": f"Token {token_of(owner)}"})
    also_mine = room(auth={"token": token_of(owner)})
    guests = room(auth={"sessionId": GUEST})
    claims = room()
    for each in (mine, also_mine, guests, claims):
        each.ask("join-show", house.show_id)
    assert mine.ask("register-user", 7) == {"registered": True}
    assert claims.ask("register-user", owner.user_id) == {"registered": False}

    house.hold(owner, "A1")
    select(GUEST, house.show_id, "B1")
    house.release(owner, "A1")

    for each, labels in (
        (mine, ["B1"]),
        (also_mine, ["B1"]),
        (guests, ["A1"]),
        (claims, ["A1", "B1"]),
    ):
        each.until_event("seats-released")
        assert [said["seats"] for said in each.of("seats-selected")] == [[it] for it in labels]


def test_a_selection_that_runs_out_is_told(house, room, settings):
    settings.SELECT_TTL_SECONDS = 1
    socket = room(auth={"sessionId": GUEST})
    socket.ask("join-show", house.show_id)
    select(GUEST, house.show_id, "A1")
    assert socket.until_event("seats-released") == [{"showId": house.show_id, "seats": ["A1"]}]


def test_whoever_is_refused_hears_of_it_and_nobody_else(push, house, owner, rival, room):
    house.hold(rival, "A1")
    mine = room(headers={"Authorization": f"Token {token_of(owner)}"})
    others = room(headers={"Authorization": f"Token {token_of(rival)}"})
    for each in (mine, others):
        each.ask("join-show", house.show_id)

    token = {"Authorization": f"Token {token_of(owner)}"}
    body = {"show_id": house.show_id, "seats": ["A1", "A2"]}
    status, refused = post(push, "/api/seats/hold-batch/", body, **token)

    assert status == 409
    assert mine.until_event("seat-conflict") == [
        {"showId": house.show_id, "seats": ["A1"], "message": refused["detail"]}
    ]
    house.hold(rival, "B1")
    mine.until_event("seats-selected")
    assert others.heard == []


def test_a_refusal_under_gunicorn_is_its_answer(serve, house, owner, rival):
    """Without Redis it is told no other way; nothing goes wrong."""
    house.hold(rival, "A1")
    with pytest.raises(SeatsUnavailable):
        house.hold(owner, "A1")


def test_unbooking_and_removal_are_told(house, owner, rival, room):
    from django.contrib.auth.models import User

    house.hold(owner, "A1", "A2")
    house.book(owner)
    socket = room()
    socket.ask("join-show", house.show_id)
    house.unbook_by_staff("A1")
    User.objects.get(pk=owner.user_id).delete()
    assert [it["seats"] for it in socket.until_event("seats-released", 2)] == [["A1"], ["A2"]]


def test_a_show_can_be_left(house, owner, room):
    socket = room()
    other = make_show()
    socket.ask("join-show", house.show_id)
    socket.ask("join-show", other.pk)
    socket.say("leave-show", house.show_id)
    # Answered after it.
    socket.ask("register-user", "me")
    house.hold(owner, "A1")
    select(GUEST, other.pk, "A1")
    assert [it["showId"] for it in socket.until_event("seats-selected")] == [other.pk]


@pytest.mark.parametrize(
    ("event", "said", "code"),
    [
        ("join-show", None, "invalid"),
        ("join-show", "x", "invalid"),
        ("join-show", True, "invalid"),
        ("join-show", {"id": 1}, "invalid"),
        ("join-show", (1, 2), "invalid"),
        ("join-show", 0, "invalid"),
        ("join-show", 987654, "show_not_found"),
        ("leave-show", "x", "invalid"),
        ("register-user", None, "invalid"),
        ("register-user", {"$ne": 1}, "invalid"),
        ("book-everything", 1, "invalid"),
    ],
)
def test_a_wrong_message_gets_an_error(house, room, event, said, code):
    socket = room()
    socket.say(event, said)
    (error,) = socket.until_event("error")
    assert (error["type"], error["code"]) == ("error", code)
    assert error["message"]


def test_no_more_than_a_hundred_messages_a_second(without_clock, house, owner, room):
    socket = room(without_clock.port)
    socket.ask("join-show", house.show_id)
    # That was one, and to connect another.
    for _ in range(97):
        socket.say("register-user", "me")
    assert socket.ask("register-user", "me") == {"registered": False}
    for _ in range(20):
        socket.say("register-user", "me")
    socket.until_event("error")
    house.hold(owner, "A1")
    socket.until_event("seats-selected")
    assert [error["code"] for error in socket.of("error")] == ["throttled"]


@pytest.mark.parametrize("transport", ["websocket", "polling"])
def test_a_message_that_is_too_large_ends_the_connection(house, room, transport):
    socket = room(transports=[transport])
    with suppress(socketio.exceptions.SocketIOError):
        socket.say("register-user", "x" * 70_000)
    socket.until_over()


@pytest.mark.parametrize("raw", ["4", "9", "42[", '42["join-show"', "4" + "9" * 60_000, "451-"])
def test_what_is_no_message_ends_the_connection_and_nothing_else(push, house, raw):
    path = "/socket.io/?EIO=4&transport=polling"
    opened = json.loads(push.get(path)[2][1:])
    path += f"&sid={opened['sid']}"
    assert ask(push, "POST", path, b"40")[0] == 200
    status, _, _ = ask(push, "POST", path, raw.encode())
    assert status in (200, 400)
    assert push.get(f"/api/seat-status/?show_id={house.show_id}")[0] == 200


@pytest.mark.parametrize(
    "path",
    [
        "/socket.io/?EIO=3&transport=polling",
        "/socket.io/?EIO=4&transport=smoke",
        "/socket.io/?EIO=4&transport=polling&sid=nobody",
        "/socket.io/",
    ],
)
def test_what_is_no_connection_is_refused(push, path):
    assert push.get(path)[0] == 400


def test_pages_of_other_sites_are_not_let_in(push, house, room):
    path = "/socket.io/?EIO=4&transport=polling"
    status, headers, body = push.get(path, Origin="https://elsewhere.example")
    assert (status, json.loads(body)["code"]) == (403, "cross_origin")
    assert "access-control-allow-origin" not in headers
    assert push.get(path, Origin=f"http://127.0.0.1:{push.port}")[0] == 200
    assert push.get(path, Sec_Fetch_Site="cross-site")[0] == 403
    assert push.get(path, Host="elsewhere.example")[0] == 400
    with pytest.raises(socketio.exceptions.ConnectionError):
        room(headers={"Origin": "https://elsewhere.example"})


def test_fifty_shows_at_a_time(house, room):
    shows = [make_show(rows=1, seats_per_row=1).pk for _ in range(51)]
    socket = room()
    answers = [socket.ask("join-show", show) for show in shows]
    assert [it["joined"] for it in answers] == [True] * 50 + [False]


def test_a_stranger_line_is_not_left_open(push):
    """Somebody who only knocks: a request that breaks off does not count for ever."""
    line = http.client.HTTPConnection("127.0.0.1", push.port)
    line.request("GET", "/socket.io/?EIO=4&transport=polling")
    line.close()
    assert push.get("/socket.io/?EIO=4&transport=polling")[0] == 200
