"""Holding seats, and keeping them a while longer."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings

from seats import database
from seats.domain import (
    Customer,
    EventKind,
    HoldState,
    SeatNames,
    SeatStatus,
    effective_status,
    extended_deadline,
    hold_deadline,
    iso,
)
from seats.errors import (
    ExtensionLimit,
    HoldExpired,
    NotHeld,
    SalesClosed,
    SeatLimit,
    SeatsUnavailable,
)
from seats.facts import hold_facts, seats_by_id, seats_named
from seats.reservations.change import Change, Facts, HoldRow, Outcome, Unchanged, perform
from seats.reservations.memory import Once


def hold_seats(
    customer: Customer, show_id: int, names: SeatNames, *, once: Once | None = None
) -> Outcome:
    """Holds all of the named seats, or none. Facts: ``{"hold": hold}`` with all seats now held.

    Seats already held by the customer stay as they are. The hold's deadline counts from its first
    seat and is not moved. Raises ShowNotFound, SeatNotFound, SalesClosed, SeatLimit,
    SeatsUnavailable, Busy, and with ``once`` IdempotencyKeyReused, IdempotencyInProgress.
    """
    wanted = {seat["id"]: seat for seat in seats_named(show_id, names)}

    def operation(change: Change) -> Facts:
        if change.sales_are_closed:
            raise SalesClosed
        hold = change.newest_hold(customer.key)
        if hold is None or not hold.is_live(change.now):
            _within_limit(len(wanted))
            return _first_seats(change, customer, wanted)
        new = [seat_id for seat_id in wanted if seat_id not in hold.seat_ids]
        if not new:
            seats = seats_by_id(change.cursor, show_id, hold.seat_ids)
            raise Unchanged(_facts(change, hold.id, seats, hold.expires_at))
        _within_limit(len(hold.seat_ids) + len(new))
        return _more_seats(change, hold, new, tuple(wanted))

    return perform(show_id, customer.key, operation, once=once)


def extend_hold(customer: Customer, show_id: int, *, once: Once | None = None) -> Outcome:
    """Gives a hold a full time to live from now. Facts: ``{"hold": hold}``.

    Never past HOLD_MAX_SECONDS from its first seat. Raises ShowNotFound, NotHeld, HoldExpired,
    SalesClosed, ExtensionLimit, Busy.
    """

    def operation(change: Change) -> Facts:
        hold = change.newest_hold(customer.key)
        if hold is not None and hold.has_lapsed(change.now):
            raise HoldExpired
        if hold is None or not hold.is_live(change.now):
            raise NotHeld
        if change.sales_are_closed:
            raise SalesClosed
        deadline = extended_deadline(
            hold.started_at, change.now, settings.HOLD_TTL_SECONDS, settings.HOLD_MAX_SECONDS
        )
        longest = hold.started_at + timedelta(seconds=settings.HOLD_MAX_SECONDS)
        if hold.expires_at >= longest:
            raise ExtensionLimit
        if deadline <= hold.expires_at:
            # Extended this very millisecond, or while holds were longer.
            seats = seats_by_id(change.cursor, show_id, hold.seat_ids)
            raise Unchanged(_facts(change, hold.id, seats, hold.expires_at))
        change.cursor.execute(
            "UPDATE seats_seat SET held_until = %s WHERE show_id = %s"
            f" AND id IN ({database.places(hold.seat_ids)}) AND status = 'HELD' AND hold_id = %s"
            " AND held_until > %s",
            (
                database.parameter(deadline),
                show_id,
                *hold.seat_ids,
                hold.id,
                database.parameter(change.now),
            ),
        )
        if change.cursor.rowcount != len(hold.seat_ids):
            raise HoldExpired
        change.cursor.execute(
            "UPDATE seats_hold SET expires_at = %s WHERE id = %s",
            (database.parameter(deadline), hold.id),
        )
        change.record(EventKind.EXTENDED, hold.seat_ids, held_until=deadline, hold_id=hold.id)
        seats = seats_by_id(change.cursor, show_id, hold.seat_ids)
        return _facts(change, hold.id, seats, deadline)

    return perform(show_id, customer.key, operation, once=once)


def _within_limit(count: int) -> None:
    if count > settings.MAX_SEATS_PER_HOLD:
        raise SeatLimit(settings.MAX_SEATS_PER_HOLD)


def _first_seats(change: Change, customer: Customer, wanted: dict[int, dict[str, Any]]) -> Facts:
    seat_ids = tuple(wanted)
    deadline = hold_deadline(change.now, settings.HOLD_TTL_SECONDS)
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
        },
    )
    _take(change, hold_id, seat_ids, deadline, seat_ids)
    change.record(EventKind.HELD, seat_ids, held_until=deadline, hold_id=hold_id)
    return _facts(change, hold_id, list(wanted.values()), deadline)


def _more_seats(change: Change, hold: HoldRow, new: Sequence[int], wanted: Sequence[int]) -> Facts:
    _take(change, hold.id, new, hold.expires_at, wanted)
    together = tuple(sorted((*hold.seat_ids, *new)))
    change.cursor.execute(
        "UPDATE seats_hold SET seat_ids = %s WHERE id = %s", (json.dumps(together), hold.id)
    )
    change.record(EventKind.HELD, new, held_until=hold.expires_at, hold_id=hold.id)
    seats = seats_by_id(change.cursor, change.show_id, together)
    return _facts(change, hold.id, seats, hold.expires_at)


def _take(
    change: Change,
    hold_id: int,
    seat_ids: Sequence[int],
    deadline: datetime,
    wanted: Sequence[int],
) -> None:
    """Holds seats that are free at this moment: all of them, or raises SeatsUnavailable."""
    change.cursor.execute(
        "UPDATE seats_seat SET status = 'HELD', held_until = %s, hold_id = %s, booking_id = NULL"
        f" WHERE show_id = %s AND id IN ({database.places(seat_ids)})"
        " AND (status = 'AVAILABLE' OR (status = 'HELD' AND held_until <= %s))",
        (
            database.parameter(deadline),
            hold_id,
            change.show_id,
            *seat_ids,
            database.parameter(change.now),
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


def _facts(
    change: Change, hold_id: int, seats: Sequence[dict[str, Any]], expires_at: datetime
) -> Facts:
    hold = hold_facts(hold_id, change.show_id, seats, expires_at, change.now, change.turn.currency)
    return {"hold": hold}
