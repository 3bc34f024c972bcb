"""How soon a change is known to those who listen, what a listener costs, and what survives."""

from __future__ import annotations

import contextlib
import http.client
import itertools
import json
import os
import random
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from benchmarks import listeners
from benchmarks.listeners import DOORS, Crowd, Seats
from benchmarks.page import Aim, Table
from benchmarks.run import Run
from benchmarks.servers import OURS, Server, served, served_with_push
from benchmarks.stores import store
from benchmarks.wire import percentile
from proof.stage.ports import free_port

CROWDS = (1, 100, 1000)
AIMS = {100: Aim(100.0, at_most=True), 1000: Aim(500.0, at_most=True)}
# So many that one slow commit in them is not the 99th of a hundred.
CHANGES_COUNTED = {1: 200, 100: 200, 1000: 100}
POLLERS = 100

STORM_CHANGES = 1000
STORM_SECONDS = 10.0
STORM_CLIENTS = {"Server-Sent Events": 100, "WebSocket": 50, "Socket.IO": 50}


class Customer:
    """Somebody who holds and releases seats over one connection."""

    def __init__(self, server: Server, token: str, show: int) -> None:
        self._line = http.client.HTTPConnection(*server.address, timeout=60)
        self._headers = {
            "Authorization": f"Token {token}",
            "Content-Type": "application/json",
        }
        self._show = show

    def change(self, do: str, label: str) -> None:
        body = json.dumps({"show_id": self._show, "seats": [label]})
        self._line.request("POST", f"/api/seats/{do}/", body, self._headers)
        answer = self._line.getresponse()
        said = answer.read()
        if answer.status != 200:
            raise RuntimeError(said)

    def close(self) -> None:
        self._line.close()


CHANGES = ("hold-batch", "release-hold-batch")


def measure(run: Run) -> list[Table]:
    soon = Table(
        "Push: from a change to those who listen",
        ["door", "connections", "p50 ms", "p99 ms", "missed", "KB a connection", "aim"],
        "A customer holds or releases a seat at gunicorn; the time counts from the moment the"
        " request is sent, so it has the change itself in it, until each connection to daphne has"
        " been told. KB are of daphne's memory, for a connection that has been told everything."
        f" Polling: {POLLERS} clients, each of whom waits as long as the server asks between"
        " polls.",
    )
    with store("SQLite", run.folder) as sqlite:
        made = sqlite.lay_out(customers=40, halls=[[20, 25, 16, 0]])
        shows = itertools.cycle(made["halls"][0]["shows"])
        tokens = itertools.cycle(made["tokens"])
        settings = {"PUSH_CONNECTIONS_PER_ADDRESS": "5000", **_NO_LIMITS}
        with served(OURS, sqlite, workers=1, **_NO_LIMITS) as site:
            for door in DOORS:
                for count in CROWDS[:2] if run.quick else CROWDS:
                    run.say(f"push: {door}, {count}")
                    with served_with_push(sqlite, **settings) as push:
                        customer = Customer(site, next(tokens), show := next(shows))
                        _one_door(run, soon, door, count, push, customer, show)
                        customer.close()
            run.say("push: polling beside it")
            customer = Customer(site, next(tokens), show := next(shows))
            times = _polled(site, customer, show, 3 if run.quick else 8)
            soon.add("Polling", POLLERS, *_milliseconds(times), 0, "", "")
            customer.close()
    return [soon, _storm(run)]


_NO_LIMITS = {"HOARD_MAX_SEATS": "off", "HOARD_SEAT_MINUTES": "off", "HOARD_LAPSES": "off"}


def _one_door(
    run: Run, table: Table, door: str, count: int, push: Server, customer: Customer, show: int
) -> None:
    open_one = DOORS[door]
    # What the first one costs is the server's, not the connection's.
    first = open_one(push.address, show)
    before = push.own_memory()
    lines = [first, *(open_one(push.address, show) for _ in range(count - 1))]
    crowd = Crowd(lines)
    times: list[float] = []
    missed = 0
    for number in range(10 if run.quick else CHANGES_COUNTED[count]):
        # Alone: each change is told before the next one is made.
        began = time.perf_counter()
        told: list[float] = []
        listening = threading.Thread(target=lambda told=told: told.extend(_heard(crowd)))
        listening.start()
        customer.change(CHANGES[number % 2], "A1")
        listening.join()
        missed += count - len(told)
        times += [at - began for at in told]
    each = (push.own_memory() - before) * 1024 / (count - 1) if count >= 1000 else 0.0
    aim = AIMS.get(count)
    p99 = percentile(times, 0.99) * 1000
    table.add(
        door,
        f"{count:,}",
        *_milliseconds(times),
        missed,
        f"{each:.0f}" if each else "",
        table.aim(f"{door}, {count}: p99 ms", aim, p99),
    )
    crowd.close()


def _heard(crowd: Crowd) -> list[float]:
    return crowd.until([b'"label":"A1"', b'["A-1"]', b'["A1"]'])


def _milliseconds(times: list[float]) -> tuple[str, str]:
    return f"{percentile(times, 0.5) * 1000:.1f}", f"{percentile(times, 0.99) * 1000:.1f}"


