"""Extending a hold: a full time from now, within the longest a hold can last."""

from datetime import timedelta

import pytest
from django.conf import LazySettings

from seats.domain import Customer, iso
from seats.errors import ExtensionLimit, HoldExpired, NotHeld, SalesClosed
from seats.models import Seat
from tests.engine.house import House, HouseClock, labels_of


def test_it_gives_a_full_time_from_now(house: House, owner: Customer, clock: HouseClock) -> None:
    first = house.hold(owner, "A1", "A2").facts["hold"]
    clock.advance(400_000)
    outcome = house.extend(owner)
    hold = outcome.facts["hold"]
    assert outcome.changed
    assert hold["id"] == first["id"]
    assert hold["expires_at"] == iso(clock.now + timedelta(seconds=600))
    assert hold["expires_in"] == 600
    assert labels_of(outcome) == ["A1", "A2"]
    assert house.told()[-1] == ("extended", "A1 A2")


def test_it_moves_the_deadline_of_every_seat(
    house: House, owner: Customer, clock: HouseClock
) -> None:
    house.hold(owner, "A1")
    house.hold(owner, "B1")
    clock.advance(1000)
    house.extend(owner)
    deadlines = Seat.objects.filter(show_id=house.show_id, status="HELD")
    assert set(deadlines.values_list("held_until", flat=True)) == {
        clock.now + timedelta(seconds=600)
    }


def test_it_keeps_seats_alive_past_their_first_deadline(
    house: House, owner: Customer, rival: Customer, clock: HouseClock
) -> None:
    house.hold(owner, "A1")
    clock.advance(599_000)
    house.extend(owner)
    clock.advance(500_000)
    assert house.seen() == {"A1": "HELD"}
    assert house.book(owner).changed


def test_it_never_lasts_longer_than_the_longest_hold(
    house: House, owner: Customer, clock: HouseClock
) -> None:
    house.hold(owner, "A1")
    ends_at = clock.now + timedelta(seconds=1800)
    deadlines = []
    for _ in range(3):
        clock.advance(550_000)
        deadlines.append(house.extend(owner).facts["hold"]["expires_at"])
    assert deadlines[-1] == iso(ends_at)
    with pytest.raises(ExtensionLimit):
        house.extend(owner)
    clock.set(ends_at)
    assert house.seen() == {}


def test_it_starts_counting_at_the_first_seat_and_not_at_the_last(
    house: House, owner: Customer, clock: HouseClock
) -> None:
    house.hold(owner, "A1")
    ends_at = clock.now + timedelta(seconds=1800)
    for _ in range(3):
        clock.advance(550_000)
        house.extend(owner)
    house.hold(owner, "A2")
    with pytest.raises(ExtensionLimit):
        house.extend(owner)
    assert house.hold(owner, "A3").facts["hold"]["expires_at"] == iso(ends_at)


def test_it_changes_nothing_when_done_twice_in_the_same_moment(
    house: House, owner: Customer, clock: HouseClock
) -> None:
    house.hold(owner, "A1")
    clock.advance(5000)
    first = house.extend(owner)
    second = house.extend(owner)
    assert (first.changed, second.changed) == (True, False)
    assert second.facts == first.facts


def test_it_never_shortens_a_hold(
    house: House, owner: Customer, clock: HouseClock, settings: LazySettings
) -> None:
    before = house.hold(owner, "A1").facts["hold"]["expires_at"]
    settings.HOLD_TTL_SECONDS = 60
    clock.advance(1000)
    outcome = house.extend(owner)
    assert not outcome.changed
    assert outcome.facts["hold"]["expires_at"] == before


def test_it_has_nothing_to_extend_without_a_hold(
    house: House, owner: Customer, rival: Customer
) -> None:
    house.hold(rival, "A1")
    with pytest.raises(NotHeld):
        house.extend(owner)
    house.release(rival)
    with pytest.raises(NotHeld):
        house.extend(rival)


def test_it_brings_no_expired_hold_back(house: House, owner: Customer, clock: HouseClock) -> None:
    house.hold(owner, "A1")
    clock.advance(600_000)
    with pytest.raises(HoldExpired):
        house.extend(owner)
    house.tidy()
    with pytest.raises(HoldExpired):
        house.extend(owner)
    assert house.seen() == {}


def test_it_extends_nothing_once_the_show_begins(owner: Customer, clock: HouseClock) -> None:
    house = House.open(starts_in=timedelta(minutes=5))
    house.hold(owner, "A1")
    clock.advance(299_999)
    assert house.extend(owner).changed
    clock.advance(1)
    with pytest.raises(SalesClosed):
        house.extend(owner)
    assert house.book(owner).changed
    house.books_agree()
