"""The window everybody looks through: the state of a show as pollers see it.

Each process keeps the shows it is asked about in memory and advances them by the ledger's new
entries. It asks the database whether there are any when another process of this machine says so
(``hints``), when a caller has seen more than the memory knows, and at least every FRESH_MS while
somebody looks. Between two such moments the answers are the same bytes, kept ready.
"""

from __future__ import annotations

import json
import threading
import time
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

from django.conf import settings

from seats.alternatives import nearest_groups
from seats.domain import Cursor, from_milliseconds, iso, to_milliseconds
from seats.errors import ShowNotFound
from seats.feed import hints, messenger, replica
from seats.feed.answers import Answer, Block
from seats.feed.loading import TAIL_LIMIT, SeatRow, Standing, events_from, standing, whole_show
from seats.feed.memory import OutOfStep, ShowMemory
from seats.feed.offer import offer_push, offered
from seats.feed.pace import Load, poll_after_ms
from seats.feed.steps import Progress, SeatChange, Step, all_of, steps_after

__all__ = [
    "Answer",
    "Progress",
    "SeatChange",
    "SeatRow",
    "Snapshot",
    "Step",
    "alternatives",
    "expect",
    "expect_anything",
    "follow",
    "layout",
    "offer_push",
    "snapshot",
    "status_answer",
]

FRESH_MS = 100
# How long a copy of the database may be believed before the database itself is asked again.
SURE_MS = 1000
# A seat takes a little more than 1 KB, so this is some 250 MB where there are many large halls.
MAX_SHOWS = 5_000
MAX_SEATS_IN_MEMORY = 200_000
MAX_ANSWERS = 500

# Two processes read one clock, some milliseconds apart. Waiting that long is better than telling a
# customer that a seat they saw free is held again.
_MAX_CLOCK_WAIT_MS = 50

