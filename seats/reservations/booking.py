"""Booking held seats, and giving a booking back."""

from __future__ import annotations

import json
import secrets
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.conf import settings

from seats import database
from seats.domain import BookingStatus, Customer, EventKind, HoldState, SeatNames
from seats.errors import BookingNotFound, HoldExpired, NotCancellable, NotHeld, PaymentRequired
from seats.facts import booking_facts, price, seats_by_id, seats_named, total
from seats.reservations.change import Change, Facts, HoldRow, Outcome, Unchanged, perform
from seats.reservations.once import Once

# With seats of its own, whatever the box office has yet to say.
_STANDING = (BookingStatus.CONFIRMED, BookingStatus.IN_REVIEW)

# How long a proof of payment waits for the booking it is for.
PROOF_KEPT = timedelta(days=1)

# Read aloud over a counter: no vowels, so no words; nothing that looks or sounds like another.
_ALPHABET = "23456789CDFGHJKLMNPQRTVWXZ"

_BOOKING = (
    "SELECT id, reference, show_id, customer, status, seats, total_price, currency, booked_at,"
    " cancelled_at, reviewed_at, rejection_reason FROM seats_booking"
)


def book_seats(
    customer: Customer,
    show_id: int,
    names: SeatNames | None,
    *,
    payment_proof: str | None = None,
    once: Once | None = None,
) -> Outcome:
    """Books seats the customer holds; without names the whole hold.

    Facts: ``{"booking": booking}``. Seats already booked by the customer in one booking answer with
    that booking. Seats of the hold that are not named stay held. Where PAYMENT_MODE is ``proof``,
    ``payment_proof`` names a picture the customer uploaded within PROOF_KEPT and paid nothing else
    with, and the booking is in review. Raises ShowNotFound, SeatNotFound, NotHeld, HoldExpired,
    PaymentRequired, Busy.
    """
    wanted = None if names is None else seats_named(show_id, names)

    def operation(change: Change) -> Facts:
        hold = change.newest_hold(customer.key)
        if wanted is None:
            seats = _whole_hold(change, hold)
        else:
            seats = _part_of_hold(change, hold, customer, wanted)
        assert hold is not None
        return _book(change, customer, hold, seats, payment_proof)

    return perform(show_id, customer.key, operation, once=once)


def cancel_booking(customer: Customer, reference: str, *, once: Once | None = None) -> Outcome:
    """Gives a booking back; its seats go on sale again. Facts: ``{"booking": booking}``.

    Raises BookingNotFound (somebody else's booking too), NotCancellable once the show has begun,
    Busy.
    """
    booking = booking_called(reference)
    if booking["customer"] != customer.key:
        raise BookingNotFound

    def operation(change: Change) -> Facts:
        current = booking_by_id(change, booking["id"])
        if current["status"] == BookingStatus.CANCELLED:
            raise Unchanged({"booking": told(current)})
        if change.sales_are_closed or current["status"] == BookingStatus.REJECTED:
            raise NotCancellable
        seat_ids = [seat["id"] for seat in current["seats"]]
        _give_back(change, current, seat_ids)
        change.record(EventKind.CANCELLED, seat_ids, booking_id=current["id"])
        return {"booking": told(booking_by_id(change, current["id"]))}

    return perform(booking["show_id"], customer.key, operation, once=once)


def unbook_by_staff(
    staff_user_id: int, show_id: int, seat_ids: Sequence[int], reason: str
) -> Outcome:
    """Takes sold seats back at the box office. Facts: ``{"seats": labels}`` of those taken back.

    Seats that are not booked are left as they are. Raises ShowNotFound, SeatNotFound, Busy.
    """
    seats = {seat["id"]: seat for seat in seats_named(show_id, SeatNames.of(*seat_ids))}

    def operation(change: Change) -> Facts:
        taken_back = unbook(change, tuple(seats))
        if not taken_back:
            raise Unchanged({"seats": []})
        only = next(iter(taken_back)) if len(taken_back) == 1 else None
        freed = [seat_id for group in taken_back.values() for seat_id in group]
        change.record(EventKind.CANCELLED, freed, booking_id=only, reason=reason[:200])
        return {"seats": [seats[seat_id]["label"] for seat_id in sorted(freed)]}

    return perform(show_id, f"staff:{staff_user_id}", operation)


