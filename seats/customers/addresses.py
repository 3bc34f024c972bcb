"""Which address a visitor comes from, as far as limits are concerned."""

from __future__ import annotations

from ipaddress import AddressValueError, IPv6Address

from django.conf import settings
from django.http import HttpRequest


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
