"""The window everybody looks through: the state of a show as pollers see it.

Each process keeps the shows it is asked about in memory (``watched``), as many as there is room
for. What is asked at the same state of a show is answered with the same bytes, kept ready.
"""

from __future__ import annotations

import json
import threading
import time
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from django.conf import settings

from seats.alternatives import nearest_groups
from seats.domain import Cursor, from_milliseconds, iso, to_milliseconds
from seats.errors import ShowNotFound
from seats.feed import hints, messenger
from seats.feed.answers import Answer, Block
from seats.feed.loading import SeatRow
from seats.feed.memory import ShowMemory
from seats.feed.offer import offer_push, offered
from seats.feed.pace import Load, poll_after_ms
from seats.feed.steps import Progress, SeatChange, Step, all_of, steps_after
from seats.feed.watched import WatchedShow

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


_shows: OrderedDict[int, WatchedShow] = OrderedDict()
_shows_lock = threading.Lock()


def _show(show_id: int) -> WatchedShow:
    with _shows_lock:
        show = _shows.get(show_id)
        if show is None:
            show = _shows[show_id] = WatchedShow(show_id)
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
def _opened(show_id: int) -> Iterator[WatchedShow]:
    """A show for one thread at a time; one that turns out not to exist is not kept."""
    show = _show(show_id)
    try:
        with show.lock:
            yield show
    except ShowNotFound:
        with _shows_lock:
            _shows.pop(show_id, None)
        raise


def status_answer(show_id: int, since: str | None = None, *, is_kept: bool = False) -> Answer:
    """The answer to a status poll, the same for every caller. Raises ShowNotFound.

    With a cursor in ``since`` only what changed after it, if its history is known; else everything.
    ``is_kept`` says that a cache asks, which will hand the answer out for a while.
    """
    load.count()
    show = _shows.get(show_id)
    ready = None if show is None else show.ready_answer(since, is_kept=is_kept)
    if ready is not None:
        return ready
    with _opened(show_id) as show:
        answer, wait_ms = _found_answer(show, since, is_kept)
    if 0 < wait_ms <= _MAX_CLOCK_WAIT_MS:
        time.sleep((wait_ms + 1) / 1000)
        with _opened(show_id) as show:
            answer, _ = _found_answer(show, since, is_kept)
    return answer


def _found_answer(show: WatchedShow, since: str | None, is_kept: bool) -> tuple[Answer, int]:
    """The answer at this moment, and how many ms later it would be one for ``since``."""
    # Without a cursor there is no telling what the caller has seen.
    memory = show.looked_at(afresh=not since, is_kept=is_kept)
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


def _answer(show: WatchedShow, memory: ShowMemory, since: Cursor | None) -> Answer:
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
