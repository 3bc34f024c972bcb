"""The kinds of trial: each lets customers loose in its own way."""

from __future__ import annotations

from collections.abc import Callable

from proof.modes import churn, race, sellout
from proof.trial import Trial

MODES: dict[str, Callable[[Trial], None]] = {
    "race": race.run,
    "sellout": sellout.run,
    "churn": churn.run,
}
