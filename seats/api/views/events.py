"""The ledger of a show: every change of its seats, in order, without names."""

from __future__ import annotations

from typing import Final

from rest_framework.request import Request
from rest_framework.response import Response

from seats import availability
from seats.api import fields
from seats.api.base import SHARED, Endpoint
from seats.api.schema import shapes
from seats.api.schema.describe import SHOW_ID, operation, query
from seats.domain import MAX_ID

DEFAULT_LIMIT: Final = 100
MAX_LIMIT: Final = 1000


class Events(Endpoint):
    authentication_classes = []
    cache_control = SHARED

    @operation(
        "The history of a show",
        "Every change of its seats, in order, without names.",
        answer="Events",
        errors=["invalid", "show_not_found"],
        parameters=[
            SHOW_ID,
            query("after", shapes.COUNT, "Only events after this version."),
            query(
                "limit",
                {**shapes.ID, "maximum": MAX_LIMIT, "default": DEFAULT_LIMIT},
                "How many at most.",
            ),
            query(
                "last",
                {**shapes.ID, "maximum": MAX_LIMIT},
                "Instead of `limit`: the newest, this many at most, in order all the same.",
            ),
        ],
    )
    def list_events(self, request: Request) -> Response:
        query = request.query_params
        show_id = fields.show_id_of(query)
        after = fields.integer_of(query, "after", low=0, high=MAX_ID)
        limit = fields.integer_of(query, "limit", low=1, high=MAX_LIMIT)
        last = fields.integer_of(query, "last", low=1, high=MAX_LIMIT)
        if show_id is None:
            show_id = availability.next_show_id()
        return Response(
            availability.events_of(
                show_id, after or 0, last or limit or DEFAULT_LIMIT, newest=last is not None
            )
        )
