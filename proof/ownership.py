"""Who owned a seat beyond doubt, by the answers alone: the ledger may say what it likes.

But for one thing no customer is asked about: that the box office has rejected a booking.

A customer who was told "held" or "booked" owns the seats from the arrival of that answer until the
moment of asking to give them up, or until the deadline they were told. Two customers whose claims
to a seat overlap were sold the same seat.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from math import inf

from proof.effects import Deed
from proof.records import Clock, Event, Kind, Operation, Violation


@dataclass(slots=True)
class Claim:
    """A seat that was one customer's from ``start`` to ``end``, in the clients' clock."""

    customer: str
    start: float
    end: float
    booked: bool

    def __str__(self) -> str:
        return f"{'booked' if self.booked else 'held'} by {self.customer}"


def claims_of(
    deeds: Iterable[Deed], clock: Clock, events: Iterable[Event]
) -> dict[str, list[Claim]]:
    """Every seat's claims, told from the answers; those of rejected bookings end with that."""
    by_customer: dict[str, list[Deed]] = defaultdict(list)
    for deed in deeds:
        by_customer[deed.customer].append(deed)
    claims: dict[str, list[Claim]] = defaultdict(list)
    for customer, theirs in by_customer.items():
        _Claimant(customer, clock, claims).follow(sorted(theirs, key=lambda deed: deed.start))
    for event in events:
        if event.kind == Kind.REJECTED:
            at = event.at - clock.ahead - clock.tolerance
            for claim in (claim for seat in event.seats for claim in claims.get(seat, [])):
                if claim.booked and claim.start <= at:
                    claim.end = min(claim.end, at)
    return claims


class _Claimant:
    def __init__(self, customer: str, clock: Clock, claims: dict[str, list[Claim]]) -> None:
        self.customer, self.clock, self.claims = customer, clock, claims
        self.open: dict[str, Claim] = {}
        self.sold: dict[str, dict[str, Claim]] = {}
        self.told: set[str | None] = set()
        self.pending: list[Deed] = []

    def follow(self, deeds: list[Deed]) -> None:
        for deed in deeds:
            if deed.operation is Operation.RELEASE or (
                deed.operation is Operation.BOOK and deed.answer is None
            ):
                self._let_go(deed)
            elif deed.operation is Operation.CANCEL:
                for claim in self.sold.pop(deed.reference or "", {}).values():
                    claim.end = min(claim.end, deed.start)
            elif deed.granted:
                self._gain(deed)

    def _let_go(self, deed: Deed) -> None:
        """From here on the customer's hold proves nothing.

        That goes for a booking without an answer, too: it may stand under a reference that only
        its cancellation will name.
        """
        for seat in list(self.open):
            if not deed.seats or seat in deed.seats:
                claim = self.open.pop(seat)
                claim.end = min(claim.end, deed.start)
        if deed.answer is None:
            self.pending.append(deed)

    def _gain(self, deed: Deed) -> None:
        assert deed.answer is not None
        booked = deed.operation is Operation.BOOK
        if booked:
            # Whoever asks again is told of the booking they have, which may be cancelled by now.
            if deed.answer.reference in self.told:
                return
            self.told.add(deed.answer.reference)
        end = inf if booked else self._deadline(deed)
        sold = {}
        # All or none: a yes is about everything that was asked for, whatever it then lists.
        for seat in sorted(deed.seats.union(deed.answer.seats)):
            claim = self.open.get(seat)
            if claim is None or claim.end <= deed.end:
                # What nobody answered may still be on its way, and undo a later hold.
                if not booked and any(
                    not late.seats or seat in late.seats for late in self.pending
                ):
                    continue
                claim = Claim(self.customer, deed.end, end, booked)
                self.claims[seat].append(claim)
                self.open[seat] = claim
            claim.end, claim.booked = end, booked
            if booked:
                sold[seat] = self.open.pop(seat)
        if booked and deed.answer.reference:
            self.sold[deed.answer.reference] = sold

    def _deadline(self, deed: Deed) -> float:
        assert deed.answer is not None
        if deed.answer.until is None:
            return deed.end
        return deed.answer.until - self.clock.ahead - self.clock.tolerance


def double_owners(claims: dict[str, list[Claim]]) -> list[Violation]:
    """Seats that belonged to two customers at the same time."""
    violations = []
    for seat, theirs in sorted(claims.items()):
        latest: Claim | None = None
        for claim in sorted((c for c in theirs if c.end > c.start), key=lambda claim: claim.start):
            if latest and latest.end > claim.start and latest.customer != claim.customer:
                violations.append(
                    Violation(
                        "two_owners",
                        f"seat {seat} was {latest} and {claim} at {claim.start:.0f}",
                    )
                )
            if latest is None or claim.end > latest.end:
                latest = claim
    return violations
