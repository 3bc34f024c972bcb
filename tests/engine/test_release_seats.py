"""Letting held seats go."""

import pytest

from seats.domain import Customer
from seats.errors import SeatNotFound
from tests.engine.house import House, HouseClock, labels_of


def test_it_releases_the_whole_hold(house: House, owner: Customer, rival: Customer) -> None:
    house.hold(owner, "A1", "A2")
    outcome = house.release(owner)
    assert outcome.changed
    assert outcome.facts == {
        "show_id": house.show_id,
        "released": ["A1", "A2"],
        "not_held": [],
    }
    assert house.seen() == house.stored() == {}
    assert house.hold(rival, "A1", "A2").changed


def test_it_releases_part_of_a_hold(house: House, owner: Customer, clock: HouseClock) -> None:
    before = house.hold(owner, "A1", "A2").facts["hold"]
    clock.advance(1000)
    assert house.release(owner, "A1").facts["released"] == ["A1"]
    assert house.seen() == {"A2": "HELD"}
    rest = house.hold(owner, "A2")
    assert labels_of(rest) == ["A2"]
    assert rest.facts["hold"]["expires_at"] == before["expires_at"]


def test_it_leaves_alone_what_the_customer_does_not_hold(
    house: House, owner: Customer, rival: Customer
) -> None:
    house.hold(owner, "A1", "A2")
    house.book(owner, "A2")
    house.hold(rival, "B1")
    outcome = house.release(owner, "A1", "A2", "A3", "B1")
    assert outcome.facts["released"] == ["A1"]
    assert outcome.facts["not_held"] == ["A2", "A3", "B1"]
    assert house.seen() == {"A2": "BOOKED", "B1": "HELD"}


def test_it_changes_nothing_the_second_time(house: House, owner: Customer) -> None:
    house.hold(owner, "A1")
    house.release(owner, "A1")
    again = house.release(owner, "A1")
    assert not again.changed
    assert (again.facts["released"], again.facts["not_held"]) == ([], ["A1"])
    assert house.release(owner).facts["released"] == []
    assert len(house.events()) == 2


def test_it_releases_nothing_that_has_expired(
    house: House, owner: Customer, rival: Customer, clock: HouseClock
) -> None:
    house.hold(owner, "A1", "A2")
    clock.advance(600_000)
    house.hold(rival, "A1")
    outcome = house.release(owner, "A1", "A2")
    assert outcome.facts["not_held"] == ["A1", "A2"]
    assert house.seen() == {"A1": "HELD"}


def test_it_says_which_seats_do_not_exist(house: House, owner: Customer) -> None:
    house.hold(owner, "A1")
    with pytest.raises(SeatNotFound):
        house.release(owner, "A1", "A99")
    assert house.seen() == {"A1": "HELD"}
