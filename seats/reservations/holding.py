"""Holding seats, and keeping them a while longer."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings

from seats.domain import Customer, SeatNames, extended_deadline, hold_deadline
from seats.errors import ExtensionLimit, HoldExpired, NotHeld, SalesClosed
from seats.facts import seats_named
from seats.reservations.change import Change, Facts, Outcome, Unchanged, perform
from seats.reservations.hoarding import refuse_hoarding, turnstiles_of
from seats.reservations.once import Once
from seats.reservations.taking import (
    add_to_hold,
    as_it_is,
    hold_anew,
    open_hold,
    prolong,
    refuse_too_many,
)


def hold_seats(
    customer: Customer, show_id: int, names: SeatNames, *, once: Once | None = None
) -> Outcome:
    """Holds all of the named seats, or none. Facts: ``{"hold": hold}`` with all seats now held.

    Seats already held by the customer stay as they are. The hold's deadline counts from its first
    seat and is not moved, unless the customer had only selected seats so far: then all of them
    become a hold with a full time to live. Raises ShowNotFound, SeatNotFound, SalesClosed,
    SeatLimit, TooOften, SeatsUnavailable, Busy, and with ``once`` IdempotencyKeyReused,
    IdempotencyInProgress.
    """
    wanted = {seat["id"]: seat for seat in seats_named(show_id, names)}

    def operation(change: Change) -> Facts:
        if change.sales_are_closed:
            raise SalesClosed
        hold = change.newest_hold(customer.key)
        if hold is None or not hold.is_live(change.now):
            refuse_too_many(len(wanted))
            refuse_hoarding(change, customer, len(wanted))
            deadline = hold_deadline(change.now, settings.HOLD_TTL_SECONDS)
            return open_hold(change, customer, wanted, deadline)
        new = [seat_id for seat_id in wanted if seat_id not in hold.seat_ids]
        if not new and not hold.by_selection:
            raise Unchanged(as_it_is(change, hold))
        if new:
            refuse_too_many(len(hold.seat_ids) + len(new))
            refuse_hoarding(change, customer, len(new))
        if not hold.by_selection:
            return add_to_hold(change, hold, new, tuple(wanted))
        full = extended_deadline(
            hold.started_at, change.now, settings.HOLD_TTL_SECONDS, settings.HOLD_MAX_SECONDS
        )
        deadline = max(hold.expires_at, full)
        return hold_anew(change, hold, new, tuple(wanted), deadline, by_selection=False)

    return perform(show_id, customer.key, operation, once=once, turnstiles=turnstiles_of(customer))


def extend_hold(customer: Customer, show_id: int, *, once: Once | None = None) -> Outcome:
    """Gives a hold a full time to live from now. Facts: ``{"hold": hold}``.

    Never past HOLD_MAX_SECONDS from its first seat. Seats that were only selected become a hold.
    Raises ShowNotFound, NotHeld, HoldExpired, SalesClosed, ExtensionLimit, Busy.
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
            raise Unchanged(as_it_is(change, hold))
        return prolong(change, hold, deadline, by_selection=False)

    return perform(show_id, customer.key, operation, once=once)