def _polled(site: Server, customer: Customer, show: int, changes: int) -> list[float]:
    """How long each of a number of pollers does not know of a change."""
    line = http.client.HTTPConnection(*site.address, timeout=60)

    def poll(since: str) -> Any:
        line.request("GET", f"/api/seat-status/?show_id={show}&since={since}")
        return json.loads(line.getresponse().read())

    now = time.perf_counter
    first = poll("")
    wait = first["poll_after_ms"] / 1000
    pollers = [[now() + random.random() * wait, first["cursor"]] for _ in range(POLLERS)]
    times: list[float] = []
    for number in range(changes):
        began = now()
        customer.change(CHANGES[number % 2], "A1")
        unaware = set(range(POLLERS))
        while unaware:
            at, who = min((due, who) for who, (due, _) in enumerate(pollers))
            time.sleep(max(0.0, at - now()))  # type: ignore[operator]
            answer = poll(str(pollers[who][1]))
            pollers[who] = [now() + answer["poll_after_ms"] / 1000, answer["cursor"]]
            if answer["seats"] and who in unaware:
                unaware.discard(who)
                times.append(now() - began)
    line.close()
    return times


# The storm


def _storm(run: Run) -> Table:
    table = Table(
        "Push: a storm, and Redis gone in the middle",
        ["door", "connections", "exact", "cut off", "last told after s"],
        f"{STORM_CHANGES:,} changes in {STORM_SECONDS:g} s at gunicorn, while daphne, which shares"
        " no memory with it as on another machine, hears of them through a Redis that is killed"
        " after a third of the time and started again after two. Exact: what a client was told,"
        " applied in order, is the hall as it is. The last column counts from the last change.",
    )
    if shutil.which("redis-server") is None:
        table.says = "Not measured: there is no redis-server here."
        return table
    other = run.folder / "another machine"
    other.mkdir(exist_ok=True)
    with store("SQLite", run.folder) as sqlite, _redis(run.folder) as redis:
        made = sqlite.lay_out(customers=8, halls=[[20, 25, 1, 0]])
        show = made["halls"][0]["shows"][0]
        settings = {"REDIS_URL": redis.url, **_NO_LIMITS}
        with (
            served(OURS, sqlite, workers=2, **settings) as site,
            served_with_push(
                sqlite,
                **settings,
                PUSH_CONNECTIONS_PER_ADDRESS="5000",
                TMPDIR=str(other),
            ) as push,
        ):
            run.say("push: the storm")
            lines = {
                door: [DOORS[door](push.address, show) for _ in range(count)]
                for door, count in STORM_CLIENTS.items()
            }
            crowd = Crowd(list(itertools.chain(*lines.values())))
            labels = made["halls"][0]["labels"]
            took = _rage(run, site, made["tokens"], show, labels, crowd, redis)
            truth = _hall(site, show)
            ended = time.perf_counter()
            settled = ended
            while time.perf_counter() - settled < 2.0 and time.perf_counter() - ended < 60:
                if crowd.listen(0.25):
                    settled = time.perf_counter()
            empty = dict.fromkeys(truth, "AVAILABLE")
            for door, opened in lines.items():
                exact = sum(_seats(door, bytes(line.received), empty) == truth for line in opened)
                table.add(
                    door,
                    len(opened),
                    table.aim(f"storm, {door}: exact", Aim(len(opened)), exact)
                    and f"{exact} of {len(opened)}",
                    sum(not line.is_open for line in opened),
                    f"{max(0.0, settled - ended):.1f}",
                )
            table.says += f" The changes took {took:.1f} s."
            crowd.close()
    return table


def _seats(door: str, received: bytes, empty: Seats) -> Seats:
    if door == "Server-Sent Events":
        return listeners.seats_of_stream(received)
    read = listeners.seats_of_socket if door == "WebSocket" else listeners.seats_of_room
    return read(received, empty)


def _rage(
    run: Run,
    site: Server,
    tokens: list[str],
    show: int,
    labels: list[str],
    crowd: Crowd,
    redis: _Redis,
) -> float:
    """Makes the changes, each customer on seats of their own; returns how long it took."""
    changes = STORM_CHANGES // 5 if run.quick else STORM_CHANGES
    seconds = STORM_SECONDS * changes / STORM_CHANGES
    each = changes // len(tokens)
    began = time.perf_counter()

    def rage(token: str, own: list[str]) -> None:
        customer = Customer(site, token, show)
        for number in range(each):
            due = began + seconds * number / each
            time.sleep(max(0.0, due - time.perf_counter()))
            # The last ones are left held.
            customer.change(CHANGES[number % 2 if number < each - 3 else 0], own[number // 2 % 7])
        customer.close()

    share = len(labels) // len(tokens)
    customers = [
        threading.Thread(target=rage, args=(token, labels[at * share : (at + 1) * share]))
        for at, token in enumerate(tokens)
    ]
    for thread in customers:
        thread.start()
    deeds: list[tuple[float, Callable[[], None]]] = [
        (seconds / 3, redis.kill),
        (seconds * 2 / 3, redis.start),
    ]
    while any(thread.is_alive() for thread in customers):
        crowd.listen(0.1)
        if deeds and time.perf_counter() - began >= deeds[0][0]:
            deeds.pop(0)[1]()
    return time.perf_counter() - began


def _hall(site: Server, show: int) -> Seats:
    told = json.loads(site.get(f"/api/seat-status/?show_id={show}")[2])
    return {seat["label"]: seat["status"] for seat in told["seats"]}


class _Redis:
    """A Redis of our own, to be killed."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._port = free_port()
        self.url = f"redis://127.0.0.1:{self._port}/0"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self._process = subprocess.Popen(
            [
                *("redis-server", "--port", str(self._port), "--bind", "127.0.0.1"),
                *("--save", "", "--appendonly", "no", "--dir", str(self._folder)),
            ],
            stdout=subprocess.DEVNULL,
            env={"PATH": os.environ["PATH"]},
        )

    def kill(self) -> None:
        if self._process is not None:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait()
            self._process = None


@contextlib.contextmanager
def _redis(folder: Path) -> Iterator[_Redis]:
    redis = _Redis(folder)
    redis.start()
    try:
        yield redis
    finally:
        redis.kill()
