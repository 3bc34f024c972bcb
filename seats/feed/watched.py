"""A show somebody looks at: its memory, and when that has to be compared with the database.

The memory advances by the ledger's new entries. The database is asked whether there are any when
another process of this machine says so (``hints``), when a caller has seen more than the memory
knows, when a deadline comes, and at least every FRESH_MS while somebody looks. Between two such
moments the answers are the same bytes, kept ready.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, replace

from seats.domain import Cursor
from seats.errors import ShowNotFound
from seats.feed import hints, replica
from seats.feed.answers import Answer
from seats.feed.loading import TAIL_LIMIT, Standing, events_from, standing, whole_show
from seats.feed.memory import OutOfStep, ShowMemory

# Times on the clock of this process are whole nanoseconds: added up as floats, a deadline could
# come out later than it is.
_MS = 1_000_000

FRESH_MS = 100
# How long a copy of the database may be believed before the database itself is asked again.
SURE_MS = 1000


@dataclass(frozen=True, slots=True)
class _Ready:
    """Answers that may be given without looking, until that time, while the hint is this one.

    Those that somebody will keep only until ``sure_until``, for a copy may have had a part in them.
    """

    hint: bytes | None
    until: int
    sure_until: int
    answers: dict[str, Answer]
    serves_newcomers: bool


class WatchedShow:
    """A show's memory, when it was last compared, and the lock for whoever looks at it.

    All but ``ready_answer``, and setting ``is_behind``, is for the thread that has the lock.
    """

    def __init__(self, show_id: int) -> None:
        self.show_id = show_id
        self.slot = hints.Slot(show_id)
        self.ready: _Ready | None = None
        self.lock = threading.Lock()
        self.memory: ShowMemory | None = None
        self.checked_at = 0
        self.sure_at = 0
        self.clock_ms = 0
        self.hint: bytes | None = None
        self.is_behind = False
        self.answers: dict[str, Answer] = {}

    def clock_now_ms(self) -> int:
        """The database's clock, carried on from when it was last read."""
        return self.clock_ms + (time.monotonic_ns() - self.checked_at) // _MS

    def has_deadline_by(self, now_ms: int) -> bool:
        """Whether a hold in memory ends by then, for all that the memory knows."""
        deadline = None if self.memory is None else self.memory.next_deadline_ms()
        return deadline is not None and deadline <= now_ms

    def looked_at(self, *, afresh: bool = False, is_kept: bool = False) -> ShowMemory:
        """The memory, compared with the database where that is due, at this moment.

        It is due when a deadline comes: the hold may have been extended or booked since.

        ``afresh`` leaves nothing to the clock: what was committed before this call is seen.
        ``is_kept`` says that somebody will go on handing the answer out, so that it must not be
        late already: the database itself has been asked no longer than FRESH_MS ago.
        """
        memory = self.memory
        # Before the database is asked: what is committed after this line is still to be seen.
        hint = self.slot.glance()
        must_be_sure = (
            memory is None
            or self.is_behind
            or hint != self.hint
            or (afresh and (hint is None or replica.is_configured()))
            or self._is_older(self.sure_at, FRESH_MS if is_kept else SURE_MS)
            or self.has_deadline_by(self.clock_now_ms())
        )
        if memory is None or must_be_sure or self._is_older(self.checked_at, FRESH_MS):
            self.is_behind = False
            self.ready = None
            if memory is None or must_be_sure or not self._followed_replica(memory):
                memory = self._compared()
            self.hint = hint
            # No further than the clock that was read together with the version.
            memory.pass_time(self.clock_ms)
            self.answers = {}
            # Who has no cursor may have seen anything, on another machine too.
            serves_newcomers = hint is not None and not replica.is_configured()
            self.ready = _Ready(
                hint,
                self._fresh_until(memory),
                self.sure_at + FRESH_MS * _MS,
                self.answers,
                serves_newcomers,
            )
        return memory

    @staticmethod
    def _is_older(at: int, milliseconds: int) -> bool:
        return time.monotonic_ns() - at >= milliseconds * _MS

    def _fresh_until(self, memory: ShowMemory) -> int:
        fresh_ms = FRESH_MS
        deadline = memory.next_deadline_ms()
        if deadline is not None:
            fresh_ms = min(fresh_ms, deadline - self.clock_ms)
        return self.checked_at + fresh_ms * _MS

    def ready_answer(self, since: str | None, *, is_kept: bool = False) -> Answer | None:
        """The answer, where it was given before and there is no reason to look.

        Most polls end here, so it waits for nobody: what it goes by is one object, replaced as a
        whole, and gone while somebody looks.
        """
        ready = self.ready
        if (
            ready is None
            or self.is_behind
            or self.slot.glance() != ready.hint
            or (not since and not ready.serves_newcomers)
            or time.monotonic_ns() >= ready.until
            or (is_kept and time.monotonic_ns() >= ready.sure_until)
        ):
            return None
        return ready.answers.get(since or "")

    def wait_ms(self, cursor: Cursor) -> int | None:
        """How long until the memory's history can be told from this cursor on; 0: at once.

        None where the memory knows nothing of the cursor.
        """
        if self._has_reached(cursor):
            return 0
        self.is_behind = True
        memory = self.looked_at()
        if self._has_reached(cursor):
            return 0
        return max(1, cursor.moment_ms - self.clock_now_ms()) if memory.knows(cursor) else None

    def _has_reached(self, cursor: Cursor) -> bool:
        return (
            self.memory is not None
            and self.memory.knows(cursor)
            and cursor.moment_ms <= self.clock_now_ms()
            and not self.has_deadline_by(cursor.moment_ms)
        )

    def _compared(self) -> ShowMemory:
        memory, asked_at = self.memory, time.monotonic_ns()
        now = standing(self.show_id)
        if now is None:
            self.memory = None
            raise ShowNotFound
        if memory is not None and memory.born == now.born:
            memory.starts_at = now.starts_at
            self._set_clock(now.clock_ms, asked_at)
            if (memory.version, memory.mark) == (now.version, now.mark):
                return memory
            if memory.version < now.version < memory.version + TAIL_LIMIT:
                try:
                    memory.follow(events_from(self.show_id, memory.version))
                except OutOfStep:
                    pass
                else:
                    if memory.version >= now.version:
                        return memory
        return self._loaded(now, asked_at)

    def _loaded(self, now: Standing, asked_at: int) -> ShowMemory:
        """All seats anew, in a state that is no older than ``now``."""
        found = replica.ask(whole_show, self.show_id, patience=4.0) if replica.is_there() else None
        if found is None or not _is_no_older(found[0], now):
            found = whole_show(self.show_id)
            if found is None:
                self.memory = None
                raise ShowNotFound
            now = found[0]
        self._set_clock(now.clock_ms, asked_at)
        seen, last_event_ms, seats = found
        seen = replace(seen, clock_ms=now.clock_ms)
        self.memory = ShowMemory(self.show_id, seen, last_event_ms, seats)
        return self.memory

    def _set_clock(self, clock_ms: int, asked_at: int) -> None:
        self.clock_ms = clock_ms
        self.checked_at = time.monotonic_ns()
        # An answer that took its time is as old as that when it arrives.
        self.sure_at = asked_at

    def _followed_replica(self, memory: ShowMemory) -> bool:
        """Takes in what a copy of the database knows; False where the database has to be asked.

        A copy that is behind the memory says nothing about what is true. Of two clocks only one
        can be right about deadlines, so the copy's is not looked at, and no hold ends by its word.
        """
        if not replica.is_there():
            return False
        at, clock_ms = time.monotonic_ns(), self.clock_now_ms()
        known = Standing(memory.version, memory.mark, memory.born, 0, memory.starts_at)
        seen = replica.ask(standing, self.show_id)
        if seen is None or not _is_no_older(seen, known):
            return False
        if seen.version > memory.version:
            try:
                memory.follow(replica.ask(events_from, self.show_id, memory.version) or [])
            except OutOfStep:
                # Some of them may have been taken in.
                self.memory = None
        if self.memory is None or memory.version < seen.version or self.has_deadline_by(clock_ms):
            return False
        self.checked_at, self.clock_ms = at, max(clock_ms, memory.moment_ms)
        return True


def _is_no_older(seen: Standing, now: Standing) -> bool:
    if seen.born != now.born or seen.version < now.version:
        return False
    return seen.version > now.version or seen.mark == now.mark
