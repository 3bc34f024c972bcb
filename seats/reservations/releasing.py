"""Letting seats go: by the customer, by the box office, by time, with an account."""

from __future__ import annotations

from collections.abc import Sequence

from seats import database
from seats.domain import BookingStatus, Customer, EventKind, HoldState, SeatNames
from seats.facts import seats_by_id, seats_named
from seats.reservations.booking import unbook
from seats.reservations.change import (
    Change,
    Facts,
    Outcome,
    Unchanged,
    perform,
    perform_within,
)
from seats.reservations.once import Once

# Held at this very moment; a hold that is over is nobody's to release.
_LIVE = "status = 'HELD' AND held_until > %s"


def release_seats(
    customer: Customer, show_id: int, names: SeatNames | None, *, once: Once | None = None
) -> Outcome:
    """Lets held seats go; without names the whole hold.

    Facts: ``{"show_id", "released": labels, "not_held": labels}``. Seats the customer does not hold
    are left alone and listed. Raises ShowNotFound, SeatNotFound, Busy.
    """
    named = None if names is None else seats_named(show_id, names)

    def operation(change: Change) -> Facts:
        hold = change.newest_hold(customer.key)
        live = hold is not None and hold.is_live(change.now)
        held = set(hold.seat_ids) if hold is not None and live else set()
        seats = seats_by_id(change.cursor, show_id, sorted(held)) if named is None else named
        going = [seat for seat in seats if seat["id"] in held]
        facts = {
            "show_id": show_id,
            "released": [seat["label"] for seat in going],
            "not_held": [seat["label"] for seat in seats if seat["id"] not in held],
        }
        if hold is None or not going:
            raise Unchanged(facts)
        seat_ids = [seat["id"] for seat in going]
        change.free(seat_ids, f"hold_id = %s AND {_LIVE}", hold.id, database.parameter(change.now))
        change.shrink_hold(hold, seat_ids, HoldState.RELEASED)
        change.record(EventKind.RELEASED, seat_ids, hold_id=hold.id)
        return facts

    return perform(show_id, customer.key, operation, once=once)


def release_by_staff(
    staff_user_id: int, show_id: int, seat_ids: Sequence[int], reason: str
) -> Outcome:
    """Frees seats that somebody holds, at the box office. Facts: ``{"seats": labels}``.

    Seats that nobody holds are left as they are. Raises ShowNotFound, SeatNotFound, Busy.
    """
    seats = {seat["id"]: seat for seat in seats_named(show_id, SeatNames.of(*seat_ids))}

    def operation(change: Change) -> Facts:
        change.cursor.execute(
            "SELECT DISTINCT h.customer FROM seats_seat s JOIN seats_hold h ON h.id = s.hold_id"
            f" WHERE s.show_id = %s AND s.id IN ({database.places(tuple(seats))})"
            " AND s.status = 'HELD' AND s.held_until > %s",
            (show_id, *seats, database.parameter(change.now)),
        )
        freed: list[int] = []
        for (customer_key,) in change.cursor.fetchall():
            freed += _take_from(change, customer_key, tuple(seats))
        if not freed:
            raise Unchanged({"seats": []})
        change.record(EventKind.RELEASED, freed, reason=reason[:200])
        return {"seats": [seats[seat_id]["label"] for seat_id in sorted(freed)]}

    return perform(show_id, f"staff:{staff_user_id}", operation)


def _take_from(
    change: Change, customer_key: str, seat_ids: Sequence[int] | None = None
) -> list[int]:
    """Frees the live ones of these seats, or of all seats, that one customer holds."""
    hold = change.newest_hold(customer_key)
    if hold is None or not hold.is_live(change.now):
        return []
    going = [seat for seat in hold.seat_ids if seat_ids is None or seat in seat_ids]
    change.free(going, f"hold_id = %s AND {_LIVE}", hold.id, database.parameter(change.now))
    change.shrink_hold(hold, going, HoldState.RELEASED)
    return going


