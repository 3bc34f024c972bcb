"""What can go wrong around the engine, done to it on purpose, and what must hold nevertheless.

Each fault is a function that harms an installation of its own and notes in a ``Result`` what it
measured and what was broken. Nothing here knows the engine: everything is seen over HTTP, by the
project's own commands, or in the files on the disk.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from proof.faults import clocks, disks, fairness, kills, machines, repeats
from proof.faults.result import Result
from proof.hall import CouldNotRun
from proof.stage import DATABASES, CannotStart, Installation
from proof.wire import NoAnswer

__all__ = ["FAULTS", "Result", "suffer"]

EVERYWHERE = tuple(DATABASES)
SERVERS = tuple(kind for kind, database in DATABASES.items() if database.is_server)
FILES = tuple(kind for kind in DATABASES if kind not in SERVERS)


class _Act(Protocol):
    def __call__(self, installation: Installation, result: Result, *, short: bool) -> None: ...


@dataclass(frozen=True, slots=True)
class Fault:
    """What is done, and on which databases it means anything."""

    act: _Act
    databases: tuple[str, ...] = EVERYWHERE

    @property
    def about(self) -> str:
        return (self.act.__doc__ or "").partition("\n")[0]


FAULTS: dict[str, Fault] = {
    "worker-kill": Fault(kills.kill_workers),
    "database-kill": Fault(kills.kill_database, SERVERS),
    "power-cut": Fault(disks.power_cut, FILES),
    "disk-full": Fault(disks.disk_full, FILES),
    "skewed-clocks": Fault(clocks.skewed_clocks),
    "lost-answers": Fault(repeats.lost_answers),
    "twins": Fault(repeats.twins),
    "machine-loss": Fault(machines.lose_a_machine, SERVERS),
    "machine-loss-sellout": Fault(machines.sell_out, SERVERS),
    "fairness": Fault(fairness.fairness, FILES),
}


def suffer(
    name: str,
    installation: Installation,
    *,
    short: bool,
    tell: Callable[[str], None] = lambda _: None,
) -> Result:
    """Does one thing to an installation and returns what came of it; says so where it cannot."""
    result = Result(name, installation.database.kind)
    tell(f"{name} on {result.database}: {FAULTS[name].about}")
    begin = time.monotonic()
    try:
        FAULTS[name].act(installation, result, short=short)
    except CannotStart as missing:
        result.not_run = str(missing)
    except (CouldNotRun, NoAnswer, OSError) as reason:
        result.broken.append(f"the run ended early: {reason}")
    result.seconds = time.monotonic() - begin
    return result
