"""Polls against a bare WSGI application that gives the same answers."""

from __future__ import annotations

import itertools
import json
import pickle
import statistics
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from benchmarks import readers, wire
from benchmarks.page import Aim, Table, ratio, spread
from benchmarks.run import Run
from benchmarks.servers import BARE, OURS, Server, served
from benchmarks.stores import store

PATH = "/api/seat-status/?show_id={}"
HOLDS_A_SECOND = 50
CLIENTS = 32
# Of the connection and the moment: every server adds its own.
_OF_THE_SERVER = {"date", "server", "connection", "transfer-encoding"}


@dataclass
class Kind:
    """One kind of poll, and how it went."""

    name: str
    path: str
    headers: dict[str, str]
    aim: Aim | None
    bare_path: str
    bytes: int = 0
    bare: list[float] = field(default_factory=list)
    ours: list[float] = field(default_factory=list)
    bare_cost: list[float] = field(default_factory=list)
    ours_cost: list[float] = field(default_factory=list)
    errors: int = 0


def measure(run: Run) -> list[Table]:
    with store("SQLite", run.folder) as sqlite:
        made = sqlite.lay_out(
            customers=500,
            halls=[[20, 25, 1, 0], [250, 200, 1, 0.5], [20, 25, run.rounds, 0]],
        )
        small, large, busy = (hall["shows"] for hall in made["halls"])
        with served(OURS, sqlite, shared_by=CLIENTS) as ours:
            kinds = _kinds(ours, small[0], large[0])
            file = run.folder / "answers"
            file.write_bytes(pickle.dumps(_answers(ours, kinds)))
            with served(BARE, sqlite, shared_by=CLIENTS, BARE_ANSWERS=str(file)) as bare:
                for number in range(run.many_rounds):
                    run.say(f"polls, round {number + 1} of {run.many_rounds}")
                    for kind in kinds:
                        if kind.aim is not None or number < run.rounds // 2 + 1:
                            _one_round(run, kind, bare, ours, ours_first=number % 2 == 1)
                rush = _while_holds_arrive(run, bare, ours, busy, made)
    return [_table(kinds, rush)]


def _kinds(ours: Server, small: int, large: int) -> list[Kind]:
    _, headers, body = ours.get(PATH.format(small))
    etag = dict(headers)["ETag"]
    cursor = json.loads(body)["cursor"]
    packed = {"Accept-Encoding": "gzip, deflate, br"}
    asked: list[tuple[str, str, dict[str, str], Aim | None]] = [
        ("unchanged (304)", PATH.format(small), {"If-None-Match": etag}, Aim(0.9)),
        ("idle delta", f"{PATH.format(small)}&since={cursor}", {}, Aim(0.9)),
        ("full, 500 seats", PATH.format(small), {}, Aim(0.85)),
        ("full, 500 seats, brotli", PATH.format(small), packed, Aim(0.85)),
        ("full, 50,000 seats", PATH.format(large), {}, None),
        ("full, 50,000 seats, brotli", PATH.format(large), packed, None),
    ]
    return [
        # As long as ours: a server reads what it is asked before anything else.
        Kind(name, path, headers, aim, f"/{number}{path[2:]}")
        for number, (name, path, headers, aim) in enumerate(asked)
    ]


def _answers(ours: Server, kinds: list[Kind]) -> dict[str, Any]:
    answers = {}
    for kind in kinds:
        for _ in range(8):  # until each worker has learnt its headers
            status, headers, body = ours.get(kind.path, kind.headers)
        kept = [(name, value) for name, value in headers if name.lower() not in _OF_THE_SERVER]
        answers[kind.bare_path.partition("?")[0]] = (status, kept, body)
        kind.bytes = len(body)
    return answers


