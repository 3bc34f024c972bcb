"""Customers who buy and give back while something happens to the server.

They do what a careful program does: every request carries a key, and is sent again with the same
key until it has an answer that says something. What they were promised is held against the server
afterwards.
"""

from __future__ import annotations

import secrets
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from random import Random
from typing import Any, TypeVar

from proof.command import ending, history_of, still_picture
from proof.customers import Customer
from proof.enrolment import Enrolment
from proof.faults.result import Result
from proof.hall import CouldNotRun, Hall
from proof.history import check
from proof.journal import Journal
from proof.records import Answer, Event, Operation
from proof.trial import Trial
from proof.wire import Address, Line, NoAnswer, Switchboard

T = TypeVar("T")

CUSTOMERS = 24
CONTESTED_SEATS = 120
PATIENCE_SECONDS = 90.0
ALLOWED = {"200", "304", "409", "410", "503", "no"}
"""First words of what may be answered meanwhile; ``no`` as in *no answer*."""


class Exchange(Switchboard):
    """Spreads its lines over several servers of one database."""

    def __init__(self, addresses: Sequence[Address]) -> None:
        super().__init__(addresses[0])
        self._addresses = addresses
        self._next = 0

    def open(self) -> Line:
        self.address = self._addresses[self._next % len(self._addresses)]
        self._next += 1
        return super().open()


@dataclass(slots=True)
class Regular:
    """A customer who does not give up, and remembers what was promised."""

    customer: Customer
    contested: list[str]
    held: list[str] = field(default_factory=list)
    promised: dict[str, frozenset[str]] = field(default_factory=dict)
    unanswered: int = 0
    dawdles_seconds: float = 0.0

    def step(self, rng: Random) -> None:
        if rng.random() < 0.2:
            time.sleep(rng.uniform(0, self.dawdles_seconds))
        choice = rng.random()
        if choice < 0.1 and self.held:
            self._insist(Operation.EXTEND, [], rng)
        elif choice < 0.5 and self.held:
            part = (
                [] if rng.random() < 0.6 else rng.sample(self.held, rng.randint(1, len(self.held)))
            )
            self._insist(Operation.BOOK, part, rng)
        elif choice < 0.6 and self.held:
            self._insist(Operation.RELEASE, [], rng)
        elif choice < 0.75 and len(self.promised) > 1:
            self._insist(Operation.CANCEL, [], rng, reference=next(iter(self.promised)))
        elif len(self.held) <= 6:
            wanted = rng.sample(self.contested, rng.randint(1, 3))
            self._insist(Operation.HOLD, wanted, rng)
        else:
            self._insist(Operation.RELEASE, [], rng)

    def _insist(
        self, operation: Operation, labels: list[str], rng: Random, reference: str | None = None
    ) -> None:
        naming = self.customer.hall.naming(labels, rng) if labels else {}
        key = secrets.token_hex(8)
        if reference is not None:
            # From here on it may be gone, whatever becomes of the answer.
            self.promised.pop(reference)
        deadline = time.monotonic() + PATIENCE_SECONDS
        pause = 0.02
        while True:
            answer = self.customer.ask(operation, labels, naming, key=key, reference=reference)
            if answer is not None and not answer.passing:
                self._remember(operation, answer)
                return
            if time.monotonic() > deadline:
                self.unanswered += 1
                return
            time.sleep(pause * rng.uniform(0.5, 1.5))
            pause = min(0.5, pause * 2)

    def _remember(self, operation: Operation, answer: Answer) -> None:
        if not answer.granted:
            if answer.code in ("not_held", "hold_expired"):
                self.held = []
        elif operation is Operation.HOLD:
            self.held = list(answer.seats)
        elif operation is Operation.BOOK and answer.reference:
            self.held = [seat for seat in self.held if seat not in answer.seats]
            self.promised[answer.reference] = frozenset(answer.seats)
        elif operation is Operation.RELEASE:
            self.held = []

    def lost(self) -> list[str]:
        """The bookings that were confirmed, never given back, and are not there."""
        kept = {
            booking["reference"]: frozenset(seat["label"] for seat in booking["seats"])
            for booking in patiently(self.customer.bookings)
        }
        return [
            f"booking {reference} of {self.customer.name} ({' '.join(sorted(seats))}) is lost"
            for reference, seats in self.promised.items()
            if kept.get(reference) != seats
        ]


