"""race: everybody wants the same seats at once, then everybody wants seats that overlap."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from random import Random

from proof.customers import Customer
from proof.hall import CouldNotRun
from proof.records import BOOKED, HELD, Answer
from proof.trial import Trial

OVERLAPPING_SEATS = 24


def run(trial: Trial) -> None:
    free = trial.free_seats()
    if len(free) < trial.seats:
        raise CouldNotRun(
            f"only {len(free)} seats of show {trial.hall.show_id} are free, "
            f"{trial.seats} are needed. Choose another with --show."
        )
    _rounds(trial, free, trial.seconds / 2)
    contested = Random().sample(free, min(OVERLAPPING_SEATS, len(free)))
    trial.facts["contested_seats"] = len(contested)
    owned: dict[str, list[str]] = {}

    def turn(customer: Customer, rng: Random) -> bool:
        _overlap(customer, contested, owned, rng)
        return True

    trial.act("overlapping seats", turn, trial.seconds / 2)


def _rounds(trial: Trial, free: list[str], seconds: float) -> None:
    begin, rounds, rng = time.monotonic(), 0, Random()
    for customer in trial.customers:
        customer.patience_until = begin + seconds
        trial.connect([customer])
    with ThreadPoolExecutor(trial.crowd()) as pool:
        while time.monotonic() < begin + seconds and not trial.stop.is_set():
            _round(trial, pool, rng.sample(free, trial.seats), rng)
            rounds += 1
            trial.progress(
                f"same seats, round {rounds}", min(1.0, (time.monotonic() - begin) / seconds)
            )
    for customer in trial.customers:
        customer.line.close()
    trial.facts["rounds"] = rounds


def _round(trial: Trial, pool: ThreadPoolExecutor, wanted: list[str], rng: Random) -> None:
    """All want the same seats; exactly one may get them, and then books or gives them back."""
    first = rng.sample(trial.customers, trial.crowd())
    gate = threading.Barrier(len(first))

    def want(customer: Customer) -> Answer | None:
        own = Random()
        gate.wait()
        return customer.hold(wanted, own)

    answers = list(pool.map(want, first))
    winners = [
        customer
        for customer, answer in zip(first, answers, strict=True)
        if answer is not None and answer.granted
    ]
    rest = (
        [customer for customer in trial.customers if customer not in first]
        if len(first) < len(trial.customers)
        else []
    )
    late = list(pool.map(lambda customer: customer.hold(wanted, Random()), rest))
    winners += [
        customer
        for customer, answer in zip(rest, late, strict=True)
        if answer is not None and answer.granted
    ]
    undecided = any(answer is None or answer.passing for answer in [*answers, *late])
    if len(winners) > 1 or (not winners and not undecided):
        kind = "two_owners" if winners else "no_winner"
        trial.journal.note_finding(
            kind,
            f"{len(winners)} of {len(trial.customers)} customers "
            f"got {' '.join(sorted(wanted))}: "
            f"{', '.join(winner.name for winner in winners) or 'nobody'}",
        )
    for winner in winners:
        _enjoy(trial, winner, wanted, rng)


def _enjoy(trial: Trial, winner: Customer, wanted: list[str], rng: Random) -> None:
    """The winner sees the seats as their own, and leaves them free for the next round."""
    trial.journal.wins += 1
    books = rng.random() < 0.5
    answer = winner.book(None, rng) if books else None
    if books and (answer is None or not answer.granted):
        winner.release(None, rng)
        return
    status = BOOKED if books else HELD
    for seat in winner.look()["seats"]:
        if seat["label"] in wanted and (seat["status"], seat["mine"]) != (status, True):
            trial.journal.note_finding(
                "not_shown",
                f"{winner.name} has {seat['label']} {status}, "
                f"GET /api/seats/ shows {seat['status']}, "
                f"mine: {seat['mine']}",
            )
    if answer is not None and answer.reference is not None:
        winner.cancel(answer.reference)
    else:
        winner.release(None, rng)


def _overlap(
    customer: Customer, contested: list[str], owned: dict[str, list[str]], rng: Random
) -> None:
    """Hold 1-4 seats of the contested ones, then book, release, or keep them for a while."""
    held = owned.get(customer.name, [])
    answer = customer.hold(rng.sample(contested, rng.randint(1, min(4, len(contested)))), rng)
    if answer is not None and answer.granted:
        held = list(answer.seats)
    if not held:
        return
    choice = rng.random()
    if choice < 0.2 and len(held) < 5:
        owned[customer.name] = held
        return
    owned[customer.name] = []
    if choice < 0.6:
        part = None if rng.random() < 0.7 else rng.sample(held, rng.randint(1, len(held)))
        booked = customer.book(part, rng)
        if booked is not None and booked.granted and booked.reference:
            owned[customer.name] = [seat for seat in held if seat not in booked.seats]
            customer.cancel(booked.reference)
        return
    part = None if rng.random() < 0.7 else rng.sample(held, rng.randint(1, len(held)))
    released = customer.release(part, rng)
    if released is not None and released.granted:
        owned[customer.name] = [seat for seat in held if seat not in released.seats]
