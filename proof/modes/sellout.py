"""sellout: customers compete until the hall is sold; then the books are checked."""

from __future__ import annotations

import time
from random import Random

from proof.books import Sale, faults
from proof.customers import Customer
from proof.hall import CouldNotRun
from proof.records import AVAILABLE
from proof.trial import Trial


def run(trial: Trial) -> None:
    before = trial.customers[0].look()["stats"]
    if not before["available"]:
        raise CouldNotRun(f"show {trial.hall.show_id} is sold out already")
    total, begin = before["total"], time.monotonic()
    left = set(trial.free_seats())

    def turn(customer: Customer, rng: Random) -> bool:
        if left:
            _buy(customer, left, rng)
            return True
        hall = customer.look()
        left.update(seat["label"] for seat in hall["seats"] if seat["status"] == AVAILABLE)
        if not left and hall["stats"]["held"]:
            time.sleep(0.05)
        return bool(left) or hall["stats"]["held"] > 0

    trial.act("selling", turn, trial.seconds, lambda: 1 - len(left) / total)
    after = trial.customers[0].look()["stats"]
    if after["available"] or after["held"]:
        raise CouldNotRun(
            f"after {trial.seconds:.0f} s {after['available']} seats are free and "
            f"{after['held']} held; give it longer with --seconds"
        )
    trial.facts["sold_out_after_seconds"] = round(time.monotonic() - begin, 2)
    sales = [
        Sale(customer.name, booking["reference"], tuple(seat["label"] for seat in booking["seats"]))
        for customer in trial.customers
        for booking in customer.bookings()
    ]
    trial.facts["bookings"] = len(sales)
    for fault in faults(sales, after, before["booked"]):
        trial.journal.note_finding("books", fault)


def _buy(customer: Customer, left: set[str], rng: Random) -> None:
    """Try for some seats thought to be free; take what is offered instead; mostly book."""
    known = sorted(left.copy())
    if not known:
        return
    at = rng.randrange(len(known))
    wanted = known[at : at + rng.randint(1, 4)]
    answer = customer.hold(wanted, rng)
    if answer is not None and answer.code == "seats_unavailable":
        left.difference_update(conflict.seat for conflict in answer.conflicts)
        if answer.alternatives:
            answer = customer.hold(list(rng.choice(answer.alternatives)), rng)
    if answer is None or not answer.granted:
        return
    if rng.random() < 0.1:
        customer.release(None, rng)
        left.update(answer.seats)
        return
    booked = customer.book(None, rng)
    if booked is not None and booked.granted:
        left.difference_update(booked.seats)
