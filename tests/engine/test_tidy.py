"""Clearing away holds that are over: housekeeping, of which nothing else depends."""

import pytest

from seats.domain import Customer
from seats.models import Hold, Seat
from seats.reservations import tidy
from tests.engine.house import House, HouseClock


@pytest.mark.parametrize(("before_ms", "cleared"), [(1, 0), (0, 2), (-1, 2)])
def test_it_clears_holds_whose_deadline_has_come(
    house: House, owner: Customer, clock: HouseClock, before_ms: int, cleared: int
) -> None:
    house.hold(owner, "A1", "A2")
    clock.advance(600_000 - before_ms)
    assert house.tidy() == cleared
    assert len(house.stored()) == 2 - cleared
    states = list(Hold.objects.values_list("state", flat=True))
    assert states == (["expired"] if cleared else ["open"])


def test_it_writes_one_event_for_all_of_them(
    house: House, owner: Customer, rival: Customer, clock: HouseClock
) -> None:
    house.hold(owner, "A1")
    house.hold(rival, "A2")
    clock.advance(600_000)
    assert house.tidy() == 2
    assert house.told()[-1] == ("expired", "A1 A2")
    assert house.tidy() == 0
    assert len(house.events()) == 3


def test_it_leaves_alone_seats_that_somebody_holds_again(
    house: House, owner: Customer, rival: Customer, clock: HouseClock
) -> None:
    house.hold(owner, "A1", "A2")
    clock.advance(600_000)
    house.hold(rival, "A1")
    assert house.tidy() == 1
    assert house.seen() == {"A1": "HELD"}
    assert house.book(rival).changed


def test_it_closes_a_hold_that_has_no_seats_left_to_clear(
    house: House, owner: Customer, rival: Customer, clock: HouseClock
) -> None:
    house.hold(owner, "A1")
    clock.advance(600_000)
    house.hold(rival, "A1")
    assert house.tidy() == 0
    assert list(Hold.objects.order_by("id").values_list("state", flat=True)) == ["expired", "open"]


def test_it_closes_no_hold_whose_seats_it_has_not_cleared(
    house: House, owner: Customer, rival: Customer, clock: HouseClock, monkeypatch
) -> None:
    house.hold(owner, "A1")
    clock.advance(1000)
    house.hold(rival, "A2")
    clock.advance(599_000)
    from seats.reservations import releasing

    perform = releasing.perform

    def slow(*args, **kwargs):
        outcome = perform(*args, **kwargs)
        clock.advance(1000)
        return outcome

    monkeypatch.setattr(releasing, "perform", slow)
    assert [house.tidy(), house.tidy()] == [1, 1]
    assert house.stored() == {}


def test_it_tidies_one_show_or_all(house: House, owner: Customer, clock: HouseClock) -> None:
    other = House.open()
    for each in (house, other):
        each.hold(owner, "A1")
    clock.advance(600_000)
    assert house.tidy() == 1
    assert other.stored() == {"A1": "HELD"}
    assert tidy() == 1
    assert other.stored() == {}


def test_it_repeats_the_condition_when_it_writes(
    house: House, owner: Customer, clock: HouseClock, monkeypatch
) -> None:
    """Seats found over are cleared only if they are over still."""
    house.hold(owner, "A1", "A2")
    clock.advance(600_000)
    from seats.reservations.change import Change

    free = Change.free

    def too_late(self, seat_ids, *rest):
        later = clock.now.replace(year=2027)
        Seat.objects.filter(pk=house.ids["A1"]).update(held_until=later)
        count = free(self, seat_ids, *rest)
        assert house.stored() == {"A1": "HELD"}
        Seat.objects.filter(pk=house.ids["A1"]).update(
            status="AVAILABLE", held_until=None, hold=None
        )
        return count

    monkeypatch.setattr(Change, "free", too_late)
    house.tidy()
