"""How the processes of one machine tell each other that a show has changed.

A small file, mapped into memory by every process, has a slot for each show. Whoever commits a
change writes a random number there; whoever is asked about the show sees in a microsecond whether
the number is still the one it saw. A hint only ever makes somebody ask the database sooner: where
there is none (another machine, a file that cannot be mapped), the clock asks soon enough.
"""

from __future__ import annotations

import hashlib
import mmap
import os
import secrets
import tempfile
from functools import lru_cache

from django.db import connection

from seats import database

_SLOTS = 4096
_WIDTH = 8


class Slot:
    """The place of one show in the file of the database in use."""

    def __init__(self, show_id: int) -> None:
        self._slots = _slots(_database_name())
        start = show_id % _SLOTS * _WIDTH
        self._place = slice(start, start + _WIDTH)

    def notice(self) -> None:
        """Says that a change of the show has been committed."""
        if self._slots is not None:
            # Random, not counted up: two processes that count at once can write the same number.
            self._slots[self._place] = secrets.token_bytes(_WIDTH)

    def glance(self) -> bytes | None:
        """What stands there; another value than before means: look. None: no hints."""
        return None if self._slots is None else self._slots[self._place]


def notice_all() -> None:
    """Says of every show that it may have changed."""
    slots = _slots(_database_name())
    if slots is not None:
        slots[:] = secrets.token_bytes(_SLOTS * _WIDTH)


def _database_name() -> str:
    settings = connection.settings_dict
    return f"{database.vendor()}|{settings['HOST']}|{settings['PORT']}|{settings['NAME']}"


@lru_cache(maxsize=4)
def _slots(name: str) -> mmap.mmap | None:
    """The mapped file; processes that were forked share it, which is what it is for."""
    named = hashlib.sha256(name.encode()).hexdigest()[:24]
    owner = os.getuid() if hasattr(os, "getuid") else 0
    path = os.path.join(tempfile.gettempdir(), f"holdfast-{owner}-{named}.hints")
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o600)
        try:
            if os.fstat(descriptor).st_size < _SLOTS * _WIDTH:
                os.ftruncate(descriptor, _SLOTS * _WIDTH)
            return mmap.mmap(descriptor, _SLOTS * _WIDTH)
        finally:
            os.close(descriptor)
    except (OSError, ValueError):
        return None
