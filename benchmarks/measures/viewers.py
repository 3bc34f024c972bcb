"""How many people can watch a show that one worker serves."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator

from benchmarks import wire
from benchmarks.measures.polls import PATH
from benchmarks.page import Table
from benchmarks.run import Run
from benchmarks.servers import OURS, Server, served
from benchmarks.stores import store

INTERVAL = 5.0
LIMIT_MS = 100.0
# A machine that looked away for a tenth of a second is not too small.
TWICE = range(2)
STEPS = (1000, 2000, 4000, 6000, 8000, 10_000, 12_500, 15_000, 17_500, 20_000, 25_000)


def measure(run: Run) -> list[Table]:
    table = Table(
        "People watching, one worker",
        ["viewers", "polls /s", "p50 ms", "p99 ms", "errors", f"p99 below {LIMIT_MS:g} ms"],
        f"Each polls every {INTERVAL:g} s with the cursor of the newest answer, over"
        " a connection of its own, and reads brotli; five times a second two seats are held. Times"
        " count from when a poll was due. It ends with the first number that was too many twice.",
    )
    with store("SQLite", run.folder) as sqlite:
        made = sqlite.lay_out(customers=2000, halls=[[20, 25, 30, 0]])
        with served(OURS, sqlite, workers=1) as ours:
            shows = iter(made["halls"][0]["shows"])
            for viewers in STEPS:
                tries = (_keeps_up(run, ours, viewers, next(shows), made, table) for _ in TWICE)
                if not any(tries):
                    break
    return [table]


def _keeps_up(
    run: Run, ours: Server, viewers: int, show: int, made: dict[str, list[object]], table: Table
) -> bool:
    run.say(f"viewers: {viewers:,}")
    tally = _watched(run, ours, viewers, show, made)
    errors = sum(tally.errors.values())
    keeps_up = tally.milliseconds(0.99) < LIMIT_MS and not errors
    table.add(
        f"{viewers:,}",
        f"{tally.rate:,.0f}",
        f"{tally.milliseconds(0.5):.1f}",
        f"{tally.milliseconds(0.99):.1f}",
        errors,
        "yes" if keeps_up else "no",
    )
    return keeps_up


def _watched(
    run: Run, ours: Server, viewers: int, show: int, made: dict[str, list[object]]
) -> wire.Tally:
    path = PATH.format(show)
    newest = json.loads(ours.get(path)[2])["cursor"]
    rate = viewers / INTERVAL
    labels = made["halls"][0]["labels"]  # type: ignore[index]
    pairs = zip(labels[::2], labels[1::2], strict=True)
    holds = (
        wire.post("/api/seats/hold-batch/", token, {"show_id": show, "seats": list(pair)})
        for token, pair in zip(made["tokens"], pairs, strict=False)
    )
    every = max(1, int(rate / 5))

    def requests() -> Iterator[bytes]:
        for number in itertools.count(1):
            if number % every == 0:
                yield next(holds)
            yield wire.get(f"{path}&since={newest}", Accept_Encoding="gzip, deflate, br")

    def heard(body: bytes) -> None:
        nonlocal newest
        at = body.find(b'"cursor":"')
        if at >= 0:
            newest = body[at + 10 : body.index(b'"', at + 10)].decode()

    seconds = 2.0 if run.quick else 4.0
    return wire.call_paced(ours.address, requests(), rate + 5, seconds, keeps=False, heard=heard)
