"""The short way out: status polls are answered before Django's handler.

Most of what a busy site answers is one question, asked by everybody who looks at a hall, and its
answer lies ready as bytes (``seats.feed``). Handing out bytes takes a small part of what Django's
handler, middleware and REST framework take.

Nothing is decided here. The first poll of each kind (host, scheme, encoding, status) goes to
Django; if Django answers it, its headers are remembered, and the next poll of that kind gets the
same headers around the bytes of the moment. A host that Django refuses, a query out of the
ordinary, an error: all of that goes to Django every time. SHORT_STATUS_POLLS=False sends
everything there.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

from seats import feed
from seats.api.conditional import codings, is_kept

Environ = dict[str, Any]
Headers = list[tuple[str, str]]
StartResponse = Callable[..., Any]
Application = Callable[[Environ, StartResponse], Iterable[bytes]]

PATH = "/api/seat-status/"

_QUERY = re.compile(r"show_id=([1-9][0-9]{0,17})(?:&since=([0-9a-f.]{1,64}))?", re.ASCII)
_ONE_ETAG = re.compile(r'(?:W/)?"[!#-~]*"', re.ASCII)

# Those that belong to one answer and not to its kind.
_OWN_HEADERS = {"etag", "content-length"}

# Hosts are few. A client that makes up new ones is refused by Django and never remembered.
_MAX_KINDS = 64

Kind = tuple[str | None, ...]


class StatusPolls:
    """A WSGI application in front of another one, like WhiteNoise."""

    def __init__(self, application: Application) -> None:
        self.application = application
        self.headers: dict[Kind, Headers] = {}

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        query = _ordinary_poll(environ)
        if query is None:
            return self.application(environ, start_response)
        show_id, since = query
        try:
            answer = feed.status_answer(int(show_id), since, is_kept=is_kept(environ))
        except Exception:  # noqa: BLE001 - whatever it is, Django answers it, and logs it if need be
            return self.application(environ, start_response)

        etag = environ.get("HTTP_IF_NONE_MATCH")
        if etag is not None and etag.removeprefix("W/") == answer.etag.removeprefix("W/"):
            status, coding, body = "304 Not Modified", "", b""
        else:
            status = "200 OK"
            coding, body = answer.coded(codings(environ.get("HTTP_ACCEPT_ENCODING", "")))

        kind = _kind(environ, status, coding)
        headers = self.headers.get(kind)
        if headers is None:
            return self.application(environ, self._remembering(environ, start_response))
        own = [("ETag", answer.etag)]
        if body:
            own.append(("Content-Length", str(len(body))))
        start_response(status, [*headers, *own])
        return [body]

    def _remembering(self, environ: Environ, start_response: StartResponse) -> StartResponse:
        def start(status: str, headers: Headers, *rest: Any) -> Any:
            names = {name.lower(): value for name, value in headers}
            if status[:3] in ("200", "304") and "set-cookie" not in names:
                if len(self.headers) >= _MAX_KINDS:
                    self.headers.clear()
                kind = _kind(environ, status, names.get("content-encoding", ""))
                self.headers[kind] = [
                    (name, value) for name, value in headers if name.lower() not in _OWN_HEADERS
                ]
            return start_response(status, headers, *rest)

        return start


def _ordinary_poll(environ: Environ) -> tuple[str, str | None] | None:
    """The show and the cursor of a poll as clients send it; None for anything unusual."""
    if environ["PATH_INFO"] != PATH or environ["REQUEST_METHOD"] != "GET":
        return None
    query = _QUERY.fullmatch(environ.get("QUERY_STRING", ""))
    accept = environ.get("HTTP_ACCEPT", "*/*")
    etag = environ.get("HTTP_IF_NONE_MATCH")
    if (
        query is None
        or environ.get("SCRIPT_NAME")
        or environ.get("CONTENT_LENGTH") not in (None, "", "0")
        or "HTTP_TRANSFER_ENCODING" in environ
        or accept not in ("*/*", "application/json", "application/json, text/plain, */*")
        or (etag is not None and _ONE_ETAG.fullmatch(etag) is None)
    ):
        return None
    return query[1], query[2]


def _kind(environ: Environ, status: str, encoding: str) -> Kind:
    return (
        status[:3],
        encoding,
        environ.get("HTTP_HOST"),
        environ.get("HTTP_X_FORWARDED_HOST"),
        environ.get("HTTP_X_FORWARDED_PROTO"),
        environ.get("wsgi.url_scheme"),
        environ.get("SERVER_NAME"),
        environ.get("SERVER_PORT"),
    )
