"""The ledger replayed: is each entry legal after those before it, and who had which seat when."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from math import inf

from proof.records import AVAILABLE, BOOKED, FREE, HELD, Event, History, Kind, Seen, Violation


@dataclass(frozen=True, slots=True)
class Place:
    """A seat as the ledger left it. ``sale`` is the version that booked it.

    ``hold`` is None where the ledger does not tell: seats held before the run began.
    """

    status: str = AVAILABLE
    until: int | None = None
    hold: int | None = None
    sale: int | None = None

    def lapsed(self, now: float) -> bool:
        return self.status == HELD and self.until is not None and self.until <= now

    def held_by(self, hold: int | None) -> bool:
        return self.status == HELD and (self.hold is None or hold is None or self.hold == hold)

    def seen(self, now: float) -> Seen:
        return FREE if self.lapsed(now) else Seen(self.status, self.until)

    def __str__(self) -> str:
        if self.status == HELD:
            return f"held by {self.hold} until {self.until}"
        return f"booked at version {self.sale}" if self.status == BOOKED else "available"


_EMPTY = Place()

# They say nothing about a hold.
_OF_BOOKINGS = frozenset({Kind.CANCELLED, Kind.ACCEPTED, Kind.REJECTED})


@dataclass(slots=True)
class Spell:
    """A stretch of time, in the server's clock, in which one seat was held or booked."""

    start: float
    end: float
    status: str
    hold: int | None
    lapsed: bool = False


@dataclass(frozen=True, slots=True)
class Phase:
    """A hold after one event: its seats and its deadline, until the next phase."""

    at: int
    seats: frozenset[str]
    until: int


@dataclass(slots=True)
class Ledger:
    """The replay of a history's events.

    ``joined`` has a hold's seats after each version, ``added`` those of them that it brought (where
    a selection grows or is confirmed, its entry names the others too), ``undone`` the hold from
    which the seats were booked that a version cancels.
    """

    events: list[Event]
    violations: list[Violation] = field(default_factory=list)
    places: dict[str, Place] = field(default_factory=dict)
    spells: dict[str, list[Spell]] = field(default_factory=dict)
    holds: dict[int, list[Phase]] = field(default_factory=dict)
    joined: dict[int, frozenset[str]] = field(default_factory=dict)
    added: dict[int, frozenset[str]] = field(default_factory=dict)
    undone: dict[int, int] = field(default_factory=dict)

    @classmethod
    def of(cls, history: History) -> Ledger:
        ledger = cls(sorted(history.events, key=lambda event: event.version))
        ledger._check_versions(history.version)
        ledger._begin(history)
        for event in ledger.events:
            ledger._apply(event)
        return ledger

    def spells_within(self, seat: str, start: float, end: float) -> Iterator[Spell]:
        """The spells of a seat that touch the moments from start to end."""
        spells = self.spells.get(seat, [])
        first = max(0, bisect_right(spells, start, key=lambda spell: spell.start) - 1)
        for index in range(first, len(spells)):
            if spells[index].start > end:
                return
            if spells[index].end > start:
                yield spells[index]

    def phases_within(self, hold: int, start: float, end: float) -> Iterator[Phase]:
        """The phases of a hold that touch the moments from start to end."""
        phases = self.holds.get(hold, [])
        first = max(0, bisect_left(phases, start, key=lambda phase: phase.at) - 1)
        for index in range(first, len(phases)):
            if phases[index].at > end:
                return
            yield phases[index]

    def _check_versions(self, version: int) -> None:
        latest = 0
        for event in self.events:
            if event.version != version + 1:
                self._object("version", f"after version {version} comes {event.version}")
            if event.at < latest:
                self._object(
                    "clock",
                    f"version {event.version} is dated {latest - event.at} ms before "
                    "the one it follows",
                )
            version, latest = event.version, max(latest, event.at)

    def _begin(self, history: History) -> None:
        for seat, seen in history.before.items():
            self.places[seat] = Place(
                seen.status, seen.until, None, history.version if seen.status == BOOKED else None
            )
            self.spells[seat] = []
            if seen.status != AVAILABLE:
                end = inf if seen.until is None else seen.until
                self.spells[seat].append(Spell(-inf, end, seen.status, None, seen.status == HELD))

    def _object(self, kind: str, detail: str) -> None:
        self.violations.append(Violation(kind, detail))

    def _apply(self, event: Event) -> None:
        if not event.seats or len(set(event.seats)) != len(event.seats):
            self._object("illegal", f"version {event.version} names seats {event.seats}")
        strangers = [seat for seat in event.seats if seat not in self.places]
        if strangers:
            self._object("illegal", f"version {event.version} names {strangers}, not in the hall")
        seats = [seat for seat in event.seats if seat in self.places]
        if event.kind not in _RULES:
            self._object("illegal", f"version {event.version} is of unknown kind {event.kind!r}")
            return
        for seat in seats:
            complaint = _RULES[event.kind](self.places[seat], event)
            if complaint:
                self._object(
                    f"illegal_{event.kind}",
                    f"version {event.version} at {event.at}, hold {event.hold}: seat {seat} "
                    f"{complaint} (it was {self.places[seat]})",
                )
        self._check_hold(event)
        for seat in seats:
            self._move(seat, event)
        self._note_hold(event)

    def _check_hold(self, event: Event) -> None:
        """One hold has one deadline: joining it keeps that, extending it moves all its seats.

        Joining a selection refreshes it, and then names all of its seats.
        """
        phase = self.phase_of(event.hold)
        if phase is None or phase.until <= event.at:
            return
        moved_for_all = (event.until or 0) > phase.until and phase.seats <= set(event.seats)
        if event.kind == Kind.HELD and event.until != phase.until and not moved_for_all:
            self._object(
                "illegal_held",
                f"version {event.version}: hold {event.hold} got seats and its deadline moved "
                f"from {phase.until} to {event.until}",
            )
        if event.kind == Kind.EXTENDED and phase.seats - set(event.seats):
            self._object(
                "illegal_extended",
                f"version {event.version}: hold {event.hold} was extended without its "
                f"{sorted(phase.seats - set(event.seats))}",
            )

    def phase_of(self, hold: int | None) -> Phase | None:
        """How a hold stands after the latest event; None where it has no seats."""
        if hold is None or hold not in self.holds or not self.holds[hold][-1].seats:
            return None
        return self.holds[hold][-1]

    def _move(self, seat: str, event: Event) -> None:
        old = self.places[seat]
        if event.kind == Kind.ACCEPTED:
            return
        if event.kind == Kind.CANCELLED and self.spells[seat]:
            source = self.spells[seat][-1].hold
            if source is not None:
                self.undone[event.version] = source
        if event.kind == Kind.HELD:
            new = Place(HELD, event.until, event.hold)
        elif event.kind == Kind.EXTENDED:
            new = Place(HELD, event.until, event.hold if event.hold is not None else old.hold)
        elif event.kind == Kind.BOOKED:
            new = Place(BOOKED, None, None, event.version)
        else:
            new = _EMPTY
        self.places[seat] = new
        spells = self.spells[seat]
        if old.status != AVAILABLE:
            deadline = inf if old.until is None else old.until
            if (
                new.status == HELD
                and old.status == HELD
                and old.hold == new.hold
                and deadline > event.at
            ):
                spells[-1].end = inf if new.until is None else new.until
                return
            spells[-1].end = min(deadline, event.at)
            spells[-1].lapsed = deadline <= event.at
        if new.status != AVAILABLE:
            hold = new.hold if new.status == HELD else event.hold
            spells.append(
                Spell(
                    event.at,
                    inf if new.until is None else new.until,
                    new.status,
                    hold,
                    new.until is not None,
                )
            )

    def _note_hold(self, event: Event) -> None:
        self.joined[event.version] = self.added[event.version] = frozenset(event.seats)
        if event.hold is None or event.kind in _OF_BOOKINGS:
            return
        phases = self.holds.setdefault(event.hold, [])
        old = phases[-1] if phases else Phase(event.at, frozenset(), event.at)
        seats, until = old.seats, old.until
        if event.kind in (Kind.HELD, Kind.EXTENDED):
            kept = seats if until > event.at else frozenset[str]()
            seats, until = kept | set(event.seats), event.until or event.at
            self.added[event.version] = frozenset(event.seats) - kept
        else:
            seats = seats - set(event.seats)
        phases.append(Phase(event.at, seats, until))
        self.joined[event.version] = seats


