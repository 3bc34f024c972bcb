"""Where pictures of payments lie: one file each, readable by the server alone."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from django.conf import settings

# Until its row is there. Only such files are ever swept away: a finished one that this database
# knows nothing about may be the receipt of another, a backup's say.
_PENDING = ".new"


def store(name: str, data: bytes) -> None:
    """Writes a file to last, as a pending one; it can be read already. Raises OSError."""
    folder = _folder()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    pending = folder / f"{name}{_PENDING}"
    try:
        descriptor = os.open(pending, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        pending.unlink(missing_ok=True)
        raise
    _make_names_last(folder)


def settle(name: str) -> None:
    """What was pending has its row now. Where this is not said, reading and sweeping see to it."""
    with suppress(OSError):
        (_folder() / f"{name}{_PENDING}").rename(_folder() / name)


def read(name: str) -> bytes:
    """What a file holds; raises FileNotFoundError."""
    for _ in range(2):
        for path in (_folder() / name, _folder() / f"{name}{_PENDING}"):
            with suppress(FileNotFoundError):
                return path.read_bytes()
        # It may have been settled between the two looks.
    raise FileNotFoundError(name)


def remove(name: str) -> None:
    for path in (_folder() / name, _folder() / f"{name}{_PENDING}"):
        path.unlink(missing_ok=True)


def pending_since(seconds: float) -> Iterator[str]:
    """The names of files that have been pending for longer than that."""
    with suppress(FileNotFoundError):
        for file in _folder().glob(f"*{_PENDING}"):
            with suppress(FileNotFoundError):
                if file.stat().st_mtime < time.time() - seconds:
                    yield file.name.removesuffix(_PENDING)


def _folder() -> Path:
    return Path(settings.PAYMENT_PROOF_DIR)


def _make_names_last(folder: Path) -> None:
    # A file's own fsync does not keep its name where folders are files of their own.
    if os.name == "posix":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
