"""Tokens for the ``Authorization`` header. Only a hash is stored, and each expires."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import User
from django.db import connection
from django.utils import timezone
from knox.crypto import hash_token
from knox.models import AuthToken

from seats import database
from seats.customers.rows import USER_COLUMNS, USER_TABLE, user_from

_LONGEST = 200
_TABLE = AuthToken._meta.db_table  # noqa: SLF001 - Django's API


def issue(user: User) -> tuple[AuthToken, str]:
    """A new token, as stored and as its owner will send it. The user's dead ones are swept."""
    AuthToken.objects.filter(user=user, expiry__lte=timezone.now()).delete()
    token: tuple[AuthToken, str] = AuthToken.objects.create(user)
    return token


def user_of_token(text: str) -> tuple[User, AuthToken] | None:
    """Whom a token stands for, while it is valid and its owner may come in."""
    if not (text.isascii() and text.isalnum() and len(text) <= _LONGEST):
        return None
    with database.cursor() as cursor:
        # The hash is the key of the table, so one look-up finds it, without comparing anything.
        cursor.execute(
            f"SELECT t.digest, t.expiry, {USER_COLUMNS} FROM {_TABLE} t"
            f" JOIN {USER_TABLE} u ON u.id = t.user_id WHERE t.digest = %s",
            (hash_token(text),),
        )
        row = cursor.fetchone()
    if row is None:
        return None
    digest, expiry, *values = row
    user = user_from(values)
    if not user.is_active or (expiry is not None and database.moment(expiry) <= timezone.now()):
        return None
    return user, AuthToken.from_db(connection.alias, ["digest", "user_id"], [digest, user.pk])


def revoke(digests: set[str]) -> None:
    AuthToken.objects.filter(digest__in=digests).delete()


def revoke_with_password(sender: type[User], instance: User, **_: Any) -> None:  # noqa: ARG001
    """Signal receiver: whoever got hold of a token is out once there is a new password."""
    # What set_password leaves until the account is saved; a hash made anew at a login leaves none.
    if instance._password is not None:  # type: ignore[attr-defined]  # noqa: SLF001
        AuthToken.objects.filter(user_id=instance.pk).delete()
