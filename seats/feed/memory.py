"""The state of one show in memory: what is true now, and what has changed since when.

All that happens to a show, by an event or by a deadline passing, is put in one order: by version,
and within a version by time. A deadline that passed before an event comes before it. An event may
become known only after a later deadline has passed here, for it is dated before it is committed;
then that deadline is taken back and comes after it. Every process that sees the same events and the
same clock therefore has the same history, and a cursor, which names a place in that order, means
the same to each of them.
"""

from __future__ import annotations

import heapq
import json
from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence

from seats.alternatives import Hall, Place, hall_of
from seats.domain import Cursor, EventKind, SeatStatus, from_milliseconds, iso
from seats.feed.answers import Block
from seats.feed.loading import Event, SeatRow, Standing

# How far back deltas reach. An older cursor gets a full answer, which costs more but is as right.
HISTORY_LIMIT = 20_000

# Seats that are written, and compressed, together: one change costs one block, not the hall.
BLOCK = 2500

State = tuple[SeatStatus, int]
_FREE: State = (SeatStatus.AVAILABLE, 0)

_AFTER = {
    EventKind.HELD: SeatStatus.HELD,
    EventKind.EXTENDED: SeatStatus.HELD,
    EventKind.BOOKED: SeatStatus.BOOKED,
    EventKind.RELEASED: SeatStatus.AVAILABLE,
    EventKind.CANCELLED: SeatStatus.AVAILABLE,
    EventKind.EXPIRED: SeatStatus.AVAILABLE,
    EventKind.ACCEPTED: SeatStatus.BOOKED,
    EventKind.REJECTED: SeatStatus.AVAILABLE,
}


class OutOfStep(Exception):
    """The ledger does not continue what is in memory: the database was restored, say."""


