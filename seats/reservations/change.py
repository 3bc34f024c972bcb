"""One change of one show's seats, from the lock to the ledger."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from seats import database, feed, gate
from seats.domain import Cursor, EventKind, HoldState, to_milliseconds
from seats.errors import IdempotencyKeyReused, SeatError, SeatsUnavailable, ShowNotFound, TooOften
from seats.feed import refusals
from seats.reservations.once import Once, recalled_refusal, refusal, remember, remembered

Facts = dict[str, Any]

# A booking reference drawn twice, or a key used for two shows at once: gone when repeated.
_COLLISION_ATTEMPTS = 3


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a change came to.

    ``facts`` is JSON-ready and shaped as the function that made it says; ``cursor`` is the show's
    history up to and including the change; ``changed`` is False when there was nothing to do;
    ``replayed`` is True when a repeated request got its first answer again.
    """

    facts: Facts
    cursor: str
    changed: bool
    replayed: bool = False


class Unchanged(Exception):
    """Raised by an operation that found everything as asked: undo the count, succeed."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        super().__init__()


class _Replay(Exception):
    def __init__(self, stored: Facts) -> None:
        self.stored = stored
        super().__init__()


@dataclass(frozen=True, slots=True)
class HoldRow:
    """A customer's newest hold for a show, as stored."""

    id: int
    state: HoldState
    seat_ids: tuple[int, ...]
    started_at: datetime
    expires_at: datetime
    booking_id: int | None
    by_selection: bool
    origin: str

    def is_live(self, now: datetime) -> bool:
        return self.state is HoldState.OPEN and now < self.expires_at

    def has_lapsed(self, now: datetime) -> bool:
        ended = self.state is HoldState.OPEN and self.expires_at <= now
        return ended or self.state is HoldState.EXPIRED


@dataclass(slots=True)
class Change:
    """A change being made: the lock is had, the clock has been read."""

    cursor: database.Cursor
    turn: database.Turn
    actor: str

    @property
    def now(self) -> datetime:
        return self.turn.now

    @property
    def show_id(self) -> int:
        return self.turn.show_id

    @property
    def sales_are_closed(self) -> bool:
        return self.turn.starts_at <= self.turn.now

    def go_on_as(self, actor: str) -> None:
        """Begins another change in the same transaction: same moment, version and entry its own."""
        self.turn = replace(database.take_turn(self.cursor, self.show_id), now=self.now)
        self.actor = actor

    def newest_hold(self, customer_key: str) -> HoldRow | None:
        self.cursor.execute(
            "SELECT id, state, seat_ids, started_at, expires_at, booking_id,"
            " by_selection, origin FROM seats_hold WHERE customer = %s AND show_id = %s"
            " ORDER BY id DESC LIMIT 1",
            (customer_key, self.show_id),
        )
        row = self.cursor.fetchone()
        if row is None:
            return None
        hold_id, state, seat_ids, started_at, expires_at, booking_id, by_selection, origin = row
        return HoldRow(
            hold_id,
            HoldState(state),
            tuple(database.document(seat_ids)),
            database.moment(started_at),
            database.moment(expires_at),
            booking_id,
            bool(by_selection),
            origin,
        )

    def shrink_hold(
        self,
        hold: HoldRow,
        gone: Iterable[int],
        ended: HoldState,
        booking_id: int | None = None,
    ) -> None:
        """Takes seats off a hold; a hold that loses its last seat ends in state ``ended``."""
        gone = set(gone)
        rest = [seat_id for seat_id in hold.seat_ids if seat_id not in gone]
        if rest:
            self.cursor.execute(
                "UPDATE seats_hold SET seat_ids = %s WHERE id = %s", (json.dumps(rest), hold.id)
            )
        else:
            self.cursor.execute(
                "UPDATE seats_hold SET state = %s, booking_id = %s, ended_at = %s WHERE id = %s",
                (ended.value, booking_id, database.parameter(self.now), hold.id),
            )

    def free(self, seat_ids: Sequence[int], condition: str, *params: Any) -> int:
        """Puts seats back on sale where ``condition`` still holds; returns how many."""
        if not seat_ids:
            return 0
        self.cursor.execute(
            "UPDATE seats_seat SET status = 'AVAILABLE', held_until = NULL, hold_id = NULL,"
            f" booking_id = NULL WHERE show_id = %s AND id IN ({database.places(seat_ids)})"
            f" AND {condition}",
            (self.show_id, *seat_ids, *params),
        )
        return self.cursor.rowcount

    def record(
        self,
        kind: EventKind,
        seat_ids: Iterable[int],
        *,
        held_until: datetime | None = None,
        hold_id: int | None = None,
        booking_id: int | None = None,
        reason: str = "",
    ) -> None:
        """Writes the change to the ledger. A change has exactly one entry."""
        self.cursor.execute(
            "INSERT INTO seats_seatevent (show_id, version, mark, kind, seat_ids, held_until, at,"
            " hold_id, booking_id, actor, reason)"
            " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
            (
                self.show_id,
                self.turn.version,
                self.turn.mark,
                kind.value,
                json.dumps(sorted(seat_ids)),
                None if held_until is None else database.parameter(held_until),
                database.parameter(self.now),
                hold_id,
                booking_id,
                self.actor,
                reason,
            ),
        )


