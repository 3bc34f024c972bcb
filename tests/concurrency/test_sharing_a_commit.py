"""On SQLite the threads of a process that wait at the gate share one commit, and nothing else."""

from __future__ import annotations

import fcntl
import os
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from seats import database, gate, ledger
from seats.domain import Customer
from seats.errors import Busy, SeatsUnavailable
from seats.reservations import Once
from tests.concurrency.crowd import PATIENCE, all_at_once
from tests.engine import faults
from tests.engine.house import House

pytestmark = pytest.mark.race


@pytest.fixture
def sizes(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many were in each company that was let in."""
    found: list[int] = []
    carry_out = gate._carry_out

    def noting(together: Sequence[Any]) -> None:
        found.append(len(together))
        carry_out(together)

    monkeypatch.setattr(gate, "_carry_out", noting)
    return found


@pytest.fixture
def commits(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """One entry for every transaction that was committed."""
    found: list[int] = []
    commit = BaseDatabaseWrapper._commit

    def noting(self: Any) -> Any:
        found.append(1)
        return commit(self)

    monkeypatch.setattr(BaseDatabaseWrapper, "_commit", noting)
    return found


@contextmanager
def closed(company: int) -> Iterator[None]:
    """The gate, closed until all but the first of a company wait behind it."""
    path = database._gate_path()
    if path is None:
        yield
        return
    line = gate._line(path)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT)
    fcntl.flock(descriptor, fcntl.LOCK_EX)

    def open_in_time() -> None:
        deadline = time.monotonic() + PATIENCE / 2
        while len(line._waiting) < company - 1 and time.monotonic() < deadline:
            time.sleep(0.002)
        os.close(descriptor)

    opener = threading.Thread(target=open_in_time)
    opener.start()
    yield
    opener.join()


def together(calls: Sequence[Callable[[], Any]]) -> list[Any]:
    with closed(len(calls)):
        return all_at_once(calls)


def test_those_who_wait_are_committed_together(
    house: House, crowd: list[Customer], sizes: list[int], commits: list[int]
) -> None:
    labels = list(house.ids)[:6]
    outcomes = together(
        [
            lambda who=who, label=label: house.hold(who, label)
            for who, label in zip(crowd, labels, strict=False)
        ]
    )
    held = [outcome.facts["hold"]["seats"][0]["label"] for outcome in outcomes]
    assert held == labels
    assert len({outcome.cursor for outcome in outcomes}) == 6
    if connection.vendor == "sqlite":
        assert sizes == [6]
        assert len(commits) == 1
    else:
        assert sizes == []
        assert len(commits) == 6
    house.books_agree()


def test_one_alone_waits_for_nobody(house: House, owner: Customer, sizes: list[int]) -> None:
    assert house.hold(owner, "A1").changed
    assert sizes == ([1] if connection.vendor == "sqlite" else [])


@pytest.mark.parametrize("key", [None, "a key"])
def test_of_several_who_want_one_seat_one_gets_it_and_the_others_hear_what_is_free(
    house: House, crowd: list[Customer], key: str | None
) -> None:
    def once(who: Customer) -> Once | None:
        return None if key is None else Once(who.key, key, "the same")

    outcomes = together(
        [lambda who=who: house.hold(who, "A2", "A3", once=once(who)) for who in crowd[:5]]
    )
    refused = [outcome for outcome in outcomes if isinstance(outcome, SeatsUnavailable)]
    assert len(refused) == 4
    for refusal in refused:
        assert [seat["label"] for seat in refusal.facts["conflicts"]] == ["A2", "A3"]
        assert refusal.facts["alternatives"][0] == ["A4", "A5"]
    house.books_agree()


def test_one_who_fails_takes_nobody_along(house: House, crowd: list[Customer]) -> None:
    def fail() -> None:
        def work() -> None:
            with database.cursor() as cursor:
                cursor.execute("UPDATE seats_showtime SET version = version + 1000", ())
            raise ZeroDivisionError

        database.write(work)

    outcomes = together(
        [
            lambda: house.hold(crowd[0], "A1"),
            fail,
            lambda: house.hold(crowd[1], "A2"),
        ]
    )
    assert outcomes[0].changed
    assert isinstance(outcomes[1], ZeroDivisionError)
    assert outcomes[2].changed
    assert sorted(house.stored()) == ["A1", "A2"]
    house.books_agree()


def test_where_the_shared_commit_fails_each_goes_alone(
    house: House, crowd: list[Customer], sizes: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    if connection.vendor != "sqlite":
        return
    commit = BaseDatabaseWrapper._commit
    failed: list[int] = []

    def full_once(self: Any) -> Any:
        if not failed and sizes:
            failed.append(1)
            raise faults.lock_wait_timeout("sqlite")
        return commit(self)

    monkeypatch.setattr(BaseDatabaseWrapper, "_commit", full_once)
    outcomes = together(
        [
            lambda who=who, label=label: house.hold(who, label)
            for who, label in zip(crowd, ("A1", "A2", "A3"), strict=False)
        ]
    )
    assert failed
    assert all(outcome.changed for outcome in outcomes), outcomes
    assert [event.version for event in house.events()] == [1, 2, 3]
    house.books_agree()


def test_nobody_is_told_anything_before_the_commit(
    house: House, crowd: list[Customer], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A follower's answer, asked for while the leader is about to commit, is not there yet."""
    if connection.vendor != "sqlite":
        return
    commit = BaseDatabaseWrapper._commit
    told: list[str] = []
    told_before: list[list[str]] = []

    def looking(self: Any) -> Any:
        told_before.append(list(told))
        return commit(self)

    def hold(who: Customer, label: str) -> None:
        house.hold(who, label)
        told.append(label)

    monkeypatch.setattr(BaseDatabaseWrapper, "_commit", looking)
    together(
        [
            lambda who=who, label=label: hold(who, label)
            for who, label in zip(crowd, ("A1", "A2", "A3"), strict=False)
        ]
    )
    assert told_before == [[]]
    assert sorted(told) == ["A1", "A2", "A3"]


def test_a_leader_who_is_stopped_leaves_the_others_free_to_ask_again(
    house: House, crowd: list[Customer]
) -> None:
    if connection.vendor != "sqlite":
        return

    def stop() -> None:
        raise SystemExit

    def unless_stopped(call: Callable[[], Any]) -> Any:
        try:
            return call()
        except SystemExit:
            return "stopped"

    calls: list[Callable[[], Any]] = [
        lambda: house.hold(crowd[0], "A1"),
        lambda: database.write(stop),
        lambda: house.hold(crowd[1], "A2"),
    ]
    outcomes = together([lambda call=call: unless_stopped(call) for call in calls])
    # Whoever led ran into it; nothing of that company was committed, and all of it was told so.
    assert "stopped" in outcomes
    assert all(outcome == "stopped" or isinstance(outcome, Busy) for outcome in outcomes), outcomes
    assert house.stored() == {}
    assert house.hold(crowd[0], "A1").changed
    assert house.hold(crowd[1], "A2").changed
    house.books_agree()


def test_work_in_company_is_no_place_for_another_write(house: House, crowd: list[Customer]) -> None:
    if connection.vendor != "sqlite":
        return

    def nested() -> None:
        database.write(lambda: database.write(lambda: None))

    outcomes = together([lambda: house.hold(crowd[0], "A1"), nested])
    assert outcomes[0].changed
    assert isinstance(outcomes[1], RuntimeError)


def test_without_savepoints_a_failure_would_leave_its_traces(
    house: House, crowd: list[Customer], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: what the savepoints are for."""
    if connection.vendor != "sqlite":
        return
    atomic = transaction.atomic

    class Once:
        """Opens the outer transaction and leaves out the ones inside."""

        def __init__(self, durable: bool = False) -> None:
            self.real = atomic(durable=True) if durable else None

        def __enter__(self) -> None:
            if self.real is not None:
                self.real.__enter__()

        def __exit__(self, *error: Any) -> Any:
            return self.real.__exit__(*error) if self.real is not None else False

    def share(passages: Sequence[Any]) -> None:
        with monkeypatch.context() as patch:
            patch.setattr(gate.transaction, "atomic", Once)
            share_a_commit(passages)

    share_a_commit = gate._share_a_commit
    monkeypatch.setattr(gate, "_share_a_commit", share)

    def fail() -> None:
        def work() -> None:
            with database.cursor() as cursor:
                cursor.execute("UPDATE seats_showtime SET version = version + 1000", ())
            raise ZeroDivisionError

        database.write(work)

    together([fail, lambda: house.hold(crowd[0], "A1"), lambda: house.hold(crowd[1], "A2")])
    with pytest.raises(ledger.Difference):
        house.books_agree()
