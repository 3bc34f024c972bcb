"""A copy of the database that spares the first one some of the feed's questions.

Where DATABASE_REPLICA_URL names one. It follows behind, by nobody knows how much, so it is believed
only where it cannot do harm: for what has happened since, in between two looks at the database
itself. Decisions never come near it.

It is asked by a thread of its own, which can be left waiting: a copy that hangs must not make
anybody else hang.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache
from typing import Any, TypeVar

from django.conf import settings
from django.db import connections

from seats.database import REPLICA

T = TypeVar("T")

PATIENCE_SECONDS = 0.5
AWAY_SECONDS = 5.0

logger = logging.getLogger(__name__)

_away_until = 0.0
_stuck: list[Future[Any]] = []
_lock = threading.Lock()


def is_configured() -> bool:
    """Whether there is to be a copy; then there is more than one machine too."""
    return REPLICA in settings.DATABASES


def is_there() -> bool:
    """Whether there is a copy to ask, which answered when it was last asked."""
    return is_configured() and time.monotonic() >= _away_until


def ask(question: Callable[..., T | None], *words: Any, patience: float = 1.0) -> T | None:
    """What the copy says to one of the questions of ``loading``; None where it says nothing.

    ``patience`` is a factor for questions that take longer.
    """
    global _away_until  # noqa: PLW0603 - it is known by the process as a whole
    with _lock:
        _stuck[:] = [future for future in _stuck if not future.done()]
        if _stuck:
            _away_until = time.monotonic() + AWAY_SECONDS
            return None
        future: Future[T | None] = _line().submit(_asked, question, words)
    try:
        return future.result(PATIENCE_SECONDS * patience)
    except Exception as error:  # noqa: BLE001 - whatever it is, the database itself is asked instead
        _away_until = time.monotonic() + AWAY_SECONDS
        logger.warning("The replica does not answer: %s", type(error).__name__)
        with _lock:
            if not future.done():
                _stuck.append(future)
        return None


def _asked(question: Callable[..., T | None], words: tuple[Any, ...]) -> T | None:
    connections[REPLICA].close_if_unusable_or_obsolete()
    try:
        return question(*words, using=REPLICA)
    except Exception:
        connections[REPLICA].close()
        raise


@cache
def _line() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(1, thread_name_prefix="replica")
