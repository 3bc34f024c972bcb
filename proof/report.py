"""What a run came to: the figures, the verdict in plain words, the exit status."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from proof.journal import Journal
from proof.records import Violation

EXPECTED = {"200", "304", "hung up"}
EXPECTED_STATUSES = ("409", "410")
_MOST_SHOWN = 12


def is_expected(said: str) -> bool:
    """Whether an answer belongs to a healthy server under contention. 429 is judged apart."""
    return said in EXPECTED or said.split(" ", 1)[0] in (*EXPECTED_STATUSES, "429")


def percentiles(values: list[float]) -> dict[str, float]:
    """The usual figures of a distribution, in milliseconds."""
    if not values:
        return {}
    ordered = sorted(values)

    def at(share: float) -> float:
        return round(ordered[min(len(ordered) - 1, int(share * len(ordered)))], 1)

    return {"p50": at(0.5), "p95": at(0.95), "p99": at(0.99), "max": round(ordered[-1], 1)}


@dataclass(slots=True)
class Report:
    """The outcome of one run."""

    mode: str
    url: str
    show_id: int
    users: int
    at_once: int
    seconds: float
    journal: Journal
    violations: list[Violation]
    facts: dict[str, Any]

    def acknowledged(self) -> int:
        return sum(call.answer is not None and call.answer.granted for call in self.journal.calls)

    def unexpected(self) -> Counter[str]:
        found: Counter[str] = Counter()
        for said in self.journal.answers.values():
            for text, count in said.items():
                if not is_expected(text):
                    found[text] += count
        return found

    def throttled(self) -> int:
        return sum(
            count
            for said in self.journal.answers.values()
            for text, count in said.items()
            if text.startswith("429")
        )

    def passed(self) -> bool:
        return not self.violations and not self.unexpected() and self.acknowledged() > 0

    def double_sales(self) -> int:
        return sum(violation.kind == "two_owners" for violation in self.violations)

    def to_json(self) -> dict[str, Any]:
        return {
            "passed": self.passed(),
            "mode": self.mode,
            "url": self.url,
            "show_id": self.show_id,
            "users": self.users,
            "at_once": self.at_once,
            "seconds": round(self.seconds, 2),
            "acknowledged": self.acknowledged(),
            "double_sales": self.double_sales(),
            "operations": {
                operation: {
                    "answers": dict(said),
                    "milliseconds": percentiles(self.journal.latencies[operation]),
                }
                for operation, said in sorted(self.journal.answers.items())
            },
            "unexpected_answers": dict(self.unexpected()),
            "throttled": self.throttled(),
            "lost_connections": dict(self.journal.lost),
            "violations": [{"kind": v.kind, "detail": v.detail} for v in self.violations],
            "looks": len(self.journal.polls),
            **self.facts,
        }

    def lines(self) -> list[str]:
        """The report as text."""
        return [*self._heading(), "", *self._table(), "", *self._verdict()]

    def _heading(self) -> list[str]:
        who = f"{self.users} customers, {self.at_once} at once, {self.seconds:.1f} s"
        facts = (f"{name.replace('_', ' ')}: {value}" for name, value in self.facts.items())
        return [
            f"{self.mode} on show {self.show_id} at {self.url}: {who}",
            ", ".join(facts),
        ]

    def _table(self) -> list[str]:
        head = f"{'':<9}{'asked':>8}{'p50 ms':>9}{'p95 ms':>9}{'p99 ms':>9}{'max ms':>9}  answers"
        rows = []
        for operation, said in sorted(self.journal.answers.items()):
            figures = percentiles(self.journal.latencies[operation])
            cells = "".join(f"{figures.get(name, '-'):>9}" for name in ("p50", "p95", "p99", "max"))
            answers = ", ".join(f"{text}: {count}" for text, count in said.most_common())
            rows.append(f"{operation:<9}{sum(said.values()):>8}{cells}  {answers}")
        return [head, "-" * len(head), *rows]

    def _verdict(self) -> list[str]:
        lines = []
        unexpected = self.unexpected()
        others = ", ".join(f"{text}: {count}" for text, count in unexpected.most_common())
        lines.append(
            f"Answers other than 200, 409 and 410: {sum(unexpected.values())}"
            + (f" ({others})" if others else "")
        )
        lines.append(f"Seats with two owners: {self.double_sales()}")
        lines.append(
            f"Checked: {self.acknowledged():,} acknowledged changes and "
            f"{len(self.journal.polls):,} looks at the hall against its ledger. "
            f"Violations: {len(self.violations)}"
        )
        kinds = Counter(violation.kind for violation in self.violations)
        if kinds:
            lines.append("  " + ", ".join(f"{kind}: {n}" for kind, n in kinds.most_common()))
        gravest = sorted(self.violations, key=lambda violation: violation.kind != "two_owners")
        lines += [f"  - {violation}" for violation in gravest[:_MOST_SHOWN]]
        if len(self.violations) > _MOST_SHOWN:
            lines.append(f"  … and {len(self.violations) - _MOST_SHOWN} more (--json has them all)")
        if self.throttled():
            lines.append(
                f"The server told customers {self.throttled()} times to slow down (429), "
                "and they did; start it with THROTTLE_WRITE=off to see what it can do."
            )
        return [*lines, "", self._last_word()]

    def _last_word(self) -> str:
        if self.passed():
            return "PASSED. No seat was sold twice, and everything the server said was true."
        if self.double_sales():
            return "FAILED. Seats were sold twice."
        if self.violations:
            return "FAILED. No seat was seen to be sold twice, but the server broke promises."
        if self.unexpected():
            return "FAILED. No seat was sold twice, but not every customer was answered properly."
        return "FAILED. Nothing was granted, so nothing is proven."
