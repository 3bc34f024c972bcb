"""What the box office says of a booking whose payment it has to see first."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from seats import database
from seats.domain import BookingStatus, EventKind
from seats.errors import NotInReview
from seats.reservations.booking import booking_by_id, booking_called, take_away, told
from seats.reservations.change import Change, Facts, Outcome, perform


def accept_booking(staff_user_id: int, reference: str) -> Outcome:
    """The box office has seen the money: a booking in review is confirmed.

    Facts: ``{"booking": booking}``. Raises BookingNotFound, NotInReview, Busy.
    """

    def accept(change: Change, booking: dict[str, Any], seat_ids: list[int]) -> None:
        change.cursor.execute(
            "UPDATE seats_booking SET status = %s, reviewed_at = %s WHERE id = %s",
            (BookingStatus.CONFIRMED.value, database.parameter(change.now), booking["id"]),
        )
        change.record(EventKind.ACCEPTED, seat_ids, booking_id=booking["id"])

    return _review(staff_user_id, reference, accept)


def reject_booking(staff_user_id: int, reference: str, reason: str) -> Outcome:
    """The box office has not seen the money: the seats of a booking in review go on sale again.

    Facts: ``{"booking": booking}``; the customer is told the reason. Raises BookingNotFound,
    NotInReview, Busy.
    """
    said = reason[:200]

    def reject(change: Change, booking: dict[str, Any], seat_ids: list[int]) -> None:
        take_away(change, booking["id"], seat_ids)
        change.cursor.execute(
            "UPDATE seats_booking SET status = %s, reviewed_at = %s, rejection_reason = %s"
            " WHERE id = %s",
            (BookingStatus.REJECTED.value, database.parameter(change.now), said, booking["id"]),
        )
        change.record(EventKind.REJECTED, seat_ids, booking_id=booking["id"], reason=said)

    return _review(staff_user_id, reference, reject)


def _review(
    staff_user_id: int,
    reference: str,
    decide: Callable[[Change, dict[str, Any], list[int]], None],
) -> Outcome:
    booking = booking_called(reference)

    def operation(change: Change) -> Facts:
        current = booking_by_id(change, booking["id"])
        if current["status"] != BookingStatus.IN_REVIEW:
            raise NotInReview(current["reference"], current["status"])
        decide(change, current, [seat["id"] for seat in current["seats"]])
        return {"booking": told(booking_by_id(change, current["id"]))}

    return perform(booking["show_id"], f"staff:{staff_user_id}", operation)
