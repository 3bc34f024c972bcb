"""So many seats of a show one customer may hold at a time."""

import pytest
from django.conf import LazySettings

from seats.domain import Customer
from seats.errors import SeatLimit
from tests.engine.house import House, HouseClock, labels_of


def test_it_refuses_more_at_once_than_one_may_hold(house: House, owner: Customer) -> None:
    with pytest.raises(SeatLimit) as refused:
        house.hold(owner, "A1", "A2", "A3", "A4", "A5")
    assert refused.value.facts == {"limit": 4}
    assert house.stored() == {}


def test_it_takes_exactly_as_many_as_one_may_hold(house: House, owner: Customer) -> None:
    assert house.hold(owner, "A1", "A2", "A3", "A4").changed


def test_it_counts_what_is_held_already(house: House, owner: Customer) -> None:
    house.hold(owner, "A1", "A2", "A3")
    with pytest.raises(SeatLimit):
        house.hold(owner, "A4", "A5")
    assert len(house.hold(owner, "A3", "A4").facts["hold"]["seats"]) == 4
    assert len(house.stored()) == 4


def test_it_counts_each_seat_once(house: House, owner: Customer) -> None:
    house.hold(owner, "A1", "A2", "A3")
    outcome = house.hold(owner, "A1", "A2", "A3", "A4")
    assert labels_of(outcome) == ["A1", "A2", "A3", "A4"]


def test_it_counts_neither_booked_nor_released_nor_expired_seats(
    house: House, owner: Customer, clock: HouseClock
) -> None:
    house.hold(owner, "A1", "A2", "A3", "A4")
    house.book(owner, "A1", "A2")
    house.release(owner, "A3")
    assert house.hold(owner, "B1", "B2", "B3").changed
    clock.advance(600_000)
    assert house.hold(owner, "B1", "B2", "B3", "B4").changed


def test_it_counts_by_customer_and_by_show(house: House, owner: Customer, rival: Customer) -> None:
    other = House.open()
    house.hold(owner, "A1", "A2", "A3", "A4")
    assert house.hold(rival, "B1", "B2", "B3", "B4").changed
    assert other.hold(owner, "A1", "A2", "A3", "A4").changed


def test_it_keeps_what_was_held_when_the_limit_is_lowered(
    house: House, owner: Customer, settings: LazySettings
) -> None:
    house.hold(owner, "A1", "A2", "A3")
    settings.MAX_SEATS_PER_HOLD = 2
    assert not house.hold(owner, "A1", "A2", "A3").changed
    with pytest.raises(SeatLimit):
        house.hold(owner, "A4")
    assert len(house.book(owner).facts["booking"]["seats"]) == 3
