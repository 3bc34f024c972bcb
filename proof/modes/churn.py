"""churn: everything customers do, with lost answers, impatient retries and closed connections."""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass, field
from random import Random
from typing import Any

from proof.customers import Customer
from proof.hall import CouldNotRun
from proof.records import Answer, Operation
from proof.trial import Trial

CONTESTED_SEATS = 40


def run(trial: Trial) -> None:
    free = trial.free_seats()
    if len(free) < 4:
        raise CouldNotRun(
            f"only {len(free)} seats of show {trial.hall.show_id} are free, 4 are "
            "needed. Choose another with --show."
        )
    contested = Random().sample(free, min(CONTESTED_SEATS, len(free)))
    trial.facts["contested_seats"] = len(contested)
    visits = {customer.name: Visit(customer, contested) for customer in trial.customers}

    def turn(customer: Customer, rng: Random) -> bool:
        visits[customer.name].step(rng)
        return True

    trial.act("churn", turn, trial.seconds)


@dataclass(slots=True)
class Visit:
    """One customer's stay: what they believe they hold and have booked."""

    customer: Customer
    contested: list[str]
    held: list[str] = field(default_factory=list)
    booked: list[str] = field(default_factory=list)

    def step(self, rng: Random) -> None:
        choice = rng.random()
        if choice < 0.05:
            self.customer.look()
        elif choice < 0.15 and self.held:
            self._ask(Operation.EXTEND, [], rng)
        elif choice < 0.35 and self.held:
            self._ask(Operation.BOOK, self._some(rng), rng)
        elif choice < 0.5 and self.held:
            self._ask(Operation.RELEASE, self._some(rng), rng)
        elif choice < 0.7 and self.booked:
            self._ask(Operation.CANCEL, [], rng, reference=self.booked[0])
        elif len(self.held) <= 6:
            wanted = rng.sample(self.contested, rng.randint(1, 4))
            self._ask(Operation.HOLD, wanted, rng)
        else:
            self._ask(Operation.RELEASE, [], rng)

    def _some(self, rng: Random) -> list[str]:
        """Some of the seats held, or none, which means all of them."""
        return [] if rng.random() < 0.5 else rng.sample(self.held, rng.randint(1, len(self.held)))

    def _ask(
        self,
        operation: Operation,
        labels: list[str],
        rng: Random,
        *,
        reference: str | None = None,
    ) -> None:
        naming = self.customer.hall.naming(labels, rng) if labels else {}
        key = secrets.token_hex(8) if rng.random() < 0.8 else None
        answer: Answer | None
        if key is not None and rng.random() < 0.1:
            self.customer.ask_and_hang_up(operation, labels, naming, key, reference)
            answer = None
        else:
            answer = self.customer.ask(operation, labels, naming, key=key, reference=reference)
        again = answer is None or rng.random() < 0.15
        if key is not None and again and rng.random() < 0.8:
            answer = self._retry(operation, labels, naming, key, reference)
        if answer is None:
            self._look_up(operation)
        else:
            self._remember(operation, answer, reference)

    def _retry(
        self,
        operation: Operation,
        labels: list[str],
        naming: dict[str, Any],
        key: str,
        reference: str | None,
    ) -> Answer | None:
        """The same request with the same key, until the first one has its answer."""
        answer = None
        for attempt in range(6):
            answer = self.customer.ask(operation, labels, naming, key=key, reference=reference)
            if answer is not None and not answer.passing:
                break
            time.sleep(0.05 * 2**attempt)
        return answer

    def _remember(self, operation: Operation, answer: Answer, reference: str | None) -> None:
        if not answer.granted:
            if operation is Operation.CANCEL and reference in self.booked and not answer.passing:
                self.booked.remove(reference)
            if answer.code in ("not_held", "hold_expired"):
                self._look_up(operation)
        elif operation is Operation.HOLD:
            self.held = list(answer.seats)
        elif operation is Operation.BOOK and answer.reference:
            self.held = [seat for seat in self.held if seat not in answer.seats]
            self.booked.append(answer.reference)
        elif operation is Operation.RELEASE:
            self.held = [seat for seat in self.held if seat not in answer.seats]
        elif operation is Operation.CANCEL and reference in self.booked:
            self.booked.remove(reference)

    def _look_up(self, operation: Operation) -> None:
        """What the customer has, from the server: an answer was lost."""
        self.held = self.customer.held()
        if operation is Operation.BOOK:
            self.booked = [booking["reference"] for booking in self.customer.bookings()]
