"""Where pictures of payments lie: one file each, readable by the server alone."""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from django.conf import settings

_PART = ".part"


def store(name: str, data: bytes) -> None:
    """Writes a file, all of it or nothing, to last. Raises FileExistsError for a name that is."""
    folder = _folder()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = folder / f"{name}.{secrets.token_hex(4)}{_PART}"
    try:
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        part.rename(folder / name)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    _make_names_last(folder)


def read(name: str) -> bytes:
    """What a file holds; raises FileNotFoundError."""
    return (_folder() / name).read_bytes()


def remove(name: str) -> None:
    (_folder() / name).unlink(missing_ok=True)


def older_than(seconds: float) -> Iterator[str]:
    """The names of files written longer ago than that, unfinished ones too."""
    with suppress(FileNotFoundError):
        for file in _folder().iterdir():
            with suppress(FileNotFoundError):
                if file.stat().st_mtime < time.time() - seconds:
                    yield file.name


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
