"""Polls through the shared cache of deploy/nginx.conf, against the app on its own."""

from __future__ import annotations

import resource
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks import processors, readers
from benchmarks.measures.polls import CLIENTS, PATH
from benchmarks.page import Aim, Table, ratio, spread
from benchmarks.run import Run
from benchmarks.servers import OURS, Server, processor_seconds, served
from benchmarks.stores import store
from proof.stage import processes
from proof.stage.nginx import Nginx

VIEWERS = 100_000
INTERVAL = 5.0


@dataclass
class Side:
    """One of the two ways, and how it went. Times are microseconds of a processor, an answer."""

    rates: list[float] = field(default_factory=list)
    server: list[float] = field(default_factory=list)
    callers: list[float] = field(default_factory=list)
    asked: list[float] = field(default_factory=list)
    errors: int = 0


def measure(run: Run) -> list[Table]:
    alone, cached = Side(), Side()
    with store("SQLite", run.folder) as sqlite:
        show = sqlite.lay_out(customers=1, halls=[[20, 25, 1, 0]])["halls"][0]["shows"][0]
        with (
            processors.processor(0),
            served(OURS, sqlite, workers=1) as app,
            Nginx(Path(run.folder) / "nginx", [app.port], tls=False) as nginx,
        ):
            assert nginx.process is not None
            workers = processes.children(nginx.process.pid)
            front = Server(nginx.port, 0)
            path = PATH.format(show)
            for number in range(run.rounds):
                run.say(f"nginx, round {number + 1} of {run.rounds}")
                _one_round(run, alone, app, app.processor_seconds, nginx, path)
                _one_round(run, cached, front, lambda: processor_seconds(workers), nginx, path)
    return [_table(alone, cached)]


def _one_round(
    run: Run, side: Side, asked: Server, taken: Callable[[], float], nginx: Nginx, path: str
) -> None:
    polls, began = nginx.polls_of_the_app(), time.monotonic()
    server, callers = taken(), _of_callers()
    with processors.processor(1):
        reading = readers.read(
            asked, [path], run.seconds, clients=CLIENTS, headers={"Accept-Encoding": "gzip"}
        )
    answers = reading.rate * run.seconds
    side.rates.append(reading.rate)
    side.server.append((taken() - server) / answers * 1e6)
    side.callers.append((_of_callers() - callers) / answers * 1e6)
    side.asked.append((nginx.polls_of_the_app() - polls) / (time.monotonic() - began))
    side.errors += reading.errors


def _of_callers() -> float:
    """Seconds of a processor that those who ask have taken so far."""
    taken = resource.getrusage(resource.RUSAGE_CHILDREN)
    return taken.ru_utime + taken.ru_stime


def _table(alone: Side, cached: Side) -> Table:
    whose = (
        "each of them, a worker of the app or one of nginx, has a processor to itself while the"
        " callers have the other"
        if processors.are_ours_to_give()
        else "they share the processors with the callers"
    )
    table = Table(
        "Polls through nginx",
        [
            "full, 500 seats, gzip",
            "polls /s",
            "asked of the app /s",
            "CPU µs an answer",
            "of the caller",
            "ratio",
            "",
        ],
        "What the app answers by itself, and what nginx with deploy/nginx.conf answers in front of"
        f" it, both without TLS, to {CLIENTS} clients who watch one show: {whose}. What the app is"
        " asked depends on the clock alone, once a second for each show and cursor, so"
        f" {VIEWERS:,} people who look every {INTERVAL:g} s ({VIEWERS / INTERVAL:,.0f} polls a"
        " second) cost it no more than a few.",
    )
    _add(table, "the app alone", alone, "", "")
    value = ratio(cached.rates, alone.rates)
    _add(
        table,
        "through the cache" + (f" ({cached.errors} errors)" if cached.errors else ""),
        cached,
        f"{value:.2f} ({spread(cached.rates, alone.rates)})",
        table.aim("nginx: polls through the cache", Aim(10), value),
    )
    saved = [
        polls / asked for polls, asked in zip(cached.rates, cached.asked, strict=True) if asked
    ]
    table.add(
        "answered for each poll the app is asked",
        f"{_median(saved):,.0f}",
        *[""] * 4,
        table.aim("nginx: polls for each one asked of the app", Aim(10), _median(saved)),
    )
    return table


def _add(table: Table, name: str, side: Side, ratio_cell: str, verdict: str) -> None:
    asked = f"{_median(side.rates):,.0f}" if not ratio_cell else f"{_median(side.asked):.1f}"
    table.add(
        name,
        f"{_median(side.rates):,.0f}",
        asked,
        f"{_median(side.server):.1f}",
        f"{_median(side.callers):.1f}",
        ratio_cell,
        verdict,
    )


def _median(values: list[float]) -> float:
    return statistics.median(values) if values else 0.0
