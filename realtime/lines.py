"""The connection to one client: how fast it takes what it is sent, and when we give it up.

A server that waits in ``send`` until there is room needs no more than that. Daphne does not wait:
what a slow client does not take would pile up in memory. But it lets us ask to be told when more
than 64 KB wait to be sent, and when they are gone.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Any

from django.conf import settings

from realtime.scopes import Message, Send


class TooSlow(Exception):
    """The client does not take what it is sent."""


class Line:
    """A ``send`` that waits while too much is on its way already, and gives up after a while."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._is_clear = asyncio.Event()
        self._is_clear.set()
        self._protocol: Any = None
        self.is_open = False

    def open(self) -> None:
        """From here on what is sent is counted. For WebSockets: once they are accepted."""
        self.is_open = True
        # Daphne hands out its own method with the connection as first argument.
        protocol: Any = next(iter(getattr(self._send, "args", ())), None)
        if self._protocol is None and hasattr(protocol, "registerProducer"):
            with suppress(Exception):
                # What took the request from the connection is still registered, and done.
                if hasattr(protocol, "sendMessage"):
                    protocol.unregisterProducer()
                protocol.registerProducer(self, True)
                self._protocol = protocol

    async def __call__(self, message: Message) -> None:
        """Sends; raises TooSlow for a client that has not taken anything for a while."""
        try:
            async with asyncio.timeout(settings.PUSH_PATIENCE_SECONDS):
                if not self._is_clear.is_set():
                    await self._is_clear.wait()
                await self._send(message)
        except TimeoutError:
            raise TooSlow from None

    def cut(self) -> None:
        """Ends the connection without waiting for the client to take the rest."""
        protocol, self._protocol = self._protocol, None
        transport = getattr(protocol, "transport", None)
        if transport is not None and hasattr(transport, "abortConnection"):
            transport.abortConnection()

    def close(self) -> None:
        """We have nothing more to say; what is on its way still goes out."""
        protocol, self._protocol = self._protocol, None
        if protocol is not None:
            with suppress(Exception):
                protocol.unregisterProducer()

    # What Twisted calls a push producer

    def pauseProducing(self) -> None:  # noqa: N802
        self._is_clear.clear()

    def resumeProducing(self) -> None:  # noqa: N802
        self._is_clear.set()

    def stopProducing(self) -> None:  # noqa: N802
        self._is_clear.set()
