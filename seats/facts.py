"""Seats, holds and bookings as JSON-ready facts.

A seat: ``{"id", "row", "number", "label", "tier", "price"}``. A hold: ``{"id", "show_id", "seats",
"expires_at", "expires_in", "total_price", "currency"}``. A booking: ``{"reference", "show_id",
"status", "seats", "total_price", "currency", "booked_at", "cancelled_at", "reviewed_at",
"rejection_reason"}``. Prices are decimal
strings, times ISO 8601 in UTC, ``expires_in`` whole seconds.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from seats import database
from seats.domain import SeatNames, iso
from seats.errors import SeatNotFound, ShowNotFound

SeatFacts = dict[str, Any]

_SEAT = "SELECT id, row_name, number, label, tier, price FROM seats_seat"


def seats_named(show_id: int, names: SeatNames) -> list[SeatFacts]:
    """The seats of a show that a request names, by id; asked before the lock is taken.

    What is read here never changes once a show is laid out. Raises ShowNotFound, SeatNotFound,
    and ValueError where no seat is named.
    """
    if not names:
        raise ValueError("no seats are named")
    found: dict[int, SeatFacts] = {}
    with database.cursor() as cursor:
        for column, wanted in (("id", names.ids), ("label", names.labels)):
            if wanted:
                cursor.execute(
                    f"{_SEAT} WHERE show_id = %s AND {column} IN ({database.places(wanted)})",
                    (show_id, *wanted),
                )
                found.update((seat["id"], seat) for seat in _seats(cursor))
        seats = [found[seat_id] for seat_id in sorted(found)]
        known: set[int | str] = {seat["id"] for seat in seats} | {seat["label"] for seat in seats}
        asked: tuple[int | str, ...] = (*names.ids, *names.labels)
        unknown = [name for name in asked if name not in known]
        if unknown:
            cursor.execute("SELECT 1 FROM seats_showtime WHERE id = %s", (show_id,))
            if cursor.fetchone() is None:
                raise ShowNotFound
            raise SeatNotFound(unknown)
    return seats


def seats_by_id(cursor: database.Cursor, show_id: int, seat_ids: Sequence[int]) -> list[SeatFacts]:
    """The facts of seats known to exist, by id."""
    if not seat_ids:
        return []
    cursor.execute(
        f"{_SEAT} WHERE show_id = %s AND id IN ({database.places(seat_ids)}) ORDER BY id",
        (show_id, *seat_ids),
    )
    return _seats(cursor)


def hold_facts(
    hold_id: int,
    show_id: int,
    seats: Iterable[SeatFacts],
    expires_at: datetime,
    now: datetime,
    currency: str,
) -> dict[str, Any]:
    """A hold as its customer sees it at a moment."""
    listed = sorted(seats, key=lambda seat: int(seat["id"]))
    return {
        "id": hold_id,
        "show_id": show_id,
        "seats": listed,
        "expires_at": iso(expires_at),
        "expires_in": max(0, int((expires_at - now).total_seconds())),
        "total_price": str(total(listed)),
        "currency": currency,
    }


def booking_facts(
    reference: str,
    show_id: int,
    status: str,
    seats: Iterable[SeatFacts],
    total_price: Decimal | str,
    currency: str,
    booked_at: datetime,
    cancelled_at: datetime | None = None,
    reviewed_at: datetime | None = None,
    rejection_reason: str = "",
) -> dict[str, Any]:
    """A booking as its customer sees it."""
    return {
        "reference": reference,
        "show_id": show_id,
        "status": status,
        "seats": list(seats),
        "total_price": str(total_price),
        "currency": currency,
        "booked_at": iso(booked_at),
        "cancelled_at": None if cancelled_at is None else iso(cancelled_at),
        "reviewed_at": None if reviewed_at is None else iso(reviewed_at),
        "rejection_reason": rejection_reason or None,
    }


def total(seats: Iterable[SeatFacts]) -> Decimal:
    """What seats cost together."""
    return sum((Decimal(seat["price"]) for seat in seats), Decimal("0.00"))


def price(value: Any) -> str:
    """A price as any of the databases returns it, as a decimal string with two places."""
    return f"{Decimal(str(value)):.2f}"


def seat_facts(
    seat_id: int, row: str, number: int, label: str, tier: str, amount: Any
) -> SeatFacts:
    """A seat as it stands in holds and bookings."""
    return {
        "id": seat_id,
        "row": row,
        "number": number,
        "label": label,
        "tier": tier,
        "price": price(amount),
    }


def _seats(cursor: database.Cursor) -> list[SeatFacts]:
    return [seat_facts(*row) for row in cursor.fetchall()]
