"""Customers without an account: named by a secret that their browser or program keeps.

Only a hash of the secret is stored and shown to nobody, so that whoever reads the books cannot
take a guest's place.
"""

from __future__ import annotations

import secrets
from typing import Final

from django.utils.crypto import salted_hmac

from seats.domain import Customer

SHORTEST: Final = 16
LONGEST: Final = 128

_SALT: Final = "seats.customers.guests"


def customer_of(session_id: str) -> Customer:
    """The guest a session id stands for: 16 to 128 printable characters, else ValueError."""
    if not SHORTEST <= len(session_id) <= LONGEST or not session_id.isprintable():
        raise ValueError(f"A session id has {SHORTEST} to {LONGEST} printable characters.")
    digest = salted_hmac(_SALT, session_id, algorithm="sha256").hexdigest()
    return Customer(f"guest:{digest}", None)


def new_session_id() -> str:
    """A session id that nobody can guess."""
    return secrets.token_urlsafe(24)
