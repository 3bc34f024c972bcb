"""What all endpoints have in common: who may ask, how, and how often; what caches may keep."""

from __future__ import annotations

from functools import cache
from typing import Any, ClassVar

from django.contrib.auth.models import User
from rest_framework.exceptions import MethodNotAllowed, NotAuthenticated
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer
from rest_framework.viewsets import ViewSet

from seats.api import cross_origin, parsers, throttles
from seats.domain import Customer

PRIVATE = "no-store"
# Every caller gets the same, and a proxy may answer a crowd with it for a second.
SHARED = "public, max-age=0, s-maxage=1"

# What most clients say they accept.
_WHAT_WE_HAVE = frozenset({"*/*", JSONRenderer.media_type})


class Endpoint(ViewSet):
    """A viewset that checks in the order in which a client can act on it."""

    # The framework would read a format from the address; we have one.
    format_kwarg = None
    cache_control: ClassVar[str] = PRIVATE
    # Actions that need a customer, and actions that change something for one.
    private_actions: ClassVar[frozenset[str]] = frozenset()
    writing_actions: ClassVar[frozenset[str]] = frozenset()
    # What bodies are, in words, and how long they may be.
    reads: ClassVar[str] = "application/json in UTF-8"
    max_body_bytes: ClassVar[int] = parsers.MAX_BODY_BYTES

    def initial(self, request: Request, *_: Any, **__: Any) -> None:
        if self.action is None:
            raise MethodNotAllowed(request.method or "")
        if self.action == "metadata":
            return
        http_request = request._request  # noqa: SLF001 - the framework's way to Django's request
        if http_request.META.get("HTTP_ACCEPT", "*/*") in _WHAT_WE_HAVE:
            # The framework would take as long to come to this as a hold's seats take to be found.
            request.accepted_renderer = JSONRenderer()
            request.accepted_media_type = JSONRenderer.media_type
        else:
            request.accepted_renderer, request.accepted_media_type = (
                self.perform_content_negotiation(request)
            )
        cross_origin.refuse_foreign(http_request)
        self.perform_authentication(request)
        if self.action in self.private_actions and not request.user.is_authenticated:
            raise NotAuthenticated
        if self.action in self.writing_actions:
            throttles.refuse_write_flood(self.customer(request).key)
        if request.method == "POST":
            parsers.refuse_declared_size(http_request, self.max_body_bytes)
            parsers.unfold_chunks(http_request, self.max_body_bytes)

    def options(self, *_: Any, **__: Any) -> Response:
        """Which methods there are. Other sites are told nothing that would let them in."""
        return Response(status=204)

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        response.headers.setdefault("Cache-Control", self.cache_control)
        return super().finalize_response(request, response, *args, **kwargs)

    def user(self, request: Request) -> User:
        """Who asks, in an action that only somebody with an account gets to."""
        assert isinstance(request.user, User)
        return request.user

    def customer(self, request: Request) -> Customer:
        return Customer.of_user(self.user(request).pk)

    def customer_or_none(self, request: Request) -> Customer | None:
        return self.customer(request) if request.user.is_authenticated else None

    def read(self, request: Request, kind: type[Serializer[Any]]) -> dict[str, Any]:
        """The members of the body, or a complaint about each that is wrong."""
        return dict(_reader(kind).run_validation(request.data))


@cache
def _reader(kind: type[Serializer[Any]]) -> Serializer[Any]:
    """One for all requests: it keeps nothing of them, and making one takes longer than reading."""
    return kind()
