"""What is going on, for whoever is watching: a moving bar on a terminal, plain lines elsewhere."""

from __future__ import annotations

import sys
import threading
import time
from typing import TextIO

_WIDTH = 28


class Progress:
    """Call ``show`` as often as you like; it prints as often as is useful."""

    def __init__(self, out: TextIO | None = None) -> None:
        self.out = out or sys.stderr
        self.lively = self.out.isatty()
        self._lock = threading.Lock()
        self._next, self._drawn, self._over = 0.0, False, ""

    def show(self, phase: str, share: float, note: str = "") -> None:
        with self._lock:
            over = share >= 1.0 and phase != self._over
            if time.monotonic() < self._next and not over:
                return
            self._over = phase if share >= 1.0 else ""
            self._next = time.monotonic() + (0.1 if self.lively else 2.0)
            text = f"{phase:<28.28} {share:4.0%}  {note}"
            if self.lively:
                filled = round(_WIDTH * min(1.0, share))
                self.out.write(f"\r\x1b[K[{'#' * filled}{'.' * (_WIDTH - filled)}] {text}")
                self._drawn = True
            else:
                self.out.write(f"  {text.rstrip()}\n")
            self.out.flush()

    def say(self, text: str) -> None:
        """A line that stays."""
        with self._lock:
            self._clear()
            self.out.write(f"{text}\n")
            self.out.flush()

    def clear(self) -> None:
        with self._lock:
            self._clear()
            self.out.flush()

    def _clear(self) -> None:
        if self._drawn:
            self.out.write("\r\x1b[K")
            self._drawn = False
