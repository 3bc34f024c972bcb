"""Polls through the shared cache of deploy/nginx.conf, against the app on its own."""

from __future__ import annotations

import statistics
import time
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks import readers
from benchmarks.measures.polls import CLIENTS, PATH
from benchmarks.page import Aim, Table, ratio, spread
from benchmarks.run import Run
from benchmarks.servers import OURS, Server, served
from benchmarks.stores import store
from proof.stage.nginx import Nginx

VIEWERS = 100_000
INTERVAL = 5.0


@dataclass
class Side:
    """One of the two ways, and how it went."""

    rates: list[float] = field(default_factory=list)
    app_ms: list[float] = field(default_factory=list)
    asked: list[float] = field(default_factory=list)
    errors: int = 0


def measure(run: Run) -> list[Table]:
    alone, cached = Side(), Side()
    with store("SQLite", run.folder) as sqlite:
        show = sqlite.lay_out(customers=1, halls=[[20, 25, 1, 0]])["halls"][0]["shows"][0]
        with (
            served(OURS, sqlite) as app,
            Nginx(Path(run.folder) / "nginx", [app.port], workers=2, tls=False) as nginx,
        ):
            front = Server(nginx.port, 0)
            path = PATH.format(show)
            for number in range(run.rounds):
                run.say(f"nginx, round {number + 1} of {run.rounds}")
                _one_round(run, alone, app, app, nginx, path)
                _one_round(run, cached, front, app, nginx, path)
    return [_table(alone, cached)]


def _one_round(run: Run, side: Side, asked: Server, app: Server, nginx: Nginx, path: str) -> None:
    processor, polls, began = app.processor_seconds(), nginx.polls_of_the_app(), time.monotonic()
    reading = readers.read(
        asked, [path], run.seconds, clients=CLIENTS, headers={"Accept-Encoding": "gzip"}
    )
    seconds = time.monotonic() - began
    side.rates.append(reading.rate)
    side.app_ms.append((app.processor_seconds() - processor) / reading.rate / run.seconds * 1000)
    side.asked.append((nginx.polls_of_the_app() - polls) / seconds)
    side.errors += reading.errors


def _table(alone: Side, cached: Side) -> Table:
    table = Table(
        "Polls through nginx",
        ["full, 500 seats, gzip", "polls /s", "asked of the app /s", "CPU ms of the app", "ratio"],
        f"deploy/nginx.conf in front (without TLS, as the app alone), {CLIENTS} clients who all"
        " watch one show; 2 workers of the app, 2 of nginx. What the app is asked depends on the"
        f" clock alone, once a second for each show and cursor, so {VIEWERS:,} people who look"
        f" every {INTERVAL:g} s ({VIEWERS / INTERVAL:,.0f} polls a second) cost it no more than"
        " a few.",
    )
    rate = statistics.median(alone.rates)
    table.add("the app alone", f"{rate:,.0f}", f"{rate:,.0f}", f"{_median(alone.app_ms):.4f}", "")
    rate = statistics.median(cached.rates)
    value = ratio(cached.rates, alone.rates)
    table.add(
        "through the cache" + (f" ({cached.errors} errors)" if cached.errors else ""),
        f"{rate:,.0f}",
        f"{_median(cached.asked):.1f}",
        f"{_median(cached.app_ms):.4f}",
        f"{value:.2f} ({spread(cached.rates, alone.rates)})",
    )
    saved = [
        polls / asked for polls, asked in zip(cached.rates, cached.asked, strict=True) if asked
    ]
    table.add(
        "answered for each poll the app is asked",
        f"{_median(saved):,.0f}",
        "",
        "",
        table.aim("nginx: polls for each one asked of the app", Aim(10), _median(saved)),
    )
    return table


def _median(values: list[float]) -> float:
    return statistics.median(values) if values else 0.0
