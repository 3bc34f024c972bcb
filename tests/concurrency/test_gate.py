"""On SQLite everybody writes in turn; without the gate some wait again and again."""

from __future__ import annotations

import os
import stat
import time
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError, connection

from seats import database, gate
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


@pytest.mark.skipif(not gate.HAS_LOCKS, reason="there is no flock on this system")
def test_what_root_leaves_behind_is_the_servers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A command of root's, run once, must not keep the server's own user from writing."""
    name = tmp_path / "db.sqlite3"
    name.touch()
    name.chmod(0o660)
    given: list[tuple[int, int]] = []
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(os, "fchown", lambda _, user, group: given.append((user, group)))

    with gate.write_gate(f"{name}{gate.SUFFIX}", time.monotonic() + 5):
        pass

    owner, made = name.stat(), Path(f"{name}{gate.SUFFIX}").stat()
    assert given == [(owner.st_uid, owner.st_gid)]
    assert stat.S_IMODE(made.st_mode) == 0o660


def test_where_there_can_be_no_gate_the_database_cannot_be_written_to(tmp_path: Path) -> None:
    """As on a disk that has become read-only. Customers are told 503, as with any database."""
    with (
        pytest.raises(OperationalError, match="gate"),
        gate.write_gate(str(tmp_path / "gone" / "db.sqlite3-gate"), time.monotonic() + 5),
    ):
        pass
