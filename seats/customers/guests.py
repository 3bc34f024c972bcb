"""Customers without an account: named by a secret that their browser or program keeps.

Only a hash of the secret is stored and shown to nobody, so that whoever reads the books cannot
take a guest's place.
"""

from __future__ import annotations

import re
import secrets
from typing import Final

from django.utils.crypto import salted_hmac
from django.utils.translation import gettext

from seats.domain import Customer

# The cookie of guests who use a browser.
COOKIE: Final = "guest"

SHORTEST: Final = 16
LONGEST: Final = 128
PATTERN: Final = f"[ -~]{{{SHORTEST},{LONGEST}}}"

_SALT: Final = "seats.customers.guests"
_FORM = re.compile(PATTERN)


def customer_of(session_id: str) -> Customer:
    """The guest a session id stands for: 16 to 128 printable ASCII characters, else ValueError."""
    if _FORM.fullmatch(session_id) is None:
        raise ValueError(
            gettext("A session id has %(low)d to %(high)d printable ASCII characters.")
            % {"low": SHORTEST, "high": LONGEST}
        )
    digest = salted_hmac(_SALT, session_id, algorithm="sha256").hexdigest()
    return Customer(f"guest:{digest}", None)


def new_session_id() -> str:
    """A session id that nobody can guess."""
    return secrets.token_urlsafe(24)
