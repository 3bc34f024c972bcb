"""POST /api/seats/bookings/{reference}/cancel/"""

from datetime import UTC, datetime

import pytest

from seats.models import ShowTime
from tests.api.people import labels, problem


@pytest.fixture
def reference(owner, show):
    owner.hold(show, "A1", "A2")
    return owner.book(show).json()["booking"]["reference"]


def test_the_seats_go_back_on_sale(owner, rival, show, reference):
    answer = owner.cancel(reference).json()

    assert answer["booking"]["status"] == "cancelled"
    assert answer["booking"]["cancelled_at"].endswith("Z")
    assert labels(rival.hold(show, "A1", "A2").json()["hold"]["seats"]) == ["A1", "A2"]


def test_cancelling_again_changes_nothing(owner, reference):
    first = owner.cancel(reference).json()

    again = owner.cancel(reference)

    assert again.status_code == 200
    assert again.json()["booking"] == first["booking"]


def test_too_late_once_the_show_has_begun(owner, reference):
    ShowTime.objects.update(starts_at=datetime(2001, 1, 1, tzinfo=UTC))

    problem(owner.cancel(reference), 409, "not_cancellable")


def test_a_stranger_has_to_log_in(stranger, reference):
    problem(stranger.cancel(reference), 401, "not_authenticated")
