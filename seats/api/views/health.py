"""Whether this server can serve: for load balancers and those who watch over them."""

from __future__ import annotations

from django.utils.translation import gettext
from rest_framework.request import Request
from rest_framework.response import Response

from seats import availability
from seats.api.base import Endpoint
from seats.api.problems import Problem
from seats.api.schema.describe import operation


class Health(Endpoint):
    authentication_classes = []

    @operation("Can this server serve?", answer="Health", errors=["not_ready"])
    def health(self, request: Request) -> Response:  # noqa: ARG002 - the framework passes it
        trouble = availability.trouble()
        if trouble is not None:
            raise Problem("not_ready", gettext(trouble))
        return Response({"status": "ok"})
