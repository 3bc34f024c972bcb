"""What is on, and how the halls are laid out."""

from __future__ import annotations

from django.conf import settings
from django.http.response import HttpResponseBase
from rest_framework.request import Request
from rest_framework.response import Response

from seats import availability
from seats.api import conditional, fields
from seats.api.base import SHARED, Endpoint
from seats.api.schema import shapes
from seats.api.schema.describe import in_path, operation, query
from seats.errors import ShowNotFound


class Shows(Endpoint):
    authentication_classes = []
    cache_control = SHARED

    @operation(
        "What is on",
        "Shows that have not begun, the next one first.",
        answer="Shows",
        errors=["invalid"],
        parameters=[query("date", shapes.DAY, "Only shows of this day, where the cinema stands.")],
    )
    def list_shows(self, request: Request) -> Response:
        day = fields.date_of(request.query_params, "date")
        return Response(
            {"shows": availability.upcoming_shows(day), "payment_mode": settings.PAYMENT_MODE}
        )


class Layouts(Endpoint):
    authentication_classes = []
    # A hall does not change while tickets for the show are sold.
    cache_control = "public, max-age=300"

    @operation(
        "The drawing of the hall",
        "Where each seat of a show is, and what its tier costs. It does not say what is taken.",
        answer="Layout",
        errors=["show_not_found"],
        parameters=[in_path("show_id", shapes.ID, "The show.")],
        etag=True,
    )
    def show_layout(self, request: Request, show_id: str) -> HttpResponseBase:
        known = fields.id_in_path(show_id)
        if known is None:
            raise ShowNotFound
        layout, etag = availability.show_layout(known)
        return conditional.unless_known(request, etag) or Response(layout, headers={"ETag": etag})
