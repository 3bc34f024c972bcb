"""Clients that listen, each in a thread: what they have heard can be waited for."""

from __future__ import annotations

import http.client
import json
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from tests.realtime.processes import PATIENCE

State = dict[str, tuple[str, str | None]]


class Listener:
    """Keeps what it hears, in order."""

    def __init__(self) -> None:
        self.heard: list[Any] = []
        self.is_over = False
        self._changed = threading.Condition()

    def hear(self, message: Any) -> None:
        with self._changed:
            self.heard.append(message)
            self._changed.notify_all()

    def over(self) -> None:
        with self._changed:
            self.is_over = True
            self._changed.notify_all()

    def until(self, is_so: Callable[[], Any], what: str = "") -> Any:
        """Waits until something is so, looking again whenever something was heard."""
        with self._changed:
            found = self._changed.wait_for(is_so, PATIENCE)
        assert found, f"{what or 'it'} was not heard, only {self.heard[-3:]}"
        return found

    def until_count(self, count: int) -> list[Any]:
        self.until(lambda: len(self.heard) >= count, f"{count} messages")
        return self.heard

    def until_over(self) -> None:
        self.until(lambda: self.is_over, "the end")


class Stream(Listener):
    """A reader of Server-Sent Events who applies each delta to what they have."""

    def __init__(self, port: int, query: str, **headers: str) -> None:
        super().__init__()
        self.seats: State = {}
        self.cursor = ""
        self.comments = 0
        self.retry = ""
        self.line = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.line.request("GET", f"/api/seat-status/stream?{query}", headers=named)
        self.answer = self.line.getresponse()
        assert self.answer.status == 200, self.answer.read()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        event: dict[str, str] = {}
        try:
            while line := self.answer.readline():
                name, _, value = line.decode().rstrip("\n").partition(": ")
                if name:
                    event[name] = value
                    self._note(name, value)
                elif "data" in event:
                    self._apply(event)
                    event = {}
                else:
                    event = {}
        except (OSError, ValueError, AttributeError, http.client.HTTPException):
            pass
        self.over()

    def _note(self, name: str, value: str) -> None:
        if name == "":
            self.comments += 1
        elif name == "retry":
            self.retry = value

    def _apply(self, event: dict[str, str]) -> None:
        assert event["event"] == "status"
        body = json.loads(event["data"])
        assert body["cursor"] == event["id"]
        if body["full"]:
            self.seats = {}
        for seat in body["seats"]:
            self.seats[seat["label"]] = (seat["status"], seat["held_until"])
        self.cursor = body["cursor"]
        self.hear(body)

    def until_status(self, label: str, status: str) -> None:
        self.until(lambda: self.seats.get(label, ("",))[0] == status, f"{label} {status}")

    def until_state(self, state: State) -> None:
        self.until(lambda: self.seats == state, "that state")

    def close(self) -> None:
        with suppress(OSError):
            self.line.sock.shutdown(socket.SHUT_RDWR)
        self.until_over()
        self.answer.close()
        self.line.close()
