"""Databases of our own, made for a run and gone after it."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

ROOT = Path(__file__).resolve().parent.parent


class Missing(Exception):
    """There is no such database here; says why."""


@dataclass(frozen=True)
class Store:
    """One database and the settings that lead to it."""

    name: str
    url: str
    folder: Path

    def environment(self, **more: str) -> dict[str, str]:
        """What a process of the server is started with: nothing of a developer's `.env`."""
        return {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(ROOT),
            # Files by which the server's processes talk go where ours are.
            "TMPDIR": str(self.folder),
            "HOLDFAST_ENV_FILE": "",
            "SECRET_KEY": "a-key-for-measuring-that-is-long-enough-and-guards-nothing-at-all",
            "DATABASE_URL": self.url,
            "THROTTLE_LOGIN": "off",
            "THROTTLE_REGISTER": "off",
            "THROTTLE_WRITE": "off",
            "HOARD_MAX_SEATS": "off",
            "HOARD_SEAT_MINUTES": "off",
            "HOARD_LAPSES": "off",
            **more,
        }

    def lay_out(self, **wanted: Any) -> dict[str, Any]:
        """Customers and shows, as `benchmarks.laying_out` makes them."""
        made = subprocess.run(
            [sys.executable, "-m", "benchmarks.laying_out"],
            input=json.dumps(wanted),
            env=self.environment(),
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        if made.returncode:
            raise RuntimeError(f"{self.name}: shows could not be laid out\n{made.stderr}")
        return dict(json.loads(made.stdout))


@contextlib.contextmanager
def store(name: str, folder: Path) -> Iterator[Store]:
    """An empty database with all tables. Raises Missing."""
    with _OPENERS[name](folder) as url:
        opened = Store(name, url, folder)
        subprocess.run(
            [sys.executable, "manage.py", "migrate", "--verbosity", "0"],
            env=opened.environment(),
            cwd=ROOT,
            check=True,
        )
        yield opened


@contextlib.contextmanager
def _sqlite(folder: Path) -> Iterator[str]:
    file = folder / f"{len(list(folder.iterdir()))}.sqlite3"
    yield f"sqlite:///{file}"


@contextlib.contextmanager
def _mariadb(_folder: Path) -> Iterator[str]:
    url = urlsplit(os.environ.get("TEST_MYSQL_URL", "mysql://root@127.0.0.1:3306/holdfast"))
    name = f"holdfast_bench_{os.getpid()}"
    try:
        import MySQLdb

        server = MySQLdb.connect(
            host=url.hostname,
            port=url.port or 3306,
            user=unquote(url.username or ""),
            passwd=unquote(url.password or ""),
        )
    except Exception as error:
        raise Missing(f"MariaDB: {error}") from error
    server.query(f"DROP DATABASE IF EXISTS {name}")
    server.query(f"CREATE DATABASE {name} CHARACTER SET utf8mb4")
    try:
        yield url._replace(path=f"/{name}").geturl()
    finally:
        # The connection may have been idle for longer than the server allows.
        server.ping(True)
        server.query(f"DROP DATABASE {name}")
        server.close()


@contextlib.contextmanager
def _postgresql(_folder: Path) -> Iterator[str]:
    url = urlsplit(
        os.environ.get("TEST_POSTGRES_URL", "postgres://postgres@127.0.0.1:5432/holdfast")
    )
    name = f"holdfast_bench_{os.getpid()}"
    try:
        import psycopg

        server = psycopg.connect(url._replace(path="/postgres").geturl(), autocommit=True)
    except Exception as error:
        raise Missing(f"PostgreSQL: {error}") from error
    server.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
    server.execute(f"CREATE DATABASE {name}")
    try:
        yield url._replace(path=f"/{name}").geturl()
    finally:
        server.execute(f"DROP DATABASE {name} WITH (FORCE)")
        server.close()


_OPENERS = {"SQLite": _sqlite, "MariaDB": _mariadb, "PostgreSQL": _postgresql}
