"""The one transaction: run again where that may help, given up where it may not."""

from __future__ import annotations

import fcntl
import os
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import TypeVar

import pytest
from django.db import (
    DatabaseError,
    IntegrityError,
    InterfaceError,
    OperationalError,
    connection,
    connections,
    transaction,
)

from seats import database
from seats.domain import Customer
from seats.errors import Busy, IdempotencyInProgress
from seats.models import Seat, ShowTime
from tests.engine import faults
from tests.engine.house import House, customer, labels_of, once, reference

pytestmark = pytest.mark.django_db(transaction=True)

T = TypeVar("T")


@pytest.fixture
def owner() -> Customer:
    return customer("owner")


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database.random, "uniform", lambda *_: 0)


def is_ours(sql: str) -> bool:
    return not sql.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK"))


def takes_lock(sql: str) -> bool:
    return sql.startswith("UPDATE seats_showtime")


class Nth:
    """Picks out the statement with that number, counting from 0; others pass."""

    def __init__(self, number: int) -> None:
        self.left = number

    def __call__(self, sql: str) -> bool:
        if not is_ours(sql):
            return False
        self.left -= 1
        return self.left == -1


def held(house: House, owner: Customer) -> None:
    house.hold(owner, "A1", "A2")


def selected(house: House, owner: Customer) -> None:
    house.select(owner, "A1")


def nothing(_house: House, _owner: Customer) -> None:
    pass


# How the show is before, the change, and what it is in the ledger.
CHANGES: dict[str, tuple[Callable[[House, Customer], object], Callable[..., object], str]] = {
    "hold": (nothing, lambda house, owner: house.hold(owner, "A1", "A2"), "held"),
    "hold with a key": (
        nothing,
        lambda house, owner: house.hold(owner, "A1", "A2", once=once(owner, str(house.show_id))),
        "held",
    ),
    "extend": (held, lambda house, owner: house.extend(owner), "extended"),
    "book": (
        held,
        lambda house, owner: house.book(owner, once=once(owner, str(house.show_id))),
        "booked",
    ),
    "select": (nothing, lambda house, owner: house.select(owner, "A1", "A2"), "held"),
    "select more": (selected, lambda house, owner: house.select(owner, "A2"), "held"),
    "hold what is selected": (selected, lambda house, owner: house.hold(owner, "A1"), "held"),
    "release": (held, lambda house, owner: house.release(owner), "released"),
    "release by staff": (held, lambda house, _: house.release_by_staff("A1", "A2"), "released"),
}


def statements_of(change: str, owner: Customer) -> int:
    """How many statements a change takes from the lock on."""
    prepare, call, _ = CHANGES[change]
    house = House.open()
    prepare(house, owner)
    time.sleep(0.002)
    with faults.failing_statements(lambda _: False, RuntimeError()) as watched:
        call(house, owner)
    said = [sql for sql in watched.statements if is_ours(sql)]
    return len(said) - next(number for number, sql in enumerate(said) if takes_lock(sql))


class FromLock(Nth):
    """Counts from the statement that takes the lock."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.has_begun = False

    def __call__(self, sql: str) -> bool:
        self.has_begun = self.has_begun or takes_lock(sql)
        return self.has_begun and super().__call__(sql)


@pytest.mark.parametrize("kind", ["deadlock", "lock_wait_timeout"])
@pytest.mark.parametrize("change", CHANGES)
def test_it_runs_again_whichever_statement_failed(
    change: str, kind: str, owner: Customer, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepare, call, told = CHANGES[change]
    for number in range(statements_of(change, owner)):
        house = House.open()
        prepare(house, owner)
        time.sleep(0.002)
        before = len(house.events())
        error = getattr(faults, kind)(connection.vendor)
        with faults.failing_statements(FromLock(number), error):
            try:
                call(house, owner)
            except IdempotencyInProgress:
                # Waiting for a twin's answer is not repeated: it would wait as long again.
                assert len(house.events()) == before
                call(house, owner)
        assert [kind for kind, _ in house.told()[before:]] == [told], number
        house.books_agree()
        house.release(owner)
        with database.cursor() as cursor:
            cursor.execute("DELETE FROM seats_idempotencyrecord")


def test_it_gives_up_when_nothing_helps(owner: Customer) -> None:
    house = House.open()
    error = faults.deadlock(connection.vendor)
    with (
        faults.failing_statements(takes_lock, error, times=99) as watched,
        pytest.raises(Busy) as refused,
    ):
        house.hold(owner, "A1")
    assert refused.value.retry_after >= 1
    assert sum(map(takes_lock, watched.statements)) == database.ATTEMPTS
    assert house.stored() == {}
    assert house.hold(owner, "A1").changed


class Watch:
    """What those who wait go by, in place of ``time``: it stands still until it is moved."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.seconds = 0.0
        watch = SimpleNamespace(monotonic=lambda: self.seconds, sleep=self.advance)
        for module in (database, database.gate):
            monkeypatch.setattr(module, "time", watch)

    def advance(self, seconds: float) -> None:
        self.seconds += seconds


