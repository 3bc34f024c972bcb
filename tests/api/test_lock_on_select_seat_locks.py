"""/api/seat-locks, for pages that lock seats one by one and hear of locks by a WebSocket.

The first tests walk through the flows those pages are written for.
"""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from seats.customers.guests import customer_of
from seats.models import Hold, SeatEvent
from tests.api.people import Person, lapse, problem

PATH = "/api/seat-locks"
TAB_1, TAB_2 = "session-of-the-first-tab", "session-of-the-second-tab"


@pytest.fixture(autouse=True)
def _half_a_minute(settings):
    settings.SELECT_TTL_SECONDS = 30


def lock(who, show, seat="A06", session=TAB_1, **headers):
    body = {"showtimeId": str(show.pk), "seatId": seat}
    if session is not None:
        body["sessionId"] = session
    return who.post(PATH, body, **headers)


def unlock(who, **query):
    return who.client.delete(PATH, query_params=query, headers=who.headers)


def unlock_seat(who, show, seat="A06", session=TAB_1):
    return unlock(who, showtimeId=show.pk, seatId=seat, sessionId=session)


def refused(response, status, code):
    """An error in the words of both: those of these clients, and a problem document."""
    body = problem(response, status, code)
    assert body["success"] is False
    assert body["error"] == body["detail"]
    assert body["errorCode"] == ("SEAT_LOCKED" if code == "seats_unavailable" else code.upper())
    return body


def status_of(who, show, seat):
    seats = who.get("/api/seats/", {"show_id": show.pk}).json()["seats"]
    return next(each["status"] for each in seats if each["label"] == seat)


def test_the_documented_flow_of_one_user(stranger, show):
    """Select a seat: should lock immediately. Deselect it: should unlock immediately."""
    locked = lock(stranger, show, "A05")
    assert locked.status_code == 200
    body = locked.json()
    assert (body["success"], body["message"]) == (True, "A05: locked for you for 30 s.")
    assert (body["data"]["seatId"], body["data"]["isNewLock"]) == ("A05", True)
    assert body["data"]["seatDbId"] == show.seats.get(label="A5").pk
    assert body["data"]["expiresAt"].endswith("Z")
    assert status_of(stranger, show, "A5") == "HELD"

    unlocked = unlock_seat(stranger, show, "A05")
    assert unlocked.json() == {"success": True, "message": "The seat is free again."}
    assert status_of(stranger, show, "A5") == "AVAILABLE"


def test_the_documented_flow_of_two_tabs(stranger, show):
    # Tab 1: select seat; tab 2: should see it as locked
    assert lock(stranger, show, "A03").json()["data"]["isNewLock"] is True
    assert status_of(stranger, show, "A3") == "HELD"

    # Tab 2: try to select it -> should show alert
    taken = refused(lock(stranger, show, "A03", TAB_2), 409, "seats_unavailable")
    assert taken["error"] == "A3 was taken a moment ago."
    assert taken["conflicts"][0]["label"] == "A3"

    # The same session again: refreshed
    assert lock(stranger, show, "A-3").json()["data"]["isNewLock"] is False

    # Tab 1: deselect; tab 2: should see it as available
    assert unlock_seat(stranger, show, "A03").status_code == 200
    assert status_of(stranger, show, "A3") == "AVAILABLE"
    assert lock(stranger, show, "A03", TAB_2).status_code == 200


def test_a_lock_ends_by_itself(stranger, show):
    lock(stranger, show, "A1")
    lapse()

    assert lock(stranger, show, "A1", TAB_2).json()["data"]["isNewLock"] is True


@pytest.mark.parametrize("spelled", ["A5", "A05", "a-5", "A-05", {"row": "A", "number": 5}])
def test_seats_are_named_in_many_ways(stranger, show, spelled):
    assert lock(stranger, show, spelled).json()["data"]["seatId"] == "A05"


def test_a_locked_seat_and_a_sold_one(stranger, owner, show):
    owner.hold(show, "B1")
    owner.book(show)

    refused(lock(stranger, show, "B1"), 409, "seats_unavailable")


