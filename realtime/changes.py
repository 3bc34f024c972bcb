"""Changes of seats on their way to those who are told each one by itself."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from seats import feed
from seats.domain import SeatStatus
from seats.feed import SeatChange

# Of more than this, somebody who is slow is told only what became of them.
MOST_PENDING = 256
MERGED_FROM = 32


@dataclass(slots=True)
class Change:
    """Seats that changed together. ``is_whole``: all seats, where it is not known what changed.

    ``texts`` is where those who tell it keep what they say, made once for all who hear it.
    """

    cursor: str
    place: tuple[int, int]
    at_ms: int
    seats: tuple[SeatChange, ...]
    is_whole: bool = False
    texts: dict[object, Any] = field(default_factory=dict, compare=False)

    def by_status(self) -> dict[SeatStatus, list[SeatChange]]:
        found: dict[SeatStatus, list[SeatChange]] = {}
        for change in self.seats:
            found.setdefault(change.status, []).append(change)
        return found


def of_step(step: feed.Step, told: dict[int, SeatStatus]) -> Change | None:
    """What a step means for those who have been told ``told``, which is brought up to date.

    None where it means nothing: a hold was extended, say, which is told to pollers alone.
    """
    news = tuple(change for change in step.changes if told.get(change.seat.id) != change.status)
    for change in news:
        told[change.seat.id] = change.status
    return Change(step.cursor, (step.version, step.at_ms), step.at_ms, news) if news else None


def of_whole(progress: feed.Progress) -> Change:
    place = (progress.version, progress.at_ms)
    return Change(progress.cursor, place, progress.at_ms, progress.whole or (), is_whole=True)


def merged(changes: Iterable[Change]) -> Change:
    """What several changes, one after another, come to."""
    seats: dict[int, SeatChange] = {}
    is_whole = False
    last = None
    for last in changes:
        if last.is_whole:
            seats.clear()
            is_whole = True
        for change in last.seats:
            seats[change.seat.id] = change
    assert last is not None
    return Change(last.cursor, last.place, last.at_ms, tuple(seats.values()), is_whole)


class Follower:
    """What one subscriber has still to be told: never more than a hall's worth."""

    def __init__(self) -> None:
        self.is_over = False
        self._pending: deque[Change] = deque()
        self._called = asyncio.Event()
        self._from = (-1, -1)

    def tell(self, change: Change) -> None:
        if change.is_whole:
            self._pending.clear()
        elif change.place <= self._from:
            return
        self._pending.append(change)
        if len(self._pending) > MOST_PENDING:
            self._pending = deque([merged(self._pending)])
        self._called.set()

    def end(self) -> None:
        """The show is gone."""
        self.is_over = True
        self._called.set()

    def skip_to(self, place: tuple[int, int]) -> None:
        """Leaves out what the subscriber has been told in another way."""
        self._from = place
        self._pending = deque(
            change for change in self._pending if change.is_whole or change.place > place
        )

    async def wait(self) -> None:
        """Until there is something to tell."""
        await self._called.wait()

    def take(self) -> list[Change]:
        """All there is to tell, in order; a long list becomes one change."""
        self._called.clear()
        taken, self._pending = list(self._pending), deque()
        return [merged(taken)] if len(taken) > MERGED_FROM else taken
