"""Deleting an account frees what its owner held and booked for shows to come."""

from datetime import UTC, datetime

from seats.models import SeatEvent, ShowTime
from tests.api.people import problem


def test_the_seats_are_free_again(owner, rival, show):
    owner.hold(show, "A1", "A2")
    owner.book(show, "A1")

    owner.user.delete()

    assert rival.hold(show, "A1", "A2").status_code == 200
    kinds = list(SeatEvent.objects.order_by("version").values_list("kind", flat=True))
    assert kinds == ["held", "booked", "released", "cancelled", "held"]


def test_a_show_that_has_begun_keeps_its_audience(owner, rival, show):
    owner.hold(show, "A1")
    owner.book(show)
    ShowTime.objects.update(starts_at=datetime(2001, 1, 1, tzinfo=UTC))

    owner.user.delete()

    seats = rival.get("/api/seats/", {"show_id": show.pk}).json()["seats"]
    assert seats[0]["status"] == "BOOKED"


def test_the_token_dies_with_the_account(owner, show):
    owner.user.delete()

    problem(owner.hold(show, "A1"), 401, "not_authenticated")