def test_it_gives_up_when_the_time_is_up(owner: Customer, monkeypatch: pytest.MonkeyPatch) -> None:
    house = House.open()
    watch = Watch(monkeypatch)
    error = faults.lock_wait_timeout(connection.vendor)

    def slow(sql: str) -> bool:
        if takes_lock(sql):
            watch.advance(database.WAIT_SECONDS)
        return takes_lock(sql)

    with faults.failing_statements(slow, error, times=99) as watched, pytest.raises(Busy):
        house.hold(owner, "A1")
    assert sum(map(takes_lock, watched.statements)) == 1


def test_it_hides_no_other_error(owner: Customer) -> None:
    house = House.open()
    with (
        faults.failing_statements(FromLock(3), faults.unheard_of(connection.vendor)) as watched,
        pytest.raises(OperationalError, match="unheard of"),
    ):
        house.hold(owner, "A1")
    assert sum(map(takes_lock, watched.statements)) == 1
    assert house.stored() == {}
    assert house.events() == []


def test_it_undoes_everything_whatever_goes_wrong(owner: Customer) -> None:
    for number in range(statements_of("book", owner)):
        house = House.open()
        house.hold(owner, "A1", "A2")
        with (
            faults.failing_statements(FromLock(number), ZeroDivisionError()),
            pytest.raises(ZeroDivisionError),
        ):
            house.book(owner, once=once(owner, str(house.show_id)))
        assert house.told() == [("held", "A1 A2")], number
        assert house.stored() == {"A1": "HELD", "A2": "HELD"}
        house.books_agree()


def lost_connection() -> Exception:
    if connection.vendor == "sqlite":
        return InterfaceError("connection already closed")
    return faults.connection_lost(connection.vendor)


def test_it_says_busy_when_the_connection_is_lost(owner: Customer) -> None:
    for number in range(statements_of("hold", owner)):
        house = House.open()
        with faults.failing_statements(FromLock(number), lost_connection()), pytest.raises(Busy):
            house.hold(owner, "A1", "A2")
        assert connection.connection is None
        assert house.stored() == {}
        assert house.hold(owner, "A1").changed


