"""Errors of the three databases, raised where a test wants them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import OperationalError, connection


def _postgresql(kind: str) -> OperationalError:
    import psycopg

    error = OperationalError(f"raised by a test: {kind}")
    error.__cause__ = getattr(psycopg.errors, kind)("raised by a test")
    return error


def deadlock(vendor: str) -> OperationalError:
    if vendor == "mysql":
        return OperationalError(1213, "Deadlock found when trying to get lock")
    if vendor == "postgresql":
        return _postgresql("DeadlockDetected")
    return OperationalError("database table is locked")


def lock_wait_timeout(vendor: str) -> OperationalError:
    if vendor == "mysql":
        return OperationalError(1205, "Lock wait timeout exceeded")
    if vendor == "postgresql":
        return _postgresql("LockNotAvailable")
    return OperationalError("database is locked")


def connection_lost(vendor: str) -> OperationalError:
    if vendor == "mysql":
        return OperationalError(2013, "Lost connection to server during query")
    if vendor == "postgresql":
        return _postgresql("OperationalError")
    raise AssertionError("SQLite has no connection to lose")


def too_many_connections(vendor: str) -> OperationalError:
    if vendor == "mysql":
        return OperationalError(1040, "Too many connections")
    if vendor == "postgresql":
        return _postgresql("TooManyConnections")
    raise AssertionError("SQLite counts no connections")


def unheard_of(vendor: str) -> OperationalError:
    """An error that nothing here knows what to do about."""
    if vendor == "mysql":
        return OperationalError(1114, "unheard of")
    if vendor == "postgresql":
        error = _postgresql("DiskFull")
        error.args = ("unheard of",)
        return error
    return OperationalError("unheard of")


class Saboteur:
    """Raises an error instead of running the statement whose turn has come."""

    def __init__(self, when: Callable[[str], bool], error: Exception, times: int) -> None:
        self._when = when
        self._error = error
        self._left = times
        self.statements: list[str] = []

    def __call__(
        self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any
    ) -> Any:
        self.statements.append(sql)
        if self._left and self._when(sql):
            self._left -= 1
            raise self._error
        return execute(sql, params, many, context)


@contextmanager
def failing_statements(
    when: Callable[[str], bool], error: Exception, times: int = 1
) -> Iterator[Saboteur]:
    """The first so many statements that ``when`` picks out end in the error."""
    saboteur = Saboteur(when, error, times)
    with connection.execute_wrapper(saboteur):
        yield saboteur
