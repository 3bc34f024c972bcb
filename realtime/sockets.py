"""A WebSocket: how it is opened, what may be sent over it, and how it ends."""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

from django.core.handlers.asgi import ASGIRequest

from realtime.lines import Line, TooSlow
from realtime.scopes import Receive, Scope, Send
from realtime.visitors import Addresses, refuse_other_sites, request_of
from seats.api.problems import Problem

MOST_BYTES = 64 * 1024
MOST_A_SECOND = 100
# Somebody who goes on after having been told is not listening.
_FLOOD = 10 * MOST_A_SECOND

# Codes of closing: our own, after the status of HTTP.
BAD_CLIENT = 4429
WENT_WRONG = 4500
SHOW_GONE = 4404

logger = logging.getLogger(__name__)


class Rate:
    """How many messages came in this second."""

    def __init__(self) -> None:
        self._second = 0
        self.count = 0

    def one_more(self) -> int:
        second = int(time.monotonic())
        if second != self._second:
            self._second, self.count = second, 0
        self.count += 1
        return self.count


def compact(message: dict[str, Any]) -> str:
    return json.dumps(message, separators=(",", ":"))


class Socket:
    """An open connection to one client."""

    def __init__(self, request: ASGIRequest, receive: Receive, line: Line) -> None:
        self.request = request
        self._receive = receive
        self._line = line
        self._rate = Rate()
        self._tasks: set[asyncio.Task[None]] = set()
        self._is_closed = False
        self._is_open = False

    async def open(self) -> None:
        """Accepts the connection: from now on the client relies on hearing what happens."""
        if not self._is_open:
            self._is_open = True
            await self._line({"type": "websocket.accept"})
            self._line.open()

    async def say(self, text: str) -> None:
        """Sends a text. Raises TooSlow."""
        await self.open()
        await self._line({"type": "websocket.send", "text": text})

    async def complain(self, code: str, message: str, **facts: Any) -> None:
        await self.say(compact({"type": "error", "code": code, "message": message, **facts}))

    async def close(self, code: int) -> None:
        if not self._is_closed:
            self._is_closed = True
            self._line.close()
            await self._line({"type": "websocket.close", "code": code})

    def begin(self, work: Callable[[], Awaitable[None]]) -> asyncio.Task[None]:
        """Does something beside reading; when it fails, the connection ends."""
        task = asyncio.create_task(self._guarded(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _guarded(self, work: Callable[[], Awaitable[None]]) -> None:
        try:
            await work()
        except TooSlow:
            self._is_closed = True
            self._line.cut()
        except Exception:
            logger.exception("A socket has ended.")
            await self.close(WENT_WRONG)

    def end(self) -> None:
        for task in self._tasks:
            task.cancel()

    async def messages(self) -> AsyncIterator[dict[str, Any]]:
        """What the client says, message by message, until it leaves; what is none is complained
        about."""
        while True:
            event = await self._receive()
            if event["type"] == "websocket.disconnect":
                return
            if self._is_closed or not await self._is_in_time():
                continue
            message = self._read(event)
            if isinstance(message, Problem):
                await self.complain(message.code, message.detail)
            else:
                yield message

    async def _is_in_time(self) -> bool:
        count = self._rate.one_more()
        if count == MOST_A_SECOND + 1:
            await self.complain("throttled", f"No more than {MOST_A_SECOND} messages a second.")
        elif count > _FLOOD:
            await self.close(BAD_CLIENT)
        return count <= MOST_A_SECOND

    def _read(self, event: Any) -> dict[str, Any] | Problem:
        text = event.get("text")
        if text is None:
            return Problem("invalid", "Send messages as text, not as bytes.")
        # A character has up to four bytes.
        if len(text) > MOST_BYTES or len(text.encode("utf-8", "replace")) > MOST_BYTES:
            return Problem("too_large", f"A message has up to {MOST_BYTES // 1024} KB.")
        try:
            message = json.loads(text)
        except (ValueError, RecursionError):
            return Problem("invalid", "This is not JSON.")
        if not isinstance(message, dict) or not isinstance(message.get("type"), str):
            return Problem("invalid", 'Send an object with a text "type".')
        return message


class SocketDoor:
    """Leaves connections of those who may have one to ``serve``, which opens them when ready."""

    def __init__(self, addresses: Addresses, serve: Callable[[Socket], Awaitable[None]]) -> None:
        self._addresses = addresses
        self._serve = serve

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        line = Line(send)
        await receive()
        try:
            request = request_of(scope)
            refuse_other_sites(request)
            with self._addresses.one_more(request):
                socket = Socket(request, receive, line)
                try:
                    await self._serve(socket)
                finally:
                    socket.end()
        except Problem as problem:
            # Before it is opened a WebSocket can only be refused, with 403 and no reason.
            logger.info("A socket was refused: %s", problem.detail)
            await send({"type": "websocket.close", "code": BAD_CLIENT})
        except TooSlow:
            line.cut()
        finally:
            line.close()
