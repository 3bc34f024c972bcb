"""Many connections that listen, in one process: as little of it as can be between them and the
clock.

Nothing is parsed while it matters. What a connection was sent is kept, and looked through for the
one thing that is waited for.
"""

from __future__ import annotations

import base64
import json
import os
import selectors
import socket
import struct
import time
from collections.abc import Callable, Sequence

PATIENCE = 30.0

Address = tuple[str, int]
Seats = dict[str, str]


class Line:
    """One connection, and what it has received."""

    def __init__(self, address: Address, first: bytes) -> None:
        self.socket = socket.create_connection(address, timeout=PATIENCE)
        self.socket.sendall(first)
        self.received = bytearray()
        self.searched = 0
        self.is_open = True

    def until(self, mark: bytes) -> None:
        while mark not in self.received:
            more = self.socket.recv(65_536)
            if not more:
                raise ConnectionError(bytes(self.received[:300]))
            self.received += more

    def forget(self) -> None:
        self.received.clear()
        self.searched = 0


def stream(address: Address, show: int) -> Line:
    """Server-Sent Events."""
    path = f"/api/seat-status/stream?show_id={show}"
    line = Line(address, f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
    line.until(b"]}\n\n")
    return line


def hall_socket(address: Address, show: int) -> Line:
    """The WebSocket of one hall."""
    return _socket(address, f"/ws/seats/?show_id={show}")


def room(address: Address, show: int) -> Line:
    """Socket.IO over a WebSocket, in the room of the show."""
    line = _socket(address, "/socket.io/?EIO=4&transport=websocket")
    line.until(b'"sid"')
    line.forget()
    line.socket.sendall(_frame(b"40"))
    line.until(b'"sid"')
    line.forget()
    line.socket.sendall(_frame(f'420["join-show",{show}]'.encode()))
    line.until(b'"joined":true')
    line.forget()
    return line


def _socket(address: Address, path: str) -> Line:
    key = base64.b64encode(os.urandom(16)).decode()
    head = (
        f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n"
    )
    line = Line(address, head.encode())
    line.until(b"\r\n\r\n")
    if not line.received.startswith(b"HTTP/1.1 101"):
        raise ConnectionError(bytes(line.received[:300]))
    del line.received[: line.received.index(b"\r\n\r\n") + 4]
    return line


def _frame(text: bytes) -> bytes:
    """A message of a client. They are masked, with nothing here."""
    size = struct.pack("!B", 0x80 | len(text)) if len(text) < 126 else b"\xfe\x00\x00"
    return b"\x81" + size + bytes(4) + text


DOORS: dict[str, Callable[[Address, int], Line]] = {
    "Server-Sent Events": stream,
    "WebSocket": hall_socket,
    "Socket.IO": room,
}


class Crowd:
    """Connections that are listened to together."""

    def __init__(self, lines: Sequence[Line]) -> None:
        self.lines = list(lines)
        self._selector = selectors.DefaultSelector()
        for line in self.lines:
            line.socket.setblocking(False)
            self._selector.register(line.socket, selectors.EVENT_READ, line)

    def until(self, marks: Sequence[bytes], seconds: float = PATIENCE) -> list[float]:
        """When each connection had received one of the marks; those that did not are left out."""
        waiting = {id(line) for line in self.lines}
        times: list[float] = []
        end = time.perf_counter() + seconds
        while waiting and time.perf_counter() < end:
            for line in self._read(0.05):
                fresh = bytes(line.received[line.searched :])
                if id(line) in waiting and any(mark in fresh for mark in marks):
                    waiting.discard(id(line))
                    times.append(time.perf_counter())
                    line.searched = len(line.received)
        return times

    def listen(self, seconds: float) -> bool:
        """Receives for a while; returns whether there was anything."""
        heard = False
        end = time.perf_counter() + seconds
        while (left := end - time.perf_counter()) > 0:
            heard = bool(self._read(min(left, 0.05))) or heard
        return heard

    def _read(self, seconds: float) -> list[Line]:
        read = []
        for key, _ in self._selector.select(seconds):
            line: Line = key.data
            try:
                more = line.socket.recv(262_144)
            except OSError:
                more = b""
            if not more:
                line.is_open = False
                self._selector.unregister(line.socket)
                continue
            line.received += more
            read.append(line)
        return read

    def close(self) -> None:
        for line in self.lines:
            line.socket.close()
        self._selector.close()


# What a connection has been told, once there is time to read it


def seats_of_stream(received: bytes) -> Seats:
    """The hall as somebody has it who applied every event, one after another."""
    seats: Seats = {}
    body = _unchunked(received[received.index(b"\r\n\r\n") + 4 :])
    for line in body.split(b"\n"):
        if line.startswith(b"data: "):
            told = json.loads(line[6:])
            if told["full"]:
                seats = {}
            seats.update({seat["label"]: seat["status"] for seat in told["seats"]})
    return seats


def _unchunked(raw: bytes) -> bytes:
    whole = []
    while raw:
        size, _, raw = raw.partition(b"\r\n")
        whole.append(raw[: int(size, 16)])
        raw = raw[int(size, 16) + 2 :]
    return b"".join(whole)


def seats_of_socket(received: bytes, hall: Seats) -> Seats:
    """The same for a WebSocket, from the hall as it was when it was opened."""
    seats = dict(hall)
    for text in _messages(received):
        told = json.loads(text)
        if told["type"] == "seat_status_update":
            for label in told["seats"]:
                seats[label.replace("-", "")] = told["status"].upper()
    return seats


_ROOM = {"seats-selected": "HELD", "seats-released": "AVAILABLE", "seats-booked": "BOOKED"}


def seats_of_room(received: bytes, hall: Seats) -> Seats:
    """The same for Socket.IO."""
    seats = dict(hall)
    for text in _messages(received):
        if text.startswith(b"42"):
            event, told = json.loads(text[2:])
            for label in told["seats"]:
                seats[label] = _ROOM[event]
    return seats


def _messages(raw: bytes) -> list[bytes]:
    """The texts of a WebSocket's frames."""
    texts = []
    at = 0
    while at + 2 <= len(raw):
        kind, size = raw[at] & 0x0F, raw[at + 1] & 0x7F
        at += 2
        if size == 126:
            (size,) = struct.unpack_from("!H", raw, at)
            at += 2
        elif size == 127:
            (size,) = struct.unpack_from("!Q", raw, at)
            at += 8
        if kind == 1:
            texts.append(raw[at : at + size])
        at += size
    return texts
