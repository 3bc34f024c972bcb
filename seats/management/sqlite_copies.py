"""Copies of an SQLite database, made and put back while it is in use.

Files are never moved over a database that somebody may have open: its writers would go on writing
into a file without a name. SQLite's own backup reads and writes as one transaction among others.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from django.db import connection
from django.db.migrations.loader import MigrationLoader

from seats import database, feed

GATE_SECONDS = 30.0


class Unusable(Exception):
    """A file that cannot be made or put back; the text says why."""


def copy_out(target: Path) -> int:
    """Writes the database as it is at one moment into a new file; returns its size in bytes.

    The file appears under its name only when it is whole, checked and on the disk.
    """
    if target.exists():
        raise Unusable(f"{target} exists already. Choose another name.")
    if not target.parent.is_dir():
        raise Unusable(f"There is no folder {target.parent}.")
    unfinished = target.with_name(f".{target.name}.{os.getpid()}.unfinished")
    try:
        # Names, addresses and hashes of passwords are in there: nobody else's business.
        os.close(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        with _opened(unfinished) as copy:
            _everything(_ours(), copy)
            # The copy of a database in WAL mode is one too, and would grow files beside itself.
            copy.execute("PRAGMA journal_mode=DELETE")
            _check(copy, unfinished)
        _flush(unfinished)
        unfinished.replace(target)
        _flush(target.parent)
    finally:
        unfinished.unlink(missing_ok=True)
    return target.stat().st_size


def examine(source: Path) -> tuple[int, bool]:
    """How many ledger entries a backup has, and whether it wants `migrate`; raises Unusable."""
    if not source.is_file():
        raise Unusable(f"There is no file {source}.")
    with _opened(source, mode="ro") as copy:
        _check(copy, source)
        try:
            applied = set(copy.execute("SELECT app, name FROM django_migrations"))
            ((entries,),) = copy.execute("SELECT COUNT(*) FROM seats_seatevent")
        except sqlite3.DatabaseError as error:
            raise Unusable(f"{source} is no database of Holdfast: {error}.") from error
    known = MigrationLoader(None)
    newer = {name for app, name in applied if app == "seats"} - {
        name for app, name in known.disk_migrations if app == "seats"
    }
    if newer:
        raise Unusable(
            f"{source} was made by a newer Holdfast: this one does not know"
            f" {', '.join(sorted(newer))}. Upgrade first."
        )
    return entries, not set(known.graph.leaf_nodes()) <= applied


def copy_in(source: Path, kept: Path | None) -> None:
    """Makes the database what the file is, in one transaction. Servers may be running.

    What it was until then goes into ``kept``; None where there is nothing worth it.
    """
    with (
        database.without_writers(GATE_SECONDS),
        _opened(source, mode="ro") as copy,
    ):
        if kept is not None:
            copy_out(kept)
        ours = _ours()
        _everything(copy, ours)
        ours.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        _check(ours, Path(connection.settings_dict["NAME"]))
    feed.expect_anything()


def entries() -> int | None:
    """How many ledger entries the database has now; None where it has no such table yet."""
    try:
        ((count,),) = _ours().execute("SELECT COUNT(*) FROM seats_seatevent")
    except sqlite3.OperationalError as error:
        if "no such table" in str(error):
            return None
        raise
    return int(count)


def _ours() -> sqlite3.Connection:
    connection.ensure_connection()
    ours: sqlite3.Connection = connection.connection
    return ours


@contextlib.contextmanager
def _opened(file: Path, mode: str = "rw") -> Iterator[sqlite3.Connection]:
    opened = sqlite3.connect(f"{file.resolve().as_uri()}?mode={mode}", uri=True)
    try:
        yield opened
    finally:
        opened.close()


def _everything(source: sqlite3.Connection, target: sqlite3.Connection) -> None:
    """All pages in one step: in several, every write of others would start it over."""
    try:
        source.backup(target)
    except sqlite3.DatabaseError as error:
        raise Unusable(f"The copy failed: {error}.") from error


def _check(opened: sqlite3.Connection, file: Path) -> None:
    try:
        ((said, *_), *_) = opened.execute("PRAGMA integrity_check(1)").fetchall()
    except sqlite3.DatabaseError as error:
        said = str(error)
    if said != "ok":
        raise Unusable(f"{file} is damaged: {said}.")


def _flush(path: Path) -> None:
    """Until the disk has it. Where folders cannot be opened (Windows) the system sees to them."""
    if path.is_dir() and os.name == "nt":
        return
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
