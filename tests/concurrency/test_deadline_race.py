"""A booking that waits for the lock until its hold has ended loses: time is read under the lock."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from django.conf import LazySettings
from django.db import connection, connections, transaction

from seats import database
from seats.domain import Customer
from seats.errors import HoldExpired
from seats.reservations import Outcome
from tests.engine.house import House

pytestmark = pytest.mark.race

HELD_SECONDS, LOCKED_SECONDS = 0.4, 0.7


@pytest.fixture(autouse=True)
def _short_holds(settings: LazySettings) -> None:
    settings.HOLD_TTL_SECONDS = HELD_SECONDS


@contextmanager
def locked(house: House, seconds: float) -> Iterator[None]:
    """Somebody else has the show's lock for that long."""
    has_lock = threading.Event()

    def keep() -> None:
        try:
            with transaction.atomic(), database.cursor() as cursor:
                cursor.execute(
                    "UPDATE seats_showtime SET version = version WHERE id = %s", (house.show_id,)
                )
                has_lock.set()
                time.sleep(seconds)
        finally:
            connections.close_all()

    thread = threading.Thread(target=keep)
    thread.start()
    assert has_lock.wait(timeout=5)
    try:
        yield
    finally:
        thread.join()


CALLS: dict[str, Callable[[House, Customer], Outcome]] = {
    "book": lambda house, owner: house.book(owner),
    "extend": lambda house, owner: house.extend(owner),
}


@pytest.mark.parametrize("call", CALLS)
def test_it_loses_when_it_waited_past_its_deadline(
    house: House, owner: Customer, call: str
) -> None:
    house.hold(owner, "A1")
    with locked(house, LOCKED_SECONDS), pytest.raises(HoldExpired):
        CALLS[call](house, owner)
    assert house.seen() == {}
    assert [event.kind for event in house.events()] == ["held"]
    house.books_agree()


def test_it_wins_when_it_waited_less(house: House, owner: Customer, settings: LazySettings) -> None:
    settings.HOLD_TTL_SECONDS = 30
    house.hold(owner, "A1")
    with locked(house, 0.3):
        assert house.book(owner).changed


def test_with_the_clock_read_before_the_lock_it_would_win_too_late(
    house: House, owner: Customer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control. On SQLite a transaction begins with the lock, so there it is a clock read
    before the transaction that is too early."""
    house.hold(owner, "A1")
    take_turn, write = database.take_turn, database.write
    read: list[datetime] = []

    def write_after_reading(work: Any) -> Any:
        read.append(database.now())
        return write(work)

    def turn_after_reading(*args: Any) -> Any:
        if connection.vendor != "sqlite":
            read.append(database.now())
        return replace(take_turn(*args), now=read[-1])

    with monkeypatch.context() as patched, locked(house, LOCKED_SECONDS):
        patched.setattr(database, "write", write_after_reading)
        patched.setattr(database, "take_turn", turn_after_reading)
        assert house.book(owner).changed
        booked_at = database.now()
    held, booked = house.events()
    assert held.held_until is not None
    assert booked.at < held.held_until < booked_at
