"""The figures of all databases side by side."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from proof.faults.result import Result, said

TITLES = {"sqlite": "SQLite", "mariadb": "MariaDB", "postgresql": "PostgreSQL"}
_WIDTH = 46

Cell = Callable[[dict[str, Result]], Any]


def _of(proof: str, figure: str) -> Cell:
    return lambda results: results[proof].figures.get(figure, "-")


def _sum(figure: str) -> Cell:
    return lambda results: sum(result.figures.get(figure, 0) for result in results.values())


def _n_of_n(proof: str, passed: str, of: str) -> Cell:
    def cell(results: dict[str, Result]) -> str:
        figures = results[proof].figures
        return f"{said(figures[passed])} of {said(figures[of])}"

    return cell


def _injected(results: dict[str, Result]) -> int:
    """Each test injects many errors, and passes only if all of them were survived."""
    result = results["injected-errors"]
    if result.broken:
        raise KeyError("errors")
    return sum(n for name, n in result.figures.items() if name.startswith("errors_in_"))


ROWS: tuple[tuple[str, Cell], ...] = (
    ("acknowledged changes, 24 clients", _of("stress", "acknowledged")),
    ("looks at the hall checked with them", _of("stress", "looks")),
    ("seats sold twice", _of("stress", "seats_sold_twice")),
    ("violations, faults included", _sum("violations")),
    ("deadlocks reaching a client", _of("stress", "deadlocks_reaching_a_client")),
    ("other errors than 409/410 reaching a client", _of("stress", "errors_other_than_409_410")),
    ("workers killed", _of("worker-kill", "kills")),
    ("database server killed", _of("database-kill", "kills")),
    ("power cuts", _of("power-cut", "power_cuts")),
    ("bookings confirmed amid faults", _sum("confirmed_bookings")),
    ("lost confirmed bookings", _sum("lost_bookings")),
    (
        "  control: lost with synchronous=NORMAL",
        _of("power-cut", "bookings_lost_with_synchronous_normal"),
    ),
    ("refused while the disk was full (503)", _of("disk-full", "refused_with_503")),
    ("holds under clocks ±1 h wrong", _of("skewed-clocks", "holds")),
    ("seats sold while a machine died", _of("machine-loss-sellout", "seats_sold")),
    ("  requests repeated after 503", _of("machine-loss-sellout", "requests_repeated")),
    ("answers dropped, requests repeated", _of("lost-answers", "answers_dropped")),
    ("  effects doubled", _of("lost-answers", "effects_doubled")),
    ("rounds of 12 equal requests at once", _of("twins", "rounds")),
    ("16 writers: slowest's commits", _of("fairness", "slowest_writer")),
    ("16 writers: fastest's commits", _of("fairness", "fastest_writer")),
    ("16 writers: longest wait, s", _of("fairness", "longest_wait_seconds")),
    ("errors injected into statements, survived", _injected),
    ("mutants killed", _n_of_n("mutants", "mutants_killed", "mutants")),
    ("events in verify_ledger", _of("verify_ledger", "events")),
    ("  seconds, start of Python included", _of("verify_ledger", "verify_ledger_seconds")),
)


def lines(found: dict[str, dict[str, Result]], not_run: dict[str, str]) -> list[str]:
    """A table, then what was broken and what could not be run."""
    databases = list(found)
    told = [f"{'':{_WIDTH}}" + "".join(f"{TITLES[kind]:>14}" for kind in databases)]
    told.append("-" * len(told[0]))
    for title, cell in ROWS:
        cells = [_shown(cell, found[kind]) for kind in databases]
        told.append(f"{title:{_WIDTH}}" + "".join(f"{text:>14}" for text in cells))
    told.append("")
    results = [result for every in found.values() for result in every.values()]
    told += [line for result in results if result.broken for line in result.lines()]
    told += [f"Not run: {TITLES[kind]}: {why}" for kind, why in not_run.items()]
    told += [
        f"Not run: {result.proof} on {TITLES[result.database]}: {result.not_run}"
        for result in results
        if result.not_run
    ]
    return told


def _shown(cell: Cell, results: dict[str, Result]) -> str:
    try:
        return said(cell(results))
    except KeyError:
        return "-"


def verdict(results: Sequence[Result]) -> str:
    """The last word."""
    broken = [result for result in results if result.broken]
    if broken:
        names = ", ".join(f"{result.proof} on {TITLES[result.database]}" for result in broken)
        return f"BROKEN: {names}."
    if not any(result.passed for result in results):
        return "NOTHING WAS RUN, so nothing is proven."
    if any(result.not_run for result in results):
        return "HELD, as far as it was run."
    return "HELD. Every promise, on every database that was asked for."
