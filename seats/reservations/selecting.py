"""Lock on select: seats that are held, for a moment, because somebody has clicked on them.

A selection is a hold like any other, short and marked as such. Selecting again refreshes it,
holding makes a full hold of it, and it is let go of when its customer goes away.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from django.conf import settings

from seats import database
from seats.domain import (
    Customer,
    EventKind,
    HoldState,
    SeatNames,
    extended_deadline,
    hold_deadline,
)
from seats.errors import SalesClosed, SeatLimit, TooOften
from seats.facts import seats_by_id, seats_named
from seats.reservations.change import Change, Facts, HoldRow, Outcome, Unchanged, perform
from seats.reservations.hoarding import refuse_hoarding, turnstiles_of
from seats.reservations.once import Once
from seats.reservations.taking import (
    SeatsById,
    add_to_hold,
    as_it_is,
    hold_anew,
    open_hold,
    prolong,
    refuse_too_many,
)


def select_seats(
    customer: Customer, show_id: int, names: SeatNames, *, once: Once | None = None
) -> Outcome:
    """Holds all of the named seats for SELECT_TTL_SECONDS, or none.

    Facts: ``{"hold": hold, "new": labels}``: all that the customer now holds, and which of it they
    did not hold before. What was selected earlier is refreshed along with it, but lasts no longer
    than HOLD_MAX_SECONDS from the first seat. Where the customer has a hold, seats are added to it
    and its deadline stays. Raises ShowNotFound, SeatNotFound, SalesClosed, SeatLimit,
    TooOften, SeatsUnavailable, Busy, and with ``once`` IdempotencyKeyReused, IdempotencyInProgress.
    """
    wanted = {seat["id"]: seat for seat in seats_named(show_id, names)}

    def operation(change: Change) -> Facts:
        if change.sales_are_closed:
            raise SalesClosed
        hold = change.newest_hold(customer.key)
        live = hold is not None and hold.is_live(change.now)
        held = hold.seat_ids if hold is not None and live else ()
        new = [seat_id for seat_id in wanted if seat_id not in held]
        if new:
            refuse_too_many(len(held) + len(new))
            refuse_hoarding(change, customer, len(new))
        told = {"new": [wanted[seat_id]["label"] for seat_id in new]}
        try:
            if hold is None or not live:
                deadline = hold_deadline(change.now, _short())
                facts = open_hold(change, customer, wanted, deadline, by_selection=True)
            elif hold.by_selection:
                facts = _refreshed(change, hold, new, tuple(wanted))
            elif new:
                facts = add_to_hold(change, hold, new, tuple(wanted))
            else:
                raise Unchanged(as_it_is(change, hold))
        except Unchanged as unchanged:
            raise Unchanged({**unchanged.facts, **told}) from None
        return {**facts, **told}

    return perform(show_id, customer.key, operation, once=once, turnstiles=turnstiles_of(customer))


def _short() -> int:
    return min(settings.SELECT_TTL_SECONDS, settings.HOLD_MAX_SECONDS)


def _refreshed(change: Change, hold: HoldRow, new: Sequence[int], wanted: Sequence[int]) -> Facts:
    again = extended_deadline(
        hold.started_at, change.now, settings.SELECT_TTL_SECONDS, settings.HOLD_MAX_SECONDS
    )
    # Not earlier, even if selections were longer when this one began.
    deadline = max(hold.expires_at, again)
    if new:
        return hold_anew(change, hold, new, wanted, deadline, by_selection=True)
    if deadline > hold.expires_at:
        return prolong(change, hold, deadline, by_selection=True)
    raise Unchanged(as_it_is(change, hold))


def release_selections(customer: Customer, show_id: int | None = None) -> int:
    """Lets go of all that a customer has selected and not held; returns how many seats.

    In one show, or in all, as when the customer has gone away. One transaction a show, in order;
    safe to repeat. Raises Busy, which may leave shows undone.
    """

    def operation(change: Change) -> Facts:
        return {"seats": _let_go(change, _selection(change, customer))}

    return sum(
        len(perform(each, customer.key, operation).facts["seats"])
        for each in _shows_with_selections(customer)
        if show_id in (None, each)
    )


def adopt_selections(guest: Customer, customer: Customer, show_id: int | None = None) -> int:
    """Hands what a guest has selected to the customer they turned out to be; returns how many.

    In one show, or in all. The seats are never free in between. They keep their deadline, or take
    that of the hold the customer has. What the customer could not take now as anybody else's is let
    go: where both together were more than one may hold, or they have kept too much from others. One
    transaction a show. Raises Busy, which may leave shows undone.
    """

    def operation(change: Change) -> Facts:
        selection = _selection(change, guest)
        seats = seats_by_id(change.cursor, change.show_id, selection.seat_ids)
        hold = change.newest_hold(customer.key)
        if hold is not None and not hold.is_live(change.now):
            hold = None
        _let_go(change, selection)
        held = 0 if hold is None else len(hold.seat_ids)
        try:
            refuse_too_many(held + len(seats))
            refuse_hoarding(change, _newcomer(customer, selection), len(seats))
        except (SeatLimit, TooOften):
            return {"seats": []}
        change.go_on_as(customer.key)
        _take_over(change, customer, hold, {seat["id"]: seat for seat in seats}, selection)
        return {"seats": list(selection.seat_ids)}

    turnstiles = turnstiles_of(customer)
    return sum(
        len(perform(each, guest.key, operation, turnstiles=turnstiles).facts["seats"])
        for each in _shows_with_selections(guest)
        if show_id in (None, each)
    )


def _newcomer(customer: Customer, selection: HoldRow) -> Customer:
    """The customer; without their address, if it is the one that has these seats already."""
    return replace(customer, origin="") if selection.origin == customer.origin else customer


def _shows_with_selections(customer: Customer) -> list[int]:
    with database.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT show_id FROM seats_hold WHERE customer = %s AND state = %s"
            f" AND by_selection = %s AND expires_at > {database.clock()} ORDER BY show_id",
            (customer.key, HoldState.OPEN.value, True),
        )
        return [row[0] for row in cursor.fetchall()]


def _selection(change: Change, customer: Customer) -> HoldRow:
    hold = change.newest_hold(customer.key)
    if hold is None or not hold.by_selection or not hold.is_live(change.now):
        raise Unchanged({"seats": []})
    return hold


def _take_over(
    change: Change, customer: Customer, hold: HoldRow | None, seats: SeatsById, selection: HoldRow
) -> None:
    deadline, new = selection.expires_at, tuple(seats)
    if hold is None:
        open_hold(change, customer, seats, deadline, by_selection=True)
    elif hold.by_selection and deadline > hold.expires_at:
        hold_anew(change, hold, new, new, deadline, by_selection=True)
    else:
        add_to_hold(change, hold, new, new)


def _let_go(change: Change, hold: HoldRow) -> list[int]:
    seat_ids = list(hold.seat_ids)
    change.free(seat_ids, "status = 'HELD' AND hold_id = %s", hold.id)
    change.shrink_hold(hold, seat_ids, HoldState.RELEASED)
    change.record(EventKind.RELEASED, seat_ids, hold_id=hold.id)
    return seat_ids
