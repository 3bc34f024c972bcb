"""Coming in with name and password, and going out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from django.contrib.auth import SESSION_KEY, authenticate, login, logout
from django.contrib.auth.models import User
from django.http import HttpRequest
from knox.models import AuthToken

from seats import database
from seats.customers import attempts, tokens
from seats.customers.accounts import facts_of, stored_name
from seats.customers.addresses import client_address
from seats.customers.names import spelt_alike
from seats.errors import InvalidCredentials

# The token given out together with a session goes when the session goes.
_LOGIN_TOKEN: Final = "login_token"  # noqa: S105 - a name, not a token


@dataclass(frozen=True, slots=True)
class Entry:
    """A login: who came in, and the token for clients that keep no cookies."""

    user: dict[str, Any]
    token: str


def log_in(request: HttpRequest, username: str, password: str) -> Entry:
    """Opens a session, under a new key, and issues a token.

    Raises InvalidCredentials, and TooOften without a look at the password.
    """
    address = client_address(request)
    attempts.count_login(username, address)
    user = authenticate(request, username=stored_name(username), password=password)
    # After the password, so that it takes as long.
    if not isinstance(user, User) or not is_spelling_of(username, user):
        raise InvalidCredentials

    def work() -> str:
        token, text = tokens.issue(user)
        # Whatever this browser was before: nobody who knew that session is in the new one.
        request.session.flush()
        login(request, user)
        request.session[_LOGIN_TOKEN] = token.digest
        request.session.save()
        attempts.remember(username, address)
        return text

    return Entry(facts_of(user), database.write(work))


def is_spelling_of(username: str, user: User) -> bool:
    """Whether what was typed is that account's name, and not only like it to the database."""
    return spelt_alike(username) == spelt_alike(user.get_username())


def remember_address(request: HttpRequest, username: str) -> None:
    """Notes that somebody has come in from here by another door."""
    address = client_address(request)
    database.write(lambda: attempts.remember(username, address))


def log_out(request: HttpRequest, user: User, token: AuthToken | None) -> None:
    """Ends the session of this browser, the token it came with, and the token that was used."""
    digests = set() if token is None else {token.digest}
    # The cookie of somebody else, sent along with a token, is left alone.
    own_session = request.session.get(SESSION_KEY) == str(user.pk)
    if own_session and _LOGIN_TOKEN in request.session:
        digests.add(request.session[_LOGIN_TOKEN])

    def work() -> None:
        tokens.revoke(digests)
        if own_session:
            logout(request)

    database.write(work)
