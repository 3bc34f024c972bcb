"""What stands before Socket.IO: how many connections, how many messages, and whether they are any.

The library takes what it is sent and logs what it cannot read. We count first, and end connections
that speak something else.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from typing import Any

from django.core.handlers.asgi import ASGIRequest

from realtime.sockets import MOST_A_SECOND, Rate
from realtime.visitors import Addresses
from seats.api.problems import Problem

# A client with so many messages waiting does not read them.
MOST_WAITING = 1000

Complain = Callable[[str, Problem], Awaitable[None]]

logger = logging.getLogger(__name__)


def request_in(environ: dict[str, Any]) -> ASGIRequest:
    """The handshake, as it was read before Socket.IO saw it."""
    request = environ["asgi.scope"]["holdfast.request"]
    assert isinstance(request, ASGIRequest)
    return request


class Guard:
    """Takes the place of the handlers of an Engine.IO server, and calls them."""

    def __init__(self, engine: Any, addresses: Addresses, complain: Complain) -> None:
        self._engine = engine
        self._addresses = addresses
        self._complain = complain
        self._known: dict[str, tuple[str, Rate]] = {}
        self._connect_behind = engine.handlers["connect"]
        self._receive_behind = engine.handlers["message"]
        self._leave_behind = engine.handlers["disconnect"]
        engine.on("connect", self._connect)
        engine.on("message", self._receive)
        engine.on("disconnect", self._leave)
        # The library's own waits until the client has taken the rest, in the middle of answering
        # the request of a client that will not.
        engine.disconnect = self.hang_up

    async def hang_up(self, eio_sid: str | None) -> None:
        """Ends a connection without waiting until it has taken what is on its way."""
        socket = self._engine.sockets.get(eio_sid)
        if socket is not None:
            await socket.close(wait=False)
            self._engine.sockets.pop(eio_sid, None)

    def is_stuck(self, eio_sid: str | None) -> bool:
        socket = self._engine.sockets.get(eio_sid)
        return socket is not None and socket.queue.qsize() > MOST_WAITING

    async def _connect(self, eio_sid: str, environ: dict[str, Any]) -> Any:
        try:
            address = self._addresses.enter(request_in(environ))
        except Problem as problem:
            return problem.detail
        self._known[eio_sid] = (address, Rate())
        return await self._connect_behind(eio_sid, environ)

    async def _receive(self, eio_sid: str, data: Any) -> None:
        if eio_sid not in self._known:
            return
        count = self._known[eio_sid][1].one_more()
        if count > MOST_A_SECOND:
            if count == MOST_A_SECOND + 1:
                detail = f"No more than {MOST_A_SECOND} messages a second."
                await self._complain(eio_sid, Problem("throttled", detail))
            return
        try:
            await self._receive_behind(eio_sid, data)
        except Exception as error:  # noqa: BLE001 - whatever it was, it was no Socket.IO
            logger.info("A client speaks no Socket.IO: %s", error)
            await self.hang_up(eio_sid)

    async def _leave(self, eio_sid: str, reason: str) -> None:
        known = self._known.pop(eio_sid, None)
        if known is not None:
            self._addresses.leave(known[0])
        await self._leave_behind(eio_sid, reason)
        socket = self._engine.sockets.get(eio_sid)
        if socket is not None:
            # A poll of it may still be waiting for something to be said.
            await socket.queue.put(None)
