"""The site as an ASGI application: the WSGI application, in a few threads that stay.

Django's own ASGI handler runs these views in a thread too, but in a new one for each request, each
with a new connection to the database. Here pages and API are what they are under gunicorn, the
short way for status polls included.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from tempfile import SpooledTemporaryFile
from typing import IO, Any
from urllib.parse import quote

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]
Site = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]

THREADS = 8
_IN_MEMORY = 256 * 1024
# What is being answered when the server is stopped is still written to its client.
_LAST_WORDS_SECONDS = 0.1


@dataclass
class _Answer:
    status: int = 500
    headers: list[tuple[bytes, bytes]] = field(default_factory=list)
    body: bytes = b""


class InThreads:
    """An ASGI application (http only) around a WSGI application."""

    def __init__(self, application: Site, threads: int = THREADS) -> None:
        self._application = application
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="site")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            raise ValueError(f"The site speaks http, not {scope['type']}.")
        with SpooledTemporaryFile(max_size=_IN_MEMORY) as body:
            if not await _has_read(receive, body):
                return
            loop = asyncio.get_running_loop()
            answering = loop.run_in_executor(self._pool, self._answer, _environ(scope, body))
            is_last = False
            try:
                answer = await asyncio.shield(answering)
            except asyncio.CancelledError:
                # The server is being stopped. A booking that is under way becomes one, so whoever
                # made it hears of it.
                is_last = True
                answer = await answering
        await send(
            {"type": "http.response.start", "status": answer.status, "headers": answer.headers}
        )
        await send({"type": "http.response.body", "body": answer.body})
        if is_last:
            await asyncio.sleep(_LAST_WORDS_SECONDS)

    def _answer(self, environ: dict[str, Any]) -> _Answer:
        answer = _Answer()

        def start(status: str, headers: list[tuple[str, str]], *_: Any) -> Callable[..., Any]:
            answer.status = int(status[:3])
            answer.headers = [
                (name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers
            ]
            return written.append

        written: list[bytes] = []
        chunks = self._application(environ, start)
        try:
            written.extend(chunks)
        finally:
            close = getattr(chunks, "close", None)
            if close is not None:
                close()
        answer.body = b"".join(written)
        return answer


async def _has_read(receive: Receive, body: IO[bytes]) -> bool:
    """Reads the whole body of a request; False where the client left before its end."""
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return False
        body.write(message.get("body", b""))
        if not message.get("more_body"):
            body.seek(0)
            return True


def _environ(scope: Scope, body: IO[bytes]) -> dict[str, Any]:
    """The request as PEP 3333 has it."""
    client = scope.get("client") or ("", 0)
    server = scope.get("server") or ("localhost", 80)
    root = scope.get("root_path", "")
    environ: dict[str, Any] = {
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": _latin(root),
        "PATH_INFO": _latin(scope["path"].removeprefix(root)),
        "QUERY_STRING": scope["query_string"].decode("latin-1"),
        "RAW_URI": scope.get("raw_path", quote(scope["path"]).encode()).decode("latin-1"),
        "SERVER_NAME": str(server[0]),
        "SERVER_PORT": str(server[1] or 0),
        "SERVER_PROTOCOL": f"HTTP/{scope['http_version']}",
        "REMOTE_ADDR": str(client[0]),
        "REMOTE_PORT": str(client[1]),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.get("scheme", "http"),
        "wsgi.input": body,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    for raw_name, raw_value in scope["headers"]:
        name = raw_name.decode("latin-1").upper().replace("-", "_")
        if name not in ("CONTENT_TYPE", "CONTENT_LENGTH"):
            name = f"HTTP_{name}"
        value = raw_value.decode("latin-1")
        if name in environ:
            value = f"{environ[name]}{'; ' if name == 'HTTP_COOKIE' else ','}{value}"
        environ[name] = value
    # The whole body has been read, however it was sent.
    if environ.pop("HTTP_TRANSFER_ENCODING", None) is not None:
        environ["CONTENT_LENGTH"] = str(_size(body))
    return environ


def _size(body: IO[bytes]) -> int:
    size = body.seek(0, 2)
    body.seek(0)
    return size


def _latin(text: str) -> str:
    """Text as WSGI passes it: its bytes in UTF-8, each read as one character."""
    return text.encode("utf-8", "surrogateescape").decode("latin-1")
