"""Was each refusal justified: did what it says really stand in the way, at a moment of the call?"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable
from itertools import zip_longest
from math import inf

from proof.effects import Deed, Effects
from proof.ledger import Phase, Spell
from proof.records import HELD, Answer, Operation, Violation

Stretch = tuple[float, float]


def unjustified(effects: Effects) -> list[Violation]:
    """The refusals of a run that nothing justifies."""
    court = _Court(effects)
    violations = []
    for deed in effects.deeds:
        if deed.answer is not None and not deed.granted and not deed.answer.passing:
            complaint = court.judge(deed, deed.answer)
            if complaint:
                violations.append(Violation("unjustified", f"{deed}: {complaint}"))
    return violations


class _Court:
    def __init__(self, effects: Effects) -> None:
        self.effects, self.ledger = effects, effects.ledger
        self.holds: dict[str, list[int]] = defaultdict(list)
        # With those that came of calls nobody answered: a customer may have them, or not.
        self.likely: dict[str, list[int]] = defaultdict(list)
        self.lapse: dict[str, float] = {}
        for hold, phases in self.ledger.holds.items():
            owner = effects.owners.get(hold)
            lapse = min(_lapses(phases), default=inf)
            if owner is not None:
                self.holds[owner].append(hold)
            for customer in effects.suspects.get(hold, ()) if owner is None else (owner,):
                self.likely[customer].append(hold)
                self.lapse[customer] = min(lapse, self.lapse.get(customer, inf))
        for holds in (*self.holds.values(), *self.likely.values()):
            holds.sort(key=lambda hold: self.ledger.holds[hold][0].at)
        self.cancelled: dict[str, float] = {}
        for deed in effects.deeds:
            if (
                deed.operation is Operation.CANCEL
                and deed.reference
                and (deed.granted or deed.answer is None)
            ):
                known = self.cancelled.get(deed.reference, inf)
                self.cancelled[deed.reference] = min(known, deed.start)

    def judge(self, deed: Deed, answer: Answer) -> str:
        """Why a refusal is unjustified; empty where it is justified or says nothing to check."""
        start, end = self.effects.window(deed)
        if answer.code == "seats_unavailable":
            return self._in_the_way(deed, answer, start, end)
        if answer.code in ("not_held", "hold_expired"):
            return self._without_hold(deed, answer, start, end)
        if answer.code == "extension_limit" and not self._phases(self.likely, deed, start, end):
            return "there was no hold to extend"
        if answer.code == "seat_limit" and answer.limit is not None:
            return self._too_many(deed, answer.limit, start, end)
        if (
            answer.code in ("not_cancellable", "booking_not_found")
            and deed.reference
            and self.cancelled.get(deed.reference, inf) >= deed.end
        ):
            return "nobody had cancelled that booking before"
        return ""

    def _without_hold(self, deed: Deed, answer: Answer, start: float, end: float) -> str:
        if self._held_throughout(deed, start, end):
            return "the customer held all of it during the whole call"
        if answer.code == "hold_expired" and self.lapse.get(deed.customer, inf) > end:
            return "no hold of the customer had come to its deadline"
        return ""

    def _too_many(self, deed: Deed, limit: int, start: float, end: float) -> str:
        seats = set(deed.seats)
        for phase in self._phases(self.likely, deed, start, end):
            seats |= phase.seats
        if len(seats) <= limit:
            return f"with {len(seats)} seats the customer stays within {limit}"
        return ""

    def _in_the_way(self, deed: Deed, answer: Answer, start: float, end: float) -> str:
        if not answer.conflicts:
            return "it names no seat that stood in the way"
        common: list[Stretch] = [(start, end)]
        for conflict in answer.conflicts:
            if deed.seats and conflict.seat not in deed.seats:
                return f"it names {conflict.seat}, which nobody asked for"
            # Dates are cut to the millisecond: a spell may have ended up to one later.
            taken = [
                (spell.start, spell.end + 1)
                for spell in self.ledger.spells_within(conflict.seat, start, end)
                if spell.status == conflict.status and not self._own_hold(spell, deed)
            ]
            if not taken:
                return f"seat {conflict.seat} was not {conflict.status} for others during the call"
            common = _overlap(common, taken)
            if not common:
                return f"seats {[c.seat for c in answer.conflicts]} were never taken all at once"
        return self._offered(deed, answer, start, end)

    def _offered(self, deed: Deed, answer: Answer, start: float, end: float) -> str:
        """The alternatives: as many seats as were asked for, each free at some time."""
        for group in answer.alternatives:
            if len(set(group)) != len(deed.seats):
                return f"it offers {group} in place of {len(deed.seats)} seats"
            for seat in group:
                if seat not in self.ledger.places:
                    return f"it offers {seat}, which is not in the hall"
                if any(
                    spell.start <= start and spell.end >= end
                    for spell in self.ledger.spells_within(seat, start, end)
                ):
                    return f"it offers {seat}, which was taken during the whole call"
        return ""

    def _own_hold(self, spell: Spell, deed: Deed) -> bool:
        return (
            spell.status == HELD
            and spell.hold is not None
            and self.effects.owners.get(spell.hold) == deed.customer
        )

    def _owned_spells(self, deed: Deed, seat: str, start: float, end: float) -> Iterable[Spell]:
        return (
            spell
            for spell in self.ledger.spells_within(seat, start, end)
            if self._own_hold(spell, deed)
        )

    def _held_throughout(self, deed: Deed, start: float, end: float) -> bool:
        seats = deed.seats
        if not seats:
            phases = self._phases(self.holds, deed, start, end)
            return (
                bool(phases)
                and phases[0].at <= start
                and all(phase.seats and phase.until > end for phase in phases)
            )
        return all(
            any(
                spell.start <= start and spell.end > end
                for spell in self._owned_spells(deed, seat, start, end)
            )
            for seat in seats
        )

    def _phases(
        self, known: dict[str, list[int]], deed: Deed, start: float, end: float
    ) -> list[Phase]:
        """How the customer's holds stood between two moments."""
        holds = known.get(deed.customer, [])
        last = bisect_right(holds, end, key=lambda hold: self.ledger.holds[hold][0].at)
        phases: list[Phase] = []
        for hold in (holds[index] for index in range(last - 1, -1, -1)):
            phases[:0] = self.ledger.phases_within(hold, start, end)
            # A customer has one hold at a time: those before this one had ended.
            if hold in self.effects.owners and self.ledger.holds[hold][0].at <= start:
                break
        return phases


def _lapses(phases: list[Phase]) -> Iterable[int]:
    """The moments at which a hold came to its deadline with seats in it."""
    for phase, following in zip_longest(phases, phases[1:]):
        if phase.seats and (following is None or following.at >= phase.until):
            yield phase.until


def _overlap(some: list[Stretch], others: list[Stretch]) -> list[Stretch]:
    """The stretches of time in both of two lists, each in order and without overlaps of its own."""
    both, i, j = [], 0, 0
    while i < len(some) and j < len(others):
        start, end = max(some[i][0], others[j][0]), min(some[i][1], others[j][1])
        if start < end:
            both.append((start, end))
        if some[i][1] < others[j][1]:
            i += 1
        else:
            j += 1
    return both
