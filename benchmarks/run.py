"""How much is measured, and where: what all the measures share."""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Run:
    folder: Path
    quick: bool

    @property
    def rounds(self) -> int:
        """Pairs of measurements, reference and ours in turn; a figure is their median."""
        return 1 if self.quick else 5

    @property
    def many_rounds(self) -> int:
        """Where two servers are so close that one pair says little about the next."""
        return 1 if self.quick else 21

    @property
    def seconds(self) -> float:
        """How long one measurement lasts."""
        return 1.0

    def say(self, what: str) -> None:
        print(f"{time.strftime('%H:%M:%S')} {what}", file=sys.stderr, flush=True)