def _one_round(run: Run, kind: Kind, bare: Server, ours: Server, *, ours_first: bool) -> None:
    for is_ours in (ours_first, not ours_first):
        if is_ours:
            rate, cost, errors = _read(run, ours, kind.path, kind.headers)
            kind.ours.append(rate)
            kind.ours_cost.append(cost)
        else:
            rate, cost, errors = _read(run, bare, kind.bare_path, kind.headers)
            kind.bare.append(rate)
            kind.bare_cost.append(cost)
        kind.errors += errors


def _read(run: Run, server: Server, path: str, headers: dict[str, str]) -> tuple[float, float, int]:
    """Answers a second, what one costs the workers in milliseconds, and errors."""
    before = server.processor_seconds()
    reading = readers.read(server, [path], run.seconds, clients=CLIENTS, headers=headers)
    taken = server.processor_seconds() - before
    return reading.rate, taken / (reading.rate * max(1, round(run.seconds))) * 1000, reading.errors


def _while_holds_arrive(
    run: Run, bare: Server, ours: Server, shows: list[int], made: dict[str, Any]
) -> Kind:
    """Full answers of a show in which two seats are held fifty times a second."""
    aim = Aim(0.7)
    bare_path = f"/2{PATH.format(shows[0])[2:]}"
    kind = Kind(f"full, 500 seats, {HOLDS_A_SECOND} holds a second", "", {}, aim, bare_path)
    labels = made["halls"][2]["labels"]
    for show in shows:
        rate, cost, errors = _read(run, bare, kind.bare_path, {})
        kind.bare.append(rate)
        kind.bare_cost.append(cost)
        ours.get(PATH.format(show))
        with _holds(ours, show, labels, made["tokens"]) as tally:
            rate, cost, failed = _read(run, ours, PATH.format(show), {})
        kind.ours.append(rate)
        kind.ours_cost.append(cost)
        kind.bytes = len(ours.get(PATH.format(show))[2])
        kind.errors += errors + failed + sum(tally.errors.values())
    return kind


@contextmanager
def _holds(ours: Server, show: int, labels: list[str], tokens: list[str]) -> Iterator[wire.Tally]:
    """Two seats at a time, each time by somebody else, until the block ends."""
    done = threading.Event()
    tally = wire.Tally()
    pairs = zip(labels[::2], labels[1::2], strict=True)
    requests = (
        wire.post("/api/seats/hold-batch/", token, {"show_id": show, "seats": list(pair)})
        for token, pair in zip(tokens, pairs, strict=False)
    )

    def arrive() -> None:
        while not done.is_set():
            tenth = list(itertools.islice(requests, HOLDS_A_SECOND // 10))
            with suppress(StopIteration):
                tally.add(wire.call_paced(ours.address, iter(tenth), HOLDS_A_SECOND, 0.1))

    thread = threading.Thread(target=arrive)
    thread.start()
    try:
        yield tally
    finally:
        done.set()
        thread.join()


def _table(kinds: list[Kind], rush: Kind) -> Table:
    table = Table(
        "Polls",
        [
            "poll",
            "bytes",
            "bare app /s",
            "ours /s",
            "bare CPU ms",
            "CPU ms",
            "ratio",
            "from–to",
            "",
        ],
        "Against a bare WSGI application that answers with the same status, headers and body from a"
        f" dictionary. 2 workers, {CLIENTS} clients, SQLite.",
    )
    for kind in [*kinds, rush]:
        value = ratio(kind.ours, kind.bare)
        table.add(
            kind.name + (f" ({kind.errors} errors)" if kind.errors else ""),
            f"{kind.bytes:,}",
            f"{statistics.median(kind.bare):,.0f}",
            f"{statistics.median(kind.ours):,.0f}",
            f"{statistics.median(kind.bare_cost):.2f}",
            f"{statistics.median(kind.ours_cost):.2f}",
            f"{value:.2f}",
            spread(kind.ours, kind.bare),
            table.aim(f"poll: {kind.name}", kind.aim, value),
        )
    return table
