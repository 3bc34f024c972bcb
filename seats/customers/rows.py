"""Users as other queries find them, in a join.

Who is asking is looked up with every request. Django's ORM would build the same statement anew each
time, which took longer than all that a hold asks the database.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib.auth.models import User
from django.db import connection
from django.db.models import DateTimeField

# Times differ from database to database, and are rarely asked for: Django reads them then.
_FIELDS = [
    field
    for field in User._meta.concrete_fields  # noqa: SLF001 - Django's API
    if not isinstance(field, DateTimeField)
]
_NAMES = [field.attname for field in _FIELDS]

USER_TABLE = User._meta.db_table  # noqa: SLF001 - Django's API
USER_COLUMNS = ", ".join(f"u.{field.column}" for field in _FIELDS)


def user_from(values: Sequence[Any]) -> User:
    """The user whose USER_COLUMNS these are."""
    read = [field.to_python(value) for field, value in zip(_FIELDS, values, strict=True)]
    return User.from_db(connection.alias, _NAMES, read)
