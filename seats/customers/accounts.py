"""Making an account, describing one, and deleting one."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from typing import Any, Final

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import User
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError
from django.db.models import Q

from seats import database, reservations
from seats.errors import InvalidRegistration, UsernameTaken
from seats.reservations import Once
from seats.reservations.once import remember, remembered

# A key tells requests of one person apart. Who registers is nobody yet, so the name stands in.
_OWNER: Final = "register:{}"


@dataclass(frozen=True, slots=True)
class Registered:
    """A new account as its owner sees it."""

    user: dict[str, Any]
    replayed: bool = False


def facts_of(user: User) -> dict[str, Any]:
    return {"id": user.pk, "username": user.get_username(), "email": user.email}


def register(
    *, username: str, password: str, email: str = "", key: str | None, request_bytes: bytes
) -> Registered:
    """Makes an account. With ``key``, doing so again gives the same answer for a day.

    Raises InvalidRegistration or UsernameTaken.
    """
    user = User(
        username=User.normalize_username(username), email=User.objects.normalize_email(email)
    )
    _refuse_invalid(user, password)
    once = None if key is None else _once(user.username, key, request_bytes)
    # Slow on purpose, so before the transaction.
    user.password = make_password(password)
    try:
        return database.write(lambda: _insert(user, once))
    except IntegrityError:
        # A twin of this request, or somebody with the same name, was a moment faster.
        return database.write(lambda: _insert(user, once))


def _insert(user: User, once: Once | None) -> Registered:
    with database.cursor() as cursor:
        now = database.now()
        # In this order: a twin that commits in between is then found by its answer.
        taken = User.objects.filter(_in_any_case(user.username)).exists()
        stored = None if once is None else remembered(cursor, once, now)
        if stored is not None:
            return Registered(stored["user"], replayed=True)
        if taken:
            raise UsernameTaken
        user.pk = None
        user.save(force_insert=True)
        facts = facts_of(user)
        if once is not None:
            remember(cursor, once, {"user": facts}, now)
    return Registered(facts)


def _in_any_case(username: str) -> Q:
    """Names that differ from this only in capitals. SQLite itself compares ASCII letters only."""
    variants = {username.lower(), username.upper(), username.capitalize(), username.casefold()}
    return Q(username__iexact=username) | Q(username__in=variants)


def _once(username: str, key: str, request_bytes: bytes) -> Once:
    # The request holds a password: without the secret its fingerprint must not help to guess it.
    secret = settings.SECRET_KEY.encode()
    owner = hashlib.sha256(_OWNER.format(username.casefold()).encode()).hexdigest()
    return Once(owner, key, hmac.new(secret, request_bytes, "sha256").hexdigest())


def _refuse_invalid(user: User, password: str) -> None:
    errors: dict[str, list[str]] = {}
    try:
        User._meta.get_field("username").run_validators(user.username)  # noqa: SLF001 - Django's API
    except ValidationError as error:
        errors["username"] = error.messages
    if user.email:
        try:
            validate_email(user.email)
        except ValidationError as error:
            errors["email"] = error.messages
    try:
        validate_password(password, user)
    except ValidationError as error:
        errors["password"] = error.messages
    if errors:
        raise InvalidRegistration(errors)


def stored_name(username: str) -> str:
    """How an account's name is written, for one that may be typed in other capitals."""
    username = User.normalize_username(username)
    names = list(User.objects.filter(_in_any_case(username)).values_list("username", flat=True)[:2])
    return names[0] if len(names) == 1 else username


def free_seats_before_delete(sender: type[User], instance: User, **_: Any) -> None:  # noqa: ARG001
    """Signal receiver: whoever is deleted holds and books nothing for shows to come."""
    reservations.free_customer(instance.pk)
