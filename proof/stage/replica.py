"""Copies of a database server that follow it, and can be held up."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from proof.stage.databases import (
    CannotStart,
    Database,
    MariaDb,
    PostgreSql,
    find_postgresql,
    run,
)


class Copy(Protocol):
    """Follows a server. ``hold_up``: from then on it answers, and knows nothing new."""

    @property
    def url(self) -> str: ...
    def start(self) -> None: ...
    def end(self) -> None: ...
    def hold_up(self) -> None: ...
    def go_on(self) -> None: ...

    def questions(self) -> int:
        """How often it has been read from."""
        ...


@contextmanager
def copy_of(primary: Database, folder: Path) -> Iterator[Copy]:
    """A copy that has everything when the block begins. Nobody may use the server before that."""
    copy: Copy
    if isinstance(primary, PostgreSql):
        copy = _PostgreSqlCopy(folder, primary)
    elif isinstance(primary, MariaDb):
        copy = _MariaDbCopy(folder, primary)
    else:
        raise CannotStart(f"there are no copies of {primary.kind}")
    try:
        copy.start()
        yield copy
    finally:
        with contextlib.suppress(Exception):
            copy.go_on()
        copy.end()


class _PostgreSqlCopy(PostgreSql):
    """By streaming."""

    def __init__(self, folder: Path, primary: PostgreSql) -> None:
        super().__init__(folder)
        self.primary = primary

    def hold_up(self) -> None:
        self._ask("SELECT 1 FROM pg_wal_replay_pause()")

    def go_on(self) -> None:
        self._ask("SELECT 1 FROM pg_wal_replay_resume()")

    def questions(self) -> int:
        row = self._ask("SELECT xact_commit FROM pg_stat_database WHERE datname = 'holdfast'")
        return int(row[0]) if row else 0

    def _lay_out(self) -> None:
        if os.geteuid() == 0:
            shutil.chown(self.folder, "postgres")
        self.log.touch()
        run(
            [
                find_postgresql("pg_basebackup"),
                *("-h", "127.0.0.1", "-p", str(self.primary.port), "-U", "holdfast"),
                *("-D", str(self.data), "-X", "stream", "-c", "fast", "-R"),
            ],
            **self._identity(),
        )

    def _make_database(self) -> None:
        """It has come with the copy."""


class _MariaDbCopy(MariaDb):
    """By the binary log. The files are copied while the first server is down for a moment."""

    def __init__(self, folder: Path, primary: MariaDb) -> None:
        super().__init__(folder)
        self.primary = primary
        self.more = ["--server-id=2", "--read-only"]

    def hold_up(self) -> None:
        self._ask("STOP SLAVE SQL_THREAD")

    def go_on(self) -> None:
        self._ask("START SLAVE SQL_THREAD")

    def questions(self) -> int:
        row = self._ask("SHOW GLOBAL STATUS LIKE 'Com_select'")
        return int(row[1]) if row else 0

    def _lay_out(self) -> None:
        self.primary.end()
        shutil.copytree(self.primary.data, self.data)
        self.primary.more = ["--server-id=1", "--log-bin"]
        self.primary.start()

    def _make_database(self) -> None:
        file, place = self.primary.end_of_log()
        self._ask(
            f"CHANGE MASTER TO MASTER_HOST='127.0.0.1', MASTER_PORT={self.primary.port},"
            f" MASTER_USER='root', MASTER_LOG_FILE='{file}', MASTER_LOG_POS={place},"
            " MASTER_CONNECT_RETRY=1"
        )
        self._ask("START SLAVE")
