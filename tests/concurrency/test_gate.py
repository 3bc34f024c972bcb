"""On SQLite everybody writes in turn; without the gate some wait again and again."""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError, connection

from seats import database, gate
from seats.domain import Customer
from tests.concurrency.crowd import PATIENCE, all_at_once
from tests.engine.house import House

pytestmark = pytest.mark.race

WRITERS, CHANGES = 12, 400

# How many changes of others may come between asking for a turn and having it. Who queues lets each
# of the others go first about once; many times that, because on a busy machine a thread may be slow
# to join the queue.
OFTEN = 12 * WRITERS


def overtaken(
    house: House,
    crowd: list[Customer],
    monkeypatch: pytest.MonkeyPatch,
    enough: Callable[[list[int]], bool],
) -> list[int]:
    """How often each change was overtaken, with everybody writing as fast as they can until that
    is enough."""
    times: list[int] = []
    through = gate.through
    end = time.monotonic() + PATIENCE / 2

    def counting(path: str | None, work: Callable[[], Any], deadline: float) -> Any:
        before = len(times)

        def in_turn() -> Any:
            times.append(len(times) - before)
            return work()

        return through(path, in_turn, deadline)

    def write(who: Customer, label: str) -> None:
        while not enough(times) and time.monotonic() < end:
            house.hold(who, label)
            house.release(who)

    monkeypatch.setattr(gate, "through", counting)

    calls: list[Any] = [
        lambda who=who, label=label: write(who, label)
        for who, label in zip(crowd[:WRITERS], house.ids, strict=False)
    ]
    assert all_at_once(calls) == [None] * WRITERS
    house.books_agree()
    return times


def test_nobody_is_overtaken_again_and_again(
    house: House, crowd: list[Customer], monkeypatch: pytest.MonkeyPatch
) -> None:
    times = overtaken(house, crowd, monkeypatch, lambda times: len(times) >= CHANGES)
    assert len(times) >= CHANGES
    assert max(times) <= OFTEN


def test_without_the_gate_somebody_is(
    house: House, crowd: list[Customer], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control; the servers queue those who wait for a row themselves."""
    if connection.vendor != "sqlite":
        assert database._gate_path() is None
        return
    monkeypatch.setattr(database, "_gate_path", lambda: None)
    # Sooner or later: who is unlucky, and when, nobody knows.
    times = overtaken(
        house, crowd, monkeypatch, lambda times: max(times[-WRITERS:], default=0) > OFTEN
    )
    assert max(times) > OFTEN


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

    with gate.write_gate(f"{name}{gate.SUFFIX}", time.monotonic() + PATIENCE):
        pass

    owner, made = name.stat(), Path(f"{name}{gate.SUFFIX}").stat()
    assert given == [(owner.st_uid, owner.st_gid)]
    assert stat.S_IMODE(made.st_mode) == 0o660


def test_where_there_can_be_no_gate_the_database_cannot_be_written_to(tmp_path: Path) -> None:
    """As on a disk that has become read-only. Customers are told 503, as with any database."""
    with (
        pytest.raises(OperationalError, match="gate"),
        gate.write_gate(str(tmp_path / "gone" / "db.sqlite3-gate"), time.monotonic() + PATIENCE),
    ):
        pass