Operation = Callable[[Change], Facts]


def perform(
    show_id: int,
    actor: str,
    operation: Operation,
    *,
    once: Once | None = None,
    turnstiles: Sequence[int] = (),
) -> Outcome:
    """Carries out one change of a show's seats and returns what it came to.

    ``operation`` gets the lock and the time, changes the seats, records one event and returns the
    facts; it may raise a SeatError or Unchanged, and then nothing of it remains. With ``once`` its
    outcome, refusals included, is stored in the same transaction. ``turnstiles`` are gone through
    after the show's lock is had, for what is decided by more than one show. Raises SeatError.
    """

    def work() -> Outcome | SeatError:
        with database.cursor() as cursor:
            if once is None:
                return _carry_out(cursor, show_id, actor, operation, turnstiles)
            return _carry_out_once(cursor, show_id, actor, operation, once, turnstiles)

    try:
        came_to = _written(work)
    except _Replay as replay:
        came_to = _recalled(replay.stored)
    except Unchanged as unchanged:
        with database.cursor() as cursor:
            came_to = _unchanged(cursor, show_id, unchanged)
    except SeatsUnavailable as refused:
        _tell(refused, actor, show_id)
        raise _with_alternatives(refused, show_id) from None
    if isinstance(came_to, SeatError):
        if isinstance(came_to, SeatsUnavailable):
            _tell(came_to, actor, show_id)
        raise came_to
    # Also where somebody else made the change: their notice may be later than this answer.
    feed.expect(came_to.cursor)
    return came_to


def _tell(refused: SeatsUnavailable, actor: str, show_id: int) -> None:
    labels = [str(seat["label"]) for seat in refused.facts["conflicts"]]
    refusals.tell(actor, show_id, labels, refused.message)


def _written(work: Callable[[], Outcome | SeatError]) -> Outcome | SeatError:
    for _ in range(_COLLISION_ATTEMPTS - 1):
        with suppress(IntegrityError):
            return database.write(work)
    return database.write(work)


def perform_within(
    cursor: database.Cursor, show_id: int, actor: str, operation: Operation
) -> Facts:
    """Like ``perform``, as part of a transaction that somebody else commits; returns the facts."""
    try:
        with transaction.atomic():
            came_to = _carry_out(cursor, show_id, actor, operation)
    except Unchanged as unchanged:
        return unchanged.facts
    transaction.on_commit(lambda: feed.expect(came_to.cursor))
    return came_to.facts


def _carry_out(
    cursor: database.Cursor,
    show_id: int,
    actor: str,
    operation: Operation,
    turnstiles: Sequence[int] = (),
) -> Outcome:
    change = Change(cursor, database.take_turn(cursor, show_id, turnstiles), actor)
    facts = operation(change)
    at = Cursor(show_id, change.turn.version, change.turn.mark, to_milliseconds(change.now))
    return Outcome(facts, str(at), changed=True)


def _carry_out_once(
    cursor: database.Cursor,
    show_id: int,
    actor: str,
    operation: Operation,
    once: Once,
    turnstiles: Sequence[int],
) -> Outcome | SeatError:
    def first_time(change: Change) -> Facts:
        stored = remembered(cursor, once, change.now)
        if stored is not None:
            raise _Replay(stored)
        return operation(change)

    came_to: Outcome | SeatError
    try:
        # A savepoint, so that a refused change is undone and the refusal still stored.
        with transaction.atomic():
            came_to = _carry_out(cursor, show_id, actor, first_time, turnstiles)
    except Unchanged as unchanged:
        came_to = _unchanged(cursor, show_id, unchanged)
    except (ShowNotFound, IdempotencyKeyReused, TooOften):
        raise
    except SeatsUnavailable as refused:
        # What is offered instead must be free by what is committed, and goes out with that.
        gate.leave_company()
        came_to = _with_alternatives(refused, show_id)
    except SeatError as refused:
        came_to = refused
    remember(cursor, once, _storable(came_to), database.now())
    return came_to


def _unchanged(cursor: database.Cursor, show_id: int, unchanged: Unchanged) -> Outcome:
    cursor.execute(
        f"SELECT version, mark, {database.clock()} FROM seats_showtime WHERE id = %s", (show_id,)
    )
    row = cursor.fetchone()
    if row is None:
        raise ShowNotFound
    version, mark, now = row
    at = Cursor(show_id, version, mark, to_milliseconds(database.moment(now)))
    return Outcome(unchanged.facts, str(at), changed=False)


def _with_alternatives(refused: SeatsUnavailable, show_id: int) -> SeatsUnavailable:
    refused.offer(feed.alternatives(show_id, refused.wanted))
    return refused


def _storable(came_to: Outcome | SeatError) -> Facts:
    if isinstance(came_to, SeatError):
        return refusal(came_to)
    return {"facts": came_to.facts, "cursor": came_to.cursor, "changed": came_to.changed}


def _recalled(stored: Facts) -> Outcome:
    error = recalled_refusal(stored)
    if error is not None:
        raise error
    return Outcome(stored["facts"], stored["cursor"], stored["changed"], replayed=True)
