"""What every answer tells browsers not to do with it: pages, data, static files, errors."""

from __future__ import annotations

from collections.abc import Callable

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
