"""What every answer tells browsers not to do with it: pages, data, static files, errors."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from django.conf import settings

from config.in_threads import Application, Message, Receive, Scope, Send

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

# Pictures may also be data: addresses, because the page of the API's
# documentation draws its icons that way. Scripts and styles have to be files
# of ours: nothing that a person typed can ever become code.
POLICY = "; ".join(
    (
        "default-src 'self'",
        "img-src 'self' data:",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)

# No page of ours asks for any of this, so nothing that gets into one shall.
NOT_WANTED = ", ".join(
    f"{feature}=()"
    for feature in (
        "accelerometer",
        "camera",
        "display-capture",
        "geolocation",
        "gyroscope",
        "magnetometer",
        "microphone",
        "midi",
        "payment",
        "usb",
    )
)

# On answers that never get to Django's middleware, for which it would do that.
EVERYWHERE = {
    "Content-Security-Policy": POLICY,
    "Permissions-Policy": NOT_WANTED,
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}


class ContentSecurityMiddleware:
    """Above all that answers by itself: static files, redirects to https."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", POLICY)
        response.headers.setdefault("Permissions-Policy", NOT_WANTED)
        response.headers.setdefault("X-Frame-Options", "DENY")
        return response


class OnEveryAnswer:
    """An ASGI application around another one: what push answers by itself says the same."""

    def __init__(self, application: Application) -> None:
        self._application = application
        self._headers = [
            (name.lower().encode("ascii"), value.encode("ascii"))
            for name, value in EVERYWHERE.items()
        ]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = [*self._headers, *_come_back_by_tls(scope)]
        await self._application(scope, receive, _WithHeaders(send, headers))


class _WithHeaders:
    """A ``send`` that adds headers to an answer which has not got them."""

    def __init__(self, send: Send, headers: list[tuple[bytes, bytes]]) -> None:
        self._send = send
        self._headers = headers
        # By these push knows whose line it is, and how full (realtime/lines.py).
        self.args = getattr(send, "args", ())

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            said = list(message.get("headers", ()))
            there = {name.lower() for name, _ in said}
            said += [(name, value) for name, value in self._headers if name not in there]
            message = {**message, "headers": said}
        await self._send(message)


def _come_back_by_tls(scope: Scope) -> list[tuple[bytes, bytes]]:
    """As Django's own middleware: where TLS is known of, and the request came by it."""
    if not settings.SECURE_HSTS_SECONDS or settings.SECURE_PROXY_SSL_HEADER is None:
        return []
    came_by = dict(scope.get("headers", ())).get(b"x-forwarded-proto", b"")
    if came_by.split(b",")[0].strip() != b"https":
        return []
    return [(b"strict-transport-security", b"max-age=%d" % settings.SECURE_HSTS_SECONDS)]
