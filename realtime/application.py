"""Which address of the push process is answered by what. All others are the site's."""

from __future__ import annotations

from realtime.hall_socket import HallSockets
from realtime.presence import Presence
from realtime.rooms import Rooms
from realtime.scopes import Application, Receive, Scope, Send
from realtime.sockets import SocketDoor
from realtime.streams import LongPolls, Streams
from realtime.tails import Tails
from realtime.updates_socket import UpdatesSockets
from realtime.visitors import Addresses

POLL = "/api/seat-status"
STREAM = "/api/seat-status/stream"
ROOMS = "/socket.io"


class Push:
    """The ASGI application: push, and the site behind it."""

    def __init__(self, site: Application) -> None:
        self._site = site
        tails, addresses, presence = Tails(), Addresses(), Presence()
        self._streams = Streams(tails, addresses, presence)
        self._long_polls = LongPolls(tails, addresses, site)
        self._rooms = Rooms(tails, presence, addresses)
        self._sockets = {
            "/ws/seats": SocketDoor(addresses, HallSockets(tails, presence)),
            "/ws/seat-updates": SocketDoor(addresses, UpdatesSockets(tails, presence)),
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"].removesuffix("/")
        if scope["type"] not in ("http", "websocket"):
            raise ValueError(f"We do not speak {scope['type']}.")
        if path == ROOMS:
            await self._rooms(scope, receive, send)
        elif scope["type"] == "websocket":
            door = self._sockets.get(path)
            if door is None:
                await send({"type": "websocket.close"})
            else:
                await door(scope, receive, send)
        elif path == STREAM:
            await self._streams(scope, receive, send)
        elif path == POLL and b"wait=" in scope["query_string"]:
            await self._long_polls(scope, receive, send)
        else:
            await self._site(scope, receive, send)
