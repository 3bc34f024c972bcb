"""Login sessions: Django's, found together with their user, written through the same gate as all.

``SESSION_ENGINE`` names this module, so the admin's logins go the same way.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from typing import Any, cast

from django.conf import settings
from django.contrib.auth import (
    BACKEND_SESSION_KEY,
    HASH_SESSION_KEY,
    SESSION_KEY,
    get_user,
)
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.auth.models import AnonymousUser, User
from django.contrib.sessions.backends.base import VALID_KEY_CHARS
from django.contrib.sessions.backends.db import SessionStore as DatabaseSessionStore
from django.db import connection
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.functional import SimpleLazyObject

from seats import database
from seats.customers.rows import USER_COLUMNS, USER_TABLE, user_from
from seats.models import LoginSession

_TABLE = LoginSession._meta.db_table  # noqa: SLF001 - Django's API
_KEY_LENGTHS = range(8, 41)


class SessionStore(DatabaseSessionStore):
    owner: User | None = None
    _stored: tuple[str | None, dict[str, Any]] | None = None

    @classmethod
    def get_model_class(cls) -> type[LoginSession]:
        return LoginSession

    def load(self) -> dict[str, Any]:
        with database.cursor() as cursor:
            cursor.execute(
                f"SELECT s.session_data, {USER_COLUMNS} FROM {_TABLE} s"
                f" LEFT JOIN {USER_TABLE} u ON u.id = s.user_id"
                " WHERE s.session_key = %s AND s.expire_date > %s",
                (self.session_key, database.parameter(timezone.now())),
            )
            row = cursor.fetchone()
        if row is None:
            self._session_key = None
            return {}
        data, *values = row
        self.owner = None if values[0] is None else user_from(values)
        content: dict[str, Any] = self.decode(data)
        return content

    def create_model_instance(self, data: dict[str, Any]) -> LoginSession:
        made = cast("LoginSession", super().create_model_instance(data))
        made.user_id = data.get(SESSION_KEY)
        return made

    def save(self, must_create: bool = False) -> None:
        # Logging in saves the session together with the token. The middleware's own save, at the
        # end of the request, has nothing to add then.
        content = {} if must_create else deepcopy(dict(self.items()))
        if must_create or self._stored != (self.session_key, content):
            _write(lambda: super(SessionStore, self).save(must_create))
            self._stored = (self.session_key, content)

    def delete(self, session_key: str | None = None) -> None:
        _write(lambda: super(SessionStore, self).delete(session_key))

    def _validate_session_key(self, key: str | None) -> bool:
        # A cookie may hold anything, NUL included, which databases refuse with an exception.
        return key is not None and len(key) in _KEY_LENGTHS and set(key) <= set(VALID_KEY_CHARS)


class VisitorMiddleware(AuthenticationMiddleware):
    """Django's, without its second query for the user of a session that is in order."""

    def process_request(self, request: HttpRequest) -> None:
        super().process_request(request)
        request.user = SimpleLazyObject(lambda: _visitor(request))  # type: ignore[assignment]


def _visitor(request: HttpRequest) -> User | AnonymousUser:
    session = request.session
    user_id = session.get(SESSION_KEY)
    owner = session.owner if isinstance(session, SessionStore) else None
    if (
        owner is not None
        and owner.is_active
        and user_id == str(owner.pk)
        and session.get(BACKEND_SESSION_KEY) in settings.AUTHENTICATION_BACKENDS
        and constant_time_compare(
            session.get(HASH_SESSION_KEY) or "", owner.get_session_auth_hash()
        )
    ):
        return owner
    # Whatever is not as it should be is for Django to judge, and to clear away.
    return get_user(request)


def user_of_session(key: str | None) -> User | None:
    """Whose login session this is, for those who have a cookie and no request."""
    request = HttpRequest()
    request.session = SessionStore(key)
    visitor = _visitor(request)
    return visitor if isinstance(visitor, User) and visitor.is_active else None


def _write(work: Callable[[], None]) -> None:
    """In the transaction that logs somebody in or out, or else in one of its own."""
    if connection.in_atomic_block:
        database.write_within(work)
    else:
        database.write(work)
