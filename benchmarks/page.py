"""The page of figures: as it is printed, and as it stands in docs/performance.md."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field

MET, NOT_MET = "met", "**not met**"


@dataclass(frozen=True)
class Aim:
    """A bound for a figure: at least, or at most."""

    bound: float
    at_most: bool = False

    def verdict(self, value: float) -> str:
        is_met = value <= self.bound if self.at_most else value >= self.bound
        sign = "≤" if self.at_most else "≥"
        return f"{sign} {self.bound:g}: {MET if is_met else NOT_MET}"

    def is_met(self, value: float) -> bool:
        return value <= self.bound if self.at_most else value >= self.bound


@dataclass
class Table:
    """One part of the page."""

    title: str
    columns: list[str]
    says: str = ""
    rows: list[list[str]] = field(default_factory=list)
    aims: list[tuple[str, Aim, float]] = field(default_factory=list)

    def add(self, *cells: object) -> None:
        self.rows.append([str(cell) for cell in cells])

    def aim(self, what: str, aim: Aim | None, value: float) -> str:
        """Notes an aim and what came of it; returns the cell that says so."""
        if aim is None:
            return ""
        self.aims.append((what, aim, value))
        return aim.verdict(value)

    def markdown(self) -> str:
        widths = [
            max(len(row[at]) for row in [self.columns, *self.rows])
            for at in range(len(self.columns))
        ]
        lines = [f"### {self.title}", ""]
        if self.says:
            lines += [self.says, ""]
        lines.append(_line(self.columns, widths))
        dashes = ["-" * (widths[0] + 2), *("-" * (width + 1) + ":" for width in widths[1:])]
        lines.append("|" + "|".join(dashes) + "|")
        lines += [_line(row, widths) for row in self.rows]
        return "\n".join(lines)


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    padded = [cells[0].ljust(widths[0])]
    padded += [cell.rjust(width) for cell, width in zip(cells[1:], widths[1:], strict=True)]
    return "| " + " | ".join(padded) + " |"


def ratio(ours: Sequence[float], reference: Sequence[float]) -> float:
    """The median of the ratios of rounds, each of a pair measured one right after the other."""
    pairs = [mine / theirs for mine, theirs in zip(ours, reference, strict=True) if theirs]
    return statistics.median(pairs) if pairs else 0.0


def spread(ours: Sequence[float], reference: Sequence[float]) -> str:
    pairs = [mine / theirs for mine, theirs in zip(ours, reference, strict=True) if theirs]
    return f"{min(pairs):.2f}–{max(pairs):.2f}" if pairs else "–"


def summary(tables: Sequence[Table]) -> str:
    aims = [aim for table in tables for aim in table.aims]
    if not aims:
        return "No aims belong to what was measured."
    missed = [f"{what} ({value:.2f})" for what, aim, value in aims if not aim.is_met(value)]
    met = f"{len(aims) - len(missed)} of {len(aims)} aims met."
    return f"{met} Not met: {'; '.join(missed)}." if missed else met
