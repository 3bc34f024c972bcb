"""Runs every proof on one database after another."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence

from proof.faults import FAULTS, Result, suffer
from proof.figures.long_ledger import long_ledger
from proof.figures.stress import stress
from proof.figures.suites import injected_errors, mutants
from proof.figures.table import TITLES
from proof.stage import CannotStart, Installation


def proofs(kind: str, *, short: bool) -> dict[str, Callable[[Installation], Result]]:
    """What is run on a kind of database, in this order."""
    chosen: dict[str, Callable[[Installation], Result]] = {
        "stress": lambda installation: stress(installation, short=short)
    }
    for name, fault in FAULTS.items():
        if kind in fault.databases:
            chosen[name] = _fault(name, short=short)
    chosen["injected-errors"] = injected_errors
    chosen["mutants"] = mutants
    chosen["verify_ledger"] = lambda installation: long_ledger(installation, short=short)
    return chosen


def _fault(name: str, *, short: bool) -> Callable[[Installation], Result]:
    return lambda installation: suffer(name, installation, short=short)


def everything(
    databases: Sequence[str], *, short: bool
) -> tuple[dict[str, dict[str, Result]], dict[str, str]]:
    """All results by database and proof; and the databases that could not be had, with why."""
    found: dict[str, dict[str, Result]] = {}
    not_run: dict[str, str] = {}
    for kind in databases:
        begin = time.monotonic()
        try:
            with Installation.of(kind) as installation:
                _tell(f"{TITLES[kind]}: ready after {time.monotonic() - begin:.0f} s")
                found[kind] = {}
                for name, proof in proofs(kind, short=short).items():
                    found[kind][name] = proof(installation)
                    _tell("\n".join(f"  {line}" for line in found[kind][name].lines()))
        except (CannotStart, OSError) as reason:
            not_run[kind] = str(reason)
            _tell(f"{TITLES[kind]} could not be run: {reason}")
    return found, not_run


def _tell(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
