"""Making an account, coming in and going out."""

from __future__ import annotations

from rest_framework.request import Request
from rest_framework.response import Response

from seats import customers
from seats.api import guests, wording
from seats.api.base import Endpoint
from seats.api.idempotency import canonical, key_of, replayed_headers
from seats.api.schema.describe import operation
from seats.api.serializers.requests import Credentials, Registration
from seats.domain import Customer


class Entrance(Endpoint):
    """Where one has no name yet. Nobody is asked who they are; a stale token does not matter."""

    authentication_classes = []

    @operation(
        "Make an account",
        answer="Registered",
        status=201,
        body=Registration,
        errors=["throttled", "username_taken"],
        posts=True,
        replays=True,
    )
    def register(self, request: Request) -> Response:
        http_request = request._request  # noqa: SLF001 - addresses belong to Django's request
        customers.count_registration(customers.client_address(http_request))
        wanted = self.read(request, Registration)
        registered = customers.register(
            **wanted, key=key_of(request), request_bytes=canonical(request)
        )
        return Response(
            {
                "message": wording.registered(registered.user),
                "user": registered.user,
            },
            status=201,
            headers=replayed_headers(registered),
        )

    @operation(
        "Log in",
        "Opens a session (a cookie), and returns a token for clients that keep no cookies.",
        answer="LoggedIn",
        body=Credentials,
        errors=["throttled", "invalid_credentials"],
        posts=True,
    )
    def login(self, request: Request) -> Response:
        key_of(request)
        given = self.read(request, Credentials)
        http_request = request._request  # noqa: SLF001 - sessions belong to Django's request
        entry = customers.log_in(http_request, given["username"], given["password"])
        answer = Response(
            {
                "message": wording.welcome_back(entry.user),
                "token": entry.token,
                "user": entry.user,
            }
        )
        guests.keep_seats_through_login(request, Customer.of_user(entry.user["id"]), answer)
        return answer


class Account(Endpoint):
    private_actions = frozenset({"me", "logout"})

    @operation("Who am I", answer="Me", private=True)
    def me(self, request: Request) -> Response:
        return Response({"user": customers.facts_of(self.user(request))})

    @operation(
        "Log out",
        "The session ends, and with it the token it came with and the token that was used.",
        answer="Message",
        private=True,
        posts=True,
    )
    def logout(self, request: Request) -> Response:
        key_of(request)
        http_request = request._request  # noqa: SLF001 - sessions belong to Django's request
        customers.log_out(http_request, self.user(request), request.auth)
        return Response({"message": wording.logged_out()})
