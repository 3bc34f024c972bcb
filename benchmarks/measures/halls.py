"""Small and large halls: 40 to 50,000 seats."""

from __future__ import annotations

import itertools
import json
import statistics
import time
from dataclasses import dataclass, field
from typing import Any

from benchmarks import readers, wire
from benchmarks.measures.polls import PATH
from benchmarks.measures.writes import Party, carry_out, parties
from benchmarks.page import Aim, Table, ratio, spread
from benchmarks.run import Run
from benchmarks.servers import OURS, Server, served
from benchmarks.stores import store

# Rows, seats in a row, and shows enough for a thousand holds of two seats.
HALLS = ((4, 10, 50), (20, 25, 4), (50, 100, 1), (250, 200, 1))
HALF_SOLD = (250, 200, 1, 0.5)
# Pages of the admin, where the box office works, by the id of a show.
DESK = (
    ("list of shows", "/admin/seats/showtime/"),
    ("a show", "/admin/seats/showtime/{}/change/"),
    ("its seats, the first page", "/admin/seats/seat/?show={}"),
    ("its seats that are sold", "/admin/seats/seat/?show={}&status=BOOKED"),
    ("a seat, searched for", "/admin/seats/seat/?show={}&q=A1"),
    ("before it is deleted", "/admin/seats/showtime/{}/delete/"),
)
HOLDS = 1000
CLIENTS = 8
COMPARED_TO = 500


@dataclass
class Hall:
    seats: int
    shows: list[int]
    wanted: list[Party]
    holds: list[float] = field(default_factory=list)
    deltas: list[float] = field(default_factory=list)
    after_change: list[float] = field(default_factory=list)
    refused: list[float] = field(default_factory=list)
    on_the_wire: int = 0


def measure(run: Run) -> list[Table]:
    with store("SQLite", run.folder) as sqlite:
        shapes = [[rows, seats, shows, 0] for rows, seats, shows in HALLS]
        count = HOLDS * (run.many_rounds + 1)
        made = sqlite.lay_out(customers=count, halls=[*shapes, HALF_SOLD], desk=True)
        halls = [_hall(made, at) for at in range(len(HALLS))]
        half_sold = _half_sold(made)
        # The two with an aim between them are measured more often.
        compared = [hall for hall in halls if hall.seats in (COMPARED_TO, halls[-1].seats)]
        with served(OURS, sqlite, shared_by=CLIENTS) as ours:
            for number in range(run.many_rounds):
                run.say(f"halls, round {number + 1} of {run.many_rounds}")
                customers = made["tokens"][number * HOLDS : (number + 1) * HOLDS]
                for hall in halls if number < run.rounds else compared:
                    _hold_and_release(run, ours, hall, customers)
                    _poll(run, ours, hall)
            for hall in [*halls, half_sold]:
                _one_by_one(ours, hall, made["tokens"][run.many_rounds * HOLDS :])
        with served(OURS, sqlite, DJANGO_SETTINGS_MODULE="benchmarks.desk_settings") as ours:
            desk = _desk(ours, made["desk"], compared)
    return [_table(halls), _answers(halls, half_sold), desk]


def _hall(made: dict[str, Any], at: int) -> Hall:
    shows = made["halls"][at]["shows"]
    wanted = parties(made, at, shows, itertools.cycle(made["tokens"]))
    # Spread over the whole hall, and as many in each.
    step = len(wanted) // HOLDS
    return Hall(len(made["halls"][at]["labels"]), shows, wanted[::step][:HOLDS])


def _half_sold(made: dict[str, Any]) -> Hall:
    """Every other seat is sold, beginning with the first."""
    (show,), labels = made["halls"][-1]["shows"], made["halls"][-1]["labels"]
    return Hall(len(labels), [show], [Party(made["tokens"][0], show, (labels[1], labels[3]))])


def _hold_and_release(run: Run, ours: Server, hall: Hall, tokens: list[str]) -> None:
    wanted = [
        Party(token, party.show, party.seats)
        for token, party in zip(tokens, hall.wanted, strict=True)
    ]
    tally, held = carry_out(ours, CLIENTS, wanted, "hold", run.seconds)
    if tally.errors:
        raise RuntimeError(f"Holds in a hall of {hall.seats} seats failed: {tally.errors}")
    hall.holds.append(tally.rate)
    carry_out(ours, CLIENTS, held, "release", float("inf"))


