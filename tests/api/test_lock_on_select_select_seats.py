"""POST /api/bookings/select-seats and its neighbours, for pages that hear of locks by Socket.IO.

The first test walks through the flow those pages are written for.
"""

import json

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from seats import availability, feed
from seats.api import throttles
from seats.customers.guests import customer_of
from seats.domain import Customer
from seats.errors import Busy
from tests.api.people import PASSWORD, Person, lapse, problem

SELECT, RELEASE = "/api/bookings/select-seats", "/api/bookings/release-seats"


@pytest.fixture(autouse=True)
def _half_a_minute(settings):
    settings.SELECT_TTL_SECONDS = 30


@pytest.fixture
def visitor(db):
    """Somebody in another browser who has not logged in either."""
    return Person()


def select(who, show, *seats, **headers):
    return who.post(SELECT, {"showId": show.pk, "seats": list(seats)}, **headers)


def release(who, show, *seats):
    return who.post(RELEASE, {"showId": show.pk, "seats": list(seats)})


def busy(*_, **__):
    raise Busy


def locked(who, show):
    """``(bookedSeats, lockedByOthers, lockedByMe)`` as one visitor sees them."""
    answer = who.get(f"/api/bookings/locked-seats/{show.pk}")
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    body = answer.json()
    assert body["showId"] == show.pk
    return body["bookedSeats"], body["lockedByOthers"], body["lockedByMe"]


def refused(response, status, code):
    """An error in the words of both: those of these clients, and a problem document."""
    body = problem(response, status, code)
    assert body["success"] is False
    assert body["message"] == body["detail"]
    return body


def test_the_documented_flow(stranger, visitor, owner, show):
    owner.hold(show, "B1")
    owner.book(show)

    # 1. Select seats: { success: true, seats, expiresIn: 30 }
    selected = select(stranger, show, "A1", "A2")
    assert selected.status_code == 200
    assert {**selected.json(), "expiresAt": "", "cursor": ""} == {
        "success": True,
        "showId": show.pk,
        "seats": ["A1", "A2"],
        "expiresIn": 30,
        "expiresAt": "",
        "cursor": "",
    }

    # 2. Multiple users selecting different seats
    assert select(visitor, show, "A3", "A4").status_code == 200

    # 3. Conflict detection: all or nothing, with a message to show
    conflict = refused(select(visitor, show, "A2", "A5"), 409, "seats_unavailable")
    assert conflict["conflicts"] == ["A2"]
    assert conflict["message"] == "A2 was taken a moment ago."

    # 4. Same user re-selecting their own seats
    again = select(stranger, show, "A1", "A2").json()
    assert (again["success"], again["seats"], again["expiresIn"]) == (True, ["A1", "A2"], 30)

    # 5. Get seat status: { showId, bookedSeats, lockedByOthers, lockedByMe }
    assert locked(stranger, show) == (["B1"], ["A3", "A4"], ["A1", "A2"])
    assert locked(visitor, show) == (["B1"], ["A1", "A2"], ["A3", "A4"])

    # 6. Release seats: { success: true, released: true }
    released = release(stranger, show, "A1").json()
    assert (released["success"], released["released"]) == (True, True)
    assert locked(visitor, show) == (["B1"], ["A2"], ["A3", "A4"])

    # 7. Automatic lock expiry
    lapse()
    feed._shows.clear()
    assert locked(visitor, show) == (["B1"], [], [])
    assert select(visitor, show, "A2").status_code == 200


def test_somebody_with_an_account_holds_and_books_what_they_selected(owner, rival, show):
    select(owner, show, "A1", "A2")
    assert owner.get("/api/seats/my-holds/").json()["holds"][0]["expires_in"] <= 30

    held = owner.hold(show, "A1", "A2").json()["hold"]
    assert held["expires_in"] == 600
    assert select(owner, show, "A3").json()["expiresIn"] > 30
    refused(select(rival, show, "A3"), 409, "seats_unavailable")

    booked = owner.book(show).json()["booking"]
    assert [seat["label"] for seat in booked["seats"]] == ["A1", "A2", "A3"]


def test_a_selection_is_booked_like_any_hold(owner, show):
    select(owner, show, "A1")

    assert owner.book(show).status_code == 200
    refused(select(owner, show, "A1"), 409, "seats_unavailable")


def test_what_one_does_not_have_is_left_alone(stranger, visitor, show):
    select(stranger, show, "A1")

    body = release(visitor, show, "A1", "A2").json()

    assert (body["released"], body["seats"]) == (True, [])
    assert locked(stranger, show)[2] == ["A1"]


@pytest.mark.parametrize("show_id", [str, int])
def test_ids_are_numbers_or_text(stranger, show, show_id):
    body = {"showId": show_id(show.pk), "seats": ["a-01", {"row": "A", "number": 2}, "A1"]}

    assert stranger.post(SELECT, body).json()["seats"] == ["A1", "A2"]
    assert stranger.post(f"{RELEASE}/", body).json()["seats"] == ["A1", "A2"]


