"""The words of seat booking and the rules that need no database.

A seat is AVAILABLE, HELD until a deadline, or BOOKED. What is stored and what is true differ in one
point: a hold whose deadline has come *is* available, whether or not anything has tidied it. Every
function that needs the time is given it; nothing here reads a clock.
"""

from __future__ import annotations

import re
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum

MAX_SEAT_NUMBER = 9999
MAX_ID = 2**63 - 1
MAX_MARK = 2**40

_LABEL = re.compile(r"([A-Za-z]{1,4})-?0{0,8}([1-9][0-9]{0,3})", re.ASCII)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


# A digest of the address that a request came from, while it is being answered.
asking_from: ContextVar[str] = ContextVar("asking_from", default="")


class SeatStatus(StrEnum):
    """The three states a seat can be stored in and shown as."""

    AVAILABLE = "AVAILABLE"
    HELD = "HELD"
    BOOKED = "BOOKED"


class EventKind(StrEnum):
    """What can happen to seats; one entry of the ledger has one kind."""

    HELD = "held"
    EXTENDED = "extended"
    BOOKED = "booked"
    RELEASED = "released"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    # What the box office says of a booking it has reviewed: it stands, or its seats are free again.
    ACCEPTED = "accepted"
    REJECTED = "rejected"


class BookingStatus(StrEnum):
    """How a booking stands. One IN_REVIEW has its seats; the box office has yet to see the money.

    A CONFIRMED or IN_REVIEW booking has seats; of the others only the list of them is left.
    """

    CONFIRMED = "confirmed"
    IN_REVIEW = "in_review"
    REJECTED = "rejected"
    CANCELLED = "cancelled"


class HoldState(StrEnum):
    """How a hold stands. An OPEN hold past its deadline is over all the same."""

    OPEN = "open"
    BOOKED = "booked"
    RELEASED = "released"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Customer:
    """Whoever holds and books: a user, or later a guest.

    ``key`` is the name stored with holds, bookings and events ("user:12"); ``user_id`` is None for
    a guest. ``origin`` stands for the address they ask from; empty where that says nothing. It is
    taken from ``asking_from`` when the customer is named, so that no door can forget it.
    """

    key: str
    user_id: int | None
    origin: str = field(default_factory=asking_from.get, compare=False)

    @classmethod
    def of_user(cls, user_id: int) -> Customer:
        return cls(f"user:{user_id}", user_id)


@dataclass(frozen=True, slots=True)
class SeatNames:
    """The seats a request names: ids and canonical labels, each deduplicated and sorted."""

    ids: tuple[int, ...] = ()
    labels: tuple[str, ...] = ()

    @classmethod
    def of(cls, *names: int | str) -> SeatNames:
        """Seats from ids and labels in any order; raises ValueError for what is no label."""
        ids = sorted({name for name in names if isinstance(name, int)})
        labels = sorted({parse_label(name) for name in names if isinstance(name, str)})
        return cls(tuple(ids), tuple(labels))

    def __len__(self) -> int:
        return len(self.ids) + len(self.labels)


def label(row: str, number: int) -> str:
    """The canonical label of a seat: row "A" and number 1 make "A1"."""
    return f"{row}{number}"


def padded_label(canonical: str) -> str:
    """A canonical label with a number of two digits, as some clients know seats: A6 is A06."""
    row = canonical.rstrip("0123456789")
    return f"{row}{canonical[len(row) :]:0>2}"


def parse_label(text: str) -> str:
    """The canonical label for "A1", "A-1" or "A01"; raises ValueError for anything else."""
    match = _LABEL.fullmatch(text)
    if match is None:
        raise ValueError(f"not a seat label: {text[:20]!r}")
    return match[1].upper() + match[2]


def is_live(held_until: datetime | None, now: datetime) -> bool:
    """Whether a deadline is still ahead. Exactly at the deadline the hold has ended."""
    return held_until is not None and now < held_until


def effective_status(status: SeatStatus, held_until: datetime | None, now: datetime) -> SeatStatus:
    """What a seat is at a moment, given what is stored of it."""
    if status is SeatStatus.HELD and not is_live(held_until, now):
        return SeatStatus.AVAILABLE
    return status


def hold_deadline(now: datetime, ttl_seconds: int) -> datetime:
    """The one deadline of a hold whose first seat is taken now."""
    return now + timedelta(seconds=ttl_seconds)


def extended_deadline(
    started_at: datetime, now: datetime, ttl_seconds: int, max_seconds: int
) -> datetime:
    """A full time to live from now, but never past the longest life counted from the start."""
    return min(now + timedelta(seconds=ttl_seconds), started_at + timedelta(seconds=max_seconds))


def to_milliseconds(moment: datetime) -> int:
    """Milliseconds since 1970 in UTC."""
    return (moment - _EPOCH) // _MILLISECOND


def from_milliseconds(milliseconds: int) -> datetime:
    """The moment that many milliseconds after 1970, in UTC."""
    return _EPOCH + milliseconds * _MILLISECOND


def iso(moment: datetime) -> str:
    """ISO 8601 in UTC with milliseconds and a Z: 2026-11-21T19:30:00.000Z."""
    utc = moment.astimezone(UTC).replace(tzinfo=None)
    return f"{utc.isoformat(timespec='milliseconds')}Z"


@dataclass(frozen=True, slots=True)
class Cursor:
    """A point in a show's history: all events up to ``version``, seen at ``moment_ms``.

    The moment is there because holds end by time alone, without an event. ``mark`` is the random
    number the show carried at that version; it tells a restored or recreated show from the one the
    cursor was made for. Clients treat the text as opaque.
    """

    show_id: int
    version: int
    mark: int
    moment_ms: int

    def __str__(self) -> str:
        return f"{self.show_id}.{self.version}.{self.mark:x}.{self.moment_ms:x}"

    @classmethod
    def parse(cls, text: str) -> Cursor | None:
        """The cursor a client sent back, or None where it is none of ours."""
        match = _CURSOR.fullmatch(text)
        if match is None:
            return None
        show_id, version, mark, moment = match.groups()
        return cls(int(show_id), int(version), int(mark, 16), int(moment, 16))


_CURSOR = re.compile(r"([0-9]{1,19})\.([0-9]{1,19})\.([0-9a-f]{1,12})\.([0-9a-f]{1,12})", re.ASCII)
