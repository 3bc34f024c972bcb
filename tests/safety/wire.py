"""Bytes to a server and back, with no library in between that would put them right."""

from __future__ import annotations

import json
import socket
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

# Where many wait for few processors, an answer may take its time.
PATIENCE_SECONDS = 120.0


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


def converse(port: int, sent: bytes) -> list[Answer]:
    """Everything the server says to these bytes until it closes, or has seen us close."""
    received = b""
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_SECONDS) as line:
        # A server that has heard enough may close while we are still talking.
        with suppress(ConnectionError):
            line.sendall(sent)
        with suppress(OSError):
            line.shutdown(socket.SHUT_WR)
        with suppress(ConnectionError):
            while more := line.recv(65_536):
                received += more
    return read_answers(received)


def converse_patiently(port: int, sent: bytes, *, may_be_silent: bool = False) -> list[Answer]:
    """Like ``converse``, with a server that answers nobody who has nothing more to say.

    It has said everything when whole answers have come and no more for a moment. Where it may say
    nothing at all, it is not waited for.
    """
    for_an_answer = 0.5 if may_be_silent else PATIENCE_SECONDS
    received = b""
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_SECONDS) as line:
        with suppress(ConnectionError):
            line.sendall(sent)
        is_over = False
        with suppress(ConnectionError):
            while not is_over:
                line.settimeout(0.03 if _is_whole(received) else for_an_answer)
                try:
                    more = line.recv(65_536)
                except TimeoutError:
                    break
                received += more
                is_over = not more
        with suppress(OSError):
            line.shutdown(socket.SHUT_WR)
        line.settimeout(PATIENCE_SECONDS)
        with suppress(ConnectionError):
            while not is_over and (more := line.recv(65_536)):
                received += more
    return read_answers(received)


def _is_whole(received: bytes) -> bool:
    try:
        return bool(read_answers(received))
    except ValueError:
        return False


def read_answers(received: bytes) -> list[Answer]:
    """Raises ValueError for anything that is not whole answers, one after another."""
    answers = []
    while received:
        head, blank, rest = received.partition(b"\r\n\r\n")
        if not blank or not head.startswith(b"HTTP/1.1 "):
            raise ValueError(f"no whole answer: {received[:200]!r}")
        first, *lines = head.decode("latin-1").split("\r\n")
        headers = {
            name.lower(): value.strip() for name, _, value in (it.partition(":") for it in lines)
        }
        status = int(first.split()[1])
        if status == 100:
            received = rest
            continue
        if headers.get("transfer-encoding") == "chunked":
            body, received = _unchunked(rest)
            answers.append(Answer(status, headers, body))
            continue
        length = int(headers.get("content-length", "0"))
        if len(rest) < length:
            raise ValueError(f"{length} bytes were announced, {len(rest)} came: {rest[:200]!r}")
        answers.append(Answer(status, headers, rest[:length]))
        received = rest[length:]
    return answers


def _unchunked(raw: bytes) -> tuple[bytes, bytes]:
    """A body that came in chunks, and what follows it."""
    body = b""
    while True:
        size, found, raw = raw.partition(b"\r\n")
        length = int(size, 16)
        if not found or raw[length : length + 2] != b"\r\n":
            raise ValueError(f"half a chunk: {raw[:200]!r}")
        body, raw = body + raw[:length], raw[length + 2 :]
        if not length:
            return body, raw
