"""Reading as fast as a server allows: wrk where it is installed, our own callers elsewhere."""

from __future__ import annotations

import itertools
import json
import multiprocessing
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from benchmarks import wire
from benchmarks.servers import Server

_SCRIPT = Path(__file__).with_name("wrk.lua")
_HAS_WRK = shutil.which("wrk") is not None


@dataclass(frozen=True)
class Reading:
    rate: float
    p50: float
    p99: float
    errors: int


def generator() -> str:
    if not _HAS_WRK:
        return "our own callers in Python (wrk is not installed)"
    told = subprocess.run(["wrk", "-v"], capture_output=True, text=True, check=False)
    return "wrk " + (told.stdout + told.stderr).split()[1]


def read(
    server: Server,
    paths: list[str],
    seconds: float,
    *,
    clients: int = 8,
    headers: dict[str, str] | None = None,
) -> Reading:
    """As many answers as the server gives in that time to so many clients, path after path."""
    if _HAS_WRK:
        return _wrk(server, paths, seconds, clients, headers or {})
    return _own(server, paths, seconds, clients, headers or {})


def _wrk(
    server: Server, paths: list[str], seconds: float, clients: int, headers: dict[str, str]
) -> Reading:
    given = [part for name, value in headers.items() for part in ("-H", f"{name}: {value}")]
    # wrk counts in whole seconds.
    told = subprocess.run(
        [
            *("wrk", "-t1", f"-c{clients}", f"-d{max(1, round(seconds))}s", "-s", str(_SCRIPT)),
            *given,
            server.url("/"),
            "--",
            *paths,
        ],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    return Reading(**json.loads(told.splitlines()[-1]))


def _own(
    server: Server, paths: list[str], seconds: float, clients: int, headers: dict[str, str]
) -> Reading:
    requests = [wire.get(path, **headers) for path in paths]
    groups = [clients // 2 or 1, clients - clients // 2] if clients > 1 else [1]
    with multiprocessing.Pool(len(groups)) as pool:
        tallies = pool.starmap(
            _cycle, [(server.address, requests, group, seconds) for group in groups]
        )
    times = [took for tally in tallies for took in tally.good]
    return Reading(
        rate=sum(tally.rate for tally in tallies),
        p50=wire.percentile(times, 0.5) * 1000,
        p99=wire.percentile(times, 0.99) * 1000,
        errors=sum(sum(tally.errors.values()) for tally in tallies),
    )


def _cycle(
    address: wire.Address, requests: list[bytes], clients: int, seconds: float
) -> wire.Tally:
    return wire.call(address, [itertools.cycle(requests) for _ in range(clients)], seconds)
