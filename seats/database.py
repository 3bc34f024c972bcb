"""The one transaction all writes go through, and how each database is asked the time.

``write`` runs a piece of work in a transaction of its own, waits its turn at the gate where the
database is SQLite, and runs it again where the database asks for that. ``take_turn`` takes the
lock on a show: every change of its seats begins with it, so they happen one after another.
"""

from __future__ import annotations

import json
import logging
import random
import secrets
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache, lru_cache
from typing import Any, Protocol, TypeVar

from django.db import (
    DEFAULT_DB_ALIAS,
    Error,
    InterfaceError,
    OperationalError,
    connection,
    connections,
    transaction,
)
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.utils.translation import gettext_noop

from seats import gate
from seats.domain import MAX_MARK
from seats.errors import Busy, ShowNotFound

T = TypeVar("T")

logger = logging.getLogger(__name__)

# The name of the copy that may be read where being late does no harm (seats/feed/replica.py).
REPLICA = "replica"

WAIT_SECONDS = 5.0
ATTEMPTS = 4

_MYSQL_AGAIN = {1020, 1205, 1213, 3572}
# Gone, or not to be had: the last three are for servers with more callers than they take.
_MYSQL_GONE = {1053, 1927, 2002, 2003, 2006, 2013, 2055, 4031, 1040, 1203, 1226}
_POSTGRESQL_AGAIN = {"40001", "40P01", "55P03"}
_POSTGRESQL_GONE = ("08", "57P", "53300")

_CLOCKS = {
    # Not NOW() and its kin: on PostgreSQL they stand still from BEGIN on, before the lock was had.
    # Doubled, as in every statement with parameters: with DEBUG on, Django fills them in to log it.
    "sqlite": "strftime('%%Y-%%m-%%d %%H:%%M:%%f', 'now')",
    "mysql": "UTC_TIMESTAMP(3)",
    "postgresql": "date_trunc('milliseconds', clock_timestamp())",
}


class Cursor(Protocol):
    """As much of a database cursor as we use."""

    rowcount: int
    lastrowid: int

    def execute(self, sql: str, params: Sequence[Any] = ...) -> Any: ...
    def fetchone(self) -> tuple[Any, ...] | None: ...
    def fetchall(self) -> list[tuple[Any, ...]]: ...


@contextmanager
def cursor(using: str = DEFAULT_DB_ALIAS) -> Iterator[Cursor]:
    """A cursor of the connection in use, or of that to a copy of the database."""
    with connections[using].cursor() as opened:
        yield opened


@cache
def vendor() -> str:
    """What kind of database is in use: "sqlite", "mysql" (MariaDB too) or "postgresql"."""
    # Remembered, since each look at Django's connection finds out anew whose it is.
    return connection.vendor


def clock() -> str:
    """The SQL expression that reads the database's clock at the moment a statement runs.

    Only for statements with parameters, be there none: ``execute(sql, ())``.
    """
    return _CLOCKS[vendor()]


