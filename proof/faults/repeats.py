"""The same request again: because its answer was lost, or a dozen times at once."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from proof.customers import PATHS, Customer
from proof.enrolment import Enrolment
from proof.faults.result import Result
from proof.hall import CouldNotRun, Hall, last_version
from proof.journal import Journal
from proof.records import Operation
from proof.stage import Installation, Server
from proof.wire import Line, Reply, Switchboard

TWINS = 12
MOST_REPEATS = 1000
PATIENCE_SECONDS = 90.0


@dataclass(slots=True)
class Desk:
    """One customer at one server, request by request."""

    switchboard: Switchboard
    customer: Customer
    hall: Hall
    line: Line

    @classmethod
    def at(cls, server: Server, show_id: int, customers: int) -> list[Desk]:
        switchboard = Switchboard(server.address)
        hall = Hall.find(switchboard.open(), show_id)
        crowd = Enrolment(
            switchboard, hall, Journal(), None, lambda _: None, lambda *_: None
        ).enrol(customers)
        return [cls(switchboard, customer, hall, switchboard.open()) for customer in crowd]

    def request(self, operation: Operation, detail: Any) -> tuple[str, dict[str, Any]]:
        """Address and body; ``detail`` is seats, or for a cancellation the reference."""
        if operation is Operation.CANCEL:
            return f"/api/seats/bookings/{detail}/cancel/", {}
        named = {"seats": list(detail)} if detail else {}
        return PATHS[operation], {"show_id": self.hall.show_id, **named}

    def headers(self, key: str | None) -> dict[str, str]:
        return {**self.customer.headers, **({"Idempotency-Key": key} if key else {})}

    def ask(
        self, operation: Operation, detail: Any, key: str | None = None, line: Line | None = None
    ) -> Reply:
        path, body = self.request(operation, detail)
        return (line or self.line).post(path, body, self.headers(key))

    def version(self) -> int:
        return last_version(self.line, self.hall.show_id)

    def lose_the_answer(self, operation: Operation, detail: Any, key: str | None) -> None:
        """Send a request, wait until its effect is committed, and hang up without reading."""
        path, body = self.request(operation, detail)
        before = self.version()

        def committed() -> None:
            deadline = time.monotonic() + PATIENCE_SECONDS
            while self.version() == before:
                if time.monotonic() > deadline:
                    raise CouldNotRun(f"a request to {operation} {detail} had no effect")

        line = self.switchboard.open()
        line.post_and_hang_up(path, body, self.headers(key), committed)


def lost_answers(installation: Installation, result: Result, *, short: bool) -> None:
    """The answer is dropped after the commit; the request is repeated with its key, and without."""
    rounds = 1 if short else 15
    show_id, repeats = installation.next_show(), 0
    with installation.server() as server:
        desk = Desk.at(server, show_id, 1)[0]
        with desk.switchboard:
            for number in range(rounds):
                for keyed in (True, False):
                    seats = sorted(desk.hall.seats)[2 * number : 2 * number + 2]
                    repeats += _every_operation_twice(desk, seats, result, keyed=keyed)
    doubled = sum("second effect" in text for text in result.broken)
    result.figures |= {"answers_dropped": repeats, "effects_doubled": doubled}
    difference = installation.verify_ledger(show_id)
    result.expect(not difference, difference)


def _every_operation_twice(desk: Desk, seats: Sequence[str], result: Result, *, keyed: bool) -> int:
    repeats = 0

    def twice(operation: Operation, detail: Any) -> dict[str, Any]:
        nonlocal repeats
        key = secrets.token_hex(8) if keyed else None
        desk.lose_the_answer(operation, detail, key)
        committed = desk.version()
        again = desk.ask(operation, detail, key)
        repeats += 1
        how = f"{operation} repeated {'with its key' if keyed else 'without a key'}"
        result.expect(again.status == 200, f"{how} was answered {again.status} {again.code}")
        result.expect(desk.version() == committed, f"{how} had a second effect")
        replayed = again.headers.get("idempotency-replayed") == "true"
        result.expect(replayed == keyed, f"{how}: replayed is {replayed}")
        return again.body or {}

    twice(Operation.HOLD, seats)
    if keyed:
        # Without a key a second extension is a second wish.
        twice(Operation.EXTEND, None)
    twice(Operation.RELEASE, seats)
    twice(Operation.HOLD, seats)
    booking = twice(Operation.BOOK, seats if keyed else None).get("booking", {})
    result.expect(
        {seat["label"] for seat in booking.get("seats", [])} == set(seats),
        f"the repeated booking speaks of {booking.get('seats')}",
    )
    if "reference" in booking:
        twice(Operation.CANCEL, booking["reference"])
    return repeats


def twins(installation: Installation, result: Result, *, short: bool) -> None:
    """The same request, with one key, a dozen times at once: one effect, the same words for all."""
    rounds = 6 if short else 60
    show_id = installation.next_show()
    waited = 0
    with installation.server() as server:
        owner, rival = Desk.at(server, show_id, 2)
        with owner.switchboard, rival.switchboard, ThreadPoolExecutor(TWINS) as pool:
            seats = sorted(owner.hall.seats)
            if rival.ask(Operation.HOLD, seats[-2:]).status != 200:
                raise CouldNotRun("a seat nobody wants could not be held")
            lines = [owner.switchboard.open() for _ in range(TWINS)]
            reference = ""
            for number in range(rounds):
                pair = seats[2 * (number // 6) : 2 * (number // 6) + 2]
                operation, detail, effects = [
                    (Operation.HOLD, pair, 1),
                    (Operation.EXTEND, None, 1),
                    (Operation.HOLD, seats[-2:], 0),
                    (Operation.BOOK, pair, 1),
                    (Operation.CANCEL, reference, 1),
                    (Operation.RELEASE, pair, 0),
                ][number % 6]
                before = owner.version()
                replies, again = _at_once(owner, pool, lines, operation, detail)
                waited += again
                _judge(result, operation, replies, owner.version() - before, effects)
                if operation is Operation.BOOK and replies[0].status == 200:
                    reference = replies[0].body["booking"]["reference"]
    result.figures |= {"rounds": rounds, "requests": rounds * TWINS, "asked_to_wait": waited}
    difference = installation.verify_ledger(show_id)
    result.expect(not difference, difference)


def _at_once(
    desk: Desk, pool: ThreadPoolExecutor, lines: Sequence[Line], operation: Operation, detail: Any
) -> tuple[list[Reply], int]:
    """Everybody's answer, and how often somebody was told that a twin is still at it."""
    gate, key = threading.Barrier(len(lines)), secrets.token_hex(8)

    def ask(line: Line) -> tuple[Reply, int]:
        gate.wait()
        reply = desk.ask(operation, detail, key, line)
        again = 0
        while reply.code in ("idempotency_in_progress", "busy") and again < MOST_REPEATS:
            time.sleep(0.05)
            reply = desk.ask(operation, detail, key, line)
            again += 1
        return reply, again

    came = list(pool.map(ask, lines))
    return [reply for reply, _ in came], sum(again for _, again in came)


def _judge(
    result: Result, operation: Operation, replies: Sequence[Reply], effects: int, expected: int
) -> None:
    said = {(reply.status, reply.raw) for reply in replies}
    first = [reply for reply in replies if "idempotency-replayed" not in reply.headers]
    result.expect(effects == expected, f"{operation}: {effects} effects instead of {expected}")
    result.expect(len(said) == 1, f"{operation}: {len(said)} different answers")
    result.expect(len(first) == 1, f"{operation}: {len(first)} answers as if it were new")
    result.expect(
        all(reply.status in (200, 409, 410) for reply in replies),
        f"{operation}: answered {sorted({reply.status for reply in replies})}",
    )