class ShowMemory:
    """One show. Not safe for several threads: the caller keeps them apart."""

    def __init__(
        self, show_id: int, standing: Standing, last_event_ms: int, seats: Sequence[SeatRow]
    ) -> None:
        self.show_id = show_id
        self.born = standing.born
        self.starts_at = standing.starts_at
        self.seats = tuple(seats)
        self.index = {seat.id: position for position, seat in enumerate(seats)}
        self._names = [_name(seat) for seat in seats]
        self._states: list[State] = [(seat.status, seat.held_until_ms) for seat in seats]
        self._texts: list[str | None] = [None] * len(seats)
        self._blocks: list[Block | None] = [None] * (len(seats) // BLOCK + 1)
        self._counts = Counter(status for status, _ in self._states)
        self._deadlines = [
            (until, position)
            for position, (status, until) in enumerate(self._states)
            if status is SeatStatus.HELD
        ]
        heapq.heapify(self._deadlines)
        self.version = standing.version
        self.mark = standing.mark
        self.moment_ms = last_event_ms
        self._hall: Hall | None = None
        # Two lists in step: places in the order of things, and what stood there before.
        self._order: list[tuple[int, int]] = []
        self._before: list[tuple[int, State]] = []
        self.pass_time(last_event_ms)
        self._order.clear()
        self._before.clear()
        self._base = (self.version, self.moment_ms)
        self._marks = {self.version: self.mark}
        self._settle()
        self.pass_time(standing.clock_ms)

    # What happens

    def follow(self, events: Sequence[Event]) -> None:
        """Takes in the ledger from the version in memory on, that entry included.

        Raises OutOfStep when the entries do not continue what is in memory.
        """
        for event in events:
            if event.version == self.version:
                if event.mark != self.mark:
                    raise OutOfStep
                continue
            if event.version != self.version + 1:
                raise OutOfStep
            self._apply(event)
        self._trim()

    def pass_time(self, now_ms: int) -> bool:
        """Frees every seat whose hold has ended by now; returns whether there was one."""
        freed = False
        while self._deadlines and self._deadlines[0][0] <= now_ms:
            until, position = heapq.heappop(self._deadlines)
            if self._states[position] == (SeatStatus.HELD, until):
                self.moment_ms = max(self.moment_ms, until)
                self._set(position, _FREE)
                freed = True
        return freed

    def next_deadline_ms(self) -> int | None:
        """When the next hold may end, or None while nothing is held."""
        return self._deadlines[0][0] if self._deadlines else None

    def _settle(self) -> None:
        """Remembers where the latest event stands: only deadlines follow it in the order."""
        self._settled = len(self._order)
        self._settled_ms = self.moment_ms

    def _take_back(self, at_ms: int) -> None:
        """Undoes the deadlines after ``at_ms`` that have passed since the latest event."""
        if self._base > (self.version, max(self._settled_ms, at_ms)):
            raise OutOfStep
        while len(self._order) > self._settled and self._order[-1][1] > at_ms:
            self._order.pop()
            position, state = self._before.pop()
            self._put(position, state)
            heapq.heappush(self._deadlines, (state[1], position))
        self.moment_ms = self._settled_ms
        if len(self._order) > self._settled:
            self.moment_ms = self._order[-1][1]

    def _apply(self, event: Event) -> None:
        self._take_back(event.at_ms)
        self.pass_time(event.at_ms)
        self.version, self.mark = event.version, event.mark
        self.moment_ms = max(self.moment_ms, event.at_ms)
        self._marks[event.version] = event.mark
        after: State = (_AFTER[EventKind(event.kind)], event.held_until_ms)
        for seat_id in event.seat_ids:
            position = self.index.get(seat_id)
            if position is None:
                raise OutOfStep
            self._set(position, after)
            if after[0] is SeatStatus.HELD:
                heapq.heappush(self._deadlines, (after[1], position))
        self._settle()

    def _set(self, position: int, state: State) -> None:
        before = self._states[position]
        if before == state:
            return
        self._order.append((self.version, self.moment_ms))
        self._before.append((position, before))
        self._put(position, state)

    def _put(self, position: int, state: State) -> None:
        self._counts[self._states[position][0]] -= 1
        self._counts[state[0]] += 1
        self._states[position] = state
        self._texts[position] = None
        self._blocks[position // BLOCK] = None

    def _trim(self) -> None:
        surplus = len(self._order) - HISTORY_LIMIT
        if surplus <= 0:
            return
        # To the end of a place: a cursor there must find all of what came after it.
        surplus = bisect_right(self._order, self._order[surplus - 1])
        self._base = self._order[surplus - 1]
        del self._order[:surplus]
        del self._before[:surplus]
        self._settled = max(0, self._settled - surplus)
        for version in [known for known in self._marks if known < self._base[0]]:
            del self._marks[version]

    # What can be asked

    @property
    def cursor(self) -> Cursor:
        return Cursor(self.show_id, self.version, self.mark, self.moment_ms)

    def knows(self, cursor: Cursor) -> bool:
        """Whether the history since this cursor is in memory; its moment may yet have to come."""
        return (
            cursor.show_id == self.show_id
            and self._base <= (cursor.version, cursor.moment_ms)
            and cursor.version <= self.version
            and self._marks.get(cursor.version) == cursor.mark
        )

    def changed_since(self, cursor: Cursor) -> list[int]:
        """Positions of the seats that are not as they were at a cursor that is known."""
        start = bisect_right(self._order, (cursor.version, cursor.moment_ms))
        before: dict[int, State] = {}
        for position, state in self._before[start:]:
            before.setdefault(position, state)
        return sorted(at for at, state in before.items() if self._states[at] != state)

    def steps_since(self, cursor: Cursor) -> list[tuple[Cursor, list[tuple[int, State]]]]:
        """What happened after a cursor that is known: places in order, with what became of seats.

        Each event and each deadline is told by itself, also where it was undone by a later one.
        """
        start = bisect_right(self._order, (cursor.version, cursor.moment_ms))
        steps: list[tuple[Cursor, list[tuple[int, State]]]] = []
        after: dict[int, State] = {}
        place: tuple[int, int] | None = None
        for at in range(len(self._order) - 1, start - 1, -1):
            position, before = self._before[at]
            if self._order[at] != place:
                place = version, moment_ms = self._order[at]
                here = Cursor(self.show_id, version, self._marks[version], moment_ms)
                steps.append((here, []))
            steps[-1][1].append((position, after.get(position, self._states[position])))
            after[position] = before
        for _, changes in steps:
            changes.reverse()
        return steps[::-1]

    def state(self, position: int) -> State:
        return self._states[position]

    def is_free(self, position: int) -> bool:
        return self._states[position][0] is SeatStatus.AVAILABLE

    def stats(self) -> dict[str, int]:
        """Seats by state: ``{available, held, booked, total}``."""
        return {
            "available": self._counts[SeatStatus.AVAILABLE],
            "held": self._counts[SeatStatus.HELD],
            "booked": self._counts[SeatStatus.BOOKED],
            "total": len(self._states),
        }

    def seats_as_json(self, positions: Sequence[int]) -> bytes:
        """Some of the seats as the inside of a JSON list."""
        texts = self._texts
        return ",".join([texts[at] or self._as_json(at) for at in positions]).encode()

    def blocks(self) -> list[Block]:
        """All seats as JSON, in blocks; only blocks in which something changed are made anew."""
        made = []
        for number, start in enumerate(range(0, len(self._states), BLOCK)):
            block = self._blocks[number]
            if block is None:
                seats = range(start, min(start + BLOCK, len(self._states)))
                comma = b"," if start else b""
                block = self._blocks[number] = Block(comma + self.seats_as_json(seats))
            made.append(block)
        return made

    def _as_json(self, position: int) -> str:
        status, until = self._states[position]
        ends = f'"{iso(from_milliseconds(until))}"' if until else "null"
        text = f'{self._names[position]},"status":"{status.value}","held_until":{ends}}}'
        self._texts[position] = text
        return text

    def place(self, position: int) -> tuple[str, Place]:
        """A seat with its row, as the search for alternatives wants it."""
        seat = self.seats[position]
        return seat.row, Place(
            position,
            seat.label,
            seat.x,
            seat.y,
            plain=not seat.features,
            wheelchair="wheelchair" in seat.features,
        )

    @property
    def hall(self) -> Hall:
        if self._hall is None:
            self._hall = hall_of([self.place(at) for at in range(len(self.seats))])
        return self._hall


def _name(seat: SeatRow) -> str:
    """The part of a seat's JSON that never changes, without the end of the object."""
    # In this order a large hall takes two thirds of the bytes, compressed, of the obvious one.
    names = {"row": seat.row, "id": seat.id, "label": seat.label, "number": seat.number}
    return json.dumps(names, separators=(",", ":"))[:-1]
