"""A booking that waits for the lock until its hold has ended loses: time is read under the lock."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.conf import LazySettings
from django.db import connection, connections, transaction

from seats import database
from seats.domain import Customer
from seats.errors import HoldExpired
from seats.reservations import Outcome
from tests.concurrency.crowd import PATIENCE
from tests.engine.house import House

pytestmark = pytest.mark.race

HELD_SECONDS = 0.4


@pytest.fixture(autouse=True)
def _short_holds(settings: LazySettings) -> None:
    settings.HOLD_TTL_SECONDS = HELD_SECONDS


@contextmanager
def locked(house: House, until: datetime) -> Iterator[None]:
    """Somebody else has the show's lock until the database's clock is past that moment."""
    has_lock = threading.Event()

    def keep() -> None:
        try:
            with transaction.atomic(), database.cursor() as cursor:
                cursor.execute(
                    "UPDATE seats_showtime SET version = version WHERE id = %s", (house.show_id,)
                )
                has_lock.set()
                while database.now() <= until:
                    time.sleep(0.02)
        finally:
            connections.close_all()

    thread = threading.Thread(target=keep)
    thread.start()
    assert has_lock.wait(timeout=PATIENCE)
    try:
        yield
    finally:
        thread.join()


def deadline_of(house: House) -> datetime:
    """When the last hold ends, as the ledger has it."""
    ends_at = house.events()[-1].held_until
    assert ends_at is not None
    return ends_at


CALLS: dict[str, Callable[[House, Customer], Outcome]] = {
    "book": lambda house, owner: house.book(owner),
    "extend": lambda house, owner: house.extend(owner),
}


@pytest.mark.parametrize("call", CALLS)
def test_it_loses_when_it_waited_past_its_deadline(
    house: House, owner: Customer, call: str
) -> None:
    house.hold(owner, "A1")
    with locked(house, deadline_of(house)), pytest.raises(HoldExpired):
        CALLS[call](house, owner)
    assert house.seen() == {}
    assert [event.kind for event in house.events()] == ["held"]
    house.books_agree()


def test_it_wins_when_it_waited_less(house: House, owner: Customer, settings: LazySettings) -> None:
    settings.HOLD_TTL_SECONDS = 600
    house.hold(owner, "A1")
    with locked(house, database.now() + timedelta(seconds=0.3)):
        assert house.book(owner).changed


def test_with_the_clock_read_before_the_lock_it_would_win_too_late(
    house: House, owner: Customer, monkeypatch: pytest.MonkeyPatch, settings: LazySettings
) -> None:
    """The control. On SQLite a transaction begins with the lock, so there it is a clock read
    before the transaction that is too early."""
    take_turn, write = database.take_turn, database.write
    read: list[datetime] = []

    def write_after_reading(work: Any) -> Any:
        read.append(database.now())
        return write(work)

    def turn_after_reading(*args: Any) -> Any:
        if connection.vendor != "sqlite":
            read.append(database.now())
        return replace(take_turn(*args), now=read[-1])

    def too_late() -> bool:
        """Books when its hold has ended; or the hold ended even before the clock was read."""
        house.hold(owner, "A1")
        ends_at = deadline_of(house)
        with monkeypatch.context() as patched, locked(house, ends_at):
            patched.setattr(database, "write", write_after_reading)
            patched.setattr(database, "take_turn", turn_after_reading)
            try:
                return house.book(owner).changed
            except HoldExpired:
                assert read[-1] >= ends_at
                return False

    # On a busy machine the time may be up too soon: then it takes a longer hold to show it.
    while not too_late():
        settings.HOLD_TTL_SECONDS *= 2
        assert settings.HOLD_TTL_SECONDS < PATIENCE
    booked_at = database.now()
    held, booked = house.events()[-2:]
    assert (held.kind, booked.kind) == ("held", "booked")
    assert held.held_until is not None
    assert booked.at < held.held_until < booked_at
