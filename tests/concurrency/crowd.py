"""Many customers at the same moment, in threads or in processes, and what came of it."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from random import Random
from typing import Any, TypeVar

from django.db import connection, connections

from seats.domain import Cursor, Customer, SeatNames
from seats.errors import SeatError
from seats.models import Seat
from seats.reservations import Outcome, book_seats, cancel_booking, hold_seats, release_seats
from tests.concurrency.process import FORKED, evening_in_process, wait_for_all
from tests.engine.house import House

T = TypeVar("T")

# How long anything here is waited for that is sure to come: on a busy machine it may take a while.
PATIENCE = 120

# What a customer may hear when others are quicker; the rest is a fault of ours.
EXPECTED = {"seats_unavailable", "not_held", "hold_expired", "seat_limit"}
KINDS = {"hold": "held", "book": "booked", "release": "released", "cancel": "cancelled"}


def all_at_once(calls: Sequence[Callable[[], T]]) -> list[T | Exception]:
    """Carries out each call in a thread of its own; what they returned or raised."""
    came_to: list[T | Exception] = [RuntimeError("did not end")] * len(calls)
    start = threading.Barrier(len(calls))

    def run(number: int) -> None:
        try:
            connection.ensure_connection()
            start.wait(timeout=PATIENCE)
            came_to[number] = calls[number]()
        except Exception as error:  # noqa: BLE001 - the test looks at every one of them
            came_to[number] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(len(calls))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=PATIENCE)
    return came_to


def take_from_anybody(
    _change: Any, hold_id: int, seat_ids: Any, deadline: Any, _wanted: Any
) -> None:
    """For controls, in place of ``taking._take``: without the condition that a seat is free."""
    Seat.objects.filter(pk__in=seat_ids).update(status="HELD", held_until=deadline, hold_id=hold_id)


@dataclass(frozen=True)
class Deed:
    """One call and its answer. ``version`` is that of the change, or 0 if nothing changed."""

    actor: str
    operation: str
    asked: tuple[str, ...]
    code: str
    version: int = 0
    seats: tuple[str, ...] = ()


def done(actor: str, operation: str, asked: Sequence[str], call: Callable[[], Outcome]) -> Deed:
    try:
        outcome = call()
    except SeatError as refused:
        return Deed(actor, operation, tuple(asked), refused.code)
    cursor = Cursor.parse(outcome.cursor)
    assert cursor is not None
    facts = outcome.facts
    if operation == "release":
        seats = tuple(facts["released"])
    else:
        seats = tuple(seat["label"] for seat in (facts.get("hold") or facts["booking"])["seats"])
    version = cursor.version if outcome.changed else 0
    return Deed(actor, operation, tuple(asked), "", version, seats)


def evening(
    show_id: int, labels: Sequence[str], who: Customer, seed: int, calls: int
) -> list[Deed]:
    """A customer who holds one to four seats, then books or releases, again and again."""
    chance = Random(seed)
    deeds: list[Deed] = []
    references: list[str] = []
    while len(deeds) < calls:
        asked = chance.sample(labels, chance.randint(1, 4))
        deeds.append(
            done(
                who.key,
                "hold",
                asked,
                lambda: hold_seats(who, show_id, SeatNames.of(*asked)),  # noqa: B023
            )
        )
        some = chance.sample(asked, chance.randint(1, len(asked)))
        names = SeatNames.of(*some) if chance.random() < 0.5 else None

        def book() -> Outcome:
            outcome = book_seats(who, show_id, names)  # noqa: B023
            references.append(outcome.facts["booking"]["reference"])
            return outcome

        if chance.random() < 0.4:
            deeds.append(done(who.key, "book", some if names else (), book))
            if references and chance.random() < 0.8:
                reference = references.pop()
                deeds.append(
                    done(who.key, "cancel", (), lambda: cancel_booking(who, reference))  # noqa: B023
                )
        else:
            deeds.append(
                done(
                    who.key,
                    "release",
                    some if names else (),
                    lambda: release_seats(who, show_id, names),  # noqa: B023
                )
            )
    return deeds


def check(house: House, deeds: Sequence[Deed]) -> Counter[str]:
    """Holds the answers against the ledger and the ledger against the tables.

    Raises AssertionError or ledger.Difference; returns how often which answer was given.
    """
    answers = Counter(deed.code or "granted" for deed in deeds)
    assert not answers.keys() - EXPECTED - {"granted"}, answers
    house.books_agree()
    labels = {seat_id: label for label, seat_id in house.ids.items()}
    events = {event.version: event for event in house.events()}
    changes = [deed for deed in deeds if deed.version]
    assert len({deed.version for deed in changes}) == len(changes) == len(events)
    for deed in changes:
        event = events[deed.version]
        assert (event.kind, event.actor) == (KINDS[deed.operation], deed.actor), deed
        told = {labels[seat_id] for seat_id in event.seat_ids}
        # The answer to holding names the whole hold, the entry what was added to it.
        assert told <= set(deed.seats) if deed.operation == "hold" else told == set(deed.seats), (
            deed
        )
    return answers


def in_processes(house: House, people: Sequence[Customer], calls: int) -> list[Deed]:
    """Evenings of these customers, each in a process of its own."""
    name = str(connection.settings_dict["NAME"])
    connections.close_all()
    labels = sorted(house.ids)
    together = (FORKED.Barrier(len(people)), PATIENCE)
    with ProcessPoolExecutor(len(people), FORKED, wait_for_all, together) as pool:
        evenings = [
            pool.submit(evening_in_process, name, house.show_id, labels, who, seed, calls)
            for seed, who in enumerate(people)
        ]
        return [deed for each in evenings for deed in each.result(timeout=PATIENCE)]