BAD = {
    "no body": b"",
    "no JSON": b"{",
    "a list": b"[]",
    "NUL": b'{"showId": 1, "seats": ["A1\\u0000"]}',
    "a lone surrogate": b'{"showId": 1, "seats": ["\\ud800"]}',
    "a number of 70 digits": b'{"showId": 1' + b"0" * 70 + b', "seats": ["A1"]}',
    "digits without end": json.dumps({"showId": "1" * 70, "seats": ["A1"]}).encode(),
    "the id 0": b'{"showId": "0", "seats": ["A1"]}',
    "a leading zero": b'{"showId": "01", "seats": ["A1"]}',
    "a sign": b'{"showId": "+1", "seats": ["A1"]}',
    "a space": b'{"showId": " 1", "seats": ["A1"]}',
    "a fraction": b'{"showId": 1.0, "seats": ["A1"]}',
    "true": b'{"showId": true, "seats": ["A1"]}',
    "null": b'{"showId": null, "seats": ["A1"]}',
    "another name": b'{"show_id": 1, "seats": ["A1"]}',
    "no seats": b'{"showId": 1}',
    "none of the seats": b'{"showId": 1, "seats": []}',
    "seats as a text": b'{"showId": 1, "seats": "A1"}',
    "numbers for seats": b'{"showId": 1, "seats": [1]}',
    "no labels": b'{"showId": 1, "seats": ["?", "", "A0", "A1; DROP"]}',
    "100,000 seats": json.dumps({"showId": 1, "seats": [1] * 100_000}).encode()[: 256 * 1024],
    "many seats": json.dumps({"showId": 1, "seats": ["A1"] * 501}).encode(),
}


@pytest.mark.parametrize("what", BAD)
def test_what_is_wrong_is_said(stranger, show, what):
    for path in (SELECT, RELEASE):
        refused(stranger.post(path, BAD[what]), 400, "invalid")
    assert locked(stranger, show) == ([], [], [])


def test_a_hundred_thousand_seats_are_too_much_to_read(stranger, show):
    body = {"showId": show.pk, "seats": ["A1"] * 100_000}

    refused(stranger.post(SELECT, body), 413, "too_large")


def test_shows_and_seats_that_do_not_exist(stranger, show):
    assert refused(select(stranger, show, "A1", "Z1"), 404, "seat_not_found")["unknown"] == ["Z1"]
    for path in (SELECT, RELEASE):
        refused(stranger.post(path, {"showId": 2**63 - 1, "seats": ["A1"]}), 404, "show_not_found")
    for show_id in ("0", "x", "1" * 70, "%00", 2**63 - 1, show.pk + 1000):
        answer = stranger.get(f"/api/bookings/locked-seats/{show_id}")
        refused(answer, 404, "show_not_found")


def test_more_seats_than_one_may_have(stranger, show, settings):
    settings.MAX_SEATS_PER_HOLD = 2
    select(stranger, show, "A1", "A2")

    assert refused(select(stranger, show, "A3"), 409, "seat_limit")["limit"] == 2


def test_a_show_that_has_begun(stranger, make_show):
    begun = make_show()
    type(begun).objects.update(starts_at="2001-01-01T00:00Z")

    refused(select(stranger, begun, "A1"), 409, "sales_closed")


def test_a_token_that_is_not_valid(stranger, show):
    refused(select(stranger, show, "A1", Authorization="Token nonsense"), 401, "not_authenticated")


def test_another_site(stranger, show):
    for path in (SELECT, RELEASE):
        body = {"showId": show.pk, "seats": ["A1"]}
        refused(stranger.post(path, body, Origin="https://evil.example"), 403, "cross_origin")


def test_a_key_makes_it_happen_once(stranger, show):
    locked(stranger, show)
    first = select(stranger, show, "A1", **{"Idempotency-Key": "k"})
    release(stranger, show, "A1")
    again = select(stranger, show, "A1", **{"Idempotency-Key": "k"})

    assert again.headers["Idempotency-Replayed"] == "true"
    assert again.json() == first.json()
    assert locked(stranger, show) == ([], [], [])
    refused(select(stranger, show, "A2", **{"Idempotency-Key": "k"}), 422, "idempotency_key_reused")


def test_a_key_is_the_guests_own(stranger, visitor, show):
    for who, seat in ((stranger, "A1"), (visitor, "A2")):
        assert select(who, show, seat, **{"Idempotency-Key": "k"}).status_code == 200


# Guests


def test_a_guest_is_known_by_a_cookie_from_the_first_click(stranger, show, settings):
    cookie = select(stranger, show, "A1").cookies["guest"]

    assert cookie["httponly"]
    assert (cookie["samesite"], cookie["path"], cookie["secure"]) == ("Lax", "/", "")
    assert (cookie["max-age"], cookie["expires"]) == ("", "")
    assert len(cookie.value) == 32
    assert select(stranger, show, "A2").cookies.get("guest") is None
    settings.SESSION_COOKIE_SECURE = True
    assert select(Person(), show, "A3").cookies["guest"]["secure"]