def tidy(show_id: int | None = None) -> int:
    """Clears away holds whose time has run out; returns how many seats were cleared.

    Housekeeping only: such seats count as available with or without it. With ``show_id`` only that
    show. Raises Busy.
    """
    with database.cursor() as cursor:
        only, params = (" AND show_id = %s", (show_id,)) if show_id is not None else ("", ())
        cursor.execute(
            "SELECT DISTINCT show_id FROM seats_hold WHERE state = 'open' AND expires_at <= %s"
            f"{only} ORDER BY show_id",
            (database.parameter(database.now()), *params),
        )
        shows = [row[0] for row in cursor.fetchall()]
    return sum(_tidy_show(each) for each in shows)


def _tidy_show(show_id: int) -> int:
    def operation(change: Change) -> Facts:
        now = database.parameter(change.now)
        change.cursor.execute(
            "SELECT id FROM seats_seat WHERE show_id = %s AND status = 'HELD' AND held_until <= %s",
            (show_id, now),
        )
        seat_ids = [row[0] for row in change.cursor.fetchall()]
        facts = {"seat_ids": seat_ids, "by": now}
        if not seat_ids:
            raise Unchanged(facts)
        change.free(seat_ids, "status = 'HELD' AND held_until <= %s", now)
        change.record(EventKind.EXPIRED, seat_ids)
        return facts

    tidied = perform(show_id, "housekeeping", operation).facts

    def close_holds() -> None:
        # Those that were over by then and no others: their seats have just been cleared.
        with database.cursor() as cursor:
            cursor.execute(
                "UPDATE seats_hold SET state = 'expired' WHERE show_id = %s AND state = 'open'"
                " AND expires_at <= %s",
                (show_id, tidied["by"]),
            )

    database.write(close_holds)
    return len(tidied["seat_ids"])


def free_customer(user_id: int) -> int:
    """Frees what a user holds, and what they booked for shows to come; returns how many seats.

    For the moment before the account is deleted, inside the transaction that deletes it.
    """
    customer = Customer.of_user(user_id)

    def work() -> int:
        with database.cursor() as cursor:
            cursor.execute(
                "SELECT show_id FROM seats_hold WHERE customer = %s AND state = 'open'"
                " UNION SELECT b.show_id FROM seats_booking b"
                " JOIN seats_showtime s ON s.id = b.show_id"
                " WHERE b.customer = %s AND b.status IN (%s, %s)"
                f" AND s.starts_at > {database.clock()}",
                (
                    customer.key,
                    customer.key,
                    BookingStatus.CONFIRMED.value,
                    BookingStatus.IN_REVIEW.value,
                ),
            )
            shows = sorted(row[0] for row in cursor.fetchall())
            return sum(
                len(perform_within(cursor, show_id, customer.key, operation)["seat_ids"])
                for show_id in shows
                for operation in (held, booked)
            )

    def held(change: Change) -> Facts:
        return freed(change, EventKind.RELEASED, _take_from(change, customer.key))

    def booked(change: Change) -> Facts:
        change.cursor.execute(
            "SELECT s.id FROM seats_seat s JOIN seats_booking b ON b.id = s.booking_id"
            " WHERE s.show_id = %s AND s.status = 'BOOKED' AND b.customer = %s",
            (change.show_id, customer.key),
        )
        seat_ids = [] if change.sales_are_closed else [row[0] for row in change.cursor.fetchall()]
        if seat_ids:
            unbook(change, seat_ids)
        return freed(change, EventKind.CANCELLED, seat_ids)

    def freed(change: Change, kind: EventKind, seat_ids: list[int]) -> Facts:
        if not seat_ids:
            raise Unchanged({"seat_ids": []})
        change.record(kind, seat_ids, reason="account deleted")
        return {"seat_ids": seat_ids}

    return database.write_within(work)