def _poll(run: Run, ours: Server, hall: Hall) -> None:
    cursor = json.loads(ours.get(PATH.format(hall.shows[0]))[2])["cursor"]
    path = f"{PATH.format(hall.shows[0])}&since={cursor}"
    hall.deltas.append(readers.read(ours, [path], run.seconds).rate)


def _one_by_one(ours: Server, hall: Hall, tokens: list[str]) -> None:
    """What a change makes the next full answer cost, and what a refusal with alternatives costs."""
    first = hall.wanted[0]
    rival = tokens[-1]
    for token in tokens[:9]:
        party = Party(token, first.show, first.seats)
        wire.call(ours.address, [iter([party.asks("hold")])])
        began = time.perf_counter()
        body = ours.get(PATH.format(first.show), {"Accept-Encoding": "gzip, deflate, br"})[2]
        hall.after_change.append((time.perf_counter() - began) * 1000)
        hall.on_the_wire = max(hall.on_the_wire, len(body))
        refused = wire.call(ours.address, [iter([Party(rival, *_place(first)).asks("hold")])])
        hall.refused.append(refused.times[409][0] * 1000)
        wire.call(ours.address, [iter([party.asks("release")])])


def _page_ms(ours: Server, path: str, hall: Hall, cookie: str) -> float:
    """How long one page of the admin takes, the median of several looks."""
    took = []
    for _ in range(7):
        began = time.perf_counter()
        status, _, _ = ours.get(path.format(hall.shows[0]), {"Cookie": cookie})
        took.append((time.perf_counter() - began) * 1000)
        if not status.startswith("200"):
            raise RuntimeError(f"{path}: {status}")
    return statistics.median(took)


def _place(party: Party) -> tuple[int, tuple[str, str]]:
    return party.show, party.seats


def _table(halls: list[Hall]) -> Table:
    table = Table(
        "Holding in small and large halls",
        ["seats", "hold /s", f"of {COMPARED_TO} seats", "from–to", "", "idle delta /s"],
        f"Two seats at a time by {CLIENTS} clients. 2 workers, SQLite.",
    )
    base = next(hall for hall in halls if hall.seats == COMPARED_TO)
    for hall in halls:
        of_500 = base.holds[: len(hall.holds)]
        value = ratio(hall.holds, of_500)
        aim = Aim(0.85) if hall is halls[-1] else None
        table.add(
            f"{hall.seats:,}",
            f"{statistics.median(hall.holds):,.0f}",
            f"{value:.2f}",
            spread(hall.holds, of_500),
            table.aim(f"hold rate at {hall.seats:,} seats", aim, value),
            f"{statistics.median(hall.deltas):,.0f}",
        )
    return table


def _answers(halls: list[Hall], half_sold: Hall) -> Table:
    table = Table(
        "Answers of small and large halls",
        [
            "seats",
            "full answer after a change ms",
            "KB, brotli",
            "",
            "refusal with alternatives ms",
        ],
        "One request at a time, over HTTP: the first full answer after a hold, and the refusal of"
        " seats that somebody else holds, with what is free instead.",
    )
    for hall in [*halls, half_sold]:
        prepared = statistics.median(hall.after_change)
        size = hall.on_the_wire / 1000
        aims = []
        if hall is half_sold:
            aims = [
                table.aim("ms to a full answer of 50,000 seats", Aim(50, at_most=True), prepared),
                table.aim("KB of a half-sold hall of 50,000", Aim(250, at_most=True), size),
            ]
        table.add(
            f"{hall.seats:,}" + (", half sold" if hall is half_sold else ""),
            f"{prepared:.1f}",
            f"{size:,.1f}",
            "; ".join(aims),
            f"{statistics.median(hall.refused):.1f}",
        )
    return table


def _desk(ours: Server, cookie: str, halls: list[Hall]) -> Table:
    table = Table(
        "At the desk of the box office",
        ["page of the admin", *(f"{hall.seats:,} seats ms" for hall in halls)],
        "One page at a time, over HTTP, without the styles and scripts it loads.",
    )
    for name, path in DESK:
        table.add(name, *(f"{_page_ms(ours, path, hall, cookie):.0f}" for hall in halls))
    return table