def unbook(change: Change, seat_ids: Sequence[int]) -> dict[int, list[int]]:
    """Puts the booked ones of these seats back on sale; returns seat ids by booking id."""
    change.cursor.execute(
        f"SELECT id, booking_id FROM seats_seat WHERE show_id = %s"
        f" AND id IN ({database.places(seat_ids)}) AND status = 'BOOKED'",
        (change.show_id, *seat_ids),
    )
    by_booking: dict[int, list[int]] = {}
    for seat_id, booking_id in change.cursor.fetchall():
        by_booking.setdefault(booking_id, []).append(seat_id)
    for booking_id in sorted(by_booking):
        _give_back(change, booking_by_id(change, booking_id), by_booking[booking_id])
    return by_booking


def _whole_hold(change: Change, hold: HoldRow | None) -> list[dict[str, Any]]:
    if hold is not None and hold.state is HoldState.BOOKED and hold.booking_id is not None:
        booking = booking_by_id(change, hold.booking_id)
        if booking["status"] in _STANDING:
            # The answer to the first request was lost; this is the same request again.
            raise Unchanged({"booking": told(booking)})
    if hold is not None and hold.has_lapsed(change.now):
        raise HoldExpired
    if hold is None or not hold.is_live(change.now):
        raise NotHeld
    return seats_by_id(change.cursor, change.show_id, hold.seat_ids)


def _part_of_hold(
    change: Change,
    hold: HoldRow | None,
    customer: Customer,
    wanted: list[dict[str, Any]],
) -> list[dict[str, Any]]:
    held = set(hold.seat_ids) if hold is not None and hold.state is HoldState.OPEN else set()
    missing = [seat["label"] for seat in wanted if seat["id"] not in held]
    if hold is not None and not missing and hold.is_live(change.now):
        return wanted
    booking = _booking_with(change, customer, [seat["id"] for seat in wanted])
    if booking is not None:
        raise Unchanged({"booking": told(booking)})
    lapsed = hold is not None and hold.has_lapsed(change.now)
    if lapsed and hold is not None and any(seat["id"] in hold.seat_ids for seat in wanted):
        raise HoldExpired
    raise NotHeld(missing)


def _book(
    change: Change,
    customer: Customer,
    hold: HoldRow,
    seats: list[dict[str, Any]],
    payment_proof: str | None,
) -> Facts:
    in_review = settings.PAYMENT_MODE == "proof"
    if in_review and payment_proof is None:
        raise PaymentRequired
    status = BookingStatus.IN_REVIEW if in_review else BookingStatus.CONFIRMED
    seat_ids = [seat["id"] for seat in seats]
    reference = _new_reference()
    price_of_all = total(seats)
    booking_id = database.insert(
        change.cursor,
        "seats_booking",
        {
            "reference": reference,
            "show_id": change.show_id,
            "customer": customer.key,
            "user_id": customer.user_id,
            "status": status.value,
            "seats": json.dumps(seats),
            "total_price": str(price_of_all),
            "currency": change.turn.currency,
            "booked_at": database.parameter(change.now),
        },
    )
    change.cursor.execute(
        "UPDATE seats_seat SET status = 'BOOKED', held_until = NULL, hold_id = NULL,"
        f" booking_id = %s WHERE show_id = %s AND id IN ({database.places(seat_ids)})"
        " AND status = 'HELD' AND hold_id = %s AND held_until > %s",
        (booking_id, change.show_id, *seat_ids, hold.id, database.parameter(change.now)),
    )
    if change.cursor.rowcount != len(seat_ids):
        raise HoldExpired
    if in_review:
        _pay(change, customer, payment_proof, booking_id)
    change.shrink_hold(hold, seat_ids, HoldState.BOOKED, booking_id)
    change.record(EventKind.BOOKED, seat_ids, hold_id=hold.id, booking_id=booking_id)
    booking = booking_facts(
        reference,
        change.show_id,
        status.value,
        seats,
        price_of_all,
        change.turn.currency,
        change.now,
    )
    return {"booking": booking}


