"""One show or two thousand: polls and holds spread over them."""

from __future__ import annotations

import random
import statistics

from benchmarks import readers
from benchmarks.measures.polls import PATH
from benchmarks.measures.writes import Party, carry_out
from benchmarks.page import Table
from benchmarks.run import Run
from benchmarks.servers import OURS, Server, served
from benchmarks.stores import store

COUNTS = (1, 20, 200, 2000)
CLIENTS = 8


def measure(run: Run) -> list[Table]:
    table = Table(
        "One show or two thousand",
        ["shows", "full polls /s", "of one show", "hold /s"],
        "Halls of 40 seats; every poll and every hold is about the next show, in no order."
        f" 2 workers, {CLIENTS} clients, SQLite.",
    )
    most = 200 if run.quick else max(COUNTS)
    counts = [count for count in COUNTS if count <= most]
    polls: dict[int, list[float]] = {count: [] for count in counts}
    holds: dict[int, list[float]] = {count: [] for count in counts}
    with store("SQLite", run.folder) as sqlite:
        made = sqlite.lay_out(customers=2000, halls=[[4, 10, most, 0]])
        shows, labels = made["halls"][0]["shows"], made["halls"][0]["labels"]
        tokens = iter(made["tokens"] * 50)
        mixed = random.Random(7).sample(shows, len(shows))
        with served(OURS, sqlite, shared_by=CLIENTS) as ours:
            for number in range(run.rounds):
                run.say(f"shows, round {number + 1} of {run.rounds}")
                for count in counts:
                    paths = [PATH.format(show) for show in mixed[:count]]
                    polls[count].append(readers.read(ours, paths, run.seconds).rate)
                    pair = (labels[2 * number], labels[2 * number + 1])
                    wanted = [Party(next(tokens), show, pair) for show in mixed[:count]]
                    if count >= 200:
                        holds[count].append(_held(ours, wanted, run.seconds))
    for count in counts:
        rate = statistics.median(polls[count])
        table.add(
            f"{count:,}",
            f"{rate:,.0f}",
            f"{rate / statistics.median(polls[1]):.2f}",
            f"{statistics.median(holds[count]):,.0f}" if holds[count] else "–",
        )
    return [table]


def _held(ours: Server, wanted: list[Party], seconds: float) -> float:
    tally, held = carry_out(ours, CLIENTS, wanted, "hold", seconds)
    carry_out(ours, CLIENTS, held, "release", float("inf"))
    return tally.rate