def _held(place: Place, event: Event) -> str:
    if event.until is None or event.until <= event.at:
        return f"is held until {event.until}, which is not ahead"
    if place.status == AVAILABLE or place.lapsed(event.at):
        return ""
    if place.held_by(event.hold) and place.hold is not None and (place.until or 0) <= event.until:
        return ""
    return "is held although it was not free"


def _extended(place: Place, event: Event) -> str:
    if not place.held_by(event.hold):
        return "is extended by who does not hold it"
    if place.lapsed(event.at):
        return "is extended after its deadline"
    if event.until is None or (place.until is not None and event.until < place.until):
        return f"is extended to {event.until}, which shortens it"
    return ""


def _booked(place: Place, event: Event) -> str:
    if not place.held_by(event.hold):
        return "is booked by who does not hold it"
    return "is booked after its deadline" if place.lapsed(event.at) else ""


def _released(place: Place, event: Event) -> str:
    return "" if place.held_by(event.hold) else "is released by who does not hold it"


def _cancelled(place: Place, _: Event) -> str:
    return "" if place.status == BOOKED else "is cancelled although it was not booked"


def _accepted(place: Place, _: Event) -> str:
    return "" if place.status == BOOKED else "is accepted although it was not booked"


def _rejected(place: Place, _: Event) -> str:
    return "" if place.status == BOOKED else "is rejected although it was not booked"


def _expired(place: Place, event: Event) -> str:
    if place.lapsed(event.at) and place.held_by(event.hold):
        return ""
    return "expires although no deadline of it has passed"


_RULES: dict[str, Callable[[Place, Event], str]] = {
    Kind.HELD: _held,
    Kind.EXTENDED: _extended,
    Kind.BOOKED: _booked,
    Kind.RELEASED: _released,
    Kind.CANCELLED: _cancelled,
    Kind.EXPIRED: _expired,
    Kind.ACCEPTED: _accepted,
    Kind.REJECTED: _rejected,
}
