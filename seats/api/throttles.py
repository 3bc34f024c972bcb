"""How often something may be changed: counted per minute (or hour) in the shared cache.

The rate is the setting THROTTLE_WRITE; ``None`` switches it off. Without a shared cache every
server process counts for itself: the limit is there against floods, and a row in the database for
each change of seats would cost more than the change. Logins and registrations, where the number
itself is what matters, are counted in the database (``seats.customers.attempts``).
"""

from __future__ import annotations

import hashlib
import time
from typing import Final

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest
from rest_framework.exceptions import Throttled

from seats.customers import client_address
from seats.customers.attempts import ADDRESS_FACTOR

_SECONDS: Final = {"sec": 1, "min": 60, "hour": 3600, "day": 86_400}


def refuse_write_flood(customer_key: str) -> None:
    _count("write", customer_key)


def refuse_guest_flood(request: HttpRequest, customer_key: str) -> None:
    """Counts a guest's write for the guest and, as guests cost nothing, for the address."""
    _count("write", customer_key)
    _count("write", client_address(request), factor=ADDRESS_FACTOR)


def _count(scope: str, who: str, *, factor: int = 1) -> None:
    rate: str | None = getattr(settings, f"THROTTLE_{scope.upper()}")
    if rate is None or rate == "off":
        return
    number, _, period = rate.partition("/")
    length = _SECONDS[period]
    window, passed = divmod(time.time(), length)
    name = hashlib.sha256(who.encode("utf-8", "replace")).hexdigest()
    key = f"throttle:{scope}:{name}:{int(window)}"
    cache.add(key, 0, timeout=length + 1)
    try:
        count = cache.incr(key)
    except ValueError:
        # The window ended between the two steps.
        return
    if count > int(number) * factor:
        raise Throttled(wait=length - passed)
