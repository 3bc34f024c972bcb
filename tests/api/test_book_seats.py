"""POST /api/seats/book-batch/"""

import pytest

from tests.api.people import labels, lapse, problem


def test_it_books_the_whole_hold(owner, show):
    owner.hold(show, "A1", "C1")

    response = owner.book(show)

    assert response.status_code == 200
    answer = response.json()
    assert labels(answer["booking"]["seats"]) == ["A1", "C1"]
    assert answer["booking"]["status"] == "confirmed"
    assert answer["total_paid"] == answer["booking"]["total_price"] == "23.00"
    assert answer["booking"]["currency"] == "EUR"
    assert answer["booking"]["reference"] in answer["message"]


def test_it_books_the_named_part(owner, show):
    owner.hold(show, "A1", "A2", "A3")

    answer = owner.book(show, "A1", "A-2").json()

    assert labels(answer["booking"]["seats"]) == ["A1", "A2"]
    held = owner.get("/api/seats/my-holds/").json()["holds"]
    assert labels(held[0]["seats"]) == ["A3"]


def test_booking_again_answers_with_the_same_booking(owner, show):
    owner.hold(show, "A1", "A2")
    first = owner.book(show, "A1", "A2").json()

    again = owner.book(show, "A1", "A2")

    assert again.status_code == 200
    assert again.json()["booking"] == first["booking"]
    assert again.json()["cursor"].split(".")[1] == first["cursor"].split(".")[1]


def test_what_somebody_else_holds(owner, rival, show):
    rival.hold(show, "A1")

    problem(owner.book(show, "A1"), 409, "not_held")
    problem(owner.book(show), 409, "not_held")


def test_an_expired_hold(owner, show):
    owner.hold(show, "A1")
    lapse()

    response = owner.book(show)

    problem(response, 410, "hold_expired")
    assert response.headers["Cache-Control"] == "no-store"


def test_seats_that_do_not_exist(owner, show):
    body = problem(owner.book(show, "Q1"), 404, "seat_not_found")

    assert body["unknown"] == ["Q1"]


@pytest.mark.parametrize("seats", [None, []])
def test_no_seats_are_not_all_seats(owner, show, seats):
    """Only leaving the member out means the whole hold."""
    owner.hold(show, "A1")

    response = owner.post("/api/seats/book-batch/", {"show_id": show.pk, "seats": seats})

    assert list(problem(response, 400, "invalid")["errors"]) == ["seats"]
    assert owner.get("/api/seats/my-bookings/").json() == {"bookings": []}


def test_a_stranger_has_to_log_in(stranger, show):
    problem(stranger.book(show), 401, "not_authenticated")
