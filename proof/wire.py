"""Lines to the server: JSON over http.client, kept open where the server allows it."""

from __future__ import annotations

import http.client
import ipaddress
import json
import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Self
from urllib.parse import urlencode, urlsplit

TIMEOUT_SECONDS = 30.0


class NoAnswer(Exception):
    """The request may have arrived; its answer did not."""


@dataclass(frozen=True, slots=True)
class Reply:
    """An HTTP answer. ``body`` is None where it was not JSON."""

    status: int
    headers: dict[str, str]
    raw: bytes
    body: Any

    @property
    def code(self) -> str:
        if self.status < 400 or not isinstance(self.body, dict):
            return "" if self.status < 400 else "not_json"
        return str(self.body.get("code", ""))

    @property
    def retry_after(self) -> float:
        try:
            return max(0.0, float(self.headers.get("retry-after", "1")))
        except ValueError:
            return 1.0


@dataclass(frozen=True, slots=True)
class Address:
    """Where the server is."""

    scheme: str
    host: str
    port: int
    prefix: str

    @classmethod
    def parse(cls, url: str) -> Address:
        parts = urlsplit(url if "//" in url else f"http://{url}")
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError(f"{url} is no http address")
        port = parts.port or (443 if parts.scheme == "https" else 80)
        return cls(parts.scheme, parts.hostname, port, parts.path.rstrip("/"))

    def is_loopback(self) -> bool:
        """Whether every address the name stands for is this very machine."""
        found = {info[4][0] for info in socket.getaddrinfo(self.host, self.port)}
        return all(ipaddress.ip_address(str(one).split("%")[0]).is_loopback for one in found)

    def connect(self) -> http.client.HTTPConnection:
        if self.scheme == "https":
            return http.client.HTTPSConnection(
                self.host, self.port, timeout=TIMEOUT_SECONDS, context=ssl.create_default_context()
            )
        return http.client.HTTPConnection(self.host, self.port, timeout=TIMEOUT_SECONDS)


class Line:
    """A connection that reconnects by itself. Not for several threads at once."""

    def __init__(self, address: Address) -> None:
        self.address = address
        self._connection = address.connect()

    def get(self, path: str, headers: dict[str, str] | None = None, **query: object) -> Reply:
        """A question; asked once more where a kept connection turns out to be closed."""
        asked = {name: str(value) for name, value in query.items() if value is not None}
        target = f"{path}?{urlencode(asked)}" if asked else path
        try:
            return self._exchange("GET", target, None, headers or {})
        except NoAnswer:
            return self._exchange("GET", target, None, headers or {})

    def post(self, path: str, body: object, headers: dict[str, str] | None = None) -> Reply:
        """A request, sent once only: whoever gets NoAnswer decides whether to repeat it."""
        return self._exchange("POST", path, body, headers or {})

    def post_and_hang_up(
        self,
        path: str,
        body: object,
        headers: dict[str, str],
        first: Callable[[], None] = lambda: None,
    ) -> None:
        """Send a request, do something first, and close the line without reading the answer."""
        self._send("POST", path, body, headers)
        first()
        self.close()

    def close(self) -> None:
        self._connection.close()

    def _send(self, method: str, target: str, body: object, headers: dict[str, str]) -> None:
        sent = {"Accept": "application/json", **headers}
        data = None
        if body is not None:
            data = json.dumps(body).encode()
            sent["Content-Type"] = "application/json"
        try:
            self._drop_if_closed()
            self._connection.request(method, self.address.prefix + target, data, sent)
        except (OSError, http.client.HTTPException) as error:
            self.close()
            raise NoAnswer(str(error) or type(error).__name__) from error

    def _exchange(self, method: str, target: str, body: object, headers: dict[str, str]) -> Reply:
        self._send(method, target, body, headers)
        try:
            response = self._connection.getresponse()
            raw = response.read()
        except (OSError, http.client.HTTPException) as error:
            self.close()
            raise NoAnswer(str(error) or type(error).__name__) from error
        told = {name.lower(): value for name, value in response.getheaders()}
        try:
            said = json.loads(raw) if raw else None
        except ValueError:
            said = None
        return Reply(response.status, told, raw, said)

    def _drop_if_closed(self) -> None:
        """A server may close a kept line at any time; what is sent into it is lost."""
        held = self._connection.sock
        if held is None or isinstance(held, ssl.SSLSocket):
            return
        held.setblocking(False)
        try:
            gone = held.recv(1, socket.MSG_PEEK) == b""
        except BlockingIOError:
            gone = False
        except OSError:
            gone = True
        finally:
            held.settimeout(TIMEOUT_SECONDS)
        if gone:
            self._connection.close()


class Switchboard:
    """Opens lines to one server, and closes them all when the run is over."""

    def __init__(self, address: Address) -> None:
        self.address = address
        self._lines: list[Line] = []

    def open(self) -> Line:
        line = Line(self.address)
        self._lines.append(line)
        return line

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for line in self._lines:
            line.close()