def test_all_locks_of_a_session_at_once(stranger, show, make_show):
    other = make_show()
    for each, seat in ((show, "A1"), (show, "A2"), (other, "A3")):
        lock(stranger, each, seat)
    lock(stranger, show, "A4", TAB_2)

    of_show = unlock(stranger, showtimeId=show.pk, sessionId=TAB_1)
    assert of_show.json()["message"] == "2 seats are free again."
    assert status_of(stranger, other, "A3") == "HELD"
    of_all = unlock(stranger, sessionId=TAB_1)
    assert of_all.json()["message"] == "The seat is free again."
    assert unlock(stranger, sessionId=TAB_1).json()["message"] == "There was nothing to release."
    assert status_of(stranger, show, "A4") == "HELD"


def test_the_lock_of_another_session_is_left_alone(stranger, show):
    lock(stranger, show, "A1")

    assert unlock_seat(stranger, show, "A1", TAB_2).status_code == 200
    assert status_of(stranger, show, "A1") == "HELD"


def test_somebody_with_an_account_needs_no_session(owner, rival, show):
    assert lock(owner, show, "A1", session=None).status_code == 200
    refused(lock(rival, show, "A1"), 409, "seats_unavailable")
    assert owner.hold(show, "A1").json()["hold"]["expires_in"] == 600

    # What they hold stays, unless they name it.
    unlock(owner, showtimeId=show.pk)
    assert status_of(owner, show, "A1") == "HELD"
    unlock(owner, showtimeId=show.pk, seatId="A1")
    assert status_of(owner, show, "A1") == "AVAILABLE"


def test_who_logs_in_takes_over_what_the_session_has_locked(show):
    person = Person("guest")
    lock(person, show, "A1")
    lock(person, show, "A2")
    person.log_in()

    assert lock(person, show, "A1").json()["data"]["isNewLock"] is False
    held = person.hold(show, "A1", "A2")
    assert [seat["label"] for seat in held.json()["hold"]["seats"]] == ["A1", "A2"]


def test_who_logs_in_can_let_go_of_what_the_session_has_locked(show):
    person = Person("guest")
    lock(person, show, "A1")
    lock(person, show, "A2")
    person.log_in()

    assert unlock_seat(person, show, "A1").json()["message"] == "The seat is free again."
    assert unlock(person, sessionId=TAB_1).json()["message"] == "The seat is free again."
    assert status_of(person, show, "A2") == "AVAILABLE"


BAD_BODIES = {
    "no body": {},
    "no show": {"showtimeId": None},
    "a show of 70 digits": {"showtimeId": "1" * 70},
    "a show that is no number": {"showtimeId": "x"},
    "no seat": {"seatId": None},
    "a seat that is none": {"seatId": "A0"},
    "a long seat": {"seatId": "A" * 100_000},
    "many seats": {"seatId": ["A1"] * 500},
    "a seat with a NUL": {"seatId": "A1\0"},
    "no session": {"sessionId": None},
    "a short session": {"sessionId": "fifteen-letters"},
    "a long session": {"sessionId": "x" * 129},
    "a session with a NUL": {"sessionId": "x" * 20 + "\0"},
    "half a surrogate pair": {"sessionId": "\ud800" * 20},
    "a session of other letters": {"sessionId": "\u00e4" * 20},
    "a number for a session": {"sessionId": 10**20},
}


@pytest.mark.parametrize("what", BAD_BODIES)
def test_what_is_wrong_is_said(stranger, show, what):
    good = {"showtimeId": show.pk, "seatId": "A1", "sessionId": TAB_1}
    body = {**good, **BAD_BODIES[what]} if BAD_BODIES[what] else {}

    refused(stranger.post(PATH, body), 400, "invalid")
    assert not Hold.objects.exists()


BAD_QUERIES = [
    {"sessionId": "short"},
    {"sessionId": "x" * 129},
    {"sessionId": "x" * 20 + "\0"},
    {"sessionId": [TAB_1, TAB_2]},
    {"showtimeId": "x", "sessionId": TAB_1},
    {"showtimeId": "1" * 70, "sessionId": TAB_1},
    {"showtimeId": "01", "sessionId": TAB_1},
    {"showtimeId": "1", "seatId": "?", "sessionId": TAB_1},
    {"showtimeId": "1", "seatId": "A1\0", "sessionId": TAB_1},
    {"seatId": "A1", "sessionId": TAB_1},
    {"showtimeId": "1", "seatId": "A1"},
    {},
]