def test_it_has_an_effect_once_though_the_answer_to_the_commit_is_lost(
    owner: Customer, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = House.open()
    house.hold(owner, "A1", "A2")
    commit = connections["default"].commit

    def commit_and_lose() -> None:
        commit()
        raise lost_connection()

    with monkeypatch.context() as patched:
        patched.setattr(connections["default"], "commit", commit_and_lose)
        with pytest.raises(Busy):
            house.book(owner, once=once(owner, str(house.show_id)))
    with_key = house.book(owner, once=once(owner, str(house.show_id)))
    without_key = house.book(owner)
    assert with_key.replayed
    assert not without_key.changed
    assert reference(with_key) == reference(without_key)
    assert [kind for kind, _ in house.told()] == ["held", "booked"]
    house.books_agree()


def test_it_runs_again_when_the_commit_finds_the_database_locked(
    owner: Customer, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = House.open()
    commit = connections["default"].commit
    errors = [faults.deadlock(connection.vendor)]

    def fail_once() -> None:
        if errors:
            raise errors.pop()
        commit()

    monkeypatch.setattr(connections["default"], "commit", fail_once)
    assert house.hold(owner, "A1").changed
    assert house.told() == [("held", "A1")]


def test_it_runs_again_when_two_rows_collide(owner: Customer) -> None:
    house = House.open()

    def is_event(sql: str) -> bool:
        return sql.startswith("INSERT INTO seats_seatevent")

    with faults.failing_statements(is_event, IntegrityError("twice"), times=2):
        assert house.hold(owner, "A1").changed
    with (
        faults.failing_statements(is_event, IntegrityError("twice"), times=99),
        pytest.raises(IntegrityError),
    ):
        house.hold(owner, "A2")
    assert house.told() == [("held", "A1")]


def test_it_refuses_to_be_part_of_another_transaction(owner: Customer) -> None:
    house = House.open()

    def within() -> None:
        with transaction.atomic():
            house.hold(owner, "A1")

    with pytest.raises(RuntimeError):
        within()

    def nested() -> str:
        with pytest.raises(RuntimeError) as refused:
            database.write(lambda: house.hold(owner, "A1"))
        return str(refused.value)

    assert in_time(nested)
    assert house.stored() == {}
    assert house.hold(owner, "A1").changed


@pytest.mark.parametrize(
    ("vendor", "error", "again", "lost"),
    [
        ("mysql", OperationalError(1020, ""), True, False),
        ("mysql", OperationalError(1205, ""), True, False),
        ("mysql", OperationalError(1213, ""), True, False),
        ("mysql", OperationalError(3572, ""), True, False),
        ("mysql", OperationalError(2006, ""), False, True),
        ("mysql", OperationalError(2013, ""), False, True),
        ("mysql", OperationalError(1040, ""), False, True),
        ("mysql", OperationalError(1054, "Unknown column"), False, False),
        ("mysql", OperationalError(), False, False),
        ("sqlite", OperationalError("database is locked"), True, False),
        ("sqlite", OperationalError("database table is locked: seats_seat"), True, False),
        ("sqlite", OperationalError("disk I/O error"), False, False),
        ("sqlite", OperationalError("database or disk is full"), False, False),
        ("sqlite", InterfaceError("closed"), False, True),
    ],
)
def test_it_knows_errors_by_their_numbers(
    monkeypatch: pytest.MonkeyPatch, vendor: str, error: DatabaseError, again: bool, lost: bool
) -> None:
    monkeypatch.setattr(database, "vendor", lambda: vendor)
    assert database.is_worth_repeating(error) is again
    assert database.is_connection_lost(error) is lost


@pytest.mark.parametrize(
    ("state", "again", "lost"),
    [
        ("40001", True, False),
        ("40P01", True, False),
        ("55P03", True, False),
        ("57P01", False, True),
        ("57P03", False, True),
        ("08006", False, True),
        ("53300", False, True),
        (None, False, True),
        ("53100", False, False),
        ("42703", False, False),
    ],
)
def test_it_knows_errors_of_postgresql_by_their_states(
    monkeypatch: pytest.MonkeyPatch, state: str | None, again: bool, lost: bool
) -> None:
    monkeypatch.setattr(database, "vendor", lambda: "postgresql")
    error = OperationalError("raised by a test")
    error.__cause__ = type("Cause", (Exception,), {"sqlstate": state})()
    assert database.is_worth_repeating(error) is again
    assert database.is_connection_lost(error) is lost


def in_time(call: Callable[[], T]) -> T:
    """What the call returns, in a thread of its own: one that waits for ever is given up."""
    came_to: list[T] = []

    def run() -> None:
        came_to.append(call())
        connections.close_all()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(timeout=60)
    assert came_to, "it failed, or waits for ever"
    return came_to[0]


# The gate


def gate() -> str | None:
    return database._gate_path()


def test_it_has_a_gate_on_sqlite_alone() -> None:
    if connection.vendor == "sqlite":
        assert gate() == f"{connection.settings_dict['NAME']}-gate"
    else:
        assert gate() is None


@pytest.mark.parametrize("name", [":memory:", "file:memorydb?mode=memory&cache=shared"])
def test_it_has_no_gate_in_memory(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setitem(connection.settings_dict, "NAME", name)
    assert gate() is None


class SomebodyAtTheGate:
    """Somebody who went through, and goes on once another has come to wait there for a while."""

    def __init__(self, path: str, meanwhile: Callable[[], object]) -> None:
        self.descriptor = os.open(path, os.O_RDWR | os.O_CREAT)
        fcntl.flock(self.descriptor, fcntl.LOCK_EX)
        self.line = database.gate._line(path)
        self.meanwhile = meanwhile
        self.thread = threading.Thread(target=self.wait_and_go)
        self.thread.start()

    def wait_and_go(self) -> None:
        for _ in range(6000):
            if self.line._is_led:
                break
            time.sleep(0.01)
        self.meanwhile()
        os.close(self.descriptor)


def test_it_waits_at_the_gate(owner: Customer) -> None:
    house = House.open()
    path = gate()
    seen: list[dict[str, str]] = []

    def a_while() -> None:
        time.sleep(0.1)
        seen.append(house.stored())
        connections.close_all()

    somebody = SomebodyAtTheGate(path, a_while) if path else None
    assert house.hold(owner, "A1").changed
    if somebody is not None:
        somebody.thread.join()
        assert seen == [{}]


def test_it_does_not_begin_when_its_time_is_up_at_the_gate(
    owner: Customer, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = House.open()
    path = gate()
    if path is None:
        return
    watch = Watch(monkeypatch)
    somebody = SomebodyAtTheGate(path, lambda: watch.advance(database.WAIT_SECONDS))
    with pytest.raises(Busy):
        house.hold(owner, "A1")
    somebody.thread.join()
    assert house.stored() == {}
    assert house.hold(owner, "A1").changed


def test_it_leaves_the_gate_open_whatever_happens(owner: Customer) -> None:
    house = House.open()
    for error in (ZeroDivisionError(), KeyboardInterrupt(), faults.deadlock(connection.vendor)):
        with (
            faults.failing_statements(takes_lock, error, times=99),
            pytest.raises((ZeroDivisionError, KeyboardInterrupt, Busy)),
        ):
            house.hold(owner, "A1")
    assert house.hold(owner, "A1").changed


def test_it_leaves_the_gate_open_though_a_forked_process_has_a_copy_of_the_key(
    owner: Customer, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = House.open()
    copies: list[int] = []
    open_file = os.open

    def open_and_copy(path: str, *args: int) -> int:
        descriptor = open_file(path, *args)
        if str(path).endswith("-gate"):
            copies.append(os.dup(descriptor))
        return descriptor

    monkeypatch.setattr(os, "open", open_and_copy)
    assert in_time(lambda: house.hold(owner, "A1").changed)
    assert in_time(lambda: house.hold(owner, "A2").changed)
    assert len(copies) == (2 if gate() else 0)
    for copy in copies:
        os.close(copy)


# Times and rows


def test_its_clock_goes_on_within_a_transaction() -> None:
    with transaction.atomic():
        before = database.now()
        time.sleep(0.02)
        assert database.now() - before >= timedelta(milliseconds=15)


@pytest.mark.parametrize("milliseconds", [0, 1, 120, 999])
def test_it_keeps_milliseconds(milliseconds: int) -> None:
    moment = datetime(2026, 11, 21, 19, 30, 5, milliseconds * 1000, UTC)
    house = House.open()
    ShowTime.objects.filter(pk=house.show_id).update(starts_at=moment)
    with database.cursor() as cursor:
        cursor.execute(
            "SELECT starts_at FROM seats_showtime WHERE starts_at = %s AND id = %s",
            (database.parameter(moment), house.show_id),
        )
        row = cursor.fetchone()
    assert row is not None
    assert database.moment(row[0]) == moment
    assert database.moment(row[0]).tzinfo is UTC


@pytest.mark.parametrize("earlier_ms", [0, 1, 120, 250, 998])
def test_it_compares_times_by_their_value(earlier_ms: int) -> None:
    """Where times are kept as text, too, with and without a fraction."""
    whole = datetime(2026, 11, 21, 19, 30, 5, 0, UTC)
    earlier = whole + timedelta(milliseconds=earlier_ms)
    later = earlier + timedelta(milliseconds=1)
    house = House.open()
    for stored, asked, is_over in (
        (earlier, later, True),
        (earlier, earlier, True),
        (later, earlier, False),
    ):
        ShowTime.objects.filter(pk=house.show_id).update(starts_at=stored)
        with database.cursor() as cursor:
            cursor.execute(
                "SELECT COUNT(*) FROM seats_showtime WHERE starts_at <= %s",
                (database.parameter(asked),),
            )
            assert cursor.fetchone() == (int(is_over),)


def test_it_returns_the_id_of_what_it_inserted() -> None:
    with database.cursor() as cursor:
        first, second = (
            database.insert(cursor, "seats_screen", {"name": name, "plan": ""})
            for name in ("One", "Two")
        )
        cursor.execute("SELECT id, name FROM seats_screen ORDER BY name", ())
        assert list(cursor.fetchall()) == [(first, "One"), (second, "Two")]


def test_it_says_when_nothing_could_be_served(monkeypatch: pytest.MonkeyPatch) -> None:
    assert database.trouble() is None
    with faults.failing_statements(lambda _: True, OperationalError("gone"), times=99):
        assert database.trouble() == "The database does not answer."
    monkeypatch.setattr(database, "_expected_migrations", lambda: frozenset({("seats", "9999_x")}))
    assert "migrate" in str(database.trouble())


def test_it_stores_no_state_that_contradicts_itself(owner: Customer) -> None:
    """The last line of defence: the tables refuse half a hold and half a booking."""
    house = House.open()
    hold = house.hold(owner, "A1")
    assert labels_of(hold) == ["A1"]
    seats = Seat.objects.filter(pk=house.ids["A2"])
    for half in (
        {"status": "HELD"},
        {"status": "HELD", "hold_id": 1},
        {"status": "BOOKED"},
        {"status": "AVAILABLE", "booking_id": 1},
        {"status": "BOOKED", "booking_id": 1, "hold_id": 1},
        {"status": "SOLD"},
    ):
        with pytest.raises((IntegrityError, OperationalError)):
            seats.update(**half)
    house.books_agree()