def moment(value: Any) -> datetime:
    """A time as any of the databases returns it, in UTC and whole milliseconds."""
    found: datetime = datetime.fromisoformat(value) if isinstance(value, str) else value
    utc = found.astimezone(UTC) if found.tzinfo else found
    return utc.replace(microsecond=utc.microsecond // 1000 * 1000, tzinfo=UTC)


def moment_or_none(value: Any) -> datetime | None:
    """Like ``moment``, for a column that may be empty."""
    return None if value is None else moment(value)


# A change names its moments again and again.
@lru_cache(maxsize=64)
def parameter(value: datetime) -> Any:
    """A time as the database in use wants it as a parameter."""
    return connection.ops.adapt_datetimefield_value(value)


def document(value: Any) -> Any:
    """A JSON column as any of the databases returns it."""
    return json.loads(value) if isinstance(value, str | bytes) else value


def places(values: Sequence[Any]) -> str:
    """As many placeholders as there are values, for an IN list."""
    return ", ".join(["%s"] * len(values))


def now() -> datetime:
    """The database's clock. Decisions never use this: they use the clock read under the lock."""
    with connection.cursor() as opened:
        opened.execute(f"SELECT {clock()}", ())
        return moment(opened.fetchone()[0])


def insert(cursor: Cursor, table: str, values: Mapping[str, Any]) -> int:
    """Inserts one row and returns its id."""
    sql = f"INSERT INTO {table} ({', '.join(values)}) VALUES ({places(tuple(values))})"
    if vendor() != "postgresql":
        cursor.execute(sql, tuple(values.values()))
        return cursor.lastrowid
    cursor.execute(f"{sql} RETURNING id", tuple(values.values()))
    row = cursor.fetchone()
    assert row is not None
    return int(row[0])


# The transaction


def write(work: Callable[[], T]) -> T:
    """Runs ``work`` in a transaction of its own and returns what it returns.

    ``work`` may run several times, so it must do nothing that outlives a rollback. Raises Busy when
    the database could not be had within WAIT_SECONDS, and RuntimeError inside another transaction:
    what is acknowledged here must not be undone by somebody else's rollback.
    """
    deadline = time.monotonic() + WAIT_SECONDS
    for attempt in range(1, ATTEMPTS + 1):
        try:
            return gate.through(_gate_path(), work, deadline)
        except (OperationalError, InterfaceError) as error:
            if is_connection_lost(error):
                # Whether a lost commit took effect cannot be known here. The caller repeats
                # the request, and repeating is safe.
                connection.close()
                raise Busy from error
            if not is_worth_repeating(error):
                raise
            if attempt == ATTEMPTS or time.monotonic() >= deadline:
                raise Busy from error
            time.sleep(random.uniform(0.001, 0.01) * 2**attempt)
    raise AssertionError("unreachable")


def write_within(work: Callable[[], T]) -> T:
    """Runs ``work`` as part of a transaction that somebody else has opened and will commit.

    For deletions, which Django always wraps. There is no gate here: its owner may be waiting for
    the very lock this transaction already has.
    """
    with transaction.atomic():
        return work()


@contextmanager
def without_writers(patience: float) -> Iterator[None]:
    """Keeps Holdfast's writers out of an SQLite database; raises Busy after that many seconds."""
    path = _gate_path()
    if path is None or not gate.HAS_LOCKS:
        yield
        return
    with gate.write_gate(path, time.monotonic() + patience):
        yield


def _gate_path() -> str | None:
    if vendor() != "sqlite":
        return None
    name = str(connection.settings_dict["NAME"])
    if ":memory:" in name or "mode=memory" in name:
        return None
    return f"{name}{gate.SUFFIX}"


def is_worth_repeating(error: Error) -> bool:
    """Whether the database undid the transaction only because of others: run again, it may pass."""
    if vendor() == "sqlite":
        return "locked" in str(error) or "busy" in str(error)
    if vendor() == "mysql":
        return bool(error.args) and error.args[0] in _MYSQL_AGAIN
    return getattr(error.__cause__, "sqlstate", None) in _POSTGRESQL_AGAIN


def is_connection_lost(error: Error) -> bool:
    """Whether the database server went away, so that the outcome of a commit is unknown."""
    if isinstance(error, InterfaceError):
        return True
    if vendor() == "mysql":
        return bool(error.args) and error.args[0] in _MYSQL_GONE
    if vendor() == "postgresql":
        state = getattr(error.__cause__, "sqlstate", None)
        return state is None or state.startswith(_POSTGRESQL_GONE)
    return False


# The lock on a show


@dataclass(frozen=True, slots=True)
class Turn:
    """The lock on a show, had: nobody else changes its seats until the transaction ends.

    ``now`` is the database's clock read under the lock; the whole change happens at that moment.
    ``version`` and ``mark`` name the change that is being made.
    """

    show_id: int
    version: int
    mark: int
    now: datetime
    starts_at: datetime
    currency: str


def take_turn(cursor: Cursor, show_id: int, turnstiles: Sequence[int] = ()) -> Turn:
    """Takes the lock on a show by counting its version up; raises ShowNotFound.

    Then those on turnstiles, if there are any to go through. The clock is read after all of them.
    """
    mark = secrets.randbelow(MAX_MARK)
    count = "UPDATE seats_showtime SET version = version + 1, mark = %s WHERE id = %s"
    further = sorted(set(turnstiles))
    if not further and _tells_what_it_changed():
        cursor.execute(f"{count} RETURNING {_told()}", (mark, show_id))
    else:
        cursor.execute(count, (mark, show_id))
        if cursor.rowcount != 1:
            raise ShowNotFound
        if further:
            _go_through(cursor, further)
        cursor.execute(f"SELECT {_told()} FROM seats_showtime WHERE id = %s", (show_id,))
    row = cursor.fetchone()
    if row is None:
        raise ShowNotFound
    version, at, starts_at, currency = row
    return Turn(show_id, version, mark, moment(at), moment(starts_at), currency)


def _go_through(cursor: Cursor, turnstiles: Sequence[int]) -> None:
    """Takes the locks on turnstiles, the lowest first."""
    cursor.execute(
        f"SELECT number FROM seats_turnstile WHERE number IN ({places(turnstiles)})"
        " ORDER BY number FOR UPDATE",
        tuple(turnstiles),
    )
    if len(cursor.fetchall()) != len(turnstiles):
        raise RuntimeError(
            "Rows of seats_turnstile are missing. They come back with:"
            " python manage.py migrate seats 0006 && python manage.py migrate"
        )


def _told() -> str:
    return f"version, {clock()}, starts_at, currency"


@cache
def _tells_what_it_changed() -> bool:
    """Whether an UPDATE can return columns: SQLite since 3.35, PostgreSQL, and not MariaDB."""
    return vendor() != "mysql" and connection.features.can_return_columns_from_insert


def keep_still(cursor: Cursor, show_id: int) -> tuple[int, int]:
    """Takes the lock on a show and changes nothing; returns version and mark, or ShowNotFound."""
    # A transaction on SQLite is the only writer from its first statement on.
    lock = "" if vendor() == "sqlite" else " FOR UPDATE"
    cursor.execute(f"SELECT version, mark FROM seats_showtime WHERE id = %s{lock}", (show_id,))
    row = cursor.fetchone()
    if row is None:
        raise ShowNotFound
    version, mark = row
    return version, mark


# Readiness


@cache
def _expected_migrations() -> frozenset[tuple[str, str]]:
    """The last migrations of each application, as they are on disk; they change with a release."""
    return frozenset(MigrationLoader(None).graph.leaf_nodes())


def trouble() -> str | None:
    """Why requests could not be served at this moment, or None when all is well."""
    try:
        applied = MigrationRecorder(connection).applied_migrations()
    except Error:
        logger.exception("The database does not answer.")
        connection.close()
        return gettext_noop("The database does not answer.")
    if not _expected_migrations() <= applied.keys():
        return gettext_noop("Migrations are missing. Run: python manage.py migrate")
    return None
