"""Around the whole site, where somebody wants to know: a line in the log and a number for each
request. Neither REQUEST_LOG nor METRICS set, none of this is imported.

A request is named by an id: the proxy's, where there is one and the id looks like one, else our
own. The client is told it in `X-Request-ID`, and every line logged on its way carries it. Of what
was asked only the method and the kind of address are kept, never what people typed or who they are.
"""

from __future__ import annotations

import logging
import re
import secrets
import time
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any, Protocol

from django.urls import Resolver404, resolve

from config.log_lines import request_id
from config.status_polls import PATH as POLL

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
Application = Callable[[Environ, StartResponse], Iterable[bytes]]

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{7,63}", re.ASCII)

logger = logging.getLogger("holdfast.requests")


class Measures(Protocol):
    """Where numbers go: see `config.metrics`."""

    def count(self, method: str, route: str, status: int, seconds: float) -> None: ...
    def page(self, environ: Environ) -> tuple[str, bytes] | None: ...


class Observed:
    """A WSGI application that lets another one answer, and takes note."""

    def __init__(
        self,
        application: Application,
        *,
        log: str,
        measures: Measures | None,
        believes_proxy: bool,
    ) -> None:
        self._application = application
        self._logs = log != "off"
        self._logs_polls = log == "all"
        self._measures = measures
        self._believes_proxy = believes_proxy

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        if self._measures is not None and environ["PATH_INFO"] == "/metrics":
            page = self._measures.page(environ)
            if page is not None:
                kind, body = page
                headers = [("Content-Type", kind), ("Content-Length", str(len(body)))]
                start_response("200 OK", [*headers, ("Cache-Control", "no-store")])
                return [body]

        own_id = self._id_of(environ)
        given = request_id.set(own_id)
        status = 500

        def start(line: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
            nonlocal status
            status = int(line[:3])
            # What caches hand on to others must not carry the name of one request.
            if not any(name == "Cache-Control" and "public" in value for name, value in headers):
                headers = [*headers, ("X-Request-ID", own_id)]
            return start_response(line, headers, *rest)

        began = time.perf_counter()
        try:
            return self._application(environ, start)
        finally:
            self._note(environ, own_id, status, time.perf_counter() - began)
            request_id.reset(given)

    def _note(self, environ: Environ, own_id: str, status: int, seconds: float) -> None:
        method = environ["REQUEST_METHOD"]
        if method not in METHODS:
            method = "OTHER"
        path = environ["PATH_INFO"]
        is_poll = path == POLL
        route = POLL if is_poll else route_of(path)
        if self._measures is not None:
            self._measures.count(method, route, status, seconds)
        if self._logs_polls or (self._logs and not is_poll):
            facts = {
                "id": own_id,
                "method": method,
                "route": route,
                "status": status,
                "ms": round(seconds * 1000, 2),
            }
            logger.info("request", extra={"facts": facts})

    def _id_of(self, environ: Environ) -> str:
        given = environ.get("HTTP_X_REQUEST_ID", "")
        if self._believes_proxy and _ID.fullmatch(given):
            return str(given)
        return secrets.token_hex(8)


def route_of(path: str) -> str:
    """The kind of address: `/api/seats/bookings/<reference>/` and not whose booking."""
    # Those with something of their own in them are too many to remember.
    return _named(path) if len(path) < 40 and path.count("/") < 6 else _found(path)


def _found(path: str) -> str:
    if path.startswith("/static/"):
        return "/static/"
    try:
        return "/" + resolve(path).route
    except Resolver404:
        return "unknown"


_named = lru_cache(maxsize=256)(_found)
