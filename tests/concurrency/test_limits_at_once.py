"""What one customer may hold, however many calls they make at once."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from seats import availability
from seats.domain import Customer
from seats.errors import SeatLimit
from seats.reservations import Outcome, holding
from tests.concurrency.crowd import PATIENCE, all_at_once
from tests.engine.house import House

pytestmark = pytest.mark.race


@pytest.fixture
def large_house(transactional_db: None) -> House:
    return House.open(4, 8)


def one_seat_each(house: House, owner: Customer) -> list[Outcome | Exception]:
    return all_at_once([lambda label=label: house.hold(owner, label) for label in house.ids])


def seats_held(house: House, owner: Customer) -> int:
    return sum(len(hold["seats"]) for hold in availability.holds_of(owner, house.show_id))


def test_it_holds_under_32_calls_at_once(large_house: House, owner: Customer) -> None:
    came_to = one_seat_each(large_house, owner)
    assert sum(isinstance(each, Outcome) for each in came_to) == 4
    assert sum(type(each) is SeatLimit for each in came_to) == 28
    assert seats_held(large_house, owner) == len(large_house.stored()) == 4
    large_house.books_agree()


def test_there_is_one_hold_however_many_calls_began_it(large_house: House, owner: Customer) -> None:
    came_to = one_seat_each(large_house, owner)
    holds = [each.facts["hold"] for each in came_to if isinstance(each, Outcome)]
    assert len({hold["id"] for hold in holds}) == 1
    assert len({hold["expires_at"] for hold in holds}) == 1


def test_checked_before_the_lock_it_would_not_hold(
    large_house: House, owner: Customer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: counted first, as a form would, and not again under the lock."""
    seats_named = holding.seats_named
    all_have_counted = threading.Barrier(len(large_house.ids))

    def counted_early(*args: Any) -> Any:
        if seats_held(large_house, owner) >= 4:
            raise SeatLimit(4)
        all_have_counted.wait(timeout=PATIENCE)
        return seats_named(*args)

    monkeypatch.setattr(holding, "seats_named", counted_early)
    monkeypatch.setattr(holding, "refuse_too_many", lambda _: None)
    one_seat_each(large_house, owner)
    assert seats_held(large_house, owner) == len(large_house.ids) > 4
