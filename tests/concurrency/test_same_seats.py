"""Everybody wants the same seats at the same moment, and one gets them."""

from __future__ import annotations

import threading
from collections import Counter
from typing import Any

import pytest
from django.db import transaction

from seats import database
from seats.domain import Customer
from seats.errors import SeatError, SeatsUnavailable
from seats.ledger import Difference
from seats.models import Seat
from seats.reservations import Outcome, holding, taking
from tests.concurrency.crowd import PATIENCE, all_at_once, take_from_anybody
from tests.engine.house import House

pytestmark = pytest.mark.race


def hold_all_at_once(house: House, crowd: list[Customer]) -> list[Outcome | Exception]:
    return all_at_once([lambda who=who: house.hold(who, "A1", "A2", "A3") for who in crowd])


def winners(came_to: list[Outcome | Exception]) -> int:
    return sum(isinstance(each, Outcome) for each in came_to)


def test_exactly_one_of_them_gets_the_seats(house: House, crowd: list[Customer]) -> None:
    for _ in range(3):
        came_to = hold_all_at_once(house, crowd)
        assert winners(came_to) == 1
        assert sum(type(each) is SeatsUnavailable for each in came_to) == len(crowd) - 1
        house.books_agree()
        for who in crowd:
            house.release(who)


def test_exactly_one_of_them_gets_what_has_just_run_out(
    house: House, crowd: list[Customer], owner: Customer
) -> None:
    house.hold(owner, "A1", "A2", "A3")
    with database.cursor() as cursor:
        for table, column in (
            ("seat", "held_until"),
            ("hold", "expires_at"),
            ("seatevent", "held_until"),
        ):
            before = database.parameter(database.now())
            cursor.execute(
                f"UPDATE seats_{table} SET {column} = %s WHERE {column} IS NOT NULL", (before,)
            )
    came_to = hold_all_at_once(house, crowd)
    assert winners(came_to) == 1
    assert Counter(type(each) for each in came_to)[SeatsUnavailable] == len(crowd) - 1


def test_without_the_condition_all_of_them_would(
    house: House, crowd: list[Customer], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: the same crowd, and an UPDATE that takes seats from whoever has them."""
    monkeypatch.setattr(taking, "_take", take_from_anybody)
    assert winners(hold_all_at_once(house, crowd)) == len(crowd)
    with pytest.raises(Difference, match="so not free"):
        house.books_agree()


# The way it is often done: look, decide, save.


def look_decide_and_save(seat_id: int, who: Customer, meanwhile: Any) -> bool:
    seat = Seat.objects.get(pk=seat_id)
    if seat.status != "AVAILABLE":
        return False
    meanwhile()
    seat.status, seat.booking_id = "BOOKED", who.user_id
    seat.save()
    return True


def test_look_decide_and_save_sells_a_seat_twice(
    house: House, owner: Customer, rival: Customer
) -> None:
    """The control of all controls: on every database, when the rival comes in between."""
    sold: list[bool] = []
    seat_id = house.ids["A1"]

    def rival_is_quick() -> None:
        sold.append(look_decide_and_save(seat_id, rival, lambda: None))

    sold.append(look_decide_and_save(seat_id, owner, rival_is_quick))
    assert sold == [True, True]


def test_a_transaction_alone_does_not_help(house: House, owner: Customer, rival: Customer) -> None:
    """On SQLite writers begin one after another, and only there it does."""
    seat_id = house.ids["A1"]
    on_sqlite = database.connection.vendor == "sqlite"
    has_looked, has_sold = threading.Event(), threading.Event()
    # Where writers come one after another, the slow one waits for nothing.
    patience = 0.3 if on_sqlite else PATIENCE

    def slow() -> bool:
        with transaction.atomic():
            return look_decide_and_save(
                seat_id, owner, lambda: (has_looked.set(), has_sold.wait(timeout=patience))
            )

    def quick() -> bool:
        has_looked.wait(timeout=PATIENCE)
        with transaction.atomic():
            sold = look_decide_and_save(seat_id, rival, lambda: None)
        has_sold.set()
        return sold

    came_to = all_at_once([slow, quick])
    assert came_to == ([True, False] if on_sqlite else [True, True])


def test_the_desk_does_when_the_rival_comes_in_between(
    house: House, owner: Customer, rival: Customer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The rival between looking the seats up and taking them."""
    seats_named = holding.seats_named
    rivals = [rival]

    def named_slowly(*args: Any) -> Any:
        seats = seats_named(*args)
        if rivals:
            who = rivals.pop()
            house.hold(who, "A2", "A1")
            house.book(who)
        return seats

    monkeypatch.setattr(holding, "seats_named", named_slowly)
    with pytest.raises(SeatError) as refused:
        house.hold(owner, "A1", "A2", "A3")
    assert refused.value.code == "seats_unavailable"
    assert [seat["status"] for seat in refused.value.facts["conflicts"]] == ["BOOKED", "BOOKED"]
    assert house.stored() == {"A1": "BOOKED", "A2": "BOOKED"}
    house.books_agree()
