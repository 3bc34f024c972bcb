"""Clients that listen, each in a thread: what they have heard can be waited for."""

from __future__ import annotations

import asyncio
import http.client
import json
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import aiohttp
import socketio
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

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

    def within(self, seconds: float, is_so: Callable[[], Any]) -> bool:
        """Whether something comes to be so; it may also not."""
        with self._changed:
            return bool(self._changed.wait_for(is_so, seconds))

    def until_count(self, count: int) -> list[Any]:
        self.until(lambda: len(self.heard) >= count, f"{count} messages")
        return self.heard

    def until_over(self) -> None:
        self.until(lambda: self.is_over, "the end")


class Refused(Exception):
    """A stream is not to be had: status and body."""


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
        if self.answer.status != 200:
            body = self.answer.read()
            self.line.close()
            raise Refused(self.answer.status, body)
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


class Socket(Listener):
    """A WebSocket client, built on a library that shares nothing with the server."""

    def __init__(self, port: int, path: str, **headers: str) -> None:
        super().__init__()
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        origin = named.pop("Origin", None)
        self._opened = connect(
            f"ws://127.0.0.1:{port}{path}",
            origin=origin,
            additional_headers=named,
            open_timeout=PATIENCE,
            # A server that is slow to answer a ping is not gone.
            ping_interval=None,
            compression=None,
            max_size=None,
        )
        self.line = self._opened.__enter__()
        self.code: int | None = None
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        try:
            for text in self.line:
                self.hear(json.loads(text))
        except ConnectionClosed:
            pass
        self.code = self.line.close_code
        self.over()

    def say(self, message: Any) -> None:
        self.line.send(message if isinstance(message, str | bytes) else json.dumps(message))

    def of_type(self, kind: str) -> list[Any]:
        return [message for message in self.heard if message["type"] == kind]

    def until_type(self, kind: str, count: int = 1) -> list[Any]:
        self.until(lambda: len(self.of_type(kind)) >= count, f"{count} of {kind}")
        return self.of_type(kind)

    def close(self) -> None:
        self._opened.__exit__(None, None, None)
        self.until_over()


class Loop:
    """An event loop in a thread of its own: where it runs, Django's ORM would refuse to."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

    def do(self, work: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(PATIENCE)

    def end(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(PATIENCE)
        self._loop.close()


class Room(Listener):
    """A Socket.IO client. Hears ``(event, data)``."""

    def __init__(self, loop: Loop, port: int, **how: Any) -> None:
        super().__init__()
        self._loop = loop
        loop.do(self._arrive(f"http://127.0.0.1:{port}", how))

    async def _arrive(self, address: str, how: dict[str, Any]) -> None:
        # The library's own session stays open where the door stays shut; when it is collected, an
        # event loop is made to close it, and nobody closes that.
        self._session = aiohttp.ClientSession()
        self.client = socketio.AsyncClient(reconnection=False, http_session=self._session)
        self.client.on("*", self._hear)
        self.client.on("disconnect", self._over)
        try:
            await self.client.connect(address, wait_timeout=PATIENCE, **how)
        except BaseException:
            await self._session.close()
            raise

    async def _hear(self, event: str, *data: Any) -> None:
        self.hear((event, *data))

    async def _over(self, *_: Any) -> None:
        self.over()

    def say(self, event: str, data: Any = None) -> None:
        self._loop.do(self.client.emit(event, data))

    def ask(self, event: str, data: Any = None) -> Any:
        return self._loop.do(self.client.call(event, data, timeout=int(PATIENCE)))

    def of(self, event: str) -> list[Any]:
        return [said[1] for said in self.heard if said[0] == event]

    def until_event(self, event: str, count: int = 1) -> list[Any]:
        self.until(lambda: len(self.of(event)) >= count, f"{count} of {event}")
        return self.of(event)

    def close(self) -> None:
        self._loop.do(self._leave())

    async def _leave(self) -> None:
        await self.client.disconnect()
        await self._session.close()
