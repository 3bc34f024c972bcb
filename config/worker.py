"""How gunicorn answers what is no request: like everything else here, and without repeating it.

gunicorn itself answers with a page of HTML that quotes what was sent. Programs expect a problem
document (RFC 9457), and nobody needs their own bytes back.
"""

from __future__ import annotations

import json
import socket
from typing import Any

from gunicorn import util
from gunicorn.http.errors import (
    ConfigurationProblem,
    InvalidResponseHeader,
    InvalidResponseHeaderName,
    ParseException,
)
from gunicorn.workers.gthread import ThreadWorker

from config.content_security import EVERYWHERE

_END = "\r\n"

_OUR_FAULT = (ConfigurationProblem, InvalidResponseHeader, InvalidResponseHeaderName)


class Worker(ThreadWorker):  # type: ignore[misc]
    """Threads, as gunicorn has them; only errors of the protocol are answered otherwise."""

    def handle_error(
        self,
        req: Any,  # noqa: ARG002 - gunicorn passes it
        client: socket.socket,
        addr: Any,
        exc: BaseException,
    ) -> None:
        """Answers what failed outside the application: a request that is none, mostly."""
        if isinstance(exc, ParseException) and not isinstance(exc, _OUR_FAULT):
            said = _problem(400, "invalid", "Bad Request", "This is not a request we can read.")
            self.log.warning("No request, from %s: %s", (addr or ("?",))[0], type(exc).__name__)
        else:
            said = _problem(500, "server_error", "Internal Server Error", "Please try again.")
            self.log.error("The request could not be handled.", exc_info=exc)
        try:
            util.write_nonblock(client, said)
        except OSError:
            self.log.debug("Nobody was left to be told.")


def _problem(status: int, code: str, title: str, detail: str) -> bytes:
    """A whole answer, after which the connection ends: nobody knows where the next one begins."""
    members = {
        "type": f"urn:holdfast:problem:{code}",
        "title": title,
        "status": status,
        "detail": detail,
        "code": code,
    }
    body = json.dumps(members)
    return (
        f"HTTP/1.1 {status} {title}\r\n"
        "Connection: close\r\n"
        "Content-Type: application/problem+json\r\n"
        "Cache-Control: no-store\r\n"
        f"{''.join(f'{name}: {value}{_END}' for name, value in EVERYWHERE.items())}"
        f"Content-Length: {len(body)}\r\n"
        f"\r\n{body}"
    ).encode("ascii")