class Load:
    """One show, many customers. ``answers`` counts while it lasts.

    ``kept`` is for how many milliseconds a cache may hand out the same poll, from when it got it;
    ``slowest`` tells how long it had to wait for one.
    """

    def __init__(
        self,
        addresses: Sequence[Address],
        show_id: int,
        *,
        short: bool,
        dawdles_seconds: float = 0.0,
        kept: float = 0.0,
        slowest: Callable[[], float] = lambda: 0.0,
    ) -> None:
        self.slowest = slowest
        self.exchange = Exchange(addresses)
        self.line = Line(addresses[0])
        self.journal = Journal()
        self.hall = Hall.find(self.line, show_id)
        crowd = Enrolment(
            self.exchange, self.hall, self.journal, None, lambda _: None, lambda *_: None
        ).enrol(CUSTOMERS // 2 if short else CUSTOMERS)
        self.trial = Trial(
            *(self.exchange, self.hall, crowd, self.journal, 0.0, 0, lambda *_: None), kept=kept
        )
        # Somebody's ten bookings must not use up the hall: there are more seats than are contested.
        contested = sorted(self.hall.seats)[:CONTESTED_SEATS]
        self.regulars = [
            Regular(customer, contested, dawdles_seconds=dawdles_seconds) for customer in crowd
        ]
        self.events: list[Event] = []

    def answers(self) -> int:
        return self.journal.total()

    def count(self, said: str) -> int:
        """How many answers of one kind customers have had so far."""
        return sum(answers[said] for answers in list(self.journal.answers.values()))

    def granted(self) -> int:
        """How many requests customers have been granted so far."""
        return sum(
            call.answer is not None and call.answer.granted for call in list(self.journal.calls)
        )

    def lasts_until(self, is_so: Callable[[], bool]) -> bool:
        """Waits, while customers act, until something is so; False if that never comes."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not is_so():
            if time.monotonic() > deadline or self.trial.stop.wait(0.01):
                return False
        return True

    def suffer(self, harm: Callable[[], None], result: Result) -> None:
        """Lets everybody act while ``harm`` goes on, and notes in ``result`` what became of it."""
        over = threading.Event()
        version, before = still_picture(self.line, self.hall)
        with self.exchange:
            with (
                self.trial.watched(4),
                self.trial.working([partial(self._act, one, over) for one in self.regulars]),
            ):
                try:
                    harm()
                finally:
                    over.set()
            lost = [text for regular in self.regulars for text in regular.lost()]
        end = patiently(lambda: ending(self.line, self.hall, version))
        self.events = end[0]
        self.journal.allow_caches(self.slowest())
        violations = check(history_of(self.journal, version, before, end))
        self._note(result, [*self.journal.findings, *violations], lost)
        self.line.close()

    def _act(self, regular: Regular, over: threading.Event) -> None:
        rng = Random()
        self.trial.connect([regular.customer])
        while not over.is_set() and not self.trial.stop.is_set():
            regular.step(rng)

    def _note(self, result: Result, violations: Sequence[Any], lost: Sequence[str]) -> None:
        said = said_in(self.journal, result)
        unanswered = sum(regular.unanswered for regular in self.regulars)
        granted = self.granted()
        result.figures |= {
            "acknowledged": granted,
            "confirmed_bookings": len(
                {
                    call.answer.reference
                    for call in self.journal.calls
                    if call.operation is Operation.BOOK and call.answer and call.answer.granted
                }
            ),
            "not_given_back": sum(len(regular.promised) for regular in self.regulars),
            "lost_bookings": len(lost),
            "violations": len(violations),
            "requests_cut_off": said["no answer"],
            "answers": dict(said),
        }
        result.broken += lost
        result.broken += [str(violation) for violation in violations]
        result.expect(not unanswered, f"{unanswered} requests were never answered")
        result.expect(granted > 0, "nothing was granted, so nothing is proven")


def said_in(journal: Journal, result: Result) -> Counter[str]:
    """How often there was each kind of answer; those that must not be are noted in ``result``."""
    said: Counter[str] = Counter()
    for answers in journal.answers.values():
        said.update(answers)
    wrong = {text: count for text, count in said.items() if text.split()[0] not in ALLOWED}
    result.expect(not wrong, f"answers that must not be: {wrong}")
    return said


def patiently(question: Callable[[], T]) -> T:
    """Asks until there is an answer: the server may still be coming back."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            return question()
        except (NoAnswer, CouldNotRun):
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)
