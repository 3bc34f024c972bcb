"""From `DATABASE_URL`, or the `DB_*` settings, to Django's DATABASES.

The three kinds of database are set up for the same promises: a commit is on
the disk, a statement sees what others committed before it, and a wait for a
lock ends after five seconds.
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Any

import dj_database_url

from config.env import Environment, SettingError

LOCK_WAIT_SECONDS = 5
CONNECTION_SECONDS = 60

SQLITE = "config.sqlite"
MYSQL = "django.db.backends.mysql"
POSTGRESQL = "django.db.backends.postgresql"

# MEMORY and OFF exist too. With them a crash in the middle of a commit can
# destroy the file, bookings included.
JOURNAL_MODES = ("WAL", "DELETE", "TRUNCATE", "PERSIST")


def from_environment(env: Environment, root: Path, *, network_disk: bool) -> dict[str, Any]:
    url = env.text("DATABASE_URL")
    use_mysql = env.flag("USE_MYSQL", default=False)
    parts = {
        "NAME": env.text("DB_NAME", "seat_booking"),
        "USER": env.text("DB_USER", "root"),
        "PASSWORD": env.secret("DB_PASSWORD"),
        "HOST": env.text("DB_HOST", "127.0.0.1"),
        "PORT": env.integer("DB_PORT", 3306, low=1, high=65535),
    }
    journal_mode = env.choice(
        "SQLITE_JOURNAL_MODE", "DELETE" if network_disk else "WAL", among=JOURNAL_MODES
    )

    if url:
        database = _parsed(url)
    elif use_mysql:
        database = {"ENGINE": MYSQL, **parts}
    else:
        database = _parsed("sqlite:///db.sqlite3")

    if database["ENGINE"] == SQLITE:
        return _sqlite(database, root, journal_mode)
    if database["ENGINE"] == MYSQL:
        return _mysql(database)
    return _postgresql(database)


def replica_from_environment(env: Environment, primary: dict[str, Any]) -> dict[str, Any] | None:
    """The copy of the database that may be asked what has changed; None where there is none."""
    url = env.text("DATABASE_REPLICA_URL")
    if not url:
        return None
    replica = _parsed(url, "DATABASE_REPLICA_URL")
    if replica["ENGINE"] != primary["ENGINE"] or replica["ENGINE"] == SQLITE:
        raise SettingError(
            "DATABASE_REPLICA_URL must name a copy of the server DATABASE_URL names: both MySQL or"
            " MariaDB, or both PostgreSQL."
        )
    if replica["ENGINE"] == MYSQL:
        replica = _mysql(replica)
        replica["OPTIONS"].update(connect_timeout=2, read_timeout=5)
    else:
        replica = _postgresql(replica)
        replica["OPTIONS"]["options"] += " -c default_transaction_read_only=on"
        replica["OPTIONS"].update(connect_timeout=2)
    return {**replica, "TEST": {"MIRROR": "default"}, "ATOMIC_REQUESTS": False}


def _parsed(url: str, name: str = "DATABASE_URL") -> dict[str, Any]:
    scheme, separator, _ = url.partition("://")
    if not separator or scheme not in ("sqlite", "mysql", "postgres", "postgresql"):
        # The URL may hold a password, so the message repeats no more than this.
        raise SettingError(
            f"{name} must begin with sqlite:///, mysql:// or postgres://,"
            f" not with {scheme.partition(':')[0][:20]!r}."
        )
    try:
        engine = SQLITE if scheme == "sqlite" else None
        database: dict[str, Any] = {**dj_database_url.parse(url, engine=engine)}
    except ValueError as error:
        raise SettingError(
            f"{name} cannot be read. Write special characters of a user name or"
            " password in percent form: '@' is %40, '/' is %2F."
        ) from error
    if database["NAME"] in ("", ":memory:"):
        raise SettingError(
            f"{name} must name a database. One that lives in memory is not shared"
            " between processes, and would be gone with the first of them."
        )
    return database


def _sqlite(database: dict[str, Any], root: Path, journal_mode: str) -> dict[str, Any]:
    return {
        **database,
        "NAME": str(root / database["NAME"]),
        "CONN_MAX_AGE": CONNECTION_SECONDS,
        "OPTIONS": {
            **database.get("OPTIONS", {}),
            # A transaction that begins by reading cannot become a writer while
            # another one writes: SQLite refuses at once, whatever the timeout.
            "transaction_mode": "IMMEDIATE",
            "timeout": LOCK_WAIT_SECONDS,
            "init_command": (
                f"PRAGMA journal_mode={journal_mode};"
                # NORMAL may lose acknowledged bookings when the power fails.
                "PRAGMA synchronous=FULL;"
                "PRAGMA wal_autocheckpoint=100"
            ),
        },
    }


def _mysql(database: dict[str, Any]) -> dict[str, Any]:
    _need_driver("MySQLdb", "MySQL and MariaDB", "requirements-mysql.txt")
    return {
        **database,
        "CONN_MAX_AGE": CONNECTION_SECONDS,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {
            **database.get("OPTIONS", {}),
            "charset": "utf8mb4",
            "isolation_level": "read committed",
            "init_command": (
                "SET SESSION sql_mode='STRICT_TRANS_TABLES,NO_ENGINE_SUBSTITUTION',"
                f" innodb_lock_wait_timeout={LOCK_WAIT_SECONDS},"
                " time_zone='+00:00'"
            ),
        },
        "TEST": {"CHARSET": "utf8mb4"},
    }


def _postgresql(database: dict[str, Any]) -> dict[str, Any]:
    _need_driver("psycopg", "PostgreSQL", "requirements-postgres.txt")
    options = dict(database.get("OPTIONS", {}))
    asked = f"{options.pop('options', '')} -c lock_timeout={LOCK_WAIT_SECONDS}s".strip()
    return {
        **database,
        "CONN_MAX_AGE": CONNECTION_SECONDS,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {**options, "options": asked},
    }


def _need_driver(module: str, server: str, requirements: str) -> None:
    if find_spec(module) is None:
        raise SettingError(
            f"The settings name a {server} database, but its driver is not installed."
            f" Run: pip install -r {requirements}"
        )