@pytest.mark.parametrize("query", BAD_QUERIES, ids=str)
def test_what_is_wrong_with_a_query_is_said(stranger, show, query):
    refused(unlock(stranger, **query), 400, "invalid")


def test_a_session_in_a_query_need_not_be_utf8(stranger, show):
    refused(stranger.client.delete(f"{PATH}?sessionId=%ED%A0%80%FF" + "x" * 20), 400, "invalid")


def test_shows_and_seats_that_do_not_exist(stranger, show):
    refused(lock(stranger, show, "Z9"), 404, "seat_not_found")
    refused(unlock_seat(stranger, show, "Z9"), 404, "seat_not_found")
    show.pk = 2**63 - 1
    refused(lock(stranger, show), 404, "show_not_found")
    refused(unlock_seat(stranger, show), 404, "show_not_found")


def test_it_is_refused_from_other_sites_and_with_wrong_tokens(stranger, show):
    foreign = {"Origin": "https://evil.example"}
    wrong = {"Authorization": "Token nonsense"}
    lock(stranger, show, "A1")
    for headers, status, code in (
        (foreign, 403, "cross_origin"),
        (wrong, 401, "not_authenticated"),
    ):
        refused(lock(stranger, show, "A2", **headers), status, code)
        query = {"showtimeId": show.pk, "sessionId": TAB_1}
        answer = stranger.client.delete(PATH, query_params=query, headers=headers)
        refused(answer, status, code)
    assert status_of(stranger, show, "A1") == "HELD"


def test_a_session_is_stored_hashed_and_shown_to_nobody(stranger, show):
    lock(stranger, show, "A1")

    actor = SeatEvent.objects.get().actor
    assert actor == Hold.objects.get().customer == customer_of(TAB_1).key
    assert TAB_1 not in actor
    told = stranger.get("/api/seats/events/", {"show_id": show.pk}).content.decode()
    assert TAB_1 not in told
    assert actor.removeprefix("guest:") not in told


def test_it_is_counted(stranger, show, settings):
    settings.THROTTLE_WRITE = "1/day"
    lock(stranger, show, "A1")

    refused(lock(stranger, show, "A1"), 429, "throttled")
    refused(unlock_seat(stranger, show, "A1"), 429, "throttled")
    assert lock(stranger, show, "A2", TAB_2).status_code == 200


def test_a_new_session_is_no_way_round_the_limits_of_an_address(stranger, show, settings):
    settings.HOARD_MAX_SEATS, settings.HOARD_SEAT_MINUTES, settings.HOARD_LAPSES = 1, None, None
    seats = [seat.label for seat in show.seats.order_by("id")]

    def lock_from(address, number):
        body = {
            "showtimeId": show.pk,
            "seatId": seats[number],
            "sessionId": f"session-{number:010}",
        }
        return stranger.client.post(PATH, body, "application/json", REMOTE_ADDR=address)

    assert [lock_from("192.0.2.7", number).status_code for number in range(10)] == [200] * 10
    refused(lock_from("192.0.2.7", 10), 429, "throttled")
    assert lock_from("192.0.2.8", 10).status_code == 200
    body = {"showtimeId": show.pk, "seatId": seats[11], "sessionId": f"session-{10:010}"}
    refused(stranger.post(PATH, body), 409, "seat_limit")


def test_a_key_makes_it_happen_once(stranger, show):
    first = lock(stranger, show, "A1", **{"Idempotency-Key": "k"})
    unlock_seat(stranger, show, "A1")

    again = lock(stranger, show, "A1", **{"Idempotency-Key": "k"})

    assert again.headers["Idempotency-Replayed"] == "true"
    assert again.json() == first.json()
    assert status_of(stranger, show, "A1") == "AVAILABLE"


def test_it_takes_few_questions_to_the_database(stranger, owner, show):
    for ask, most in (
        (lambda: lock(stranger, show, "A1"), 12),
        (lambda: lock(owner, show, "A2", TAB_2), 14),
        (lambda: unlock_seat(stranger, show, "A1"), 12),
    ):
        with CaptureQueriesContext(connection) as captured:
            ask()
        assert len(captured) <= most, [query["sql"] for query in captured]