def test_two_guests_are_two(stranger, visitor, show):
    cookies = {
        select(who, show, seat).cookies["guest"].value
        for who, seat in ((stranger, "A1"), (visitor, "A2"))
    }

    assert len(cookies) == 2


def test_looking_comes_before_clicking(stranger, show):
    """A first click whose answer is lost must not stand in the way of the second."""
    locked(stranger, show)
    as_it_was = stranger.client.cookies["guest"].value
    select(stranger, show, "A1")

    assert stranger.client.cookies["guest"].value == as_it_was
    assert locked(stranger, show)[2] == ["A1"]


@pytest.mark.parametrize("value", ["", "short", "x" * 129, "a\tb" * 9, "\u00e4" * 20])
def test_a_cookie_that_is_none_of_ours_is_replaced(stranger, show, value):
    stranger.client.cookies["guest"] = value

    answer = select(stranger, show, "A1")

    assert answer.status_code == 200
    assert len(answer.cookies["guest"].value) == 32


def test_nobody_is_told_who_has_a_seat(stranger, visitor, show):
    select(stranger, show, "A1")
    cookie = stranger.client.cookies["guest"].value
    key = customer_of(cookie).key.removeprefix("guest:")

    told = [
        visitor.get(f"/api/bookings/locked-seats/{show.pk}"),
        visitor.get("/api/seats/events/", {"show_id": show.pk}),
        visitor.get("/api/seats/", {"show_id": show.pk}),
        select(visitor, show, "A1"),
    ]

    for answer in told:
        assert cookie not in answer.content.decode()
        assert key not in answer.content.decode()


def test_a_guest_who_logs_in_keeps_the_seats(show, rival, make_show):
    other = make_show()
    person = Person("guest")
    select(person, show, "A1", "A2")
    select(person, other, "C1")

    person.log_in()

    assert person.client.cookies["guest"].value == ""
    assert locked(person, show) == ([], [], ["A1", "A2"])
    assert locked(person, other)[2] == ["C1"]
    assert person.hold(show, "A1", "A2").status_code == 200
    assert person.book(other).status_code == 200
    refused(select(rival, show, "A1"), 409, "seats_unavailable")


def test_a_login_does_not_fail_for_it(show, monkeypatch):
    """It is made up for by the next request that is about those seats."""
    person = Person("guest")
    select(person, show, "A1")
    with monkeypatch.context() as patched:
        patched.setattr("seats.reservations.adopt_selections", busy)
        person.log_in()

    assert locked(person, show) == ([], [], ["A1"])
    assert person.hold(show, "A1").status_code == 200
    assert availability.holds_of(Customer.of_user(person.user.pk))


@pytest.mark.parametrize("then", ["select", "hold", "book"])
def test_who_came_in_by_another_door_finds_their_seats(show, then):
    """Through the admin, say, which knows nothing of guests."""
    person = Person("guest")
    select(person, show, "A1")
    person.client.login(username="guest", password=PASSWORD)

    answer = {"select": select, "hold": Person.hold, "book": Person.book}[then](person, show, "A1")

    assert answer.status_code == 200
    assert locked(person, show)[2] == ([] if then == "book" else ["A1"])


# Limits


@pytest.fixture
def _still(monkeypatch):
    class Clock:
        def time(self):
            return 6_000_000.0

    monkeypatch.setattr(throttles, "time", Clock())


@pytest.mark.usefixtures("_still")
def test_guests_are_counted_each_and_by_their_address(stranger, show, settings):
    settings.THROTTLE_WRITE = "2/min"
    select(stranger, show, "A1")
    release(stranger, show, "A1")

    answer = select(stranger, show, "A1")
    assert refused(answer, 429, "throttled")
    assert answer.headers["Retry-After"]
    statuses = [select(Person(), show, "A1").status_code for _ in range(20)]
    assert statuses[0] == 200
    assert statuses[-1] == 429
    elsewhere = Client(REMOTE_ADDR="192.0.2.7")
    body = {"showId": show.pk, "seats": ["A5"]}
    assert elsewhere.post(SELECT, body, content_type="application/json").status_code == 200


@pytest.mark.usefixtures("_still")
def test_customers_are_counted_as_for_all_they_write(owner, show, settings):
    settings.THROTTLE_WRITE = "1/min"
    owner.hold(show, "A1")

    refused(select(owner, show, "A2"), 429, "throttled")


def test_a_database_that_cannot_be_had(stranger, show, monkeypatch):
    monkeypatch.setattr("seats.reservations.select_seats", busy)

    answer = select(stranger, show, "A1")

    refused(answer, 503, "busy")
    assert answer.headers["Retry-After"] == "1"


def test_it_takes_few_questions_to_the_database(stranger, owner, show):
    locked(stranger, show)
    for who, most in ((stranger, 12), (owner, 13)):
        with CaptureQueriesContext(connection) as captured:
            select(who, show, "A1" if who is stranger else "A2")
        assert len(captured) <= most, [query["sql"] for query in captured]
    with CaptureQueriesContext(connection) as captured:
        locked(stranger, show)
    assert len(captured) <= 5, [query["sql"] for query in captured]
