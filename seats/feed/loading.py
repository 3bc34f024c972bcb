"""What the feed asks the database: where a show stands, all its seats, and what came after."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import DEFAULT_DB_ALIAS

from seats import database
from seats.domain import SeatStatus, to_milliseconds

# A feed further behind than this starts afresh, which is cheaper than catching up.
TAIL_LIMIT = 2000

_STANDING = "version, mark, born, {clock}, starts_at"


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a show stands: its last change, and the database's clock when that was read."""

    version: int
    mark: int
    born: int
    clock_ms: int
    starts_at: datetime


@dataclass(frozen=True, slots=True)
class SeatRow:
    """A seat as stored. ``held_until_ms`` is 0 unless the seat is held."""

    id: int
    row: str
    number: int
    label: str
    section: str
    tier: str
    price: str
    x: float
    y: float
    features: tuple[str, ...]
    status: SeatStatus
    held_until_ms: int


@dataclass(frozen=True, slots=True)
class Event:
    """An entry of the ledger, as much as the feed needs of it."""

    version: int
    mark: int
    kind: str
    seat_ids: tuple[int, ...]
    held_until_ms: int
    at_ms: int


def standing(show_id: int, *, using: str = DEFAULT_DB_ALIAS) -> Standing | None:
    """Where the show stands now, or None if there is no such show."""
    with database.cursor(using) as cursor:
        cursor.execute(
            f"SELECT {_STANDING.format(clock=database.clock())} FROM seats_showtime WHERE id = %s",
            (show_id,),
        )
        row = cursor.fetchone()
    return None if row is None else _standing(row)


def whole_show(
    show_id: int, *, using: str = DEFAULT_DB_ALIAS
) -> tuple[Standing, int, list[SeatRow]] | None:
    """The show's standing, the time of its last event (0 for none) and all seats, by id.

    All from one statement: with two, a change between them would be half seen.
    """
    with database.cursor(using) as cursor:
        cursor.execute(
            f"SELECT s.version, s.mark, s.born, {database.clock()}, s.starts_at, e.at,"
            " p.id, p.row_name, p.number, p.label, p.section, p.tier, p.price, p.x, p.y,"
            " p.features, p.status, p.held_until"
            " FROM seats_showtime s"
            " LEFT JOIN seats_seatevent e ON e.show_id = s.id AND e.version = s.version"
            " LEFT JOIN seats_seat p ON p.show_id = s.id"
            " WHERE s.id = %s ORDER BY p.id",
            (show_id,),
        )
        rows = cursor.fetchall()
    if not rows:
        return None
    first = rows[0]
    last_event_ms = 0 if first[5] is None else to_milliseconds(database.moment(first[5]))
    return _standing(first[:5]), last_event_ms, [_seat(row[6:]) for row in rows if row[6]]


def events_from(show_id: int, version: int, *, using: str = DEFAULT_DB_ALIAS) -> list[Event]:
    """The ledger from ``version`` on, that entry included, in order; at most TAIL_LIMIT entries."""
    with database.cursor(using) as cursor:
        cursor.execute(
            "SELECT version, mark, kind, seat_ids, held_until, at FROM seats_seatevent"
            f" WHERE show_id = %s AND version >= %s ORDER BY version LIMIT {TAIL_LIMIT}",
            (show_id, version),
        )
        rows = cursor.fetchall()
    return [
        Event(
            version,
            mark,
            kind,
            tuple(database.document(seat_ids)),
            _milliseconds(held_until),
            _milliseconds(at),
        )
        for version, mark, kind, seat_ids, held_until, at in rows
    ]


def actors_after(show_id: int, version: int) -> dict[int, str]:
    """Who made each change after ``version``, as the ledger names them."""
    with database.cursor() as cursor:
        cursor.execute(
            "SELECT version, actor FROM seats_seatevent"
            f" WHERE show_id = %s AND version > %s ORDER BY version LIMIT {TAIL_LIMIT}",
            (show_id, version),
        )
        return dict(cursor.fetchall())


def _standing(row: tuple[Any, ...]) -> Standing:
    version, mark, born, clock, starts_at = row
    return Standing(
        version, mark, born, to_milliseconds(database.moment(clock)), database.moment(starts_at)
    )


def _seat(row: tuple[Any, ...]) -> SeatRow:
    seat_id, name, number, label, section, tier, price, x, y, features, status, until = row
    return SeatRow(
        seat_id,
        name,
        number,
        label,
        section,
        tier,
        f"{price:.2f}",
        x,
        y,
        tuple(features.split()),
        SeatStatus(status),
        _milliseconds(until),
    )


def _milliseconds(value: Any) -> int:
    return 0 if value is None else to_milliseconds(database.moment(value))
