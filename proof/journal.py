"""Where a run writes down what it does: calls, looks, times, and what went wrong on the way."""

from __future__ import annotations

import threading
import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace

from proof.records import Call, Poll, Violation

_START = time.time() * 1000 - time.monotonic() * 1000


def now() -> float:
    """Milliseconds since 1970 on a clock that nobody sets back during the run."""
    return _START + time.monotonic() * 1000


@dataclass(slots=True)
class Journal:
    """Written by many threads at once; read when they have ended."""

    calls: list[Call] = field(default_factory=list)
    polls: list[Poll] = field(default_factory=list)
    clock_samples: list[tuple[float, float, int]] = field(default_factory=list)
    findings: list[Violation] = field(default_factory=list)
    answers: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    latencies: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    wins: int = 0
    lost: Counter[str] = field(default_factory=Counter)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def note_answer(self, operation: str, said: str, milliseconds: float | None) -> None:
        """Count an answer ("200", "409 seats_unavailable", "dropped") and how long it took."""
        with self._lock:
            self.answers[operation][said] += 1
            if milliseconds is not None:
                self.latencies[operation].append(milliseconds)

    def note_call(self, call: Call) -> None:
        with self._lock:
            self.calls.append(call)

    def note_poll(self, poll: Poll, told: int | None) -> None:
        with self._lock:
            self.polls.append(poll)
            if told is not None:
                self.clock_samples.append((poll.start, poll.end, told))

    def allow_caches(self, milliseconds: float) -> None:
        """Adds to the age of kept polls how long they may have been on the way to their cache."""
        with self._lock:
            self.polls = [
                replace(poll, kept=poll.kept + milliseconds) if poll.kept else poll
                for poll in self.polls
            ]

    def note_finding(self, kind: str, detail: str) -> None:
        with self._lock:
            self.findings.append(Violation(kind, detail))

    def total(self) -> int:
        """How many answers have been counted so far."""
        with self._lock:
            return sum(sum(said.values()) for said in self.answers.values())
