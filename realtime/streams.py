"""Server-Sent Events, and polls that wait: both say exactly what a poll says."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from django.core.handlers.asgi import ASGIRequest
from django.utils.translation import gettext

from realtime.answers import refuse
from realtime.asking import ask
from realtime.lines import Line, TooSlow
from realtime.presence import Presence
from realtime.scopes import Application, Receive, Scope, Send
from realtime.tails import Tail, Tails
from realtime.visitors import Addresses, request_of
from seats import availability
from seats.api import fields
from seats.api.problems import Problem, problem_of
from seats.api.views.status import MAX_WAIT_SECONDS
from seats.errors import SeatError

logger = logging.getLogger(__name__)

COMMENT_SECONDS = 15.0
_COMMENT = b": still here\n\n"
# Those who were cut off together must not all come back at once.
_RETRY_MS = (1000, 3000)

_HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    # nginx would keep events until there is enough to make it worth while.
    (b"x-accel-buffering", b"no"),
    (b"x-content-type-options", b"nosniff"),
]


async def show_asked_for(request: ASGIRequest) -> int:
    """The show a connection is about: the one named, or the next. Raises Problem or SeatError."""
    show_id = fields.show_id_of(request.GET)
    return await ask(availability.next_show_id) if show_id is None else show_id


class Streams:
    """``GET /api/seat-status/stream``: the deltas of a show, as they come to be."""

    def __init__(self, tails: Tails, addresses: Addresses, presence: Presence) -> None:
        self._tails = tails
        self._addresses = addresses
        self._presence = presence

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        line = Line(send)
        try:
            request = request_of(scope)
            if request.method != "GET":
                raise Problem("method_not_allowed", gettext("A stream is read with GET."))
            since = request.headers.get("Last-Event-ID") or request.GET.get("since")
            with self._addresses.one_more(request):
                show_id = await show_asked_for(request)
                async with (
                    self._tails.watching(show_id) as tail,
                    self._presence.of(request),
                    until_left(receive),
                ):
                    await _tell(tail, since, line)
        except TooSlow:
            # Its cursor is what it has read last, so nothing is lost when it comes back.
            line.cut()
        except Exception as error:
            if line.is_open:
                # Clients come back by themselves, and hear then what is wrong.
                if not isinstance(error, SeatError):
                    logger.exception("A stream has ended.")
                await send({"type": "http.response.body", "body": b""})
                return
            problem = problem_of(error)
            if problem is None:
                raise
            await refuse(send, problem)
        finally:
            line.close()


async def _tell(tail: Tail, since: str | None, line: Line) -> None:
    # Nobody is told that all is well before there is something to tell.
    moved, frame = tail.moved, await tail.frame(since)
    line.open()
    await line({"type": "http.response.start", "status": 200, "headers": _HEADERS})
    retry = f"retry: {random.randint(*_RETRY_MS)}\n\n".encode()  # noqa: S311 - jitter
    await line(_part(retry + frame.event))
    cursor = frame.cursor
    while not tail.is_over:
        try:
            async with asyncio.timeout(COMMENT_SECONDS):
                await moved.wait()
        except TimeoutError:
            await line(_part(_COMMENT))
            continue
        moved, frame = tail.moved, await tail.frame(cursor)
        if frame.cursor != cursor:
            cursor = frame.cursor
            await line(_part(frame.event))
    await line({"type": "http.response.body", "body": b""})


def _part(body: bytes) -> dict[str, object]:
    return {"type": "http.response.body", "body": body, "more_body": True}


@asynccontextmanager
async def until_left(receive: Receive) -> AsyncIterator[None]:
    """A block that ends early, and quietly, when the client has left."""
    task = asyncio.current_task()
    assert task is not None
    is_inside = True

    def end(_: object) -> None:
        if is_inside and not leaving.cancelled():
            task.cancel()

    leaving = asyncio.create_task(_has_left(receive))
    leaving.add_done_callback(end)
    try:
        yield
    except asyncio.CancelledError:
        if not leaving.done() or leaving.cancelled():
            raise
        task.uncancel()
    finally:
        is_inside = False
        leaving.cancel()


async def _has_left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


class LongPolls:
    """``GET /api/seat-status/?…&wait=25``: a poll that is answered when there is something new.

    The answer is the site's own; all we do is to let it wait.
    """

    def __init__(self, tails: Tails, addresses: Addresses, site: Application) -> None:
        self._tails = tails
        self._addresses = addresses
        self._site = site

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        query = scope["query_string"]
        with suppress(Problem, SeatError):
            # Whatever is wrong with the request, the site says it better.
            request = request_of(scope)
            wait = fields.integer_of(request.GET, "wait", low=0, high=MAX_WAIT_SECONDS)
            # What is left is a poll like any other, which the site answers the short way.
            query = b"&".join(part for part in query.split(b"&") if not part.startswith(b"wait="))
            since = request.GET.get("since")
            if wait and since and request.method == "GET":
                with self._addresses.one_more(request):
                    show_id = await show_asked_for(request)
                    async with self._tails.watching(show_id) as tail:
                        await _news(tail, since, wait)
        await self._site({**scope, "query_string": query}, receive, send)


async def _news(tail: Tail, since: str, seconds: float) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            while not tail.is_over:
                moved, frame = tail.moved, await tail.frame(since)
                if frame.cursor != since:
                    return
                await moved.wait()
