"""Holding seats, prolonging a hold, letting seats go."""

from __future__ import annotations

from rest_framework.request import Request
from rest_framework.response import Response

from seats import availability, reservations
from seats.api import fields, guests, wording
from seats.api.base import Endpoint
from seats.api.idempotency import once, replayed_headers
from seats.api.schema import shapes
from seats.api.schema.describe import operation, query
from seats.api.serializers.requests import NamedSeats, OfShow, SomeSeats
from seats.reservations import Outcome


class Holds(Endpoint):
    private_actions = frozenset({"list_holds", "hold_batch", "extend_hold", "release_hold_batch"})
    writing_actions = frozenset({"hold_batch", "extend_hold", "release_hold_batch"})

    @operation(
        "My holds",
        "What a page needs to go on after a reload.",
        answer="Holds",
        errors=["invalid"],
        private=True,
        parameters=[query("show_id", shapes.ID, "Only the hold for this show.")],
    )
    def list_holds(self, request: Request) -> Response:
        show_id = fields.show_id_of(request.query_params)
        return Response({"holds": availability.holds_of(self.customer(request), show_id)})

    @operation(
        "Hold seats",
        "All of them or none. Seats one holds already stay held, under the same deadline.",
        answer="Held",
        body=NamedSeats,
        errors=[
            "throttled",
            "show_not_found",
            "seat_not_found",
            "seats_unavailable",
            "sales_closed",
            "seat_limit",
        ],
        private=True,
        posts=True,
        replays=True,
    )
    def hold_batch(self, request: Request) -> Response:
        asked = self.read(request, NamedSeats)
        customer = self.customer(request)
        guests.take_over(request, customer, asked["show_id"])
        outcome = reservations.hold_seats(
            customer, asked["show_id"], asked["names"], once=once(request, customer)
        )
        return self._hold(outcome, wording.held(outcome.facts["hold"]))

    @operation(
        "Keep a hold longer",
        "A full time to live from now, within the longest a hold can last.",
        answer="Held",
        body=OfShow,
        errors=[
            "throttled",
            "show_not_found",
            "not_held",
            "sales_closed",
            "extension_limit",
            "hold_expired",
        ],
        private=True,
        posts=True,
        replays=True,
    )
    def extend_hold(self, request: Request) -> Response:
        asked = self.read(request, OfShow)
        customer = self.customer(request)
        outcome = reservations.extend_hold(customer, asked["show_id"], once=once(request, customer))
        return self._hold(outcome, wording.extended(outcome.facts["hold"]))

    @operation(
        "Let seats go",
        "Those named, or the whole hold. Seats one does not hold are listed and left alone.",
        answer="Released",
        body=SomeSeats,
        errors=["throttled", "show_not_found", "seat_not_found"],
        private=True,
        posts=True,
        replays=True,
    )
    def release_hold_batch(self, request: Request) -> Response:
        asked = self.read(request, SomeSeats)
        customer = self.customer(request)
        outcome = reservations.release_seats(
            customer, asked["show_id"], asked["names"], once=once(request, customer)
        )
        return Response(
            {
                "message": wording.released(outcome.facts["released"]),
                "show_id": asked["show_id"],
                "released": outcome.facts["released"],
                "not_held": outcome.facts["not_held"],
                "cursor": outcome.cursor,
            },
            headers=replayed_headers(outcome),
        )

    def _hold(self, outcome: Outcome, message: str) -> Response:
        hold = outcome.facts["hold"]
        return Response(
            {
                "message": message,
                "hold": hold,
                "expires_at": hold["expires_at"],
                "cursor": outcome.cursor,
            },
            headers=replayed_headers(outcome),
        )
