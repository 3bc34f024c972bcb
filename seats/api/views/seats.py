"""The seats of a show as one visitor sees them."""

from __future__ import annotations

from rest_framework.request import Request
from rest_framework.response import Response

from seats import availability
from seats.api import fields
from seats.api.base import Endpoint
from seats.api.schema.describe import SHOW_ID, operation


class Seats(Endpoint):
    @operation(
        "All seats of a show",
        "As they are now. `mine` marks the seats that whoever asks holds or has booked.",
        answer="Seats",
        errors=["invalid", "show_not_found", "not_authenticated"],
        parameters=[SHOW_ID],
    )
    def list_seats(self, request: Request) -> Response:
        show_id = fields.show_id_of(request.query_params)
        return Response(availability.show_seats(show_id, self.customer_or_none(request)))
