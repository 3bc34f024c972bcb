"""Giving a booking back."""

from datetime import timedelta

import pytest

from seats.domain import Customer, iso
from seats.errors import BookingNotFound, NotCancellable
from seats.reservations import cancel_booking
from tests.engine.house import House, HouseClock, labels_of, reference


def test_it_puts_the_seats_back_on_sale(
    house: House, owner: Customer, rival: Customer, clock: HouseClock
) -> None:
    house.hold(owner, "A1", "A2")
    booked = house.book(owner)
    clock.advance(1000)
    outcome = house.cancel(owner, booked)
    assert outcome.changed
    assert outcome.facts["booking"] == {
        **booked.facts["booking"],
        "status": "cancelled",
        "cancelled_at": iso(clock.now),
    }
    assert house.seen() == house.stored() == {}
    assert labels_of(house.hold(rival, "A1", "A2")) == ["A1", "A2"]


def test_it_changes_nothing_the_second_time(
    house: House, owner: Customer, rival: Customer, clock: HouseClock
) -> None:
    house.hold(owner, "A1")
    booked = house.book(owner)
    first = house.cancel(owner, booked)
    house.hold(rival, "A1")
    house.book(rival)
    clock.advance(1000)
    again = house.cancel(owner, booked)
    assert not again.changed
    assert again.facts == first.facts
    assert house.seen() == {"A1": "BOOKED"}


def test_it_takes_a_reference_in_small_letters(house: House, owner: Customer) -> None:
    house.hold(owner, "A1")
    booked = house.book(owner)
    assert cancel_booking(owner, reference(booked).lower()).changed


def test_it_knows_no_booking_of_somebody_else(
    house: House, owner: Customer, rival: Customer
) -> None:
    house.hold(owner, "A1")
    booked = house.book(owner)
    with pytest.raises(BookingNotFound):
        house.cancel(rival, booked)
    with pytest.raises(BookingNotFound):
        cancel_booking(owner, "QQQQ-QQQQ")
    assert house.seen() == {"A1": "BOOKED"}


@pytest.mark.parametrize(("starts_in_ms", "is_open"), [(1, True), (0, False)])
def test_it_takes_nothing_back_once_the_show_begins(
    owner: Customer, clock: HouseClock, starts_in_ms: int, is_open: bool
) -> None:
    house = House.open(starts_in=timedelta(minutes=5))
    house.hold(owner, "A1")
    booked = house.book(owner)
    clock.advance(300_000 - starts_in_ms)
    if is_open:
        assert house.cancel(owner, booked).changed
    else:
        with pytest.raises(NotCancellable):
            house.cancel(owner, booked)
        assert house.seen() == {"A1": "BOOKED"}
    house.books_agree()


def test_it_takes_back_what_the_box_office_left_of_it(house: House, owner: Customer) -> None:
    house.hold(owner, "A1", "A2")
    booked = house.book(owner)
    house.unbook_by_staff("A1")
    outcome = house.cancel(owner, booked)
    assert labels_of(outcome) == ["A2"]
    assert house.seen() == {}
    assert house.told()[-1] == ("cancelled", "A2")