def _pay(change: Change, customer: Customer, payment_proof: str | None, booking_id: int) -> None:
    """Spends a proof of payment. Of two bookings with the same one, the second finds it spent."""
    change.cursor.execute(
        "UPDATE seats_paymentproof SET booking_id = %s WHERE id = %s AND customer = %s"
        " AND booking_id IS NULL AND uploaded_at > %s",
        (booking_id, payment_proof, customer.key, database.parameter(change.now - PROOF_KEPT)),
    )
    if change.cursor.rowcount != 1:
        raise PaymentRequired("This proof of payment cannot be used. Please upload it again.")


def take_away(change: Change, booking_id: int, seat_ids: Sequence[int]) -> None:
    """Puts seats of a booking back on sale, all of them."""
    freed = change.free(seat_ids, "status = 'BOOKED' AND booking_id = %s", booking_id)
    if freed != len(seat_ids):
        raise NotCancellable


def _give_back(change: Change, booking: dict[str, Any], seat_ids: Sequence[int]) -> None:
    """Frees seats of a booking. One that loses its last seat is cancelled and keeps its list."""
    take_away(change, booking["id"], seat_ids)
    rest = [seat for seat in booking["seats"] if seat["id"] not in set(seat_ids)]
    if rest:
        change.cursor.execute(
            "UPDATE seats_booking SET seats = %s, total_price = %s WHERE id = %s",
            (json.dumps(rest), str(total(rest)), booking["id"]),
        )
    else:
        change.cursor.execute(
            "UPDATE seats_booking SET status = %s, cancelled_at = %s WHERE id = %s",
            (BookingStatus.CANCELLED.value, database.parameter(change.now), booking["id"]),
        )


def _new_reference() -> str:
    letters = "".join(secrets.choice(_ALPHABET) for _ in range(8))
    return f"{letters[:4]}-{letters[4:]}"


def booking_called(reference: str) -> dict[str, Any]:
    """A booking by its reference, whoever's it is. Raises BookingNotFound."""
    with database.cursor() as cursor:
        cursor.execute(f"{_BOOKING} WHERE reference = %s", (reference.upper(),))
        booking = _booking(cursor.fetchone())
    if booking is None:
        raise BookingNotFound
    return booking


def booking_by_id(change: Change, booking_id: int) -> dict[str, Any]:
    """A booking as it stands under the lock. Raises BookingNotFound."""
    change.cursor.execute(f"{_BOOKING} WHERE id = %s", (booking_id,))
    booking = _booking(change.cursor.fetchone())
    if booking is None:
        raise BookingNotFound
    return booking


def _booking_with(
    change: Change, customer: Customer, seat_ids: Sequence[int]
) -> dict[str, Any] | None:
    """The customer's one booking that has all of these seats."""
    change.cursor.execute(
        "SELECT booking_id, COUNT(*) FROM seats_seat WHERE show_id = %s"
        f" AND id IN ({database.places(seat_ids)}) AND status = 'BOOKED' GROUP BY booking_id",
        (change.show_id, *seat_ids),
    )
    groups = change.cursor.fetchall()
    if len(groups) != 1 or groups[0][1] != len(seat_ids):
        return None
    booking = booking_by_id(change, groups[0][0])
    return booking if booking["customer"] == customer.key else None


def _booking(row: tuple[Any, ...] | None) -> dict[str, Any] | None:
    if row is None:
        return None
    (
        booking_id,
        reference,
        show_id,
        customer,
        status,
        seats,
        total_price,
        currency,
        booked_at,
        cancelled_at,
        reviewed_at,
        rejection_reason,
    ) = row
    return {
        "id": booking_id,
        "reference": reference,
        "show_id": show_id,
        "customer": customer,
        "status": status,
        "seats": database.document(seats),
        "total_price": price(total_price),
        "currency": currency,
        "booked_at": database.moment(booked_at),
        "cancelled_at": database.moment_or_none(cancelled_at),
        "reviewed_at": database.moment_or_none(reviewed_at),
        "rejection_reason": rejection_reason,
    }


def told(booking: dict[str, Any]) -> dict[str, Any]:
    """A booking as its customer sees it."""
    return booking_facts(
        booking["reference"],
        booking["show_id"],
        booking["status"],
        booking["seats"],
        booking["total_price"],
        booking["currency"],
        booking["booked_at"],
        booking["cancelled_at"],
        booking["reviewed_at"],
        booking["rejection_reason"],
    )
