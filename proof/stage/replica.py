"""A streaming copy of a PostgreSQL server, which can be held up."""

from __future__ import annotations

import contextlib
import os
import shutil
from pathlib import Path

from proof.stage.databases import PostgreSql, find_postgresql, run


class Replica(PostgreSql):
    """Follows ``primary``, which has to be running when this one is started first."""

    def __init__(self, folder: Path, primary: PostgreSql) -> None:
        super().__init__(folder)
        self.primary = primary

    def hold_up(self) -> None:
        """From now on it answers, and knows nothing new."""
        self._ask("SELECT 1 FROM pg_wal_replay_pause()")

    def go_on(self) -> None:
        self._ask("SELECT 1 FROM pg_wal_replay_resume()")

    def questions(self) -> int:
        """How many transactions have read from it."""
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

    def __enter__(self) -> Replica:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(Exception):
            self.go_on()
        self.end()
