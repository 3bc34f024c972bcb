"""Socket.IO: a room for each show, and a word in private for whoever was refused seats.

Who somebody is follows from their cookie or token, never from what ``register-user`` claims. What
a customer selects is told to everybody but that customer's own connections.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import socketio

from realtime.answers import refuse
from realtime.asking import ask
from realtime.changes import Change, Follower
from realtime.guard import Guard, request_in
from realtime.lines import Line, TooSlow
from realtime.presence import Presence
from realtime.scopes import Message, Receive, Scope, Send
from realtime.sockets import BAD_CLIENT, MOST_BYTES
from realtime.streams import until_left
from realtime.tails import Tail, Tails
from realtime.updates_socket import MOST_SUBSCRIPTIONS, show_named
from realtime.visitors import (
    Addresses,
    customer_of,
    customer_of_token,
    guest_named,
    names_somebody,
    refuse_other_sites,
    request_of,
)
from realtime.words import ROOM_EVENT
from seats.api.problems import Problem, problem_of
from seats.domain import Customer, SeatStatus
from seats.feed import refusals
from seats.feed.refusals import Refusal

logger = logging.getLogger(__name__)


@dataclass(slots=True)
class _Room:
    """The connections that watch one show, as each of them writes its number."""

    tail: Tail
    follower: Follower
    task: asyncio.Task[None] | None = None
    members: dict[str, int | str] = field(default_factory=dict)


@dataclass(slots=True)
class _Guest:
    """One connection. ``customer`` is whose it is, where it has said so in a way we believe."""

    customer: Customer | None
    shows: set[int] = field(default_factory=set)


class Rooms:
    """``/socket.io/``."""

    def __init__(self, tails: Tails, presence: Presence, addresses: Addresses) -> None:
        self._tails = tails
        self._presence = presence
        self._rooms: dict[int, _Room] = {}
        self._joining: dict[int, asyncio.Lock] = {}
        self._here: dict[str, _Guest] = {}
        self._is_listening = False
        self._server = socketio.AsyncServer(
            async_mode="asgi",
            # Asked for every request already; here it is only said which origin may read.
            cors_allowed_origins=lambda _origin, _environ: True,
            max_http_buffer_size=MOST_BYTES,
            logger=_quiet(),
            engineio_logger=_quiet(),
        )
        self._app = socketio.ASGIApp(self._server)
        self._guard = Guard(self._server.eio, addresses, self._complain_below)
        self._server.on("connect", self._connect)
        self._server.on("disconnect", self._disconnect)
        self._server.on("register-user", self._register_user)
        self._server.on("join-show", self._join_show)
        self._server.on("leave-show", self._leave_show)
        self._server.on("*", self._unknown)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        line = Line(send)
        try:
            request = request_of(scope)
            refuse_other_sites(request)
        except Problem as problem:
            if scope["type"] == "http":
                await refuse(send, problem)
            else:
                await receive()
                await send({"type": "websocket.close", "code": BAD_CLIENT})
            return
        self._listen()

        async def guarded(message: Message) -> None:
            try:
                await line(message)
            except TooSlow:
                line.cut()
                raise
            if message["type"] == "websocket.accept":
                line.open()

        scope = {**scope, "holdfast.request": request}
        try:
            if scope["type"] == "http" and request.method == "GET":
                # A poll whose client has left would wait on for something to be said.
                async with until_left(receive):
                    await self._app(scope, _no_body, guarded)
            else:
                await self._app(scope, receive, guarded)
        except TooSlow:
            line.cut()
        finally:
            line.close()

    async def _complain_below(self, eio_sid: str, problem: Problem) -> None:
        sid = self._server.manager.sid_from_eio_sid(eio_sid, "/")
        if sid is not None:
            await self._complain(sid, problem)

    # What clients say

    async def _connect(self, sid: str, environ: dict[str, Any], auth: Any = None) -> None:
        request = request_in(environ)
        customer = None
        if isinstance(auth, dict) and isinstance(auth.get("token"), str):
            customer = await ask(customer_of_token, auth["token"])
        elif isinstance(auth, dict) and "sessionId" in auth:
            customer = guest_named(auth["sessionId"])
        elif names_somebody(request):
            customer = await ask(customer_of, request)
        self._here[sid] = _Guest(customer)
        if customer is not None:
            self._presence.enter(customer)

    async def _disconnect(self, sid: str, _reason: str = "") -> None:
        gone = self._here.pop(sid, None)
        if gone is None:
            return
        for show_id in gone.shows:
            self._quit(sid, show_id)
        if gone.customer is not None:
            self._presence.leave(gone.customer)

    async def _register_user(self, sid: str, *said: Any) -> dict[str, bool] | None:
        """Takes note of nothing; the answer says whether we know by other means who it is."""
        if len(said) != 1 or isinstance(said[0], bool) or not isinstance(said[0], str | int):
            await self._complain(sid, Problem("invalid", "register-user: give one user id."))
            return None
        here = self._here.get(sid)
        return {"registered": here is not None and here.customer is not None}

    async def _join_show(self, sid: str, *said: Any) -> dict[str, Any] | None:
        try:
            show_id = _show_of(said)
            here = self._here[sid]
            if show_id not in here.shows and len(here.shows) >= MOST_SUBSCRIPTIONS:
                raise Problem("throttled", f"Up to {MOST_SUBSCRIPTIONS} shows at a time.")
            await self._join(sid, here, show_id, said[0])
        except KeyError:
            return None
        except Exception as error:
            problem = problem_of(error)
            if problem is None:
                raise
            await self._complain(sid, problem)
            return {"joined": False, "code": problem.code}
        return {"joined": True, "showId": said[0]}

    async def _leave_show(self, sid: str, *said: Any) -> None:
        try:
            show_id = _show_of(said)
        except Problem as problem:
            await self._complain(sid, problem)
            return
        here = self._here.get(sid)
        if here is not None and show_id in here.shows:
            here.shows.discard(show_id)
            self._quit(sid, show_id)

    async def _unknown(self, event: str, sid: str, *_said: Any) -> None:
        await self._complain(sid, Problem("invalid", f"There is no {event[:40]!r} here."))

    async def _complain(self, sid: str, problem: Problem) -> None:
        said = {"type": "error", "code": problem.code, "message": problem.detail}
        await self._server.emit("error", said, to=sid)

    # Rooms

    async def _join(self, sid: str, here: _Guest, show_id: int, name: int | str) -> None:
        async with self._joining.setdefault(show_id, asyncio.Lock()):
            room = self._rooms.get(show_id)
            if room is None:
                tail = await self._tails.join(show_id)
                room = self._rooms[show_id] = _Room(tail, tail.follow())
                room.task = asyncio.create_task(self._tell(show_id, room))
            if sid in self._here:
                room.members[sid] = name
                here.shows.add(show_id)
            elif not room.members:
                self._close(show_id, room)

    def _quit(self, sid: str, show_id: int) -> None:
        room = self._rooms.get(show_id)
        if room is None:
            return
        room.members.pop(sid, None)
        if not room.members:
            self._close(show_id, room)

    def _close(self, show_id: int, room: _Room) -> None:
        self._rooms.pop(show_id, None)
        self._joining.pop(show_id, None)
        room.tail.leave(room.follower)
        self._tails.quit(room.tail)
        if room.task is not None:
            room.task.cancel()

    async def _tell(self, show_id: int, room: _Room) -> None:
        try:
            while not room.follower.is_over:
                await room.follower.wait()
                for change in room.follower.take():
                    await self._tell_change(room, change)
            gone = Problem("show_not_found", "There is no such show any more.")
            for sid in list(room.members):
                self._here[sid].shows.discard(show_id)
                await self._complain(sid, gone)
        except Exception:
            # Its clients are told by losing the line, and come back to a new room.
            logger.exception("The room of show %s has ended.", show_id)
            for sid in list(room.members):
                await self._guard.hang_up(self._engine_id(sid))
        room.task = None
        if self._rooms.get(show_id) is room:
            self._close(show_id, room)

    async def _tell_change(self, room: _Room, change: Change) -> None:
        for event, actor, labels in _said_of(change):
            told: dict[tuple[type, int | str], list[str]] = {}
            for sid, name in list(room.members.items()):
                here = self._here.get(sid)
                own = here is not None and here.customer is not None and here.customer.key == actor
                if actor and own:
                    continue
                if self._guard.is_stuck(self._engine_id(sid)):
                    await self._guard.hang_up(self._engine_id(sid))
                    continue
                told.setdefault((type(name), name), []).append(sid)
            for (_, name), sids in told.items():
                await self._send(event, {"showId": name, "seats": labels}, sids)

    async def _send(self, event: str, data: dict[str, Any], sids: list[str]) -> None:
        for sid in sids:
            await self._server.emit(event, data, to=sid)

    def _engine_id(self, sid: str) -> str | None:
        found: str | None = self._server.manager.eio_sid_from_sid(sid, "/")
        return found

    # Refusals

    def _listen(self) -> None:
        if self._is_listening:
            return
        self._is_listening = True
        loop = asyncio.get_running_loop()
        refusals.listen(lambda refusal: _hand_over(loop, lambda: self._tell_refused(refusal)))
        self._tails.wakeups.listen(self._tell_refused)

    def _tell_refused(self, refusal: Refusal) -> None:
        room = self._rooms.get(refusal.show_id)
        for sid, here in self._here.items():
            if here.customer is not None and here.customer.key == refusal.customer:
                name = refusal.show_id if room is None else room.members.get(sid, refusal.show_id)
                said = {"showId": name, "seats": list(refusal.seats), "message": refusal.message}
                self._server.start_background_task(self._server.emit, "seat-conflict", said, sid)


def _said_of(change: Change) -> list[tuple[str, str, list[str]]]:
    """What to tell of a change: events, by whom (only of selecting), and the seats."""
    said: dict[tuple[str, str], list[str]] = {}
    for each in change.seats:
        actor = each.actor if each.status is SeatStatus.HELD else ""
        said.setdefault((ROOM_EVENT[each.status], actor), []).append(each.seat.label)
    return [(event, actor, labels) for (event, actor), labels in said.items()]


def _show_of(said: tuple[Any, ...]) -> int:
    show_id = show_named(said[0]) if len(said) == 1 else None
    if show_id is None:
        raise Problem("invalid", "Give the number of one show.")
    return show_id


async def _no_body() -> Message:
    return {"type": "http.request", "body": b"", "more_body": False}


def _hand_over(loop: asyncio.AbstractEventLoop, work: Callable[[], None]) -> None:
    """From the thread that refused somebody to the loop that can tell them."""
    if not loop.is_closed():
        loop.call_soon_threadsafe(work)


def _quiet() -> logging.Logger:
    """What these libraries log is what clients do wrong, and every message."""
    quiet = logging.getLogger("realtime.socketio")
    quiet.setLevel(logging.CRITICAL)
    return quiet
