"""Who is asking: a token in the ``Authorization`` header, or the cookie of a login session."""

from __future__ import annotations

from typing import Any, Final

from django.contrib.auth.models import User
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from seats import customers

SCHEME: Final = "Token"


class TokenAuthentication(BaseAuthentication):
    """``Authorization: Token …``. A header that is anything else is refused, not overlooked."""

    def authenticate(self, request: Request) -> tuple[User, Any] | None:
        header = request.META.get("HTTP_AUTHORIZATION")
        if header is None:
            return None
        scheme, _, token = header.strip().partition(" ")
        if scheme.lower() != SCHEME.lower():
            raise AuthenticationFailed
        found = customers.user_of_token(token.strip())
        if found is None:
            raise AuthenticationFailed
        return found

    def authenticate_header(self, request: Request) -> str:  # noqa: ARG002 - the framework's signature
        return SCHEME


class SessionAuthentication(BaseAuthentication):
    """The cookie set by logging in; never asked when an ``Authorization`` header is there.

    ``cross_origin`` has refused what other sites send before anybody looks at the cookie.
    """

    def authenticate(self, request: Request) -> tuple[User, None] | None:
        if "HTTP_AUTHORIZATION" in request.META:
            return None
        user = request._request.user  # noqa: SLF001 - the framework's way to Django's request
        return (user, None) if isinstance(user, User) and user.is_active else None
