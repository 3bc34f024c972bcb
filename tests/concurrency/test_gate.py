"""On SQLite everybody writes in turn; without the gate some wait again and again."""

from __future__ import annotations

import time
from typing import Any

import pytest
from django.db import connection

from seats import database
from seats.domain import Customer
from tests.concurrency.crowd import all_at_once
from tests.engine.house import House

pytestmark = pytest.mark.race

WRITERS, SECONDS = 12, 1.5

# How many changes of others may come between asking for a turn and being done with it. Who queues
# lets each of the others go first about once; many times that, because on a busy machine a thread
# may be slow to join the queue.
OFTEN = 12 * WRITERS


def overtaken(house: House, crowd: list[Customer]) -> list[int]:
    """How often each change was overtaken, with everybody writing as fast as they can."""
    finished: list[str] = []
    times: list[int] = []
    end = time.monotonic() + SECONDS

    def write(who: Customer, label: str) -> None:
        while time.monotonic() < end:
            for change in (lambda: house.hold(who, label), lambda: house.release(who)):
                before = len(finished)
                change()
                times.append(len(finished) - before)
                finished.append(who.key)

    calls: list[Any] = [
        lambda who=who, label=label: write(who, label)
        for who, label in zip(crowd[:WRITERS], house.ids, strict=False)
    ]
    assert all_at_once(calls) == [None] * WRITERS
    house.books_agree()
    return times


def test_nobody_is_overtaken_again_and_again(house: House, crowd: list[Customer]) -> None:
    assert max(overtaken(house, crowd)) <= OFTEN


def test_without_the_gate_somebody_is(
    house: House, crowd: list[Customer], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control; the servers queue those who wait for a row themselves."""
    if connection.vendor != "sqlite":
        assert database._gate_path() is None
        return
    monkeypatch.setattr(database, "_gate_path", lambda: None)
    assert max(overtaken(house, crowd)) > OFTEN
