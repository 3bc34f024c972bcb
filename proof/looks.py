"""Did everybody who looked at the hall see a state it really had, a fresh one, and never an older?

A state is what the ledger says up to a version, at a moment: holds also end by time alone. All
states are laid out in order, each with a fingerprint put together from its seats' fingerprints, so
that a change costs what changed and not the whole hall; a look is found by its own.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from dataclasses import dataclass
from itertools import accumulate
from math import inf

from proof.effects import Effects
from proof.records import AVAILABLE, BOOKED, FREE, HELD, Event, History, Kind, Poll, Seen, Violation

# How long after its date a change is taken to come into view where no answer tells.
_SLOWEST_COMMIT = 5000.0


@dataclass(frozen=True, slots=True, order=True)
class State:
    """A state of the hall: after ``index`` events, at moments from ``since`` to ``until``."""

    index: int
    since: float
    until: float


def seen_after(event: Event) -> Seen:
    """What an event makes of its seats."""
    if event.kind in (Kind.HELD, Kind.EXTENDED):
        return Seen(HELD, event.until)
    return Seen(BOOKED) if event.kind in (Kind.BOOKED, Kind.ACCEPTED) else FREE


def _fingerprint(seat: str, seen: Seen) -> int:
    return 0 if seen == FREE else hash((seat, seen.status, seen.until))


class _Hall:
    """A hall on its way through the ledger: what is in view, and the deadlines ahead."""

    def __init__(self, before: dict[str, Seen]) -> None:
        self.view = dict.fromkeys(before, FREE)
        self.deadlines: list[tuple[int, str]] = []
        self.fingerprint = 0
        for seat, seen in before.items():
            self.show(seat, seen)

    def show(self, seat: str, seen: Seen) -> None:
        if seat not in self.view:
            return
        self.fingerprint ^= _fingerprint(seat, self.view[seat]) ^ _fingerprint(seat, seen)
        self.view[seat] = seen
        if seen.until is not None:
            place = bisect_left(self.deadlines, (seen.until, seat))
            if self.deadlines[place : place + 1] != [(seen.until, seat)]:
                self.deadlines.insert(place, (seen.until, seat))

    def pass_to(self, moment: float) -> None:
        """Let the holds end whose deadline is at or before a moment."""
        passed = bisect_right(self.deadlines, moment, key=lambda deadline: deadline[0])
        for until, seat in self.deadlines[:passed]:
            if self.view[seat].until == until:
                self.show(seat, FREE)
        del self.deadlines[:passed]

    def states(self, index: int, since: float, until: float) -> list[tuple[int, State]]:
        """The states between two moments, as deadlines pass, with their fingerprints."""
        found, fingerprint = [], self.fingerprint
        for deadline, seat in self.deadlines:
            if deadline > until:
                break
            if self.view[seat].until == deadline:
                if deadline > since:
                    found.append((fingerprint, State(index, since, deadline)))
                    since = deadline
                fingerprint ^= _fingerprint(seat, self.view[seat])
        return [*found, (fingerprint, State(index, since, until))]


class _Looker:
    """One looker's picture of the hall, kept from full answers and changes."""

    def __init__(self) -> None:
        self.view: dict[str, Seen] = {}
        self.counts: Counter[str] = Counter()
        self.fingerprint = 0

    def take(self, poll: Poll) -> None:
        if poll.full:
            self.view, self.counts, self.fingerprint = {}, Counter(), 0
        for seat, seen in poll.seats.items():
            old = self.view.get(seat)
            if old is not None:
                self.counts[old.status] -= 1
                self.fingerprint ^= _fingerprint(seat, old)
            self.view[seat] = seen
            self.counts[seen.status] += 1
            self.fingerprint ^= _fingerprint(seat, seen)

    def stats(self) -> dict[str, int]:
        return {
            "available": self.counts[AVAILABLE],
            "held": self.counts[HELD],
            "booked": self.counts[BOOKED],
            "total": len(self.view),
        }


