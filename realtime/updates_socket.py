"""``ws …/ws/seat-updates``: one connection, as many shows as it subscribes to.

Each change of a seat is a ``seat_status_change`` of its own. Whoever caused it under the very
``sessionId`` a subscription was made with finds that in it; nobody else's is ever sent.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from realtime.asking import ask
from realtime.changes import Change, Follower, of_whole
from realtime.presence import Presence
from realtime.sockets import Socket, compact
from realtime.tails import Tail, Tails
from realtime.words import LOCK_STATUS, two_digits
from seats import feed
from seats.api.problems import Problem, problem_of
from seats.customers.guests import customer_of as guest_of
from seats.domain import MAX_ID, Customer, SeatStatus
from seats.errors import SeatError

MOST_SUBSCRIPTIONS = 50
_LONGEST_USER_ID = 200

ShowName = int | str


@dataclass(slots=True)
class _Subscription:
    """``name`` is how the client writes the show, ``session_id`` and ``guest`` who it says."""

    name: ShowName
    session_id: str
    guest: Customer
    tail: Tail
    follower: Follower
    task: asyncio.Task[None] | None = None


class UpdatesSockets:
    def __init__(self, tails: Tails, presence: Presence) -> None:
        self._tails = tails
        self._presence = presence

    async def __call__(self, socket: Socket) -> None:
        async with self._presence.of(socket.request):
            client = _Client(socket, self._tails, self._presence)
            try:
                await client.serve()
            finally:
                client.leave()


class _Client:
    def __init__(self, socket: Socket, tails: Tails, presence: Presence) -> None:
        self._socket = socket
        self._tails = tails
        self._presence = presence
        self._subscriptions: dict[int, _Subscription] = {}
        self._guests: dict[str, Customer] = {}
        self._says: dict[str, Callable[[dict[str, Any]], Awaitable[None]]] = {
            "subscribe": self._subscribe,
            "unsubscribe": self._unsubscribe,
        }

    async def serve(self) -> None:
        await self._say("connection_established", sessionId=secrets.token_urlsafe(18))
        async for message in self._socket.messages():
            try:
                answer = self._says.get(message["type"])
                if answer is None:
                    raise Problem("invalid", "Send subscribe or unsubscribe.")
                await answer(message)
            except (Problem, SeatError) as error:
                problem = problem_of(error)
                assert problem is not None
                about = {name: message[name] for name in ("showtimeId",) if _is_name(message, name)}
                await self._socket.complain(problem.code, problem.detail, **about)

    def leave(self) -> None:
        for subscription in list(self._subscriptions.values()):
            self._end(subscription)
        for guest in self._guests.values():
            self._presence.leave(guest)

    async def _say(self, kind: str, **facts: Any) -> None:
        said = {"type": kind, **facts, "timestamp": int(time.time() * 1000)}
        await self._socket.say(compact(said))

    async def _subscribe(self, message: dict[str, Any]) -> None:
        show_id, name = _show(message), message["showtimeId"]
        session_id, guest = _session(message)
        _refuse_bad_user_id(message)
        known = self._subscriptions.get(show_id)
        if known is None and len(self._subscriptions) >= MOST_SUBSCRIPTIONS:
            raise Problem("throttled", f"Up to {MOST_SUBSCRIPTIONS} shows at a time.")
        tail = await self._tails.join(show_id)
        if known is not None:
            self._end(known)
        subscription = _Subscription(name, session_id, guest, tail, tail.follow())
        self._subscriptions[show_id] = subscription
        if guest.key not in self._guests:
            self._guests[guest.key] = guest
            self._presence.enter(guest)
        await self._say("subscribed", showtimeId=name)
        progress = await ask(feed.follow, show_id, None)
        subscription.follower.skip_to((progress.version, progress.at_ms))
        await self._say_whole(subscription, of_whole(progress))
        subscription.task = self._socket.begin(lambda: self._tell(subscription))

    async def _unsubscribe(self, message: dict[str, Any]) -> None:
        if message.get("showtimeId") is None:
            gone = list(self._subscriptions.values())
        else:
            subscription = self._subscriptions.get(_show(message))
            gone = [] if subscription is None else [subscription]
        for subscription in gone:
            self._end(subscription)

    def _end(self, subscription: _Subscription) -> None:
        show_id = subscription.tail.show_id
        if self._subscriptions.get(show_id) is subscription:
            del self._subscriptions[show_id]
        if subscription.task is not None:
            subscription.task.cancel()
        subscription.tail.leave(subscription.follower)
        self._tails.quit(subscription.tail)

    async def _tell(self, subscription: _Subscription) -> None:
        follower = subscription.follower
        while not follower.is_over:
            await follower.wait()
            for change in follower.take():
                if change.is_whole:
                    await self._say_whole(subscription, change)
                else:
                    await self._say_change(subscription, change)
        subscription.task = None
        self._end(subscription)
        await self._socket.complain(
            "show_not_found", "There is no such show any more.", showtimeId=subscription.name
        )

    async def _say_whole(self, subscription: _Subscription, change: Change) -> None:
        found = {
            status: [two_digits(each.seat) for each in changes]
            for status, changes in change.by_status().items()
        }
        await self._say(
            "current_seat_status",
            showtimeId=subscription.name,
            bookedSeats=found.get(SeatStatus.BOOKED, []),
            lockedSeats=found.get(SeatStatus.HELD, []),
        )

    async def _say_change(self, subscription: _Subscription, change: Change) -> None:
        key = ("updates", type(subscription.name), subscription.name)
        texts = change.texts.get(key)
        if texts is None:
            texts = change.texts[key] = [
                compact(_message(subscription.name, change, each)) for each in change.seats
            ]
        for each, text in zip(change.seats, texts, strict=True):
            if each.actor and each.actor == subscription.guest.key:
                own = _message(subscription.name, change, each)
                await self._socket.say(compact({**own, "sessionId": subscription.session_id}))
            else:
                await self._socket.say(text)


def _message(name: ShowName, change: Change, each: feed.SeatChange) -> dict[str, Any]:
    return {
        "type": "seat_status_change",
        "showtimeId": name,
        "seatId": two_digits(each.seat),
        "status": LOCK_STATUS[each.status],
        "timestamp": change.at_ms,
    }


def _is_name(message: dict[str, Any], field: str) -> bool:
    value = message.get(field)
    return (isinstance(value, int) and not isinstance(value, bool)) or (
        isinstance(value, str) and len(value) <= 20
    )


def _show(message: dict[str, Any]) -> int:
    show_id = show_named(message.get("showtimeId"))
    if show_id is None:
        raise Problem("invalid", "showtimeId: give the number of a show.")
    return show_id


def show_named(value: object) -> int | None:
    """The show a message names by its number, in digits or as a number; None for anything else."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= 19:
        value = int(value)
    if isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= MAX_ID:
        return value
    return None


def _session(message: dict[str, Any]) -> tuple[str, Customer]:
    session_id = message.get("sessionId")
    if not isinstance(session_id, str):
        raise Problem("invalid", "sessionId: give a text.")
    try:
        return session_id, guest_of(session_id)
    except ValueError as error:
        raise Problem("invalid", f"sessionId: {error}") from None


def _refuse_bad_user_id(message: dict[str, Any]) -> None:
    """Who somebody says they are is looked at by nobody. It has to be a name all the same."""
    user_id = message.get("userId")
    good = user_id is None or (isinstance(user_id, str) and len(user_id) <= _LONGEST_USER_ID)
    if not good and (isinstance(user_id, bool) or not isinstance(user_id, int)):
        raise Problem("invalid", "userId: give a short text.")
