"""Which address of the push process is answered by what. All others are the site's."""

from __future__ import annotations

from realtime.scopes import Application, Receive, Scope, Send
from realtime.streams import LongPolls, Streams
from realtime.tails import Tails
from realtime.visitors import Addresses

POLL = "/api/seat-status"
STREAM = "/api/seat-status/stream"


class Push:
    """The ASGI application: push, and the site behind it."""

    def __init__(self, site: Application) -> None:
        self._site = site
        tails, addresses = Tails(), Addresses()
        self._streams = Streams(tails, addresses)
        self._long_polls = LongPolls(tails, addresses, site)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"].removesuffix("/")
        if scope["type"] == "http":
            if path == STREAM:
                await self._streams(scope, receive, send)
            elif path == POLL and b"wait=" in scope["query_string"]:
                await self._long_polls(scope, receive, send)
            else:
                await self._site(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close"})
        else:
            raise ValueError(f"We do not speak {scope['type']}.")
