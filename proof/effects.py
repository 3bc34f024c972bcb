"""Calls against the ledger: what was granted happened once, what was refused never.

A call and an event belong together when they are of one kind, speak of the same seats and hold, and
the event is dated within the call. Where several fit, calls in the order of their ends take the
earliest event left, which finds a complete assignment whenever there is one.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field
from math import inf

from proof.ledger import Ledger
from proof.records import KIND_OF, Answer, Call, Event, History, Kind, Operation, Violation

# What the house does by itself: sweeping, and looking at payments. No customer asks for it.
_OF_THE_HOUSE = frozenset({Kind.EXPIRED, Kind.ACCEPTED, Kind.REJECTED})


@dataclass(slots=True)
class Deed:
    """One thing a customer wanted: a call, or all the calls that carried one idempotency key."""

    customer: str
    operation: Operation
    seats: frozenset[str]
    start: float
    end: float
    answer: Answer | None
    reference: str | None = None
    version: int | None = None
    floor: int = 0

    @property
    def granted(self) -> bool:
        return self.answer is not None and self.answer.granted

    def __str__(self) -> str:
        wanted = " ".join(sorted(self.seats)) or self.reference or "all"
        said = "no answer" if self.answer is None else f"{self.answer.status} {self.answer.code}"
        return f"{self.customer} {self.operation} {wanted} ({said.strip()}) at {self.start:.0f}"


def deeds_of(calls: Iterable[Call]) -> tuple[list[Deed], list[Violation]]:
    """Calls put together by key. Answers to one key that differ are violations."""
    together: dict[Hashable, list[Call]] = defaultdict(list)
    for number, call in enumerate(calls):
        together[(call.customer, call.key) if call.key else number].append(call)
    deeds, violations = [], []
    for attempts in together.values():
        attempts.sort(key=lambda call: call.end)
        told = [call for call in attempts if call.answer and not call.answer.passing]
        first = attempts[0]
        for call in told[1:]:
            complaint = _difference(told[0].answer, call.answer)
            if complaint:
                violations.append(
                    Violation(
                        "replay",
                        f"{first.customer} {first.operation} with key {first.key}: {complaint}",
                    )
                )
        unknown = any(call.answer is None for call in attempts)
        answer = told[0].answer if told else (None if unknown else attempts[-1].answer)
        end = inf if answer is None else (told[0] if told else attempts[-1]).end
        start = min(call.start for call in attempts)
        deeds.append(
            Deed(
                first.customer,
                first.operation,
                frozenset(first.seats),
                start,
                end,
                answer,
                first.reference,
            )
        )
    return deeds, violations


def _difference(first: Answer | None, second: Answer | None) -> str:
    assert first is not None
    assert second is not None
    if (first.status, first.code, first.digest) != (second.status, second.code, second.digest):
        return (
            f"answered {first.status} {first.code} and later {second.status} {second.code}, "
            "not in the same words"
        )
    if not first.replayed and not second.replayed:
        return "answered twice as if it were new"
    return ""


@dataclass(slots=True)
class Effects:
    """Which deed made which event, and what does not add up.

    ``owners`` knows the holds that answers named; ``suspects``, for the others, who may have them.
    """

    history: History
    ledger: Ledger
    deeds: list[Deed]
    violations: list[Violation] = field(default_factory=list)
    owners: dict[int, str] = field(default_factory=dict)
    deed_of: dict[int, Deed] = field(default_factory=dict)
    suspects: dict[int, set[str]] = field(default_factory=dict)
    foreign: int = 0
    _by_hold: dict[tuple[str, int | None], list[Event]] = field(default_factory=dict)
    _by_seats: dict[tuple[str, frozenset[str]], list[Event]] = field(default_factory=dict)
    _sales: dict[str, Deed] = field(default_factory=dict)
    _undone: dict[str, Deed] = field(default_factory=dict)
    _silent: dict[tuple[str, Operation], list[Deed]] = field(default_factory=dict)
    _ends: list[float] = field(default_factory=list)
    _reached: list[int] = field(default_factory=lambda: [0])

    @classmethod
    def of(cls, history: History, ledger: Ledger) -> Effects:
        deeds, violations = deeds_of(history.calls)
        effects = cls(history, ledger, deeds, violations)
        effects._learn()
        for deed in sorted((deed for deed in deeds if deed.granted), key=lambda deed: deed.end):
            deed.floor = effects._floor(deed.start)
            effects._settle(deed)
            effects._ends.append(deed.end)
            effects._reached.append(max(effects._reached[-1], deed.version or 0))
        effects._explain_rest()
        effects._check_order()
        return effects

    def window(self, deed: Deed) -> tuple[float, float]:
        """The moments of the server's clock at which a deed can have happened."""
        clock = self.history.clock
        return deed.start + clock.ahead - clock.tolerance, deed.end + clock.ahead + clock.tolerance

    def _learn(self) -> None:
        by_hold: dict[tuple[str, int | None], list[Event]] = defaultdict(list)
        by_seats: dict[tuple[str, frozenset[str]], list[Event]] = defaultdict(list)
        for event in self.ledger.events:
            by_hold[event.kind, event.hold].append(event)
            by_seats[event.kind, frozenset(event.seats)].append(event)
        self._by_hold, self._by_seats = dict(by_hold), dict(by_seats)
        for deed in self.deeds:
            if deed.answer is None:
                self._silent.setdefault((deed.customer, deed.operation), []).append(deed)
        for deed in self.deeds:
            if not deed.granted or deed.answer is None or deed.answer.hold is None:
                continue
            owner = self.owners.setdefault(deed.answer.hold, deed.customer)
            if owner != deed.customer:
                self._object(
                    "two_owners",
                    f"hold {deed.answer.hold} was given to {owner} and to {deed.customer}",
                )

    def _object(self, kind: str, detail: str) -> None:
        self.violations.append(Violation(kind, detail))

    def _ours(self, event: Event, deed: Deed) -> bool:
        """Whether the hold an event comes from may be this customer's."""
        hold = self.ledger.undone.get(event.version, event.hold)
        return hold is None or self.owners.get(hold, deed.customer) == deed.customer

    def _settle(self, deed: Deed) -> None:
        answer = deed.answer
        assert answer is not None
        if deed.operation in (Operation.HOLD, Operation.EXTEND):
            self._settle_hold(deed, answer)
        elif deed.operation is Operation.BOOK:
            self._settle_sale(deed, answer, self._sales, "booked")
        elif deed.operation is Operation.CANCEL:
            self._settle_sale(deed, answer, self._undone, "cancelled")
        elif answer.seats:
            if deed.seats and not set(answer.seats) <= deed.seats:
                self._object("wrong_answer", f"{deed} released {answer.seats}")
            events = self._by_seats.get((Kind.RELEASED, frozenset(answer.seats)), [])
            self._take(deed, events, lambda event: self._ours(event, deed))

    def _settle_hold(self, deed: Deed, answer: Answer) -> None:
        if not deed.seats <= set(answer.seats):
            self._object("wrong_answer", f"{deed} was answered with {answer.seats}")
            return
        kind = KIND_OF[deed.operation]
        events = self._by_hold.get((kind, answer.hold), [])
        seats = frozenset(answer.seats)

        def same(event: Event) -> bool:
            return (
                event.until == answer.until
                and self.ledger.joined[event.version] == seats
                and (kind == Kind.EXTENDED or deed.seats >= self.ledger.added[event.version])
            )

        start, end = self.window(deed)
        nothing_new = any(
            phase.until == answer.until and phase.seats == seats
            for phase in self.ledger.phases_within(answer.hold or 0, start, end)
        )
        self._take(deed, events, same, or_else=nothing_new)

    def _settle_sale(self, deed: Deed, answer: Answer, settled: dict[str, Deed], verb: str) -> None:
        reference = answer.reference or ""
        before = settled.setdefault(reference, deed)
        if before is not deed:
            if (
                before.customer != deed.customer
                or before.answer is None
                or set(before.answer.seats) != set(answer.seats)
            ):
                self._object(
                    "two_owners", f"booking {reference} was {verb} for {before} and for {deed}"
                )
            return
        if deed.operation is Operation.BOOK:
            # Who asks again for part of a booking whose answer was lost is told all of it.
            part = deed.seats < set(answer.seats) and self._silently_before(deed)
            if deed.seats and deed.seats != set(answer.seats) and not part:
                self._object("wrong_answer", f"{deed} was answered with {answer.seats}")
            events = self._by_seats.get((Kind.BOOKED, frozenset(answer.seats)), [])
            self._take(
                deed,
                events,
                lambda event: self._ours(event, deed) and answer.at in (None, event.at),
            )
            return
        sale = self._sales.get(reference)
        sold_at = 0 if sale is None or sale.version is None else sale.version
        events = self._by_seats.get((Kind.CANCELLED, frozenset(answer.seats)), [])
        self._take(deed, events, lambda event: event.version > sold_at and self._ours(event, deed))

    def _silently_before(self, deed: Deed) -> bool:
        """Whether an earlier request, never answered, may have done already what this one wants."""
        return any(
            other.start <= deed.start and other.reference in (None, deed.reference)
            for other in self._silent.get((deed.customer, deed.operation), [])
        )

    def _floor(self, moment: float) -> int:
        """How far the ledger was at least at a moment, by the answers that had arrived."""
        return self._reached[bisect_left(self._ends, moment)]

    def _take(
        self,
        deed: Deed,
        events: list[Event],
        same: Callable[[Event], bool],
        *,
        or_else: bool = False,
    ) -> None:
        """Give a granted deed its event, or say what is wrong with the ledger."""
        start, end = self.window(deed)
        repeats, other = self._silently_before(deed), None
        for index in range(bisect_left(events, start, key=lambda event: event.at), len(events)):
            event = events[index]
            if event.at > end:
                break
            if event.version in self.deed_of or (repeats and event.version <= deed.floor):
                continue
            if same(event):
                self.deed_of[event.version], deed.version = deed, event.version
                return
            other = other or event
        if or_else:
            return
        late = next(
            (event for event in events if event.version not in self.deed_of and same(event)), None
        )
        if late is not None and late.at <= end and repeats:
            return
        if late is not None:
            self.deed_of[late.version], deed.version = deed, late.version
            self._object(
                "time",
                f"{deed}: its event {late.version} is dated {late.at}, outside "
                f"of the call ({start:.0f} to {end:.0f})",
            )
        elif other is not None and self._ours(other, deed):
            self.deed_of[other.version], deed.version = deed, other.version
            self._object(
                "different", f"{deed}: the ledger has {other}, the answer was {deed.answer}"
            )
        else:
            self._object("missing", f"{deed}: granted, and not in the ledger")

    def _explain_rest(self) -> None:
        rest = [
            event
            for event in self.ledger.events
            if event.version not in self.deed_of and event.kind not in _OF_THE_HOUSE
        ]
        if not rest:
            return
        unknown: dict[str, list[Deed]] = defaultdict(list)
        for deed in self.deeds:
            if deed.answer is None:
                deed.floor = self._floor(deed.start)
                unknown[KIND_OF[deed.operation]].append(deed)
        fits = {
            event.version: [
                deed
                for deed in unknown[event.kind]
                if event.version > deed.floor and self._may_be(deed, event)
            ]
            for event in rest
        }
        for event in rest:
            if event.kind == Kind.HELD and event.hold is not None:
                self.suspects[event.hold] = {deed.customer for deed in fits[event.version]}
        taken: dict[int, Event] = {}
        for event in rest:
            if not _assign(event, fits, taken, set()):
                self._accuse(event)
        for deed in (deed for deeds in unknown.values() for deed in deeds):
            if id(deed) in taken:
                deed.version = taken[id(deed)].version
                self.deed_of[deed.version] = deed

    def _may_be(self, deed: Deed, event: Event) -> bool:
        start, end = self.window(deed)
        seats = set(event.seats)
        if not start <= event.at <= end or not self._ours(event, deed):
            return False
        if deed.operation is Operation.EXTEND:
            return True
        if deed.operation is Operation.CANCEL:
            sale = self._sales.get(deed.reference or "")
            return sale is None or sale.answer is None or set(sale.answer.seats) == seats
        if deed.operation is Operation.BOOK:
            return not deed.seats or deed.seats == seats
        if deed.operation is Operation.HOLD:
            seats = set(self.ledger.added[event.version])
        return not deed.seats or seats <= deed.seats

    def _accuse(self, event: Event) -> None:
        """Say what an event is that no call explains."""
        known = event.hold is not None and event.hold in self.owners
        if self.history.shared and not known:
            self.foreign += 1
            return
        twin = next(
            (
                other
                for other in self._by_seats[event.kind, frozenset(event.seats)]
                if other.version in self.deed_of
                and other.hold == event.hold
                and self._within(self.deed_of[other.version], event)
            ),
            None,
        )
        if twin is not None:
            self._object(
                "doubled",
                f"{self.deed_of[twin.version]}: in the ledger as {twin} and once more as {event}",
            )
            return
        for deed in self.deeds:
            if (
                deed.answer is not None
                and not deed.granted
                and KIND_OF[deed.operation] == event.kind
                and self._may_be(deed, event)
            ):
                self._object("refused", f"{deed}: refused, and yet in the ledger as {event}")
                return
        self._object("unexplained", f"nobody asked for {event}")

    def _within(self, deed: Deed, event: Event) -> bool:
        start, end = self.window(deed)
        return start <= event.at <= end

    def _check_order(self) -> None:
        """A call that ended before another began comes before it in the ledger."""
        latest: Deed | None = None
        for version in sorted(self.deed_of):
            deed = self.deed_of[version]
            if latest is not None and deed.end < latest.start:
                self._object(
                    "order",
                    f"{deed} had ended before {latest} began, and yet comes "
                    f"after it in the ledger ({version} after {latest.version})",
                )
            if latest is None or deed.start > latest.start:
                latest = deed


def _assign(
    event: Event, fits: dict[int, list[Deed]], taken: dict[int, Event], tried: set[int]
) -> bool:
    """Give an event a call of unknown outcome, moving others to another of theirs if need be."""
    for deed in fits[event.version]:
        if id(deed) in tried:
            continue
        tried.add(id(deed))
        if id(deed) not in taken or _assign(taken[id(deed)], fits, taken, tried):
            taken[id(deed)] = event
            return True
    return False
