"""Holding, booking and releasing against an authenticated REST framework view that does nothing."""

from __future__ import annotations

import itertools
import statistics
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from benchmarks import wire
from benchmarks.page import Aim, Table, ratio, spread
from benchmarks.run import Run
from benchmarks.servers import NOTHING, OURS, Server, served
from benchmarks.stores import Missing, Store, store

CLIENTS = (1, 8, 32)
SHOWS = 4
# So many that nobody holds more than a few times in a run.
CUSTOMERS = 4000
# Limited as a house is out of the box (.env.example).
HOARDING = {"HOARD_MAX_SEATS": "40", "HOARD_SEAT_MINUTES": "600", "HOARD_LAPSES": "6"}
OPERATIONS = {
    "hold": "/api/seats/hold-batch/",
    "book": "/api/seats/book-batch/",
    "release": "/api/seats/release-hold-batch/",
}


@dataclass(frozen=True)
class Party:
    """Somebody who wants two seats of a show."""

    token: str
    show: int
    seats: tuple[str, str]

    def asks(self, operation: str) -> bytes:
        body = {"show_id": self.show, "seats": list(self.seats)}
        return wire.post(OPERATIONS[operation], self.token, body)


@dataclass
class Figures:
    """One database, so many clients."""

    database: str
    clients: int
    nothing: list[float] = field(default_factory=list)
    rates: dict[str, list[float]] = field(default_factory=dict)
    tallies: dict[str, wire.Tally] = field(default_factory=dict)

    def note(self, operation: str, tally: wire.Tally) -> None:
        self.rates.setdefault(operation, []).append(tally.rate)
        self.tallies.setdefault(operation, wire.Tally()).add(tally)


def parties(
    made: dict[str, Any], hall: int, shows: list[int], tokens: Iterator[str]
) -> list[Party]:
    """The next customer for every pair of neighbours, show after show."""
    labels = made["halls"][hall]["labels"]
    pairs = list(zip(labels[::2], labels[1::2], strict=True))
    return [Party(next(tokens), show, pair) for show in shows for pair in pairs]


def carry_out(
    server: Server, clients: int, wanted: list[Party], operation: str, seconds: float
) -> tuple[wire.Tally, list[Party]]:
    """Clients take the next party each, as long as there is time; returns who was served."""
    queue = iter([(party, party.asks(operation)) for party in wanted])
    served_now: list[Party] = []

    def story() -> Iterator[bytes]:
        for party, request in queue:
            served_now.append(party)
            yield request

    return wire.call(server.address, [story() for _ in range(clients)], seconds), served_now


