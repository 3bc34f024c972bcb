"""The tail of each show that somebody watches: one for all its watchers in this process.

A tail reads what is new in the ledger, and what has ended by time, through ``seats.feed``, and
keeps nothing that grows: whoever wants deltas has a cursor of their own, and whoever wants each
change by itself is a ``Follower`` whose pending changes are merged when there are many.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from realtime.asking import ask
from realtime.changes import Change, Follower, of_step, of_whole
from realtime.wakeups import Wakeups
from seats import feed
from seats.domain import SeatStatus
from seats.errors import ShowNotFound

LOOK_SECONDS = 1.0
# A page that is loaded anew, or polls, comes back at once.
_LINGER_SECONDS = 5.0
# Of one moment: watchers have the same few cursors, unless somebody makes them up.
_MOST_FRAMES = 32

logger = logging.getLogger(__name__)


class Frame:
    """An answer to a poll, and the same as an event of a stream."""

    def __init__(self, answer: feed.Answer) -> None:
        self.answer = answer
        self.cursor = answer.cursor
        self._event: bytes | None = None

    @property
    def event(self) -> bytes:
        if self._event is None:
            head = f"id: {self.cursor}\nevent: status\ndata: ".encode()
            self._event = head + self.answer.body + b"\n\n"
        return self._event


class Tail:
    """What is new of one show. ``moved`` is set, and replaced, whenever there is something."""

    def __init__(self, show_id: int) -> None:
        self.show_id = show_id
        self.cursor = ""
        self.moved = asyncio.Event()
        self.is_over = False
        self._frames: dict[str, asyncio.Task[Frame]] = {}
        self._followers: set[Follower] = set()
        # What followers have been told of each seat.
        self._told: dict[int, SeatStatus] = {}
        self._woken = asyncio.Event()

    def wake(self) -> None:
        self._woken.set()

    async def run(self) -> None:
        """Follows the show until it is gone."""
        was_well = True
        while True:
            self._woken.clear()
            wait = LOOK_SECONDS
            try:
                wait = await self.look()
                was_well = True
            except ShowNotFound:
                self.is_over = True
                self._move()
                return
            except Exception:  # whatever it is, the next look may succeed
                if was_well:
                    logger.exception("Show %s cannot be followed at this moment.", self.show_id)
                was_well = False
            try:
                async with asyncio.timeout(wait):
                    await self._woken.wait()
            except TimeoutError:
                continue

    async def look(self) -> float:
        """Reads what is new and tells it; returns when to look again, in seconds."""
        progress = await ask(
            feed.follow, self.show_id, self.cursor or None, with_actors=bool(self._followers)
        )
        if progress.whole is not None:
            self._tell_whole(progress)
        for step in progress.steps:
            self._tell(of_step(step, self._told))
        if progress.cursor != self.cursor:
            before, self.cursor = self.cursor, progress.cursor
            self._frames.clear()
            if before:
                # Most have followed up to here. What they are told lies ready when they wake.
                with suppress(Exception):
                    await self.frame(before)
            self._move()
        if progress.look_in_ms is None:
            return LOOK_SECONDS
        # A clock that is read a little early would find the deadline still ahead.
        return min(LOOK_SECONDS, progress.look_in_ms / 1000 + 0.002)

    def _tell_whole(self, progress: feed.Progress) -> None:
        whole = of_whole(progress)
        is_first = not self.cursor
        self._told = {change.seat.id: change.status for change in whole.seats}
        if not is_first:
            self._tell(whole)

    def _tell(self, change: Change | None) -> None:
        if change is not None:
            for follower in self._followers:
                follower.tell(change)

    def _move(self) -> None:
        self.moved.set()
        self.moved = asyncio.Event()
        if self.is_over:
            for follower in self._followers:
                follower.end()

    async def frame(self, since: str | None) -> Frame:
        """The answer to a poll at this moment, asked for once for all who have the same cursor."""
        key = since or ""
        task = self._frames.get(key)
        if task is None:
            if len(self._frames) >= _MOST_FRAMES:
                self._frames.clear()
            task = self._frames[key] = asyncio.create_task(self._asked(since))
            task.add_done_callback(lambda done: self._drop_failed(key, done))
        if task.done():
            return task.result()
        return await asyncio.shield(task)

    async def _asked(self, since: str | None) -> Frame:
        return Frame(await ask(feed.status_answer, self.show_id, since))

    def _drop_failed(self, key: str, task: asyncio.Task[Frame]) -> None:
        if (task.cancelled() or task.exception() is not None) and self._frames.get(key) is task:
            del self._frames[key]

    def follow(self) -> Follower:
        """Somebody who is told each change from this moment on; ``leave`` ends it."""
        follower = Follower()
        self._followers.add(follower)
        return follower

    def leave(self, follower: Follower) -> None:
        self._followers.discard(follower)


class Tails:
    """The tails of this process."""

    def __init__(self) -> None:
        self.wakeups = Wakeups()
        self._tails: dict[int, tuple[Tail, asyncio.Task[None]]] = {}
        self._watchers: dict[int, int] = {}

    @asynccontextmanager
    async def watching(self, show_id: int) -> AsyncIterator[Tail]:
        """The tail of a show, up to date and kept so until the end. Raises ShowNotFound."""
        tail = await self.join(show_id)
        try:
            yield tail
        finally:
            self.quit(tail)

    async def join(self, show_id: int) -> Tail:
        """Like ``watching``, for those who call ``quit`` themselves."""
        known = self._tails.get(show_id)
        if known is not None and not known[0].is_over:
            tail = known[0]
            self._watchers[show_id] = self._watchers.get(show_id, 0) + 1
            return tail
        tail = Tail(show_id)
        await tail.look()
        return self._started(tail)

    def _started(self, tail: Tail) -> Tail:
        known = self._tails.get(tail.show_id)
        if known is not None and not known[0].is_over:
            # Somebody else was a moment faster.
            tail = known[0]
        else:
            self._tails[tail.show_id] = (tail, asyncio.create_task(tail.run()))
            self._watchers.pop(tail.show_id, None)
            self.wakeups.watch(tail)
            # For what has happened since it looked first.
            tail.wake()
        self._watchers[tail.show_id] = self._watchers.get(tail.show_id, 0) + 1
        return tail

    def quit(self, tail: Tail) -> None:
        known = self._tails.get(tail.show_id)
        if known is None or known[0] is not tail:
            return
        self._watchers[tail.show_id] -= 1
        if not self._watchers[tail.show_id]:
            loop = asyncio.get_running_loop()
            loop.call_later(0 if tail.is_over else _LINGER_SECONDS, self._let_go, tail)

    def _let_go(self, tail: Tail) -> None:
        known = self._tails.get(tail.show_id)
        if known is None or known[0] is not tail or self._watchers.get(tail.show_id):
            return
        known[1].cancel()
        self.wakeups.forget(tail)
        del self._tails[tail.show_id], self._watchers[tail.show_id]
