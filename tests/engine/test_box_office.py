"""What the box office can do with other people's seats."""

import pytest

from seats.domain import Customer
from seats.errors import NotHeld, SeatNotFound
from seats.models import Booking
from tests.engine.house import STAFF, House, HouseClock, labels_of, reference


def test_it_releases_seats_of_several_holds_at_once(
    house: House, owner: Customer, rival: Customer
) -> None:
    house.hold(owner, "A1", "A2")
    house.hold(rival, "A3")
    assert house.release_by_staff("A1", "A3", "B1") == ["A1", "A3"]
    assert house.seen() == {"A2": "HELD"}
    assert labels_of(house.book(owner)) == ["A2"]
    with pytest.raises(NotHeld):
        house.book(rival)


def test_it_writes_down_who_did_it_and_why(house: House, owner: Customer) -> None:
    house.hold(owner, "A1")
    house.release_by_staff("A1", reason="stuck for an hour")
    house.hold(owner, "A1")
    house.book(owner)
    house.unbook_by_staff("A1", reason="x" * 300)
    told = [(event.kind, event.actor, event.reason) for event in house.events()]
    assert told[1] == ("released", f"staff:{STAFF}", "stuck for an hour")
    assert told[4] == ("cancelled", f"staff:{STAFF}", "x" * 200)


def test_it_releases_neither_booked_nor_expired_seats(
    house: House, owner: Customer, clock: HouseClock
) -> None:
    house.hold(owner, "A1", "A2")
    house.book(owner, "A1")
    clock.advance(600_000)
    assert house.release_by_staff("A1", "A2") == []
    assert house.stored() == {"A1": "BOOKED", "A2": "HELD"}
    assert len(house.events()) == 2


def test_it_takes_part_of_a_booking_back(house: House, owner: Customer) -> None:
    house.hold(owner, "A1", "A2")
    booked = house.book(owner)
    assert house.unbook_by_staff("A1", "B1") == ["A1"]
    booking = Booking.objects.get(reference=reference(booked))
    assert [seat["label"] for seat in booking.seats] == ["A2"]
    assert (str(booking.total_price), booking.status) == ("9.50", "confirmed")
    assert house.seen() == {"A2": "BOOKED"}


def test_it_cancels_a_booking_that_loses_its_last_seat(
    house: House, owner: Customer, clock: HouseClock
) -> None:
    house.hold(owner, "A1", "A2")
    booked = house.book(owner)
    house.unbook_by_staff("A2")
    house.unbook_by_staff("A1")
    booking = Booking.objects.get(reference=reference(booked))
    assert booking.status == "cancelled"
    assert booking.cancelled_at == clock.now
    assert [seat["label"] for seat in booking.seats] == ["A1"]


def test_it_takes_seats_of_several_bookings_back_at_once(
    house: House, owner: Customer, rival: Customer
) -> None:
    for who, label in ((owner, "A1"), (rival, "A2")):
        house.hold(who, label)
        house.book(who)
    assert house.unbook_by_staff("A2", "A1") == ["A1", "A2"]
    assert set(Booking.objects.values_list("status", flat=True)) == {"cancelled"}
    assert house.told()[-1] == ("cancelled", "A1 A2")


def test_it_leaves_seats_alone_that_are_not_booked(house: House, owner: Customer) -> None:
    house.hold(owner, "A1")
    assert house.unbook_by_staff("A1", "A2") == []
    assert house.seen() == {"A1": "HELD"}


def test_it_touches_no_seat_of_another_show(house: House, owner: Customer) -> None:
    other = House.open()
    other.hold(owner, "A1")
    house.ids["A1"] = other.ids["A1"]
    with pytest.raises(SeatNotFound):
        house.release_by_staff("A1")
    assert other.seen() == {"A1": "HELD"}