class _Gallery:
    """All states of a run, to find looks among."""

    def __init__(self, history: History, effects: Effects) -> None:
        self.history, self.clock, self.effects = history, history.clock, effects
        self.events = effects.ledger.events
        self.violations: list[Violation] = []
        self.cursors: dict[str, tuple[int, str]] = {}
        # A state is in view until the next change is committed: when its call ends at the latest.
        self.gone = [self._committed(event) for event in self.events] + [inf]
        self.own = self._own_writes()
        self.states: dict[int, list[State]] = defaultdict(list)
        hall, since = _Hall(history.before), -inf
        for index in range(len(self.events) + 1):
            if index:
                event = self.events[index - 1]
                since = event.at - self.clock.tolerance
                for seat in event.seats:
                    hall.show(seat, seen_after(event))
                hall.pass_to(since)
            until = self.gone[index] + self.clock.ahead + self.clock.tolerance
            for fingerprint, state in hall.states(index, since, until):
                self.states[fingerprint].append(state)

    def _committed(self, event: Event) -> float:
        deed = self.effects.deed_of.get(event.version)
        known = inf if deed is None else deed.end
        return min(known, event.at - self.clock.ahead + _SLOWEST_COMMIT)

    def _own_writes(self) -> dict[str, tuple[list[float], list[int]]]:
        """Per customer: when calls of theirs ended, and how far the ledger then was at least."""
        ends: dict[str, list[tuple[float, int]]] = defaultdict(list)
        for index, event in enumerate(self.events, 1):
            deed = self.effects.deed_of.get(event.version)
            if deed is not None and deed.granted:
                ends[deed.customer].append((deed.end, index))
        return {
            customer: (
                [end for end, _ in sorted(known)],
                list(accumulate((index for _, index in sorted(known)), max, initial=0)),
            )
            for customer, known in ends.items()
        }

    def _written(self, poll: Poll) -> int:
        ends, indexes = self.own.get(poll.looker, ([], [0]))
        return indexes[bisect_left(ends, poll.start)]

    def follow(self, polls: list[Poll]) -> None:
        """Go through one looker's looks in order."""
        looker, last = _Looker(), State(0, -inf, -inf)
        for poll in polls:
            looker.take(poll)
            who = f"{poll.looker} at {poll.end:.0f}, cursor {poll.cursor}"
            if poll.stats is not None and poll.stats != looker.stats():
                self._object(
                    "look_stats", f"{who}: stats {poll.stats}, the seats say {looker.stats()}"
                )
            known, by = self.cursors.setdefault(poll.cursor, (looker.fingerprint, who))
            if known != looker.fingerprint:
                self._object("look_cursor", f"{who} shows other seats than the same cursor to {by}")
            same = self.states.get(looker.fingerprint, [])
            if not same:
                self._object(
                    "look_unreal",
                    f"{who}: the hall never looked like that; {self._nearest(looker, poll)}",
                )
                continue
            first = bisect_left(same, last.index, key=_index)
            while (
                first < len(same)
                and same[first].index == last.index
                and same[first].until < last.since
            ):
                first += 1
            written = self._written(poll)
            state = self._first_fresh(same, first, poll, written)
            if state is not None:
                last = state
            elif self._first_fresh(same, first, poll, 0) is not None:
                self._object(
                    "look_blind",
                    f"{who}: does not show the looker's own change "
                    f"{self.events[written - 1].version}",
                )
            elif self._first_fresh(same, 0, poll, 0) is not None:
                self._object(
                    "look_back",
                    f"{who}: shows an older state than the one before, "
                    f"of version {self._version(last)}",
                )
            else:
                self._object(
                    "look_stale",
                    f"{who}: shows version {self._version(same[-1])}, "
                    "which was over, or not yet there",
                )

    def _first_fresh(self, same: list[State], first: int, poll: Poll, written: int) -> State | None:
        for place in range(first, len(same)):
            if same[place].index >= written and self._fresh(same[place], poll):
                return same[place]
        return None

    def _fresh(self, state: State, poll: Poll) -> bool:
        """Whether a state was in view while the look was being answered, or just before."""
        ahead, tolerance = self.clock.ahead, self.clock.tolerance
        oldest = poll.start - max(self.history.staleness, poll.kept)
        return (
            state.since - ahead - tolerance <= poll.end
            and state.until - ahead + tolerance >= oldest
        )

    def _version(self, state: State) -> int:
        return self.history.version + state.index

    def _object(self, kind: str, detail: str) -> None:
        self.violations.append(Violation(kind, detail))

    def _nearest(self, looker: _Looker, poll: Poll) -> str:
        """How a look differs from the hall at the end of it: a hint for whoever has to find out."""
        if sum(violation.kind == "look_unreal" for violation in self.violations) >= 3:
            return "(no more details)"
        hall, moment = _Hall(self.history.before), poll.end + self.clock.ahead
        version = self.history.version
        for event in self.events:
            if event.at > moment:
                break
            version = event.version
            for seat in event.seats:
                hall.show(seat, seen_after(event))
        hall.pass_to(moment)
        differs = [
            f"{seat} {looker.view.get(seat)} not {seen}"
            for seat, seen in hall.view.items()
            if looker.view.get(seat) != seen
        ]
        return f"against version {version}: {'; '.join(differs[:6])}"


def _index(state: State) -> int:
    return state.index


def unfaithful(history: History, effects: Effects) -> list[Violation]:
    """The looks that showed no real state, an old one, or went back."""
    gallery = _Gallery(history, effects)
    lookers: dict[str, list[Poll]] = defaultdict(list)
    for poll in history.polls:
        lookers[poll.looker].append(poll)
    for polls in lookers.values():
        gallery.follow(sorted(polls, key=lambda poll: poll.end))
    return gallery.violations
