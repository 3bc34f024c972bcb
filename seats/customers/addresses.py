"""Which address a visitor comes from, as far as limits are concerned."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from ipaddress import AddressValueError, IPv6Address, ip_address

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from seats.domain import asking_from


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


class OriginMiddleware:
    """Lets the engine know of each request that may change something where it came from."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.method in {"GET", "HEAD", "OPTIONS"}:
            return self.get_response(request)
        known = asking_from.set(origin_of(client_address(request)))
        try:
            return self.get_response(request)
        finally:
            asking_from.reset(known)


def origin_of(address: str) -> str:
    """What is kept of an address with a hold: a digest that needs SECRET_KEY to be made.

    Empty for addresses that everybody seems to have who comes through a proxy nobody told us of.
    """
    try:
        if ip_address(address).is_loopback:
            return ""
    except ValueError:
        # The first half of an IPv6 address, or nothing.
        if not address:
            return ""
    return hmac.new(
        settings.SECRET_KEY.encode(), f"origin {address}".encode(), "sha256"
    ).hexdigest()
