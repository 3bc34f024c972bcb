"""Lock on select, for clients that select seats of a show and know guests by a cookie."""

from __future__ import annotations

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from seats import availability, reservations
from seats.api import fields, guests, throttles
from seats.api.base import Endpoint
from seats.api.idempotency import once, replayed_headers
from seats.api.problems import Problem
from seats.api.schema import shapes
from seats.api.schema.describe import in_path, operation
from seats.api.serializers.requests import Selection
from seats.customers.guests import customer_of, new_session_id
from seats.domain import Customer, SeatNames
from seats.errors import ShowNotFound


class Selections(Endpoint):
    @operation(
        "Lock seats by selecting them",
        "All of them or none, for a moment. Selecting again refreshes all that is selected. Who is"
        " not logged in gets a cookie.",
        answer="SeatsSelected",
        body=Selection,
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
        refusal="SelectionProblem",
    )
    def select_seats(self, request: Request) -> Response:
        customer, new_id = self._known(request)
        asked = self.read(request, Selection)
        show_id, names = asked["showId"], SeatNames.of(*asked["seats"])
        if request.user.is_authenticated:
            guests.take_over(request, customer, show_id)
        outcome = reservations.select_seats(customer, show_id, names, once=once(request, customer))
        hold = outcome.facts["hold"]
        answer = Response(
            {
                "success": True,
                "showId": show_id,
                "seats": _in_order(hold, names),
                "expiresIn": hold["expires_in"],
                "expiresAt": hold["expires_at"],
                "cursor": outcome.cursor,
            },
            headers=replayed_headers(outcome),
        )
        if new_id is not None:
            guests.make_known(answer, new_id)
        return answer

    @operation(
        "Let selected seats go",
        "Seats that are not locked by whoever asks are left alone.",
        answer="SeatsReleased",
        body=Selection,
        errors=["throttled", "not_authenticated", "show_not_found", "seat_not_found"],
        posts=True,
        replays=True,
        refusal="SelectionProblem",
    )
    def release_selected(self, request: Request) -> Response:
        customer, _ = self._known(request)
        asked = self.read(request, Selection)
        outcome = reservations.release_seats(
            customer,
            asked["showId"],
            SeatNames.of(*asked["seats"]),
            once=once(request, customer),
        )
        return Response(
            {
                "success": True,
                "released": True,
                "showId": asked["showId"],
                "seats": outcome.facts["released"],
                "cursor": outcome.cursor,
            },
            headers=replayed_headers(outcome),
        )

    @operation(
        "Which seats are locked",
        "And by whom, as far as that concerns whoever asks. Who is not logged in gets a cookie.",
        answer="LockedSeats",
        errors=["show_not_found", "not_authenticated"],
        parameters=[in_path("show_id", shapes.ID, "The show.")],
        refusal="SelectionProblem",
    )
    def locked_seats(self, request: Request, show_id: str) -> Response:
        known = fields.id_in_path(show_id)
        if known is None:
            raise ShowNotFound
        customers = [self.customer_or_none(request), guests.guest_of(request)]
        present = [customer for customer in customers if customer is not None]
        locked = availability.locked_seats(known, present)
        answer = Response(
            {
                "showId": known,
                "bookedSeats": locked["booked"],
                "lockedByOthers": locked["locked_by_others"],
                "lockedByMe": locked["locked_by_me"],
                "cursor": locked["cursor"],
            }
        )
        if not present:
            # Before the first click: if that one's answer is lost, the next is of the same guest.
            guests.make_known(answer, new_session_id())
        return answer

    def in_other_words(self, problem: Problem) -> dict[str, Any]:
        words: dict[str, Any] = {"success": False, "message": problem.detail}
        if "conflicts" in problem.facts:
            words["conflicts"] = [seat["label"] for seat in problem.facts["conflicts"]]
        return words

    def _known(self, request: Request) -> tuple[Customer, str | None]:
        """Who asks, and the session id of a guest who has none yet. Counts the request."""
        if request.user.is_authenticated:
            customer = self.customer(request)
            throttles.refuse_write_flood(customer.key)
            return customer, None
        guest, new_id = guests.guest_of(request), None
        if guest is None:
            new_id = new_session_id()
            guest = customer_of(new_id)
        throttles.refuse_guest_flood(request._request, guest.key)  # noqa: SLF001 - Django's request
        return guest, new_id


def _in_order(hold: dict[str, Any], names: SeatNames) -> list[str]:
    """The labels that were asked for, in the order of the hall."""
    return [seat["label"] for seat in hold["seats"] if seat["label"] in names.labels]
