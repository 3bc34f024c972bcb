"""Booking: what the customer holds, all of it or part of it, once."""

import re
from datetime import timedelta
from unittest.mock import patch

import pytest

from seats.domain import Customer, iso
from seats.errors import HoldExpired, NotHeld, SeatNotFound
from seats.models import Booking, Seat
from tests.engine.house import House, HouseClock, labels_of, reference


def test_it_books_the_whole_hold(house: House, owner: Customer, clock: HouseClock) -> None:
    house.hold(owner, "A1", "A2")
    outcome = house.book(owner)
    booking = outcome.facts["booking"]
    assert outcome.changed
    assert labels_of(outcome) == ["A1", "A2"]
    assert booking["show_id"] == house.show_id
    assert booking["status"] == "confirmed"
    assert (booking["total_price"], booking["currency"]) == ("19.00", "EUR")
    assert booking["booked_at"] == iso(clock.now)
    assert booking["cancelled_at"] is None
    assert re.fullmatch(r"[2-9CDFGHJ-NP-RTV-XZ]{4}-[2-9CDFGHJ-NP-RTV-XZ]{4}", booking["reference"])
    assert house.seen() == house.stored() == {"A1": "BOOKED", "A2": "BOOKED"}


def test_it_books_part_of_a_hold_and_keeps_the_rest_held(
    house: House, owner: Customer, clock: HouseClock
) -> None:
    deadline = house.hold(owner, "A1", "A2", "A3").facts["hold"]["expires_at"]
    clock.advance(1000)
    assert labels_of(house.book(owner, "A2")) == ["A2"]
    assert house.seen() == {"A1": "HELD", "A2": "BOOKED", "A3": "HELD"}
    rest = house.hold(owner, "A1")
    assert labels_of(rest) == ["A1", "A3"]
    assert rest.facts["hold"]["expires_at"] == deadline
    assert labels_of(house.book(owner)) == ["A1", "A3"]


def test_it_answers_a_repeated_booking_with_the_same_reference(
    house: House, owner: Customer
) -> None:
    house.hold(owner, "A1", "A2", "A3")
    part = house.book(owner, "A2")
    whole = house.book(owner)
    for repeated, first in (
        (house.book(owner), whole),
        (house.book(owner, "A3", "A1"), whole),
        (house.book(owner, "A1"), whole),
        (house.book(owner, "A2"), part),
    ):
        assert not repeated.changed
        assert repeated.facts == first.facts
    assert len(house.events()) == 3


def test_it_answers_no_repetition_that_asks_for_more(house: House, owner: Customer) -> None:
    house.hold(owner, "A1", "A2")
    house.book(owner, "A1")
    with pytest.raises(NotHeld) as refused:
        house.book(owner, "A1", "A2")
    assert refused.value.facts["not_held"] == ["A1"]
    house.book(owner)
    with pytest.raises(NotHeld):
        house.book(owner, "A1", "A2")


def test_it_books_nothing_that_somebody_else_holds_or_booked(
    house: House, owner: Customer, rival: Customer
) -> None:
    house.hold(rival, "A1", "A2")
    house.book(rival, "A2")
    house.hold(owner, "B1")
    for label in ("A1", "A2"):
        with pytest.raises(NotHeld) as refused:
            house.book(owner, "B1", label)
        assert refused.value.facts["not_held"] == [label]
    assert house.seen() == {"A1": "HELD", "A2": "BOOKED", "B1": "HELD"}


def test_it_books_nothing_without_a_hold(house: House, owner: Customer) -> None:
    with pytest.raises(NotHeld):
        house.book(owner)
    with pytest.raises(NotHeld):
        house.book(owner, "A1")
    house.hold(owner, "A1")
    house.release(owner)
    with pytest.raises(NotHeld):
        house.book(owner)
    assert not Booking.objects.filter(show_id=house.show_id).exists()


def test_it_books_nothing_again_after_cancelling(house: House, owner: Customer) -> None:
    house.hold(owner, "A1")
    house.cancel(owner, house.book(owner))
    with pytest.raises(NotHeld):
        house.book(owner)
    with pytest.raises(NotHeld):
        house.book(owner, "A1")


def test_it_books_nothing_of_an_expired_hold(
    house: House, owner: Customer, rival: Customer, clock: HouseClock
) -> None:
    house.hold(owner, "A1", "A2")
    house.book(owner, "A2")
    clock.advance(600_000)
    for names in ((), ("A1",)):
        with pytest.raises(HoldExpired):
            house.book(owner, *names)
    house.hold(rival, "A1")
    with pytest.raises(HoldExpired):
        house.book(owner)
    assert labels_of(house.book(rival)) == ["A1"]
    with pytest.raises(HoldExpired):
        house.book(owner, "A1")


def test_it_draws_another_reference_when_one_is_taken(
    house: House, owner: Customer, rival: Customer
) -> None:
    house.hold(owner, "A1")
    house.hold(rival, "A2")
    taken = reference(house.book(owner))
    drawn = iter([taken, "QQQQ-2222"])
    with patch("seats.reservations.booking._new_reference", lambda: next(drawn)):
        assert reference(house.book(rival)) == "QQQQ-2222"


def test_it_undoes_everything_when_a_seat_is_not_what_the_hold_says(
    house: House, owner: Customer
) -> None:
    house.hold(owner, "A1", "A2")
    stolen = Seat.objects.filter(pk=house.ids["A2"])
    stored = stolen.values("status", "held_until", "hold_id").get()
    stolen.update(status="AVAILABLE", held_until=None, hold=None)
    with pytest.raises(HoldExpired):
        house.book(owner)
    assert house.stored() == {"A1": "HELD"}
    assert not Booking.objects.filter(show_id=house.show_id).exists()
    stolen.update(**stored)


def test_it_books_in_time_for_a_show_that_has_just_begun(
    owner: Customer, clock: HouseClock
) -> None:
    house = House.open(starts_in=timedelta(minutes=5))
    house.hold(owner, "A1")
    clock.advance(300_000)
    assert house.book(owner).changed
    house.books_agree()


def test_it_says_which_seats_do_not_exist(house: House, owner: Customer) -> None:
    house.hold(owner, "A1")
    with pytest.raises(SeatNotFound) as refused:
        house.book(owner, "A1", "Q7")
    assert refused.value.facts["unknown"] == ["Q7"]
    assert house.seen() == {"A1": "HELD"}
