"""How writers come through to SQLite: one process at a time, those of one process together.

SQLite has one writer, and its own waiting is a lottery in which some starve. So whoever wants to
write queues for a lock on a file: the kernel's queue is fair, wakes the next one at once and
forgets a process that dies.

What a write costs most is its commit, which waits for the disk. The threads of a process therefore
share one: whoever is first in line does the work of those who came to wait behind it, each in a
savepoint of its own, and commits once for all of them. Nobody is told anything before that commit.
Only what succeeds is shared. Whatever is refused or fails is undone and done again alone, as if
there had been no company, so that no answer ever rests on what others have not yet committed.
"""

from __future__ import annotations

import os
import stat
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import lru_cache
from typing import Any, TypeVar

from django.db import Error, IntegrityError, OperationalError, transaction

from seats.errors import Busy

try:
    import fcntl
except ImportError:  # Windows has no flock; SQLite's own lock still keeps writers apart there.
    fcntl = None  # type: ignore[assignment]

HAS_LOCKS = fcntl is not None

T = TypeVar("T")

# What the file's name has behind that of the database.
SUFFIX = "-gate"

# More would keep the first of them waiting, and gain little.
MOST_TOGETHER = 16

_here = threading.local()


class AloneOnly(Exception):
    """Raised by work that must not share a transaction; it is then done again alone."""


class _Passage:
    """One caller's work on its way through, and what came of it."""

    def __init__(self, work: Callable[[], Any], deadline: float) -> None:
        self.work = work
        self.deadline = deadline
        self.is_over = False
        self.result: Any = None
        self.error: BaseException | None = None
        # For those who wait behind somebody of their own process.
        self.called = threading.Event()

    def is_late(self) -> bool:
        return time.monotonic() >= self.deadline

    def go_alone(self) -> None:
        try:
            if self.is_late():
                raise Busy
            with transaction.atomic(durable=True):
                self.result = self.work()
        except Exception as error:  # noqa: BLE001 - it is the caller's, who may be another thread
            self.error = error
        self.is_over = True

    def outcome(self) -> Any:
        if not self.is_over:
            # Whoever led was stopped in the middle: nothing is known, and repeating is safe.
            raise Busy
        if self.error is not None:
            raise self.error
        return self.result


class _Line:
    """Those of this process who want to write to one database. The first of them leads."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._waiting: deque[_Passage] = deque()
        self._is_led = False

    def through(self, work: Callable[[], T], deadline: float) -> T:
        mine = _Passage(work, deadline)
        with self._lock:
            leads = not self._is_led
            if leads:
                self._is_led = True
            else:
                self._waiting.append(mine)
        if not leads:
            mine.called.wait()
        if not mine.is_over and mine.error is None:
            self._lead(mine)
        result: T = mine.outcome()
        return result

    def _lead(self, mine: _Passage) -> None:
        together = [mine]
        try:
            with write_gate(self._path, mine.deadline):
                with self._lock:
                    while self._waiting and len(together) < MOST_TOGETHER:
                        together.append(self._waiting.popleft())
                _carry_out(together)
        finally:
            for passage in together[1:]:
                if not passage.is_over:
                    passage.error = Busy()
                passage.called.set()
            with self._lock:
                following = self._waiting.popleft() if self._waiting else None
                self._is_led = following is not None
            if following is not None:
                following.called.set()


def _carry_out(together: Sequence[_Passage]) -> None:
    if len(together) > 1:
        _share_a_commit([passage for passage in together if not passage.is_late()])
    for passage in together:
        if not passage.is_over:
            passage.go_alone()


def _share_a_commit(together: Sequence[_Passage]) -> None:
    """Does all of the work that succeeds in one transaction; leaves the rest untouched."""
    done = []
    _here.has_company = True
    try:
        with transaction.atomic(durable=True):
            for passage in together:
                try:
                    with transaction.atomic():
                        passage.result = passage.work()
                except IntegrityError:
                    continue
                except Error:
                    raise
                except Exception:  # noqa: BLE001, S112 - met again, and answered, when it is alone
                    continue
                done.append(passage)
    except Error:
        return
    finally:
        _here.has_company = False
    for passage in done:
        passage.is_over = True


def through(path: str | None, work: Callable[[], T], deadline: float) -> T:
    """Runs ``work`` in a transaction that is committed when this returns what it returns.

    ``path`` is the file to queue at; None where the database queues its writers itself. Raises what
    ``work`` raises, Busy for a caller whose time was up when its turn came, and RuntimeError for
    one who is through already: it would wait for itself.
    """
    if path is None or fcntl is None:
        with transaction.atomic(durable=True):
            return work()
    if getattr(_here, "is_through", False):
        raise RuntimeError("A write cannot be part of another write.")
    return _line(path).through(work, deadline)


def leave_company() -> None:
    """Called by work that is about to look at what others have committed; see ``AloneOnly``."""
    if getattr(_here, "has_company", False):
        raise AloneOnly


@contextmanager
def write_gate(path: str, deadline: float) -> Iterator[None]:
    """Lets in one process at a time, in turn.

    Raises Busy when the turn came too late, OperationalError where there can be no gate.
    """
    descriptor = _opened(path)
    try:
        if os.geteuid() == 0:
            _leave_it_to_the_servers(descriptor, path)
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        if time.monotonic() >= deadline:
            raise Busy
        _here.is_through = True
        yield
    finally:
        _here.is_through = False
        # Closing would not do: a process forked meanwhile has a copy, and the lock with it.
        fcntl.flock(descriptor, fcntl.LOCK_UN)
        os.close(descriptor)


def _opened(path: str) -> int:
    # Anew each time: a descriptor shared with a forked process would share the lock.
    try:
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
    except OSError as error:
        # The disk of the database is read-only, say: nobody can write, which is the database's say.
        raise OperationalError(f"The gate cannot be opened: {error}") from error


def _leave_it_to_the_servers(descriptor: int, path: str) -> None:
    """What root makes beside a database belongs to whom the database does, as SQLite's files do."""
    try:
        database = os.stat(path.removesuffix(SUFFIX))
    except FileNotFoundError:
        return
    ours = os.fstat(descriptor)
    if (ours.st_uid, ours.st_gid, ours.st_mode) != (
        database.st_uid,
        database.st_gid,
        database.st_mode,
    ):
        # A root that may not give files away (in some containers) keeps them, as before.
        with suppress(OSError):
            os.fchown(descriptor, database.st_uid, database.st_gid)
            os.fchmod(descriptor, stat.S_IMODE(database.st_mode))


@lru_cache(maxsize=16)
def _line(path: str) -> _Line:
    return _Line(path)


# A forked process has none of the threads that led or waited in its parent.
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_line.cache_clear)
