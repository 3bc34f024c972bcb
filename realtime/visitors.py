"""Who opens a connection: from which page, from which address, and on whose behalf."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import BytesIO

from django.conf import settings
from django.core.exceptions import BadRequest, DisallowedHost, RequestDataTooBig
from django.core.handlers.asgi import ASGIRequest
from django.utils.translation import gettext

from realtime.scopes import Scope
from seats import customers
from seats.api import cross_origin
from seats.api.problems import Problem
from seats.customers import guests
from seats.domain import Customer

_SCHEMES = {"ws": "http", "wss": "https"}


def request_of(scope: Scope) -> ASGIRequest:
    """The handshake as a request, so that the same rules read it as those of the API.

    Raises Problem where no page of this site and no program of a customer would have sent it.
    """
    scheme = scope.get("scheme", "http")
    plain = {
        **scope,
        "type": "http",
        "method": scope.get("method", "GET"),
        "scheme": _SCHEMES.get(scheme, scheme),
    }
    try:
        request = ASGIRequest(plain, BytesIO())
        request.get_host()
    except DisallowedHost:
        raise Problem("invalid", gettext("This server does not answer to that name.")) from None
    except (BadRequest, RequestDataTooBig, ValueError):
        raise Problem("invalid", gettext("This is not a request we can read.")) from None
    return request


def refuse_other_sites(request: ASGIRequest) -> None:
    """A browser lets any page open a WebSocket to us, cookies and all."""
    if cross_origin.is_foreign(request):
        raise Problem("cross_origin", gettext("This connection was opened by another site."))


class Addresses:
    """How many connections each address has open."""

    def __init__(self) -> None:
        self._open: Counter[str] = Counter()

    @contextmanager
    def one_more(self, request: ASGIRequest) -> Iterator[None]:
        """Counts a connection until the end of the block. Raises Problem when there are enough."""
        address = self.enter(request)
        try:
            yield
        finally:
            self.leave(address)

    def enter(self, request: ASGIRequest) -> str:
        """Like ``one_more``, for those who call ``leave`` themselves, with what this returns."""
        address = customers.client_address(request)
        if self._open[address] >= settings.PUSH_CONNECTIONS_PER_ADDRESS:
            raise Problem(
                "throttled",
                gettext("Too many connections are open from this address."),
                headers={"Retry-After": "30"},
            )
        self._open[address] += 1
        return address

    def leave(self, address: str) -> None:
        self._open[address] -= 1
        if self._open[address] <= 0:
            del self._open[address]


def names_somebody(request: ASGIRequest) -> bool:
    """Whether there is anything to look up."""
    return "Authorization" in request.headers or bool(
        {settings.SESSION_COOKIE_NAME, guests.COOKIE} & request.COOKIES.keys()
    )


def customer_of(request: ASGIRequest) -> Customer | None:
    """On whose behalf: whoever is logged in, else a guest. Waits for the database."""
    scheme, _, token = request.headers.get("Authorization", "").strip().partition(" ")
    if scheme:
        return customer_of_token(token.strip()) if scheme.lower() == "token" else None
    user = customers.user_of_session(request.COOKIES.get(settings.SESSION_COOKIE_NAME))
    if user is not None:
        return Customer.of_user(user.pk)
    return guest_named(request.COOKIES.get(guests.COOKIE))


def customer_of_token(token: str) -> Customer | None:
    """Whose token it is. Waits for the database."""
    found = customers.user_of_token(token)
    return None if found is None else Customer.of_user(found[0].pk)


def guest_named(session_id: object) -> Customer | None:
    """The guest who has chosen this name; None for what is none."""
    if not isinstance(session_id, str):
        return None
    with suppress(ValueError):
        return guests.customer_of(session_id)
    return None