load = Load()


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A whole show at one moment: each seat with its status and ``held_until`` (ISO, or None)."""

    cursor: str
    stats: dict[str, int]
    seats: list[tuple[SeatRow, str, str | None]]


@dataclass(frozen=True, slots=True)
class _Ready:
    """Answers that may be given without looking, until that time, while the hint is this one."""

    hint: bytes | None
    until: float
    answers: dict[str, Answer]
    serves_newcomers: bool


class _Show:
    """A show's memory, the lock that guards it, and when it was last compared."""

    def __init__(self, show_id: int) -> None:
        self.show_id = show_id
        self.slot = hints.Slot(show_id)
        self.ready: _Ready | None = None
        self.lock = threading.Lock()
        self.memory: ShowMemory | None = None
        self.checked_at = 0.0
        self.sure_at = 0.0
        self.clock_ms = 0
        self.hint: bytes | None = None
        self.is_behind = False
        self.answers: dict[str, Answer] = {}

    def clock_now_ms(self) -> int:
        """The database's clock, carried on from when it was last read."""
        return self.clock_ms + int((time.monotonic() - self.checked_at) * 1000)

    def has_deadline_by(self, now_ms: int) -> bool:
        """Whether a hold in memory ends by then, for all that the memory knows."""
        deadline = None if self.memory is None else self.memory.next_deadline_ms()
        return deadline is not None and deadline <= now_ms

    def looked_at(self, *, afresh: bool = False) -> ShowMemory:
        """The memory, compared with the database where that is due, at this moment.

        It is due when a deadline comes: the hold may have been extended or booked since.

        ``afresh`` leaves nothing to the clock: what was committed before this call is seen.
        """
        memory = self.memory
        # Before the database is asked: what is committed after this line is still to be seen.
        hint = self.slot.glance()
        must_be_sure = (
            memory is None
            or self.is_behind
            or hint != self.hint
            or (afresh and (hint is None or replica.is_configured()))
            or self._is_older(self.sure_at, SURE_MS)
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
            self.ready = _Ready(hint, self._fresh_until(memory), self.answers, serves_newcomers)
        return memory

    @staticmethod
    def _is_older(at: float, milliseconds: int) -> bool:
        return time.monotonic() - at >= milliseconds / 1000

    def _fresh_until(self, memory: ShowMemory) -> float:
        fresh_ms = FRESH_MS
        deadline = memory.next_deadline_ms()
        if deadline is not None:
            fresh_ms = min(fresh_ms, deadline - self.clock_ms)
        return self.checked_at + fresh_ms / 1000

    def ready_answer(self, since: str | None) -> Answer | None:
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
            or time.monotonic() >= ready.until
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
        memory = self.memory
        now = standing(self.show_id)
        if now is None:
            self.memory = None
            raise ShowNotFound
        if memory is not None and memory.born == now.born:
            memory.starts_at = now.starts_at
            self._set_clock(now.clock_ms)
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
        return self._loaded(now)

    def _loaded(self, now: Standing) -> ShowMemory:
        """All seats anew, in a state that is no older than ``now``."""
        found = replica.ask(whole_show, self.show_id, patience=4.0) if replica.is_there() else None
        if found is None or not _is_no_older(found[0], now):
            found = whole_show(self.show_id)
            if found is None:
                self.memory = None
                raise ShowNotFound
            now = found[0]
        self._set_clock(now.clock_ms)
        seen, last_event_ms, seats = found
        seen = replace(seen, clock_ms=now.clock_ms)
        self.memory = ShowMemory(self.show_id, seen, last_event_ms, seats)
        return self.memory

    def _set_clock(self, clock_ms: int) -> None:
        self.clock_ms = clock_ms
        self.checked_at = self.sure_at = time.monotonic()

    def _followed_replica(self, memory: ShowMemory) -> bool:
        """Takes in what a copy of the database knows; False where the database has to be asked.

        A copy that is behind the memory says nothing about what is true. Of two clocks only one
        can be right about deadlines, so the copy's is not looked at, and no hold ends by its word.
        """
        if not replica.is_there():
            return False
        at, clock_ms = time.monotonic(), self.clock_now_ms()
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


_shows: OrderedDict[int, _Show] = OrderedDict()
_shows_lock = threading.Lock()


def _show(show_id: int) -> _Show:
    with _shows_lock:
        show = _shows.get(show_id)
        if show is None:
            show = _shows[show_id] = _Show(show_id)
            _make_room()
        else:
            _shows.move_to_end(show_id)
        return show


def _make_room() -> None:
    """Forgets the shows nobody has asked about for longest."""
    seats = sum(len(show.memory.seats) for show in _shows.values() if show.memory is not None)
    while len(_shows) > 1 and (len(_shows) > MAX_SHOWS or seats > MAX_SEATS_IN_MEMORY):
        _, gone = _shows.popitem(last=False)
        seats -= len(gone.memory.seats) if gone.memory is not None else 0


@contextmanager
def _opened(show_id: int) -> Iterator[_Show]:
    """A show for one thread at a time; one that turns out not to exist is not kept."""
    show = _show(show_id)
    try:
        with show.lock:
            yield show
    except ShowNotFound:
        with _shows_lock:
            _shows.pop(show_id, None)
        raise


def status_answer(show_id: int, since: str | None = None) -> Answer:
    """The answer to a status poll, the same for every caller. Raises ShowNotFound.

    With a cursor in ``since`` only what changed after it, if its history is known; else everything.
    """
    load.count()
    show = _shows.get(show_id)
    ready = None if show is None else show.ready_answer(since)
    if ready is not None:
        return ready
    with _opened(show_id) as show:
        answer, wait_ms = _found_answer(show, since)
    if 0 < wait_ms <= _MAX_CLOCK_WAIT_MS:
        time.sleep((wait_ms + 1) / 1000)
        with _opened(show_id) as show:
            answer, _ = _found_answer(show, since)
    return answer


def _found_answer(show: _Show, since: str | None) -> tuple[Answer, int]:
    """The answer at this moment, and how many ms later it would be one for ``since``."""
    # Without a cursor there is no telling what the caller has seen.
    memory = show.looked_at(afresh=not since)
    ready = show.answers.get(since or "")
    if ready is not None:
        return ready, 0
    cursor = Cursor.parse(since) if since else None
    wait_ms = None if cursor is None else show.wait_ms(cursor)
    if wait_ms != 0:
        cursor = None
    memory = show.memory or memory
    answer = _answer(show, memory, cursor)
    if len(show.answers) >= MAX_ANSWERS:
        show.answers.clear()
    show.answers["" if cursor is None else str(cursor)] = answer
    return answer, wait_ms or 0


def _answer(show: _Show, memory: ShowMemory, since: Cursor | None) -> Answer:
    now_ms = show.clock_now_ms()
    head = json.dumps(
        {
            "show_id": memory.show_id,
            "cursor": str(memory.cursor),
            "full": since is None,
            "server_time": iso(from_milliseconds(now_ms)),
            "poll_after_ms": poll_after_ms(
                settings.POLL_INTERVAL_MS,
                age_ms=now_ms - memory.moment_ms if memory.moment_ms else None,
                is_closed=to_milliseconds(memory.starts_at) <= now_ms,
                load=load.share,
            ),
            **offered(),
            "stats": memory.stats(),
        },
        separators=(",", ":"),
    )
    opening = f'{head[:-1]},"seats":['.encode()
    if since is None:
        # Weak: answers that differ in server_time and pace alone say the same about the seats.
        here = str(memory.cursor)
        return Answer(opening, memory.blocks(), cursor=here, etag=f'W/"{here}"', full=True)
    changed = Block(memory.seats_as_json(memory.changed_since(since)))
    etag = f'W/"{since.version}.{since.moment_ms:x}-{memory.cursor}"'
    return Answer(opening, [changed], cursor=str(memory.cursor), etag=etag, full=False)


def follow(show_id: int, since: str | None, *, with_actors: bool = False) -> Progress:
    """What happened after a cursor, one thing after another. Raises ShowNotFound.

    Without a cursor, or with one whose history is not known: every seat as it is now.
    """
    with _opened(show_id) as show:
        memory = show.looked_at(afresh=not since)
        cursor = Cursor.parse(since) if since else None
        wait_ms = None if cursor is None else show.wait_ms(cursor)
        memory = show.memory or memory
        if cursor is not None and wait_ms:
            # Told by a process whose clock is a little ahead: its history here has yet to come.
            return Progress(str(cursor), cursor.version, cursor.moment_ms, (), None, wait_ms)
        known = cursor if wait_ms == 0 else None
        deadline = memory.next_deadline_ms()
        here = memory.cursor
        return Progress(
            str(here),
            here.version,
            here.moment_ms,
            () if known is None else steps_after(memory, known, with_actors=with_actors),
            all_of(memory) if known is None else None,
            None if deadline is None else max(0, deadline - show.clock_now_ms()),
        )


def snapshot(show_id: int) -> Snapshot:
    """Every seat of a show as it is now. Raises ShowNotFound."""
    with _opened(show_id) as show:
        memory = show.looked_at(afresh=True)
        seats = [_seen(memory, position) for position in range(len(memory.seats))]
        return Snapshot(str(memory.cursor), memory.stats(), seats)


def layout(show_id: int) -> tuple[SeatRow, ...]:
    """The seats of a show by id, of which all but the state never changes. Raises ShowNotFound."""
    with _opened(show_id) as show:
        return show.looked_at().seats


def alternatives(show_id: int, wanted: Sequence[int]) -> list[list[str]]:
    """Up to three groups of free neighbours to offer instead of the seats with these ids."""
    with _opened(show_id) as show:
        # Whoever was refused has met a change that was committed a moment ago. Its notice may
        # still be on the way, and the seats that were lost must not be offered.
        show.is_behind = True
        memory = show.looked_at()
        places = [memory.place(memory.index[seat]) for seat in wanted if seat in memory.index]
        return nearest_groups(memory.hall, places, memory.is_free)


def expect(cursor: str, *, from_afar: bool = False) -> None:
    """Says that a change up to this cursor has been committed: whoever is asked next looks.

    ``from_afar``: another machine has said so, and tells everybody else itself.
    """
    at = Cursor.parse(cursor)
    if at is None:
        return
    hints.Slot(at.show_id).notice()
    if not from_afar:
        messenger.tell(messenger.CHANGES, at.show_id, cursor)
    with _shows_lock:
        show = _shows.get(at.show_id)
    if show is not None:
        show.is_behind = True


def expect_anything() -> None:
    """Says that the database has been replaced as a whole: whoever is asked next looks."""
    hints.notice_all()
    with _shows_lock:
        shows = list(_shows.values())
    for show in shows:
        show.is_behind = True


def _seen(memory: ShowMemory, position: int) -> tuple[SeatRow, str, str | None]:
    status, until = memory.state(position)
    return memory.seats[position], status.value, iso(from_milliseconds(until)) if until else None
