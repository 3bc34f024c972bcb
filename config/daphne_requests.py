"""What daphne leaves to be desired about requests: whose word it takes, and how it says no.

daphne lets whoever sends `Daphne-Root-Path` say below which path the site lies: redirects would
lead where a visitor wants, and a value that is not ASCII would be an error of ours. Here that is
for the operator to say (`--root-path`). And what daphne answers by itself is a page of HTML; here
it is a problem document, as under gunicorn (`config.worker`).
"""

from __future__ import annotations

import json
from typing import Any

from daphne import http_protocol

from config.content_security import EVERYWHERE

_CODES = {400: "invalid", 503: "busy"}


class Request(http_protocol.WebRequest):  # type: ignore[misc]
    """daphne's request, but for that."""

    def process(self) -> Any:
        """Begins to answer; called by Twisted when the whole request is there."""
        self.requestHeaders.removeHeader(b"daphne-root-path")
        return super().process()

    def basic_error(self, status: int, status_text: bytes, body: str) -> None:
        """Answers what never reached the application, or did not come back from it."""
        code = _CODES.get(status, "server_error")
        members = {
            "type": f"urn:holdfast:problem:{code}",
            "title": status_text.decode("ascii"),
            "status": status,
            "detail": body,
            "code": code,
        }
        headers = [
            (b"Content-Type", b"application/problem+json"),
            (b"Cache-Control", b"no-store"),
            *((name.encode(), value.encode()) for name, value in EVERYWHERE.items()),
        ]
        self.handle_reply({"type": "http.response.start", "status": status, "headers": headers})
        said = json.dumps(members).encode()
        self.handle_reply({"type": "http.response.body", "body": said})


def take_over() -> None:
    """From now on daphne's requests are these."""
    http_protocol.WebRequest = Request
