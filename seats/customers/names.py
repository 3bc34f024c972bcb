"""Which spellings of a name are one name."""

from __future__ import annotations

from django.contrib.auth.models import User


def spelt_alike(name: str) -> str:
    """The same for all spellings that lead to one account: in any capitals, of any width.

    MariaDB would go further, and take "ówner" and "owner " for "owner": with a count for each of
    the spellings, nobody would ever have tried the account too often.
    """
    return User.normalize_username(name).casefold()
