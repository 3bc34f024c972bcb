"""Which processor does what: so that those who ask take nothing from those who answer."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

# What this run was given, whatever it has kept to meanwhile.
_GIVEN = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []


def are_ours_to_give() -> bool:
    """Whether a server and its callers can have a processor each."""
    return len(_GIVEN) > 1


@contextmanager
def processor(number: int) -> Iterator[None]:
    """What is started here runs on the processor of that number (0, 1) and on no other."""
    if not are_ours_to_give():
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {_GIVEN[number]})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)
