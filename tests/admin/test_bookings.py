from __future__ import annotations

import pytest
from django.contrib.auth.models import User

from seats import reservations
from seats.domain import Customer
from seats.models import Booking, ShowTime
from tests.admin.people import BoxOffice, book, said, seat, states

pytestmark = pytest.mark.django_db


def found(chief: BoxOffice, words: str) -> list[str]:
    rows = chief.get("seats_booking_changelist", q=words).context["cl"].result_list
    return [booking.reference for booking in rows]


def test_it_finds_bookings_by_reference_however_it_is_typed(
    chief: BoxOffice, show: ShowTime, owner: Customer, rival: Customer
) -> None:
    mine = book(owner, show, "A1").reference
    book(rival, show, "A2")
    for typed in (mine, mine.lower(), mine.replace("-", ""), f" {mine} ", mine[:4]):
        assert found(chief, typed) == [mine]


def test_it_finds_bookings_by_customer(
    chief: BoxOffice, show: ShowTime, owner: Customer, rival: Customer
) -> None:
    mine = book(owner, show, "A1").reference
    book(rival, show, "A2")
    assert found(chief, "owner") == [mine]
    assert found(chief, "own") == [mine]
    assert found(chief, "nobody") == []
    stranger = Customer.of_user(User.objects.create_user("ABCD2345").pk)
    theirs = book(stranger, show, "A3").reference
    assert found(chief, "abcd2345") == [theirs]


def test_it_shows_seats_prices_and_what_happened(
    chief: BoxOffice, show: ShowTime, owner: Customer
) -> None:
    booking = book(owner, show, "A1", "A2")
    chief.answer(chief.choose("unbook", seat(show, "A1")), "A broken <i>seat</i>")
    page = chief.get("seats_booking_change", booking.pk).content.decode()
    assert "A2: 9.00 EUR" in page
    assert "A1: 9.00 EUR" not in page
    assert "cancelled A1, by chief, box office: A broken &lt;i&gt;seat&lt;/i&gt;" in page
    assert "booked A1, A2, by owner" in page


def test_it_offers_to_unbook_a_booking_that_stands(
    chief: BoxOffice, show: ShowTime, owner: Customer
) -> None:
    booking = book(owner, show, "A1")
    button = "Unbook its seats"
    assert button in chief.get("seats_booking_change", booking.pk).content.decode()
    reservations.cancel_booking(owner, booking.reference)
    assert button not in chief.get("seats_booking_change", booking.pk).content.decode()


def test_it_lets_nobody_edit_add_or_delete_a_booking(
    chief: BoxOffice, show: ShowTime, owner: Customer
) -> None:
    booking = book(owner, show, "A1")
    assert chief.post("seats_booking_change", booking.pk, status="cancelled").status_code == 403
    assert chief.post("seats_booking_delete", booking.pk, post="yes").status_code == 403
    assert chief.post("seats_booking_add").status_code == 403
    assert Booking.objects.get().status == Booking.Status.CONFIRMED
    assert states(show)["A1"] == "BOOKED"


def test_it_goes_from_the_booking_to_the_reason_and_back(
    chief: BoxOffice, show: ShowTime, owner: Customer
) -> None:
    booking = book(owner, show, "A1")
    page = chief.choose("unbook", booking)
    response = chief.answer(page, "Asked for it")
    assert response.headers["Location"].endswith("/admin/seats/booking/")
    assert said(response)[-1].startswith("Unbooked A1")
