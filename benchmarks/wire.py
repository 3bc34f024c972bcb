"""Callers of a server: many connections in one process, each asking one thing at a time.

Requests are bytes made beforehand, so that the callers take little of the processors they share
with the servers.
"""

from __future__ import annotations

import json
import re
import selectors
import socket
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

Address = tuple[str, int]

_LENGTH = re.compile(rb"\r\ncontent-length: *([0-9]+)", re.IGNORECASE)
_CLOSE = re.compile(rb"\r\nconnection: *close", re.IGNORECASE)


def get(path: str, **headers: str) -> bytes:
    lines = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
    return f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{lines}\r\n".encode()


def post(path: str, token: str, body: Any) -> bytes:
    raw = json.dumps(body, separators=(",", ":")).encode()
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Token {token}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(raw)}\r\n\r\n"
    )
    return head.encode() + raw


@dataclass
class Tally:
    """What came of a number of requests."""

    seconds: float = 0.0
    times: dict[int, list[float]] = field(default_factory=dict)
    lost: int = 0

    def note(self, status: int, took: float) -> None:
        self.times.setdefault(status, []).append(took)

    def add(self, other: Tally) -> None:
        self.seconds += other.seconds
        self.lost += other.lost
        for status, times in other.times.items():
            self.times.setdefault(status, []).extend(times)

    @property
    def good(self) -> list[float]:
        """How long each answer took that was no error."""
        return [took for status, times in self.times.items() if status < 400 for took in times]

    @property
    def errors(self) -> dict[int, int]:
        found = {status: len(times) for status, times in self.times.items() if status >= 400}
        return {**found, 0: self.lost} if self.lost else found

    @property
    def rate(self) -> float:
        return len(self.good) / self.seconds if self.seconds else 0.0

    def milliseconds(self, share: float) -> float:
        return percentile(self.good, share) * 1000


def percentile(values: Sequence[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else 0.0


class _Line:
    """One connection. It is opened when needed, and again where the server closed it."""

    def __init__(self, address: Address) -> None:
        self.address = address
        self.socket: socket.socket | None = None
        self.began = 0.0
        self.received = b""
        self.needs: int | None = None
        self.closes = False

    def send(self, request: bytes, began: float) -> None:
        self.began, self.received, self.needs, self.closes = began, b"", None, False
        if self.socket is None:
            self.socket = socket.create_connection(self.address, timeout=30)
            self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.sendall(request)

    def read(self) -> int | None:
        """The status, once the answer is complete; 0 where the connection ended before."""
        assert self.socket is not None
        try:
            more = self.socket.recv(262_144)
        except OSError:
            more = b""
        if not more:
            return 0
        self.received += more
        if self.needs is None:
            end = self.received.find(b"\r\n\r\n")
            if end < 0:
                return None
            head = self.received[: end + 2]
            length = _LENGTH.search(head)
            self.closes = _CLOSE.search(head) is not None
            self.needs = end + 4 + (int(length[1]) if length else 0)
        if len(self.received) < self.needs:
            return None
        return int(self.received[9:12])

    def body(self) -> bytes:
        return self.received[self.received.find(b"\r\n\r\n") + 4 :]

    def close(self) -> None:
        if self.socket is not None:
            self.socket.close()
            self.socket = None


def call(
    address: Address, stories: Sequence[Iterator[bytes]], seconds: float = float("inf")
) -> Tally:
    """Lets a client tell each story, request after request, until it ends or time is up."""
    tally = Tally()
    with selectors.DefaultSelector() as selector:
        began = time.perf_counter()
        until = began + seconds
        for story in stories:
            _next(selector, _Line(address), story)
        while selector.get_map():
            for key, _ in selector.select():
                line, story = key.data
                status = line.read()
                if status is None:
                    continue
                now = time.perf_counter()
                selector.unregister(key.fileobj)
                if status:
                    tally.note(status, now - line.began)
                else:
                    tally.lost += 1
                if not status or line.closes:
                    line.close()
                if now < until:
                    _next(selector, line, story)
                else:
                    line.close()
        tally.seconds = time.perf_counter() - began
    return tally


def _next(selector: selectors.BaseSelector, line: _Line, story: Iterator[bytes]) -> None:
    request = next(story, None)
    if request is None:
        line.close()
        return
    line.send(request, time.perf_counter())
    selector.register(line.socket, selectors.EVENT_READ, (line, story))


def call_paced(
    address: Address,
    requests: Iterator[bytes],
    a_second: float,
    seconds: float,
    *,
    keeps: bool = True,
    heard: Callable[[bytes], None] | None = None,
) -> Tally:
    """Sends requests at a steady pace, whether or not the ones before are answered.

    Times count from when a request was due, so a server that falls behind cannot hide it. Without
    ``keeps`` each is sent over a connection of its own.
    """
    tally = Tally()
    idle: deque[_Line] = deque()
    busy = 0
    began = time.perf_counter()
    count = int(a_second * seconds)
    sent = 0
    with selectors.DefaultSelector() as selector:
        while sent < count or busy:
            now = time.perf_counter()
            while sent < count and began + sent / a_second <= now:
                request = next(requests)
                line = idle.pop() if idle else _Line(address)
                line.send(request, began + sent / a_second)
                selector.register(line.socket, selectors.EVENT_READ, line)
                sent, busy = sent + 1, busy + 1
            due = began + sent / a_second - time.perf_counter() if sent < count else 1.0
            for key, _ in selector.select(max(0.0, due)):
                line = key.data
                status = line.read()
                if status is None:
                    continue
                selector.unregister(line.socket)
                busy -= 1
                if status:
                    tally.note(status, time.perf_counter() - line.began)
                    if heard is not None:
                        heard(line.body())
                else:
                    tally.lost += 1
                if not status or line.closes or not keeps:
                    line.close()
                else:
                    idle.append(line)
        tally.seconds = time.perf_counter() - began
    for line in idle:
        line.close()
    return tally
