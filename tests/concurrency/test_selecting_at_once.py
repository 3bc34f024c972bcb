"""Everybody clicks on the same seats at the same moment, and goes on from there."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import LazySettings

from seats import availability
from seats.customers.guests import customer_of
from seats.domain import Customer
from seats.errors import SeatsUnavailable
from seats.ledger import Difference
from seats.reservations import (
    Outcome,
    adopt_selections,
    release_selections,
    selecting,
    taking,
)
from tests.concurrency.crowd import all_at_once, take_from_anybody
from tests.engine.house import House

pytestmark = pytest.mark.race


@pytest.fixture(autouse=True)
def _while_all_have_clicked(settings: LazySettings) -> None:
    """No selection ends before the last of the crowd has come, and none lasts like a hold."""
    settings.SELECT_TTL_SECONDS = 300


@pytest.fixture
def guests() -> list[Customer]:
    return [customer_of(f"guest-number-{number:04}") for number in range(24)]


def select_all_at_once(house: House, guests: list[Customer]) -> list[Outcome | Exception]:
    return all_at_once([lambda who=who: house.select(who, "A1", "A2") for who in guests])


def winners(came_to: list[Outcome | Exception]) -> int:
    return sum(isinstance(each, Outcome) for each in came_to)


def test_exactly_one_of_them_gets_the_seats(house: House, guests: list[Customer]) -> None:
    for _ in range(3):
        came_to = select_all_at_once(house, guests)
        assert winners(came_to) == 1
        assert sum(type(each) is SeatsUnavailable for each in came_to) == len(guests) - 1
        house.books_agree()
        assert sum(release_selections(who) for who in guests) == 2


def test_without_the_condition_all_of_them_would(
    house: House, guests: list[Customer], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: the same crowd, and an UPDATE that takes seats from whoever has them."""
    monkeypatch.setattr(taking, "_take", take_from_anybody)
    assert winners(select_all_at_once(house, guests)) == len(guests)
    with pytest.raises(Difference, match="so not free"):
        house.books_agree()


def test_one_who_clicks_everywhere_at_once_has_one_selection(house: House, owner: Customer) -> None:
    labels = ["A1", "A2", "A3", "A4", "A5", "A6", "A7", "A8"]
    came_to = all_at_once([lambda label=label: house.select(owner, label) for label in labels])
    assert winners(came_to) == 4
    (hold,) = availability.holds_of(owner)
    assert len(hold["seats"]) == 4
    house.books_agree()


def test_going_away_while_confirming_leaves_the_hold(
    house: House, owner: Customer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The connection closes as the customer goes to the till, which is quicker."""
    house.select(owner, "A1", "A2")
    shows_with_selections = selecting._shows_with_selections

    def looked_up_early(who: Customer) -> list[int]:
        shows = shows_with_selections(who)
        house.hold(owner, "A1", "A2")
        return shows

    monkeypatch.setattr(selecting, "_shows_with_selections", looked_up_early)
    assert release_selections(owner) == 0
    (hold,) = availability.holds_of(owner)
    assert ([seat["label"] for seat in hold["seats"]], hold["expires_in"] > 500) == (
        ["A1", "A2"],
        True,
    )
    house.books_agree()


def test_nobody_comes_between_a_guest_and_their_login(
    house: House, owner: Customer, rival: Customer
) -> None:
    for number in range(4):
        guest = customer_of(f"guest-number-{number:04}")
        house.select(guest, "A1")
        came_to = all_at_once(
            [lambda: adopt_selections(guest, owner), lambda: house.select(rival, "A1")]  # noqa: B023
        )
        assert came_to[0] == 1
        assert type(came_to[1]) is SeatsUnavailable
        house.books_agree()
        house.release(owner)


def test_somebody_would_if_it_were_two_transactions(
    house: House, owner: Customer, rival: Customer
) -> None:
    """The control: let go first, and then selected anew."""
    guest = customer_of("guest-who-is-too-slow")
    house.select(guest, "A1")
    release_selections(guest)
    house.select(rival, "A1")
    with pytest.raises(SeatsUnavailable):
        house.select(owner, "A1")


def test_two_logins_of_one_guest_hand_the_seats_over_once(
    house: House, owner: Customer, rival: Customer
) -> None:
    guest = customer_of("guest-of-two-accounts")
    house.select(guest, "A1", "A2")
    came_to = all_at_once([lambda who=who: adopt_selections(guest, who) for who in (owner, rival)])
    assert sorted(str(each) for each in came_to) == ["0", "2"]
    house.books_agree()


def test_a_rival_between_naming_the_seats_and_taking_them(
    house: House, owner: Customer, rival: Customer, monkeypatch: pytest.MonkeyPatch
) -> None:
    seats_named = selecting.seats_named
    rivals = [rival]

    def named_slowly(*args: Any) -> Any:
        seats = seats_named(*args)
        if rivals:
            house.select(rivals.pop(), "A2")
        return seats

    monkeypatch.setattr(selecting, "seats_named", named_slowly)
    with pytest.raises(SeatsUnavailable):
        house.select(owner, "A1", "A2")
    assert house.stored() == {"A2": "HELD"}
    house.books_agree()
