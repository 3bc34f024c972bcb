"""GET /api/seats/my-bookings/ and GET /api/seats/bookings/{reference}/"""

import pytest

from tests.api.people import labels, problem


@pytest.fixture
def reference(owner, show):
    owner.hold(show, "A1", "A2")
    return owner.book(show).json()["booking"]["reference"]


def test_one_sees_ones_own(owner, rival, reference):
    bookings = owner.get("/api/seats/my-bookings/").json()["bookings"]

    assert [booking["reference"] for booking in bookings] == [reference]
    assert labels(bookings[0]["seats"]) == ["A1", "A2"]
    assert rival.get("/api/seats/my-bookings/").json() == {"bookings": []}


def test_one_booking_by_its_reference(owner, reference, show):
    response = owner.get(f"/api/seats/bookings/{reference}/")

    booking = response.json()["booking"]
    assert booking["reference"] == reference
    assert booking["show"]["id"] == show.pk
    assert booking["show"]["movie"] == "The Long Tide"
    assert response.headers["Cache-Control"] == "no-store"


def test_a_reference_may_be_typed_in_small_letters(owner, reference):
    assert owner.get(f"/api/seats/bookings/{reference.lower()}/").status_code == 200


def test_somebody_elses_is_not_found(rival, reference):
    problem(rival.get(f"/api/seats/bookings/{reference}/"), 404, "booking_not_found")
    problem(rival.cancel(reference), 404, "booking_not_found")


@pytest.mark.parametrize(
    "nonsense",
    [
        "x",
        "0",
        "%00",
        "A%00",
        "%ED%A0%80",
        "%FF",
        "A" * 5000,
        "'--",
        "\uff21\uff21\uff21\uff21",
        "%20",
    ],
)
def test_nonsense_is_not_found(owner, nonsense):
    problem(owner.get(f"/api/seats/bookings/{nonsense}/"), 404, "booking_not_found")
    problem(owner.cancel(nonsense), 404, "booking_not_found")


def test_a_stranger_has_to_log_in(stranger, db):
    problem(stranger.get("/api/seats/my-bookings/"), 401, "not_authenticated")
    problem(stranger.get("/api/seats/bookings/AAAA-AAAA/"), 401, "not_authenticated")
