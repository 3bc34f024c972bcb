"""A database with tables and shows in it, servers in front of it, the project's commands."""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from proof.stage.databases import DATABASES, Database
from proof.stage.server import ROOT, Server

SHOWS = 16
ROWS, SEATS_PER_ROW = 20, 20


class Installation:
    """Ready to serve. Its shows are handed out one by one, so that no proof disturbs another."""

    def __init__(self, folder: Path, database: Database) -> None:
        self.folder, self.database = folder, database
        self.environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "proof.stage.settings",
            "HOLDFAST_ENV_FILE": "",
            "SECRET_KEY": secrets.token_urlsafe(50),
            "DATABASE_URL": database.url,
            "DEBUG": "False",
            "DEMO_USER": "False",
            "THROTTLE_LOGIN": "off",
            "THROTTLE_REGISTER": "off",
            "THROTTLE_WRITE": "off",
            "HOARD_MAX_SEATS": "off",
            "HOARD_SEAT_MINUTES": "off",
            "HOARD_LAPSES": "off",
        }
        self._shows = iter(range(1, SHOWS + 1))
        self._logs = 0

    @classmethod
    @contextmanager
    def of(cls, kind: str) -> Iterator[Installation]:
        """An installation on a database of its own, gone when the block ends."""
        folder = Path(tempfile.mkdtemp(prefix="holdfast-proof-"))
        try:
            database = DATABASES[kind](folder / "db")
            try:
                database.start()
                installation = cls(folder, database)
                installation.manage("migrate", "--verbosity", "0")
                installation.manage(
                    "seed_data",
                    *("--shows", str(SHOWS)),
                    *("--rows", str(ROWS)),
                    *("--seats-per-row", str(SEATS_PER_ROW)),
                )
                yield installation
            finally:
                database.end()
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def next_show(self) -> int:
        """A show nobody has used yet."""
        return next(self._shows)

    def manage(self, *arguments: str) -> str:
        """Runs a command of the project; returns what it printed, raises OSError if it failed."""
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise OSError(f"manage.py {arguments[0]}: {(done.stdout + done.stderr)[-1500:]}")
        return done.stdout

    def verify_ledger(self, show_id: int) -> str:
        """The first difference between the ledger of a show and its tables, or nothing."""
        try:
            self.manage("verify_ledger", "--show", str(show_id))
        except OSError as difference:
            return str(difference)
        return ""

    def server(
        self, *, workers: int = 2, threads: int = 4, more: dict[str, str] | None = None
    ) -> Server:
        self._logs += 1
        log = self.folder / f"server-{self._logs}.log"
        return Server({**self.environment, **(more or {})}, log, workers=workers, threads=threads)
