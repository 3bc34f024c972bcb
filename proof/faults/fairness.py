"""Whoever waits for SQLite's one pen gets it in turn."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor

from proof.faults.repeats import Desk
from proof.faults.result import Result
from proof.records import Operation
from proof.stage import Installation

WRITERS = 16
LONGEST_WAIT_SECONDS = 1.0
LEAST_SHARE = 0.5


def fairness(installation: Installation, result: Result, *, short: bool) -> None:
    """Sixteen writers in closed loops: nobody waits long or gets much less than another."""
    seconds = 3.0 if short else 15.0
    show_id = installation.next_show()
    with installation.server(workers=2, threads=WRITERS // 2) as server:
        desks = Desk.at(server, show_id, WRITERS)
        gate = threading.Barrier(WRITERS)
        labels = sorted(desks[0].hall.seats)

        def write(number: int) -> list[float]:
            waits: list[float] = []
            gate.wait()
            over = time.monotonic() + seconds
            while time.monotonic() < over:
                wants = Operation.RELEASE if len(waits) % 2 else Operation.HOLD
                begin = time.monotonic()
                reply = desks[number].ask(wants, [labels[number]])
                waits.append(time.monotonic() - begin)
                if reply.status != 200:
                    result.broken.append(f"{wants} was answered {reply.status} {reply.code}")
            return waits

        with desks[0].switchboard, ThreadPoolExecutor(WRITERS) as pool:
            waits = list(pool.map(write, range(WRITERS)))
    counts, longest = sorted(map(len, waits)), max(map(max, waits))
    result.figures |= {
        "writers": WRITERS,
        "commits": sum(counts),
        "slowest_writer": counts[0],
        "fastest_writer": counts[-1],
        "longest_wait_seconds": round(longest, 2),
    }
    result.expect(
        counts[0] >= LEAST_SHARE * counts[-1],
        f"the slowest writer got {counts[0]} commits, the fastest {counts[-1]}",
    )
    result.expect(longest <= LONGEST_WAIT_SECONDS, f"somebody waited {longest:.2f} s")
