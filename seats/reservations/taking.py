"""Taking free seats into a hold: a new one, or one that is open."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.conf import settings

from seats import database
from seats.domain import Customer, EventKind, HoldState, SeatStatus, effective_status, iso
from seats.errors import HoldExpired, SeatLimit, SeatsUnavailable
from seats.facts import hold_facts, seats_by_id
from seats.reservations.change import Change, Facts, HoldRow

SeatsById = dict[int, dict[str, Any]]

_LARGEST = "largest = CASE WHEN largest < %s THEN %s ELSE largest END"


def refuse_too_many(count: int) -> None:
    """Raises SeatLimit for more seats than one customer may hold of a show."""
    if count > settings.MAX_SEATS_PER_HOLD:
        raise SeatLimit(settings.MAX_SEATS_PER_HOLD)


def open_hold(
    change: Change,
    customer: Customer,
    wanted: SeatsById,
    deadline: datetime,
    *,
    by_selection: bool = False,
) -> Facts:
    """A new hold of all these seats. Facts: ``{"hold": hold}``; raises SeatsUnavailable."""
    seat_ids = tuple(wanted)
    hold_id = database.insert(
        change.cursor,
        "seats_hold",
        {
            "show_id": change.show_id,
            "customer": customer.key,
            "user_id": customer.user_id,
            "state": HoldState.OPEN.value,
            "seat_ids": json.dumps(seat_ids),
            "started_at": database.parameter(change.now),
            "expires_at": database.parameter(deadline),
            "by_selection": by_selection,
            "origin": customer.origin,
            "largest": len(seat_ids),
        },
    )
    _take(change, hold_id, seat_ids, deadline, seat_ids)
    change.record(EventKind.HELD, seat_ids, held_until=deadline, hold_id=hold_id)
    return facts_of(change, hold_id, list(wanted.values()), deadline)


def add_to_hold(change: Change, hold: HoldRow, new: Sequence[int], wanted: Sequence[int]) -> Facts:
    """More seats for a hold that is live, under its deadline. Facts: ``{"hold": hold}``."""
    _take(change, hold.id, new, hold.expires_at, wanted)
    together = tuple(sorted((*hold.seat_ids, *new)))
    change.cursor.execute(
        f"UPDATE seats_hold SET seat_ids = %s, {_LARGEST} WHERE id = %s",
        (json.dumps(together), len(together), len(together), hold.id),
    )
    change.record(EventKind.HELD, new, held_until=hold.expires_at, hold_id=hold.id)
    seats = seats_by_id(change.cursor, change.show_id, together)
    return facts_of(change, hold.id, seats, hold.expires_at)


def hold_anew(
    change: Change,
    hold: HoldRow,
    new: Sequence[int],
    wanted: Sequence[int],
    deadline: datetime,
    *,
    by_selection: bool,
) -> Facts:
    """All seats of a live hold and ``new`` ones, until ``deadline``, which is no earlier than its.

    One entry in the ledger names them all. Facts: ``{"hold": hold}``; raises SeatsUnavailable.
    """
    together = tuple(sorted((*hold.seat_ids, *new)))
    _take(change, hold.id, together, deadline, wanted)
    change.cursor.execute(
        "UPDATE seats_hold SET seat_ids = %s, expires_at = %s, by_selection = %s,"
        f" {_LARGEST} WHERE id = %s",
        (
            json.dumps(together),
            database.parameter(deadline),
            by_selection,
            len(together),
            len(together),
            hold.id,
        ),
    )
    change.record(EventKind.HELD, together, held_until=deadline, hold_id=hold.id)
    seats = seats_by_id(change.cursor, change.show_id, together)
    return facts_of(change, hold.id, seats, deadline)


def prolong(change: Change, hold: HoldRow, deadline: datetime, *, by_selection: bool) -> Facts:
    """A later deadline for all seats of a live hold. Facts: ``{"hold": hold}``."""
    change.cursor.execute(
        "UPDATE seats_seat SET held_until = %s WHERE show_id = %s"
        f" AND id IN ({database.places(hold.seat_ids)}) AND status = 'HELD' AND hold_id = %s"
        " AND held_until > %s",
        (
            database.parameter(deadline),
            change.show_id,
            *hold.seat_ids,
            hold.id,
            database.parameter(change.now),
        ),
    )
    if change.cursor.rowcount != len(hold.seat_ids):
        raise HoldExpired
    change.cursor.execute(
        "UPDATE seats_hold SET expires_at = %s, by_selection = %s WHERE id = %s",
        (database.parameter(deadline), by_selection, hold.id),
    )
    change.record(EventKind.EXTENDED, hold.seat_ids, held_until=deadline, hold_id=hold.id)
    return as_it_is(change, hold, deadline)


def as_it_is(change: Change, hold: HoldRow, expires_at: datetime | None = None) -> Facts:
    """A hold whose seats stay the same. Facts: ``{"hold": hold}``."""
    seats = seats_by_id(change.cursor, change.show_id, hold.seat_ids)
    return facts_of(change, hold.id, seats, expires_at or hold.expires_at)


def facts_of(
    change: Change, hold_id: int, seats: Sequence[dict[str, Any]], expires_at: datetime
) -> Facts:
    hold = hold_facts(hold_id, change.show_id, seats, expires_at, change.now, change.turn.currency)
    return {"hold": hold}


def _take(
    change: Change,
    hold_id: int,
    seat_ids: Sequence[int],
    deadline: datetime,
    wanted: Sequence[int],
) -> None:
    """Holds seats that are free at this moment or in this very hold: all, or SeatsUnavailable."""
    change.cursor.execute(
        "UPDATE seats_seat SET status = 'HELD', held_until = %s, hold_id = %s, booking_id = NULL"
        f" WHERE show_id = %s AND id IN ({database.places(seat_ids)})"
        " AND (status = 'AVAILABLE' OR (status = 'HELD' AND (held_until <= %s OR hold_id = %s)))",
        (
            database.parameter(deadline),
            hold_id,
            change.show_id,
            *seat_ids,
            database.parameter(change.now),
            hold_id,
        ),
    )
    if change.cursor.rowcount != len(seat_ids):
        raise SeatsUnavailable(_conflicts(change, seat_ids, hold_id), wanted)


def _conflicts(change: Change, seat_ids: Sequence[int], hold_id: int) -> list[dict[str, Any]]:
    """The seats in the way. Those the UPDATE above did take carry the new hold's id already."""
    change.cursor.execute(
        "SELECT id, row_name, number, label, status, held_until, hold_id FROM seats_seat"
        f" WHERE show_id = %s AND id IN ({database.places(seat_ids)}) ORDER BY id",
        (change.show_id, *seat_ids),
    )
    conflicts = []
    for seat_id, row, number, label, stored, until, held_by in change.cursor.fetchall():
        held_until = database.moment_or_none(until)
        status = effective_status(SeatStatus(stored), held_until, change.now)
        if status is SeatStatus.AVAILABLE or held_by == hold_id:
            continue
        conflicts.append(
            {
                "id": seat_id,
                "row": row,
                "number": number,
                "label": label,
                "status": status.value,
                "held_until": None if held_until is None else iso(held_until),
            }
        )
    return conflicts
