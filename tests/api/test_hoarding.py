"""Limits on keeping seats from others, as clients meet them. The rules: tests/engine."""

import json
from datetime import timedelta

import pytest

from seats import database
from seats.domain import asking_from
from seats.models import Hold, Seat, SeatEvent
from tests.api.people import problem


@pytest.fixture(autouse=True)
def _limits(settings):
    settings.HOARD_MAX_SEATS, settings.HOARD_SEAT_MINUTES, settings.HOARD_LAPSES = 3, None, 2


def hold_from(person, address, show, *seats):
    return person.client.post(
        "/api/seats/hold-batch/",
        json.dumps({"show_id": show.pk, "seats": seats}),
        "application/json",
        headers=person.headers,
        REMOTE_ADDR=address,
    )


def test_too_many_seats_in_all_shows(owner, make_show):
    owner.hold(make_show(), "A1", "A2", "A3")

    refused = problem(owner.hold(make_show(), "A1"), 409, "seat_limit")

    assert refused["limit"] == 3
    assert refused["detail"] == "You can hold up to 3 seats at a time, all shows together."


def test_too_many_holds_that_ran_out(owner, show):
    for _ in range(2):
        owner.hold(show, "A1")
        ran_out = database.now() - timedelta(milliseconds=1)
        Hold.objects.update(expires_at=ran_out)
        Seat.objects.filter(status="HELD").update(held_until=ran_out)

    response = owner.hold(show, "A1")

    problem(response, 429, "throttled")
    assert 3500 < int(response.headers["Retry-After"]) <= 3600


def test_of_an_address_a_digest_is_kept_with_the_hold_alone(owner, show):
    assert hold_from(owner, "192.0.2.77", show, "A1").status_code == 200

    assert len(Hold.objects.get().origin) == 64
    assert "192.0.2.77" not in repr(list(Hold.objects.values()))
    assert Hold.objects.get().origin not in repr(list(SeatEvent.objects.values()))
    assert asking_from.get() == ""


def test_customers_of_one_address_have_limits_together(owner, rival, show, settings):
    settings.HOARD_MAX_SEATS = 1
    Hold.objects.bulk_create(
        Hold(
            show=show,
            customer=f"guest:{n}",
            seat_ids=[n],
            started_at="2026-01-01T00:00:00Z",
            expires_at="2999-01-01T00:00:00Z",
            largest=1,
            origin="",
        )
        for n in range(10)
    )
    hold_from(owner, "192.0.2.77", show, "A1")
    Hold.objects.update(origin=Hold.objects.get(customer=f"user:{owner.user.pk}").origin)
    Hold.objects.update(started_at=Hold.objects.get(customer=f"user:{owner.user.pk}").started_at)

    problem(hold_from(rival, "192.0.2.77", show, "A2"), 429, "throttled")
    assert hold_from(rival, "192.0.2.78", show, "A2").status_code == 200
