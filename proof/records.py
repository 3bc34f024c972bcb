"""What a run leaves behind: calls, the public ledger, looks at the hall. Plain data.

Two clocks meet here. Calls and looks carry the clients' clock, events and deadlines the server's;
both are milliseconds since 1970. ``Clock`` says how far they lie apart.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from math import inf

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Operation(StrEnum):
    """What a customer can ask for."""

    HOLD = "hold"
    EXTEND = "extend"
    BOOK = "book"
    RELEASE = "release"
    CANCEL = "cancel"


class Kind(StrEnum):
    """What an event of the ledger can say."""

    HELD = "held"
    EXTENDED = "extended"
    BOOKED = "booked"
    RELEASED = "released"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    ACCEPTED = "accepted"
    REJECTED = "rejected"


KIND_OF = {
    Operation.HOLD: Kind.HELD,
    Operation.EXTEND: Kind.EXTENDED,
    Operation.BOOK: Kind.BOOKED,
    Operation.RELEASE: Kind.RELEASED,
    Operation.CANCEL: Kind.CANCELLED,
}

AVAILABLE, HELD, BOOKED = "AVAILABLE", "HELD", "BOOKED"


def milliseconds(text: str | None) -> int | None:
    """``2026-11-21T19:30:00.000Z`` as milliseconds since 1970; None stays None."""
    if text is None:
        return None
    return (datetime.fromisoformat(text) - _EPOCH) // timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True)
class Conflict:
    """A seat that stood in the way, as the refusal tells it."""

    seat: str
    status: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What the server said to one call. ``code`` is empty where the call succeeded.

    ``again_after`` is how many seconds it asks to wait before the request is repeated.
    """

    status: int
    code: str = ""
    seats: tuple[str, ...] = ()
    hold: int | None = None
    until: int | None = None
    reference: str | None = None
    at: int | None = None
    conflicts: tuple[Conflict, ...] = ()
    alternatives: tuple[tuple[str, ...], ...] = ()
    limit: int | None = None
    replayed: bool = False
    digest: str = ""
    again_after: float = 0.0

    @property
    def granted(self) -> bool:
        return 200 <= self.status < 300

    @property
    def passing(self) -> bool:
        """Whether it says nothing about the request itself: try again later."""
        return self.status == 429 or self.status >= 500 or self.code == "idempotency_in_progress"


@dataclass(frozen=True, slots=True)
class Call:
    """One request. ``answer`` is None where none arrived: its outcome is unknown.

    ``seats`` are those asked for; empty means all of them. ``end`` is when the answer was read, or
    when the customer stopped waiting.
    """

    customer: str
    operation: Operation
    seats: tuple[str, ...]
    start: float
    end: float
    answer: Answer | None
    key: str | None = None
    reference: str | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """One entry of the ledger as everybody can read it."""

    version: int
    kind: str
    seats: tuple[str, ...]
    at: int
    until: int | None = None
    hold: int | None = None


@dataclass(frozen=True, slots=True)
class Seen:
    """What somebody sees of one seat."""

    status: str
    until: int | None = None


FREE = Seen(AVAILABLE)


@dataclass(frozen=True, slots=True)
class Poll:
    """One look at the hall: every seat (``full``), or what changed since the looker's last look.

    ``kept`` is for how many milliseconds a cache on the way may have handed the answer out.
    """

    looker: str
    start: float
    end: float
    cursor: str
    full: bool
    seats: dict[str, Seen]
    stats: dict[str, int] | None = None
    kept: float = 0.0


@dataclass(frozen=True, slots=True)
class Clock:
    """How much the server's clock is ahead of the clients', and how well that is known."""

    ahead: float = 0.0
    tolerance: float = 50.0

    @classmethod
    def of(cls, samples: list[tuple[float, float, int]]) -> Clock:
        """From (start, end, server_time) of answers that told the time.

        An answer may be prepared in advance, so the time in it is at most the time of its arrival:
        each sample bounds the difference from below, and the best bound is the estimate.
        """
        if not samples:
            return cls()
        start, end, told = max(samples, key=lambda sample: sample[2] - sample[1])
        return cls(told - end, 50.0 + (end - start))


@dataclass(slots=True)
class History:
    """All that is known of a run on one show.

    ``before`` and ``version`` are the seats and the ledger's version when it began; ``events`` are
    those after that. ``shared`` says that strangers used the show meanwhile.
    """

    before: dict[str, Seen]
    calls: list[Call]
    events: list[Event]
    version: int = 0
    after: dict[str, Seen] | None = None
    after_at: float = inf
    polls: list[Poll] = field(default_factory=list)
    clock: Clock = field(default_factory=Clock)
    shared: bool = False
    staleness: float = 1100.0


@dataclass(frozen=True, slots=True)
class Violation:
    """A promise that was broken: which, and how one can see it."""

    kind: str
    detail: str

    def __str__(self) -> str:
        return f"{self.kind}: {self.detail}"
