"""How often something may be tried: counted per minute (or hour) in the shared cache.

The rates are the settings THROTTLE_LOGIN, THROTTLE_REGISTER and THROTTLE_WRITE; ``None`` switches
one off. Without a shared cache every server process counts for itself.
"""

from __future__ import annotations

import hashlib
import time
from ipaddress import AddressValueError, IPv6Address
from typing import Final

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest
from rest_framework.exceptions import Throttled

_SECONDS: Final = {"sec": 1, "min": 60, "hour": 3600, "day": 86_400}

# One address may be a whole school: it may try this many times as often as one name on it.
ADDRESS_FACTOR: Final = 10


def refuse_login_flood(request: HttpRequest, username: str) -> None:
    """Counts a login, for the name on this address and for the address."""
    address = client_address(request)
    _count("login", f"{address}\n{username.casefold()}")
    _count("login", address, factor=ADDRESS_FACTOR)


def refuse_register_flood(request: HttpRequest) -> None:
    _count("register", client_address(request))


def refuse_write_flood(customer_key: str) -> None:
    _count("write", customer_key)


def client_address(request: HttpRequest) -> str:
    """Who is asking. What a proxy adds is believed only where there is one.

    PythonAnywhere's balancer is one even where BEHIND_PROXY has been forgotten: without its word
    all visitors would share one limit. It replaces X-Real-IP; X-Forwarded-For may be a visitor's.
    """
    address: str = request.META.get("REMOTE_ADDR") or ""
    if settings.PYTHONANYWHERE:
        address = request.META.get("HTTP_X_REAL_IP", "").strip() or address
    elif settings.BEHIND_PROXY:
        forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "").rpartition(",")[2].strip()
        address = request.META.get("HTTP_X_REAL_IP", "").strip() or forwarded or address
    return _network(address)


def _network(address: str) -> str:
    """A customer of an IPv6 provider has 2^64 addresses, which count as one."""
    try:
        long = IPv6Address(address.partition("%")[0])
    except AddressValueError:
        return address
    return str(long.ipv4_mapped) if long.ipv4_mapped else long.packed[:8].hex()


def _count(scope: str, who: str, *, factor: int = 1) -> None:
    rate: str | None = getattr(settings, f"THROTTLE_{scope.upper()}")
    if rate is None or rate == "off":
        return
    number, _, period = rate.partition("/")
    length = _SECONDS[period]
    window, passed = divmod(time.time(), length)
    name = hashlib.sha256(who.encode("utf-8", "replace")).hexdigest()
    key = f"throttle:{scope}:{factor}:{name}:{int(window)}"
    cache.add(key, 0, timeout=length + 1)
    try:
        count = cache.incr(key)
    except ValueError:
        # The window ended between the two steps.
        return
    if count > int(number) * factor:
        raise Throttled(wait=length - passed)
