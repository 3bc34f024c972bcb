"""Lock on select, for clients that lock seats one by one and name their guests themselves."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext
from rest_framework.request import Request
from rest_framework.response import Response

from seats import reservations
from seats.api import fields, throttles, wording
from seats.api.base import Endpoint
from seats.api.idempotency import once, replayed_headers
from seats.api.problems import Problem
from seats.api.schema import shapes
from seats.api.schema.describe import operation, query
from seats.api.serializers.requests import SeatLock
from seats.domain import MAX_ID, Customer, SeatNames, padded_label


class SeatLocks(Endpoint):
    @operation(
        "Lock a seat",
        "For a moment. Locking it again, or another one, refreshes all that is locked. Who is"
        " logged in needs no `sessionId`, and takes over what that guest has locked.",
        answer="SeatLocked",
        body=SeatLock,
        errors=[
            "throttled",
            "not_authenticated",
            "show_not_found",
            "seat_not_found",
            "seats_unavailable",
            "sales_closed",
            "seat_limit",
        ],
        posts=True,
        replays=True,
        refusal="SeatLockProblem",
    )
    def lock_seat(self, request: Request) -> Response:
        asked = self.read(request, SeatLock)
        show_id, label = asked["showtimeId"], asked["seatId"]
        customer = self._known(request, asked.get("sessionId"), show_id)
        outcome = reservations.select_seats(
            customer, show_id, SeatNames.of(label), once=once(request, customer)
        )
        hold = outcome.facts["hold"]
        (seat,) = (seat for seat in hold["seats"] if seat["label"] == label)
        seat_id = padded_label(label)
        return Response(
            {
                "success": True,
                "message": wording.locked(seat_id, hold),
                "data": {
                    "seatId": seat_id,
                    "seatDbId": seat["id"],
                    "expiresAt": hold["expires_at"],
                    "isNewLock": label in outcome.facts["new"],
                },
            },
            headers=replayed_headers(outcome),
        )

    @operation(
        "Unlock a seat, or all",
        "Without `seatId` all that was locked and not held: in the show, or without `showtimeId` in"
        " every show.",
        answer="SeatUnlocked",
        errors=["throttled", "not_authenticated", "show_not_found", "seat_not_found"],
        parameters=[
            query("showtimeId", shapes.ID, "The show."),
            query("seatId", shapes.SEAT_LABEL, "The seat."),
            query("sessionId", shapes.SESSION_ID, "The guest; needless for who is logged in."),
        ],
        deletes=True,
        refusal="SeatLockProblem",
    )
    def unlock_seats(self, request: Request) -> Response:
        asked = request.query_params
        show_id = fields.integer_of(asked, "showtimeId", low=1, high=MAX_ID)
        label = fields.label_of(asked, "seatId")
        customer = self._known(request, fields.guest_of(asked, "sessionId"), show_id)
        if label is None:
            count = reservations.release_selections(customer, show_id)
        elif show_id is None:
            raise Problem.invalid("showtimeId", gettext("Say of which show."))
        else:
            outcome = reservations.release_seats(customer, show_id, SeatNames.of(label))
            count = len(outcome.facts["released"])
        return Response({"success": True, "message": wording.unlocked(count)})

    def in_other_words(self, problem: Problem) -> dict[str, Any]:
        is_locked = problem.code == "seats_unavailable"
        return {
            "success": False,
            "error": problem.detail,
            "errorCode": "SEAT_LOCKED" if is_locked else problem.code.upper(),
        }

    def _known(self, request: Request, guest: Customer | None, show_id: int | None) -> Customer:
        """Who asks, and with what they have locked as a guest. Counts the request."""
        if request.user.is_authenticated:
            customer = self.customer(request)
            throttles.refuse_write_flood(customer.key)
            if guest is not None:
                reservations.adopt_selections(guest, customer, show_id)
            return customer
        if guest is None:
            raise Problem.invalid("sessionId", gettext("Say who you are, or log in."))
        throttles.refuse_guest_flood(request._request, guest.key)  # noqa: SLF001 - Django's request
        return guest
