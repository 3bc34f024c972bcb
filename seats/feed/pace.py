"""How long pollers are asked to wait: the server sets the pace, by what there is to see.

POLL_INTERVAL_MS is the pace of an ordinary show. A show on which seats change hands at the moment
is worth looking at twice as often; one on which nothing happens for a while half as often, and one
whose sales are over hardly at all. A process that answers more polls than it comfortably can asks
everybody for patience, in proportion.
"""

from __future__ import annotations

import time

HOT_MS = 15_000
QUIET_MS = 600_000

HOT = 0.5
QUIET = 2.0
CLOSED = 6.0
MOST = 12.0
LEAST_MS = 1000

# Polls a second one process answers without making other requests wait.
COMFORTABLE = 2000.0


def poll_after_ms(interval_ms: int, *, age_ms: int | None, is_closed: bool, load: float) -> int:
    """The wait in milliseconds.

    ``age_ms`` is how long ago the show last changed (None: never), ``load`` the polls a second the
    process answers as a share of the comfortable rate.
    """
    if is_closed:
        factor = CLOSED
    elif age_ms is None:
        factor = 1.0
    elif age_ms <= HOT_MS:
        factor = HOT
    elif age_ms >= QUIET_MS:
        factor = QUIET
    else:
        factor = 1.0
    factor = min(max(factor, factor * load), MOST)
    return max(int(interval_ms * factor), min(LEAST_MS, interval_ms))


class Load:
    """Polls a second, as a share of the comfortable rate, over the last whole second."""

    def __init__(self) -> None:
        self._second = 0
        self._count = 0
        self._share = 0.0

    def count(self) -> None:
        """One more poll. Counts may be lost between threads: this is a gauge, not a ledger."""
        second = int(time.monotonic())
        if second != self._second:
            self._share = self._count / COMFORTABLE if second == self._second + 1 else 0.0
            self._second, self._count = second, 0
        self._count += 1

    @property
    def share(self) -> float:
        return self._share
