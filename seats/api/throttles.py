"""How often something may be changed: counted per minute (or hour) in the shared cache.

The rate is the setting THROTTLE_WRITE; ``None`` switches it off. Without a shared cache every
server process counts for itself: the limit is there against floods, and a row in the database for
each change of seats would cost more than the change. A shared cache that does not answer stops
nobody: requests are not counted while it is away. Logins and registrations, where the number
itself is what matters, are counted in the database (``seats.customers.attempts``).
"""

from __future__ import annotations

import hashlib
import logging
import threading
import time
from typing import Final

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest
from rest_framework.exceptions import Throttled

from seats.customers import client_address
from seats.customers.attempts import ADDRESS_FACTOR

logger = logging.getLogger(__name__)

_SECONDS: Final = {"sec": 1, "min": 60, "hour": 3600, "day": 86_400}

# A cache that hangs would make every request wait for it.
_LEFT_ALONE_SECONDS: Final = 2.0


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
    count = _cache.one_more(key, length)
    if count is not None and count > int(number) * factor:
        raise Throttled(wait=length - passed)


class _Cache:
    """Counts in the cache while it answers. Says once that it does not, and once that it does."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._is_away = False
        self._asked_again_at = 0.0

    def one_more(self, key: str, seconds: int) -> int | None:
        """How many there have been with this one; None where that cannot be known."""
        if self._is_away and time.monotonic() < self._asked_again_at:
            return None
        try:
            cache.add(key, 0, timeout=seconds + 1)
            count: int | None = cache.incr(key)
        except ValueError:
            # The window ended between the two steps.
            count = None
        except Exception as error:  # noqa: BLE001 - each cache fails with errors of its own
            self._asked_again_at = time.monotonic() + _LEFT_ALONE_SECONDS
            if self._turns(away=True):
                logger.warning("Redis does not answer; changes are not counted: %s", error)
            return None
        if self._is_away and self._turns(away=False):
            logger.info("Redis answers again; changes are counted.")
        return count

    def _turns(self, *, away: bool) -> bool:
        """Whether that is news. To one of the threads that find out at the same time it is."""
        with self._lock:
            was, self._is_away = self._is_away, away
            return was != away


_cache = _Cache()
