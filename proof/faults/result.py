"""What one proof came to."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class Result:
    """``figures`` are what was measured, ``broken`` the promises that did not hold."""

    proof: str
    database: str
    figures: dict[str, Any] = field(default_factory=dict)
    broken: list[str] = field(default_factory=list)
    not_run: str = ""
    seconds: float = 0.0

    @property
    def passed(self) -> bool:
        return not self.broken and not self.not_run

    def expect(self, holds: bool, otherwise: str) -> None:
        """Notes a promise that was broken."""
        if not holds:
            self.broken.append(otherwise)

    def lines(self) -> list[str]:
        """The result as text."""
        verdict = "not run" if self.not_run else "held" if self.passed else "BROKEN"
        lines = [f"{self.proof} on {self.database}: {verdict} ({self.seconds:.0f} s)"]
        if self.not_run:
            lines.append(f"  {self.not_run}")
        lines += [
            f"  {name.replace('_', ' ')}: {said(value)}" for name, value in self.figures.items()
        ]
        lines += [f"  - {text}" for text in self.broken[:12]]
        if len(self.broken) > 12:
            lines.append(f"  … and {len(self.broken) - 12} more")
        return lines

    def to_json(self) -> dict[str, Any]:
        return {
            "proof": self.proof,
            "database": self.database,
            "passed": self.passed,
            "not_run": self.not_run,
            "seconds": round(self.seconds, 1),
            "figures": self.figures,
            "broken": self.broken,
        }


def said(value: Any) -> str:
    """A figure for people."""
    if isinstance(value, Counter | dict):
        return ", ".join(f"{name}: {count:,}" for name, count in sorted(value.items())) or "none"
    return f"{value:,}" if isinstance(value, int | float) else str(value)
