"""Batches of one to four seats that overlap, named in any order."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.db import OperationalError, connection, transaction

from seats import database
from seats.domain import Customer
from seats.models import Seat
from tests.concurrency.crowd import PATIENCE, Deed, all_at_once, check, evening, in_processes
from tests.engine.house import House

pytestmark = pytest.mark.race


@pytest.fixture
def repetitions(monkeypatch: pytest.MonkeyPatch) -> list[Exception]:
    """Every error for which the database wanted a transaction to be run again."""
    noticed: list[Exception] = []
    is_worth_repeating = database.is_worth_repeating

    def noticing(error: Any) -> bool:
        again = is_worth_repeating(error)
        if again:
            noticed.append(error)
        return again

    monkeypatch.setattr(database, "is_worth_repeating", noticing)
    return noticed


def evenings(house: House, crowd: list[Customer], calls: int) -> list[Deed]:
    labels = sorted(house.ids)
    came_to = all_at_once(
        [
            lambda who=who, seed=seed: evening(house.show_id, labels, who, seed, calls)
            for seed, who in enumerate(crowd)
        ]
    )
    failures = [each for each in came_to if isinstance(each, Exception)]
    assert not failures, failures
    return [deed for deeds in came_to for deed in deeds]  # type: ignore[union-attr]


def test_threads_never_share_a_seat(
    house: House, crowd: list[Customer], repetitions: list[Exception]
) -> None:
    answers = check(house, evenings(house, crowd[:24], calls=16))
    assert answers["granted"] > 50
    assert answers["seats_unavailable"] > 20
    assert repetitions == []


def test_processes_never_share_a_seat(house: House, crowd: list[Customer]) -> None:
    answers = check(house, in_processes(house, crowd[:4], calls=80))
    assert answers["granted"] > 50
    assert answers["seats_unavailable"] > 20


def test_without_one_lock_for_all_two_orders_block_each_other(
    house: House, owner: Customer, rival: Customer
) -> None:
    """The control: two transactions that lock seats in the order they were named."""
    first, second = (Seat.objects.filter(pk=house.ids[label]) for label in ("A1", "A2"))
    both_have_one = threading.Barrier(2)
    # On SQLite the second never gets that far: there is one writer.
    is_sqlite = connection.vendor == "sqlite"

    def in_order(*seats: Any) -> bool:
        with transaction.atomic():
            for number, seat in enumerate(seats):
                if number:
                    try:
                        both_have_one.wait(timeout=0.3 if is_sqlite else PATIENCE)
                    except threading.BrokenBarrierError:
                        assert is_sqlite
                seat.update(features="seen")
        return True

    came_to = all_at_once([lambda: in_order(first, second), lambda: in_order(second, first)])
    blocked = [each for each in came_to if isinstance(each, OperationalError)]
    if is_sqlite:
        assert came_to == [True, True]
    else:
        assert len(blocked) == 1
        assert database.is_worth_repeating(blocked[0])