def do_nothing(server: Server, clients: int, tokens: list[str], seconds: float) -> wire.Tally:
    body = {"show_id": 1, "seats": ["A1", "A2"]}
    requests = [wire.post("/nothing/", token, body) for token in tokens]

    def story(start: int) -> Iterator[bytes]:
        while True:
            yield from requests[start:]
            start = 0

    stories = [story(len(requests) * number // clients) for number in range(clients)]
    return wire.call(server.address, stories, seconds)


def measure(run: Run) -> list[Table]:
    figures: list[Figures] = []
    missing: list[str] = []
    for name in ("SQLite",) if run.quick else ("SQLite", "MariaDB", "PostgreSQL"):
        try:
            with store(name, run.folder) as opened:
                figures += _one_database(run, opened)
        except Missing as error:
            missing.append(str(error))
    return [_holds(figures, missing), _others(figures)]


def _one_database(run: Run, opened: Store) -> list[Figures]:
    found = [Figures(opened.name, clients) for clients in CLIENTS]
    rounds = {one.clients: _rounds(run, one) for one in found}
    made = opened.lay_out(customers=CUSTOMERS, halls=[[20, 25, SHOWS * sum(rounds.values()), 0]])
    shows = iter(made["halls"][0]["shows"])
    tokens = itertools.cycle(made["tokens"])
    for one in found:
        run.say(f"writes on {opened.name}, {one.clients} clients")
        with (
            served(OURS, opened, shared_by=one.clients, **HOARDING) as ours,
            served(NOTHING, opened, shared_by=one.clients, **HOARDING) as nothing,
        ):
            for _ in range(rounds[one.clients]):
                wanted = parties(made, 0, [next(shows) for _ in range(SHOWS)], tokens)
                tally = do_nothing(nothing, one.clients, made["tokens"], run.seconds)
                one.nothing.append(tally.rate)
                _one_round(run, ours, one, wanted)
    return found


def _rounds(run: Run, one: Figures) -> int:
    """More where there is an aim."""
    if run.quick:
        return 1
    return 9 if _is_aimed(one) else 3


def _is_aimed(one: Figures) -> bool:
    return one.database == "SQLite" and one.clients == 8


def _one_round(run: Run, ours: Server, one: Figures, wanted: list[Party]) -> None:
    def phase(operation: str, of: list[Party], seconds: float) -> list[Party]:
        tally, done = carry_out(ours, one.clients, of, operation, seconds)
        one.note(operation, tally)
        return done

    held = phase("hold", wanted, run.seconds)
    half = len(held) // 2
    phase("release", held[:half], run.seconds)
    phase("book", held[half:], run.seconds)


def _holds(figures: list[Figures], missing: list[str]) -> Table:
    table = Table(
        "Holding",
        [
            *("database, clients", "nothing /s", "hold /s", "p50 ms", "p99 ms", "p99/p50"),
            *("ratio", "from–to", ""),
        ],
        "Two seats of a 500-seat hall at a time, each time by another customer, who is known by a"
        " token; against a REST framework view behind the same middleware that knows the customer"
        " in the same way, reads the same body and does nothing. 2 workers; limits on hoarding as"
        " they are out of the box." + "".join(f" Not measured here: {one}." for one in missing),
    )
    for one in figures:
        value = ratio(one.rates["hold"], one.nothing)
        held = one.tallies["hold"]
        tail = held.milliseconds(0.99) / held.milliseconds(0.5)
        aimed = _is_aimed(one)
        name = f"{one.database}, {one.clients}"
        verdicts = [
            table.aim(f"hold on {name} clients", Aim(0.35) if aimed else None, value),
            table.aim("p99/p50 of those holds", Aim(4, at_most=True) if aimed else None, tail),
        ]
        table.add(
            name + _errors(held),
            f"{statistics.median(one.nothing):,.0f}",
            *_cells(one, "hold"),
            f"{tail:.1f}",
            f"{value:.2f}",
            spread(one.rates["hold"], one.nothing),
            "; ".join(verdict for verdict in verdicts if verdict),
        )
    return table


def _others(figures: list[Figures]) -> Table:
    table = Table(
        "Booking and releasing",
        [
            *("database, clients", "book /s", "p50 ms", "p99 ms", "of nothing"),
            *("release /s", "p50 ms", "p99 ms", "of nothing"),
        ],
        "The seats held above: half are booked, half are let go.",
    )
    for one in figures:
        table.add(
            f"{one.database}, {one.clients}" + _errors(one.tallies["book"], one.tallies["release"]),
            *_cells(one, "book"),
            f"{ratio(one.rates['book'], one.nothing):.2f}",
            *_cells(one, "release"),
            f"{ratio(one.rates['release'], one.nothing):.2f}",
        )
    return table


def _errors(*tallies: wire.Tally) -> str:
    found = [tally.errors for tally in tallies if tally.errors]
    return f" (errors by status: {found})" if found else ""


def _cells(one: Figures, operation: str) -> list[str]:
    tally = one.tallies[operation]
    rate = statistics.median(one.rates[operation])
    return [f"{rate:,.0f}", f"{tally.milliseconds(0.5):.1f}", f"{tally.milliseconds(0.99):.1f}"]
