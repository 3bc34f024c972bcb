"""Whether another site made the visitor's browser send a request.

Instead of CSRF tokens: browsers say where a request comes from, and a page cannot change what they
say. Cookies are all that another site could borrow, so requests with an ``Authorization`` header
are not asked.
"""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest
from django.utils.http import is_same_domain
from django.utils.translation import gettext

from seats.api.problems import Problem

SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})


def refuse_foreign(request: HttpRequest) -> None:
    """Refuses an unsafe request that a browser sent for another site."""
    if (
        request.method not in SAFE_METHODS
        and "HTTP_AUTHORIZATION" not in request.META
        and is_foreign(request)
    ):
        raise Problem("cross_origin", gettext("This request was sent by another site."))


def is_foreign(request: HttpRequest) -> bool:
    origin = request.META.get("HTTP_ORIGIN")
    if origin is not None and is_trusted(origin):
        return False
    fetch_site = request.META.get("HTTP_SEC_FETCH_SITE")
    if fetch_site is not None:
        return fetch_site.strip().lower() not in {"same-origin", "none"}
    return origin is not None and not is_own(origin, request)


def is_trusted(origin: str) -> bool:
    """Whether CSRF_TRUSTED_ORIGINS names an origin, itself or by ``https://*.domain``."""
    for trusted in settings.CSRF_TRUSTED_ORIGINS:
        scheme, _, host = trusted.partition("://")
        if origin.lower() == trusted.lower():
            return True
        if host.startswith("*."):
            asked = _split(origin)
            if asked is not None and asked[0] == scheme and is_same_domain(asked[1], host[1:]):
                return True
    return False


def is_own(origin: str, request: HttpRequest) -> bool:
    """Whether a page of this very host sent the request.

    A proxy may end TLS without telling us, so https is believed where we see http.
    """
    asked = _split(origin)
    return (
        asked is not None
        and asked[0] in {request.scheme, "https"}
        and asked[1] == request.get_host().lower()
    )


def _split(origin: str) -> tuple[str, str] | None:
    try:
        parts = urlsplit(origin)
    except ValueError:
        return None
    if parts.path or parts.query or parts.fragment or not parts.netloc:
        return None
    return parts.scheme.lower(), parts.netloc.lower()
