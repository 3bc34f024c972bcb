"""Booking held seats, and what became of one's bookings."""

from __future__ import annotations

import re

from rest_framework.request import Request
from rest_framework.response import Response

from seats import availability, reservations
from seats.api import guests, wording
from seats.api.base import Endpoint
from seats.api.idempotency import once, replayed_headers
from seats.api.schema import shapes
from seats.api.schema.describe import in_path, operation
from seats.api.serializers.requests import Purchase
from seats.errors import BookingNotFound

_READABLE = re.compile(r"[A-Za-z0-9-]{1,40}", re.ASCII)
_REFERENCE = in_path("reference", shapes.TEXT, "The reference of a booking.")


class Bookings(Endpoint):
    private_actions = frozenset({"list_bookings", "show_booking", "book_batch", "cancel_booking"})
    writing_actions = frozenset({"book_batch", "cancel_booking"})

    @operation("My bookings", answer="Bookings", private=True)
    def list_bookings(self, request: Request) -> Response:
        return Response({"bookings": availability.bookings_of(self.customer(request))})

    @operation(
        "One of my bookings",
        answer="BookingAnswer",
        errors=["booking_not_found"],
        private=True,
        parameters=[_REFERENCE],
    )
    def show_booking(self, request: Request, reference: str) -> Response:
        asked = _readable(reference)
        return Response({"booking": availability.booking_of(self.customer(request), asked)})

    @operation(
        "Book held seats",
        "Those named, or the whole hold. Where `payment_mode` is `proof`, `payment_proof` is the id"
        " of a picture the customer uploaded, and the booking is `in_review`.",
        answer="Booked",
        body=Purchase,
        errors=[
            "throttled",
            "show_not_found",
            "seat_not_found",
            "not_held",
            "sales_closed",
            "hold_expired",
            "payment_required",
        ],
        private=True,
        posts=True,
        replays=True,
    )
    def book_batch(self, request: Request) -> Response:
        asked = self.read(request, Purchase)
        customer = self.customer(request)
        guests.take_over(request, customer, asked["show_id"])
        outcome = reservations.book_seats(
            customer,
            asked["show_id"],
            asked["names"],
            payment_proof=asked["payment_proof"],
            once=once(request, customer),
        )
        booking = outcome.facts["booking"]
        return Response(
            {
                "message": wording.booked(booking),
                "booking": booking,
                "total_paid": booking["total_price"],
                "cursor": outcome.cursor,
            },
            headers=replayed_headers(outcome),
        )

    @operation(
        "Cancel a booking",
        "Its seats go back on sale.",
        answer="Cancelled",
        errors=["throttled", "booking_not_found", "not_cancellable"],
        parameters=[_REFERENCE],
        private=True,
        posts=True,
        replays=True,
    )
    def cancel_booking(self, request: Request, reference: str) -> Response:
        customer = self.customer(request)
        outcome = reservations.cancel_booking(
            customer, _readable(reference), once=once(request, customer)
        )
        booking = outcome.facts["booking"]
        return Response(
            {
                "message": wording.cancelled(booking),
                "booking": booking,
                "cursor": outcome.cursor,
            },
            headers=replayed_headers(outcome),
        )


def _readable(reference: str) -> str:
    """A reference as an address names it; one that cannot be anybody's is not looked up."""
    if _READABLE.fullmatch(reference) is None:
        raise BookingNotFound
    return reference
