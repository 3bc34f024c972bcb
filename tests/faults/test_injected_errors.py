"""The errors by which a database asks to try again, at every statement of every request.

Seen from outside: the customer gets an answer of the contract, nothing is half done, and the same
request with the same key comes to the one effect in the end. tests/engine/test_database.py looks at
the transaction itself.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.cache import cache
from django.db import OperationalError, connection
from django.http import HttpResponse
from django.utils import timezone

from seats import database, feed, ledger, reservations
from seats.models import Booking, Hold, Movie, Screen, Seat, SeatEvent, ShowTime
from tests.api.people import Person
from tests.engine.faults import failing_statements

pytestmark = pytest.mark.django_db(transaction=True)

ERRORS = {
    "mysql": {
        "lock wait timeout": OperationalError(1205, "Lock wait timeout exceeded"),
        "deadlock": OperationalError(1213, "Deadlock found when trying to get lock"),
        "changed since read": OperationalError(1020, "Record has changed since last read"),
    },
    "postgresql": {
        "lock wait timeout": "LockNotAvailable",
        "deadlock": "DeadlockDetected",
        "changed since read": "SerializationFailure",
    },
    "sqlite": {
        "lock wait timeout": OperationalError("database is locked"),
        "deadlock": OperationalError("database table is locked: seats_seat"),
        "changed since read": OperationalError("database schema is locked: main"),
    },
}


def error_of(kind: str) -> OperationalError:
    error = ERRORS[connection.vendor][kind]
    if isinstance(error, OperationalError):
        return error
    import psycopg

    raised = OperationalError(f"raised by a test: {kind}")
    raised.__cause__ = getattr(psycopg.errors, error)("raised by a test")
    return raised


@dataclass
class Desk:
    """A customer before a show, ready for one request."""

    person: Person
    show: ShowTime

    reference: str = ""

    def ask(self, operation: str, key: str) -> HttpResponse:
        headers = {"Idempotency-Key": key}
        if operation == "cancel":
            return self.person.cancel(self.reference, **headers)
        if operation == "extend":
            return self.person.extend(self.show, **headers)
        return getattr(self.person, operation)(self.show, "A1", "A2", **headers)

    def prepare(self, operation: str) -> None:
        """An empty hall, and what the request needs."""
        Seat.objects.filter(show=self.show).update(
            status="AVAILABLE", held_until=None, hold=None, booking=None
        )
        for rows in (SeatEvent, Hold, Booking):
            rows.objects.filter(show=self.show).delete()
        ShowTime.objects.filter(pk=self.show.pk).update(version=0)
        feed._shows.clear()
        cache.clear()
        if operation != "hold":
            assert self.person.hold(self.show, "A1", "A2").status_code == 200
        if operation == "cancel":
            booked = self.person.book(self.show, "A1", "A2")
            self.reference = booked.json()["booking"]["reference"]
        # A hold extended in the millisecond of its beginning is not extended.
        begun = database.now()
        while database.now() - begun < timedelta(milliseconds=2):
            pass

    def stands(self) -> tuple[Any, ...]:
        """All that a request may change."""
        return (
            list(Seat.objects.filter(show=self.show).order_by("id").values_list("id", "status")),
            list(Hold.objects.filter(show=self.show).values_list("id", "state", "expires_at")),
            list(Booking.objects.filter(show=self.show).values_list("id", "status")),
            SeatEvent.objects.filter(show=self.show).count(),
            ShowTime.objects.get(pk=self.show.pk).version,
        )


@pytest.fixture
def desk() -> Desk:
    movie = Movie.objects.create(title="The Long Tide", duration_minutes=104)
    screen = Screen.objects.create(name="Hall 1", plan="tier S Standard\nA: SSSSS")
    starts_at = timezone.now() + timedelta(days=1)
    show = reservations.open_show(movie, screen, starts_at, Decimal("10.00"))
    return Desk(Person("owner").with_token(), show)


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database.random, "uniform", lambda *_: 0)


def nth(number: int, statement: str | None = None) -> Callable[[str], bool]:
    """Picks out one statement by number, and if it is named, each time it comes again."""
    seen: list[str] = []

    def picks(sql: str) -> bool:
        seen.append(sql)
        return len(seen) > number and (sql == statement or len(seen) == number + 1)

    return picks


@pytest.mark.parametrize("operation", ["hold", "extend", "book", "release", "cancel"])
def test_it_is_done_wholly_or_not_at_all(
    desk: Desk, operation: str, record_testsuite_property: Callable[[str, object], None]
) -> None:
    desk.prepare(operation)
    with failing_statements(lambda _: False, RuntimeError()) as watched:
        assert desk.ask(operation, secrets.token_hex(8)).status_code == 200
    # Each error once at each statement, and one of them each time the statement is tried again.
    ways = [
        (number, statement, kind, times)
        for number, statement in enumerate(watched.statements)
        for kind, times in [*((kind, 1) for kind in ERRORS["sqlite"]), ("deadlock", 99)]
    ]
    assert len(ways) > 20

    answers = set()
    for number, statement, kind, times in ways:
        desk.prepare(operation)
        before, key = desk.stands(), secrets.token_hex(8)
        with failing_statements(nth(number, statement), error_of(kind), times):
            first = desk.ask(operation, key)
        answers.add((first.status_code, first.json().get("code")))
        if first.status_code != 200:
            assert desk.stands() == before, (statement, kind)
        again = _repeated(desk, operation, key, first)
        assert again.status_code == 200, (statement, kind, again.content)
        assert desk.stands()[3] == before[3] + 1, (statement, kind)
        ledger.verify(desk.show.pk)

    record_testsuite_property(f"errors_in_{operation}", len(ways))
    assert answers <= {(200, None), (503, "busy"), (409, "idempotency_in_progress")}
    assert (200, None) in answers
    assert (503, "busy") in answers


def _repeated(desk: Desk, operation: str, key: str, first: HttpResponse) -> HttpResponse:
    """What a careful program does: the same request with the same key, after whatever answer."""
    again = desk.ask(operation, key)
    if first.status_code == 200:
        assert again.content == first.content
        assert again.headers["Idempotency-Replayed"] == "true"
    return again
