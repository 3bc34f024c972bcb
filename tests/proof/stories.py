"""Histories told step by step: who asked for what, what the server said and wrote down."""

from __future__ import annotations

from dataclasses import replace

from proof.history import check
from proof.records import (
    AVAILABLE,
    BOOKED,
    FREE,
    HELD,
    Answer,
    Call,
    Clock,
    Conflict,
    Event,
    History,
    Operation,
    Poll,
    Seen,
)

T0 = 1_800_000_000_000
TTL = 600_000
SEATS = ("A1", "A2", "A3", "A4")


class Story:
    """Tells a run in which everything is in order. Times are milliseconds after ``T0``.

    Each call takes 10 ms, and what it does is dated in the middle of it.
    """

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.events: list[Event] = []
        self.polls: list[Poll] = []
        self.hall: dict[str, Seen] = dict.fromkeys(SEATS, FREE)

    def event(
        self, kind: str, at: float, *seats: str, hold: int | None, until: int | None = None
    ) -> Event:
        event = Event(len(self.events) + 1, kind, seats, T0 + int(at), until, hold)
        self.events.append(event)
        for seat in seats:
            self.hall[seat] = Seen(HELD, until) if until else FREE
            if kind in ("booked", "accepted"):
                self.hall[seat] = Seen(BOOKED)
        return event

    def call(
        self,
        who: str,
        operation: str,
        at: float,
        *seats: str,
        answer: Answer | None,
        key: str | None = None,
        reference: str | None = None,
    ) -> Call:
        call = Call(who, Operation(operation), seats, T0 + at, T0 + at + 10, answer, key, reference)
        self.calls.append(call)
        return call

    def holds(self, who: str, at: float, *seats: str, hold: int, key: str | None = None) -> Call:
        until = T0 + int(at) + 5 + TTL
        self.event("held", at + 5, *seats, hold=hold, until=until)
        return self.call(
            who,
            "hold",
            at,
            *seats,
            key=key,
            answer=Answer(200, seats=seats, hold=hold, until=until),
        )

    def extends(self, who: str, at: float, *seats: str, hold: int) -> Call:
        until = T0 + int(at) + 5 + TTL
        self.event("extended", at + 5, *seats, hold=hold, until=until)
        return self.call(who, "extend", at, answer=Answer(200, seats=seats, hold=hold, until=until))

    def books(self, who: str, at: float, *seats: str, hold: int, reference: str) -> Call:
        event = self.event("booked", at + 5, *seats, hold=hold)
        return self.call(
            who, "book", at, answer=Answer(200, seats=seats, reference=reference, at=event.at)
        )

    def releases(self, who: str, at: float, *seats: str, hold: int) -> Call:
        self.event("released", at + 5, *seats, hold=hold)
        return self.call(who, "release", at, answer=Answer(200, seats=seats))

    def cancels(self, who: str, at: float, *seats: str, reference: str) -> Call:
        self.event("cancelled", at + 5, *seats, hold=None)
        return self.call(
            who,
            "cancel",
            at,
            reference=reference,
            answer=Answer(200, seats=seats, reference=reference),
        )

    def is_refused(
        self,
        who: str,
        operation: str,
        at: float,
        *seats: str,
        code: str,
        conflicts: dict[str, str] | None = None,
        **facts: object,
    ) -> Call:
        stood = tuple(Conflict(seat, status) for seat, status in (conflicts or {}).items())
        status = 410 if code == "hold_expired" else 409
        answer = Answer(status, code, conflicts=stood, **facts)  # type: ignore[arg-type]
        return self.call(who, operation, at, *seats, answer=answer)

    def looks(self, who: str, at: float, **seats: Seen) -> Poll:
        """A full look: as the hall is now, but for the seats given."""
        view = {**self.hall, **seats}
        counts = [
            sum(seen.status == status for seen in view.values())
            for status in (AVAILABLE, HELD, BOOKED)
        ]
        stats = dict(
            zip(("available", "held", "booked", "total"), (*counts, len(view)), strict=True)
        )
        poll = Poll(who, T0 + at, T0 + at + 10, f"c{len(self.polls)}", True, view, stats)
        self.polls.append(poll)
        return poll

    def history(self, **changes: object) -> History:
        history = History(
            before=dict.fromkeys(SEATS, FREE),
            calls=self.calls,
            events=self.events,
            after=dict(self.hall),
            after_at=T0 + 200_000,
            polls=self.polls,
            clock=Clock(0, 2),
        )
        for name, value in changes.items():
            setattr(history, name, value)
        history.after = {
            seat: FREE if seen.until and seen.until <= history.after_at else seen
            for seat, seen in (history.after or {}).items()
        }
        return history

    def kinds(self, **changes: object) -> set[str]:
        """The kinds of violation the checker finds."""
        return {violation.kind for violation in check(self.history(**changes))}

    def alter(self, version: int, **changes: object) -> None:
        """Falsify an entry of the ledger."""
        self.events[version - 1] = replace(self.events[version - 1], **changes)  # type: ignore[arg-type]


def legal() -> Story:
    """Owner holds, extends, books and cancels; rival is refused, then holds and releases."""
    story = Story()
    story.looks("poller", 50)
    story.holds("owner", 100, "A1", "A2", hold=1)
    story.is_refused(
        "rival",
        "hold",
        120,
        "A2",
        "A3",
        code="seats_unavailable",
        conflicts={"A2": HELD},
        alternatives=(("A3", "A4"),),
    )
    story.looks("poller", 130)
    story.extends("owner", 2000, "A1", "A2", hold=1)
    story.books("owner", 4000, "A1", "A2", hold=1, reference="R1")
    story.holds("rival", 4020, "A3", hold=2)
    story.looks("rival", 4040)
    story.looks("poller", 4050)
    story.releases("rival", 6000, "A3", hold=2)
    story.cancels("owner", 6020, "A1", "A2", reference="R1")
    story.looks("poller", 6100)
    return story
