"""A show to try things on, and a clock that stands still until it is moved."""

from __future__ import annotations

import json
import sys
from collections import OrderedDict
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection

from seats import availability, database, feed, ledger, reservations
from seats.domain import (
    Customer,
    SeatNames,
    SeatStatus,
    effective_status,
    from_milliseconds,
    iso,
    to_milliseconds,
)
from seats.layout import rectangle
from seats.models import Movie, Screen, Seat, SeatEvent
from seats.reservations import Once, Outcome

STAFF = 4711
START = datetime(2026, 11, 21, 19, 30, 0, 250_000, UTC)


class HouseClock:
    """The database's clock in the hand of the test, and the feed's idea of it with it."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.ms = to_milliseconds(START)
        monkeypatch.setattr("seats.database.clock", self._as_sql)
        # The feed carries the database's clock on by its own; that one is the same here.
        watch = SimpleNamespace(
            monotonic=lambda: self.ms / 1000,
            monotonic_ns=lambda: self.ms * 1_000_000,
            sleep=self._sleep,
        )
        for name, module in list(sys.modules.items()):
            if name.startswith("seats.feed") and hasattr(module, "time"):
                monkeypatch.setattr(module, "time", watch)

    @property
    def now(self) -> datetime:
        return from_milliseconds(self.ms)

    def advance(self, milliseconds: float) -> None:
        self.ms += int(milliseconds)

    def set(self, moment: datetime) -> None:
        self.ms = to_milliseconds(moment)

    def _sleep(self, seconds: float) -> None:
        self.advance(seconds * 1000)

    def _as_sql(self) -> str:
        text = f"{self.now:%Y-%m-%d %H:%M:%S}.{self.ms % 1000:03d}"
        if connection.vendor == "postgresql":
            return f"TIMESTAMPTZ '{text}+00'"
        return f"TIMESTAMP '{text}'" if connection.vendor == "mysql" else f"'{text}'"


@dataclass
class House:
    """One show, by the labels of its seats."""

    show_id: int
    ids: dict[str, int]

    @classmethod
    def open(
        cls, rows: int = 2, seats_per_row: int = 5, starts_in: timedelta = timedelta(days=1)
    ) -> House:
        plan = rectangle(rows, seats_per_row)
        screen, _ = Screen.objects.get_or_create(
            name=f"{rows} by {seats_per_row}", defaults={"plan": plan}
        )
        movie, _ = Movie.objects.get_or_create(title="A film", defaults={"duration_minutes": 90})
        starts_at = database.now() + starts_in
        show = reservations.open_show(movie, screen, starts_at, Decimal("9.50"))
        ids = dict(Seat.objects.filter(show=show).values_list("label", "id"))
        return cls(show.pk, ids)

    def hold(self, who: Customer, *names: int | str, once: Once | None = None) -> Outcome:
        return reservations.hold_seats(who, self.show_id, SeatNames.of(*names), once=once)

    def select(self, who: Customer, *names: int | str, once: Once | None = None) -> Outcome:
        return reservations.select_seats(who, self.show_id, SeatNames.of(*names), once=once)

    def extend(self, who: Customer, *, once: Once | None = None) -> Outcome:
        return reservations.extend_hold(who, self.show_id, once=once)

    def book(self, who: Customer, *names: int | str, once: Once | None = None) -> Outcome:
        return reservations.book_seats(who, self.show_id, _some(names), once=once)

    def release(self, who: Customer, *names: int | str, once: Once | None = None) -> Outcome:
        return reservations.release_seats(who, self.show_id, _some(names), once=once)

    def cancel(self, who: Customer, booked: Outcome, *, once: Once | None = None) -> Outcome:
        return reservations.cancel_booking(who, reference(booked), once=once)

    def release_by_staff(self, *labels: str, reason: str = "a queue") -> list[str]:
        ids = [self.ids[label] for label in labels]
        outcome = reservations.release_by_staff(STAFF, self.show_id, ids, reason)
        return list(outcome.facts["seats"])

    def unbook_by_staff(self, *labels: str, reason: str = "a mistake") -> list[str]:
        ids = [self.ids[label] for label in labels]
        outcome = reservations.unbook_by_staff(STAFF, self.show_id, ids, reason)
        return list(outcome.facts["seats"])

    def tidy(self) -> int:
        return reservations.tidy(self.show_id)

    def seen(self) -> dict[str, str]:
        """Who looks sees this: seats that are not free, by label."""
        seats = availability.show_seats(self.show_id, None)["seats"]
        return {seat["label"]: seat["status"] for seat in seats if seat["status"] != "AVAILABLE"}

    def stored(self) -> dict[str, str]:
        """What the table says, tidied or not: seats that are not free, by label."""
        rows = Seat.objects.filter(show_id=self.show_id).values_list("label", "status")
        return {label: status for label, status in rows if status != "AVAILABLE"}

    def events(self) -> list[SeatEvent]:
        return list(SeatEvent.objects.filter(show_id=self.show_id).order_by("version"))

    def told(self) -> list[tuple[str, str]]:
        """The ledger in short: what happened to which seats."""
        labels = {seat_id: label for label, seat_id in self.ids.items()}
        return [
            (event.kind, " ".join(sorted(labels[seat_id] for seat_id in event.seat_ids)))
            for event in self.events()
        ]

    def books_agree(self) -> int:
        """Replays the ledger against the tables; raises ledger.Difference. Returns its length."""
        return ledger.verify(self.show_id)


def _some(names: tuple[int | str, ...]) -> SeatNames | None:
    return SeatNames.of(*names) if names else None


def customer(name: str) -> Customer:
    """Somebody with an account."""
    user, _ = User.objects.get_or_create(username=name)
    return Customer.of_user(user.pk)


def reference(booked: Outcome) -> str:
    return str(booked.facts["booking"]["reference"])


def labels_of(outcome: Outcome) -> list[str]:
    """The seats of the hold or booking an outcome is about."""
    facts = outcome.facts.get("hold") or outcome.facts["booking"]
    return [seat["label"] for seat in facts["seats"]]


def once(who: Customer, key: str = "a-key", request: str = "a request") -> Once:
    """A promise to do a request once; ``request`` stands for what was asked."""
    return Once(who.key, key, f"{hash(request) & 0xFFFFFFFFFFFF:064x}")


class Poller:
    """Somebody who looks at a show again and again, applying each answer to what they have."""

    def __init__(self, show_id: int, *, is_kept: bool = False) -> None:
        self.show_id, self.is_kept = show_id, is_kept
        self.cursor: str | None = None
        self.seats: dict[str, tuple[str, str | None]] = {}
        self.body: dict[str, Any] = {}

    def look(self) -> dict[str, tuple[str, str | None]]:
        answer = feed.status_answer(self.show_id, self.cursor, is_kept=self.is_kept)
        self.body = json.loads(answer.body)
        if self.body["full"]:
            self.seats = {}
        for seat in self.body["seats"]:
            self.seats[seat["label"]] = (seat["status"], seat["held_until"])
        self.cursor = self.body["cursor"]
        return dict(self.seats)

    @property
    def changed(self) -> list[str]:
        return [seat["label"] for seat in self.body["seats"]]


def looked_at_anew(show_id: int) -> dict[str, tuple[str, str | None]]:
    """What somebody sees who looks for the first time."""
    return Poller(show_id).look()


class Process:
    """A process of its own memory: ``with process:`` what follows is answered by it."""

    def __init__(self) -> None:
        self._memory: OrderedDict[int, Any] = OrderedDict()

    def __enter__(self) -> None:
        self._memory, feed._shows = feed._shows, self._memory

    def __exit__(self, *_: object) -> None:
        self._memory, feed._shows = feed._shows, self._memory


def true_state(house: House) -> dict[str, tuple[str, str | None]]:
    """What pollers should see at this moment, straight from the table."""
    now = database.now()
    state: dict[str, tuple[str, str | None]] = {}
    for seat in Seat.objects.filter(show_id=house.show_id):
        status = effective_status(SeatStatus(seat.status), seat.held_until, now)
        is_held = status is SeatStatus.HELD and seat.held_until is not None
        state[seat.label] = (status.value, iso(seat.held_until) if is_held else None)
    return state
