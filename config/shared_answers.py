"""What caches between us and the visitors rely on."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase

# Their answers are the same for everybody, so nobody's cookies may have a part in them: a cookie
# that is renewed or deleted along with such an answer could be handed on to other visitors.
_FOR_EVERYBODY = ("/api/seat-status", "/api/seats/shows", "/api/seats/events", "/api/schema")


class SharedAnswersMiddleware:
    """Above everything that reads cookies or sets a length."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.path_info.startswith(_FOR_EVERYBODY):
            request.META.pop("HTTP_COOKIE", None)
        response = self.get_response(request)
        if response.status_code == 304:
            # Those of an empty answer. A cache would take them for those of what it keeps.
            for name in ("Content-Length", "Content-Type"):
                response.headers.pop(name, None)
        return response
