"""Customers who take "busy" for what it is: they wait as asked, and send the same request again."""

from __future__ import annotations

import secrets
import time
from typing import Any

from proof.customers import Customer
from proof.faults.load import patiently
from proof.records import Answer, Operation

WITHOUT_AN_ANSWER_SECONDS = 0.2


class Insistent(Customer):
    """Every request has a key, and is repeated with it until an answer says something about it."""

    def ask(
        self,
        operation: Operation,
        labels: list[str],
        naming: dict[str, Any],
        *,
        key: str | None = None,
        reference: str | None = None,
    ) -> Answer | None:
        key = key or secrets.token_hex(8)
        while True:
            answer = super().ask(operation, labels, naming, key=key, reference=reference)
            if answer is not None and not answer.passing:
                return answer
            pause = WITHOUT_AN_ANSWER_SECONDS if answer is None else answer.again_after
            if time.monotonic() + pause > self.patience_until:
                return answer
            time.sleep(pause)

    def look(self) -> dict[str, Any]:
        return patiently(super().look)

    def bookings(self) -> list[dict[str, Any]]:
        return patiently(super().bookings)
