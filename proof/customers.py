"""Customers who hold, book and give back seats over HTTP, and write down what came of it."""

from __future__ import annotations

import hashlib
import secrets
import time
from dataclasses import dataclass, field
from random import Random
from typing import Any

from proof.hall import Hall, expect, seen_in
from proof.journal import Journal, now
from proof.records import Answer, Call, Conflict, Operation, Poll, milliseconds
from proof.wire import Line, NoAnswer, Reply

PATHS = {
    Operation.HOLD: "/api/seats/hold-batch/",
    Operation.EXTEND: "/api/seats/extend-hold/",
    Operation.BOOK: "/api/seats/book-batch/",
    Operation.RELEASE: "/api/seats/release-hold-batch/",
}


def answer_of(reply: Reply) -> Answer:
    """What an answer says, whichever of the requests it answers."""
    body = reply.body if isinstance(reply.body, dict) else {}
    replayed = reply.headers.get("idempotency-replayed") == "true"
    digest = hashlib.sha256(reply.raw).hexdigest()
    if reply.status >= 400:
        return Answer(
            reply.status,
            reply.code,
            conflicts=tuple(
                Conflict(seat["label"], seat["status"]) for seat in body.get("conflicts", [])
            ),
            alternatives=tuple(tuple(group) for group in body.get("alternatives", [])),
            limit=body.get("limit"),
            replayed=replayed,
            digest=digest,
            again_after=reply.retry_after,
        )
    hold, booking = body.get("hold") or {}, body.get("booking") or {}
    return Answer(
        reply.status,
        seats=tuple(seat["label"] for seat in (hold or booking).get("seats", []))
        or tuple(body.get("released", [])),
        hold=hold.get("id"),
        until=milliseconds(hold.get("expires_at")),
        reference=booking.get("reference"),
        at=milliseconds(booking.get("booked_at")),
        replayed=replayed,
        digest=digest,
    )


@dataclass(slots=True)
class Customer:
    """A registered customer. Uses one line, asks one thing at a time."""

    name: str
    password: str
    token: str
    line: Line
    hall: Hall
    journal: Journal
    patience_until: float = field(default=0.0)

    def hold(self, labels: list[str], rng: Random, *, key: str | None = None) -> Answer | None:
        naming = self.hall.naming(labels, rng)
        return self.ask(Operation.HOLD, labels, naming, key=key)

    def extend(self, *, key: str | None = None) -> Answer | None:
        return self.ask(Operation.EXTEND, [], {}, key=key)

    def book(
        self, labels: list[str] | None, rng: Random, *, key: str | None = None
    ) -> Answer | None:
        naming = self.hall.naming(labels, rng) if labels else {}
        return self.ask(Operation.BOOK, labels or [], naming, key=key)

    def release(
        self, labels: list[str] | None, rng: Random, *, key: str | None = None
    ) -> Answer | None:
        naming = self.hall.naming(labels, rng) if labels else {}
        return self.ask(Operation.RELEASE, labels or [], naming, key=key)

    def cancel(self, reference: str, *, key: str | None = None) -> Answer | None:
        return self.ask(Operation.CANCEL, [], {}, key=key, reference=reference)

    def ask(
        self,
        operation: Operation,
        labels: list[str],
        naming: dict[str, Any],
        *,
        key: str | None = None,
        reference: str | None = None,
    ) -> Answer | None:
        """Send a request and write down call and answer; None where no answer came.

        A server that says "later" (429) is obeyed, as long as the run lasts.
        """
        while True:
            start = now()
            try:
                reply = self.line.post(*self._request(operation, naming, key, reference))
            except NoAnswer as silence:
                self.journal.lost[str(silence)] += 1
                self._note(operation, labels, start, None, "no answer", key, reference)
                return None
            answer = answer_of(reply)
            said = f"{answer.status} {answer.code}".strip()
            self._note(operation, labels, start, answer, said, key, reference)
            if reply.status != 429 or time.monotonic() + reply.retry_after > self.patience_until:
                return answer
            time.sleep(reply.retry_after)

    def ask_and_hang_up(
        self,
        operation: Operation,
        labels: list[str],
        naming: dict[str, Any],
        key: str,
        reference: str | None = None,
    ) -> None:
        """Send a request and close the connection at once, as a phone in a tunnel does."""
        start = now()
        try:
            self.line.post_and_hang_up(*self._request(operation, naming, key, reference))
        except NoAnswer:
            self.line.close()
        self._note(operation, labels, start, None, "hung up", key, reference)

    def _request(
        self, operation: Operation, naming: dict[str, Any], key: str | None, reference: str | None
    ) -> tuple[str, dict[str, Any], dict[str, str]]:
        headers = {"Idempotency-Key": key, **self.headers} if key else self.headers
        if operation is Operation.CANCEL:
            return f"/api/seats/bookings/{reference}/cancel/", {}, headers
        return PATHS[operation], {"show_id": self.hall.show_id, **naming}, headers

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Token {self.token}"}

    def _note(
        self,
        operation: Operation,
        labels: list[str],
        start: float,
        answer: Answer | None,
        said: str,
        key: str | None,
        reference: str | None,
    ) -> None:
        end = now()
        self.journal.note_answer(operation, said, None if answer is None else end - start)
        self.journal.note_call(
            Call(
                self.name,
                operation,
                tuple(sorted(labels)),
                start,
                end,
                answer,
                key,
                reference,
            )
        )

    def look(self) -> dict[str, Any]:
        """The hall with one's own seats marked: GET /api/seats/."""
        start = now()
        reply = self.line.get("/api/seats/", self.headers, show_id=self.hall.show_id)
        end = now()
        self.journal.note_answer("look", f"{reply.status} {reply.code}".strip(), end - start)
        body: dict[str, Any] = expect(reply, "GET /api/seats/")
        self.journal.note_poll(
            Poll(self.name, start, end, body["cursor"], True, seen_in(body), body["stats"]), None
        )
        return body

    def held(self) -> list[str]:
        """The seats the customer holds for this show."""
        body = expect(
            self.line.get("/api/seats/my-holds/", self.headers, show_id=self.hall.show_id),
            "GET /api/seats/my-holds/",
        )
        return [seat["label"] for hold in body["holds"] for seat in hold["seats"]]

    def bookings(self) -> list[dict[str, Any]]:
        """The customer's bookings for this show that stand."""
        body = expect(
            self.line.get("/api/seats/my-bookings/", self.headers), "GET /api/seats/my-bookings/"
        )
        return [
            booking
            for booking in body["bookings"]
            if booking["show_id"] == self.hall.show_id and booking["status"] == "confirmed"
        ]

    def give_everything_back(self, patience: float) -> None:
        """Release what is held and cancel what is booked, so that the show is as it was."""
        self.patience_until = time.monotonic() + patience
        rng = Random()
        if self.held():
            self._insist(lambda key: self.release(None, rng, key=key))
        for booking in self.bookings():
            self._insist(lambda key, r=booking["reference"]: self.cancel(r, key=key))

    def _insist(self, request: Any) -> None:
        key = secrets.token_hex(8)
        for _ in range(5):
            answer = request(key)
            if answer is not None and not answer.passing:
                return
            time.sleep(0.2)
