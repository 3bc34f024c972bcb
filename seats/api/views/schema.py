"""The description of the API, for programs and for people."""

from __future__ import annotations

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularSwaggerSplitView
from rest_framework.request import Request

from seats.api import conditional
from seats.api.base import Endpoint
from seats.api.schema.document import document


class Schema(Endpoint):
    authentication_classes = []
    cache_control = "public, max-age=300"

    @extend_schema(exclude=True)
    def show_schema(self, request: Request) -> HttpResponseBase:
        body, etag = document()
        return conditional.unless_known(request, etag) or HttpResponse(
            body, content_type="application/json", headers={"ETag": etag}
        )


class Docs(SpectacularSwaggerSplitView):
    """The page: our own files only, and no script or style inside the page."""

    authentication_classes = []
    permission_classes = []
    template_name = "seats/api_docs.html"
    url_name = "schema"
    title = "Holdfast API"
