"""System checks: what would lose a booking, or let strangers in.

The first group is asked at every start of `manage.py`. The rest are for
production and are asked by `python manage.py check --deploy`; the last of them
put questions to the database itself, because it is the server's own
configuration that decides whether a commit survives a power cut.
"""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core import checks
from django.core.checks import CheckMessage, Error, Tags, register
from django.db import DatabaseError, connection

DEMO_USERNAME = "demo_user_123"
SHORTEST_KEY = 40

LIMITS = (
    *("THROTTLE_LOGIN", "THROTTLE_REGISTER", "THROTTLE_WRITE"),
    *("HOARD_MAX_SEATS", "HOARD_SEAT_MINUTES", "HOARD_LAPSES"),
)

# Kinds of disk that machines share, by the beginnings of their names in /proc/self/mounts.
NETWORK_DISKS = (
    *("9p", "afs", "beegfs", "ceph", "cifs", "drvfs", "fuse.", "gfs2", "glusterfs", "gpfs"),
    *("lustre", "ncpfs", "nfs", "ocfs2", "orangefs", "smb", "virtiofs"),
)

# Older ones can, very rarely, ruin a database in WAL mode: https://sqlite.org/wal.html#walresetbug
SOUND_SQLITE = (3, 51, 3)


# At every start


@register(Tags.database)
def no_transaction_around_requests(**_: Any) -> list[CheckMessage]:
    return [
        Error(
            f"ATOMIC_REQUESTS is on for the database {alias!r}.",
            hint="Every change of seats is a transaction of its own, which must not be part of"
            " another one. Switch ATOMIC_REQUESTS off.",
            id="holdfast.E001",
        )
        for alias, database in settings.DATABASES.items()
        if database.get("ATOMIC_REQUESTS")
    ]


@register(Tags.compatibility)
def no_wal_on_network_disks(**_: Any) -> list[CheckMessage]:
    if not _uses_wal():
        return []
    name = Path(settings.DATABASES["default"]["NAME"])
    if settings.PYTHONANYWHERE:
        where = "on PythonAnywhere, whose disks are network disks"
    elif (kind := _network_disk(name)) is not None:
        where = f"and {name} is on a network disk ({kind})"
    else:
        return []
    return [
        Error(
            f"SQLITE_JOURNAL_MODE is WAL {where}.",
            hint="Processes on different machines cannot share WAL's memory, and the database"
            " file breaks. Remove SQLITE_JOURNAL_MODE, or set it to DELETE.",
            id="holdfast.E002",
        )
    ]


def _uses_wal() -> bool:
    options = settings.DATABASES["default"].get("OPTIONS", {})
    return "journal_mode=WAL" in options.get("init_command", "")


def _network_disk(file: Path, mounts: Path = Path("/proc/self/mounts")) -> str | None:
    """The kind of network disk a file is on; None for other disks, and where nobody can tell."""
    try:
        lines = [line.split() for line in mounts.read_text(errors="replace").splitlines()]
    except OSError:
        return None
    # Linux writes a blank in a name as \040.
    places = {line[1].replace("\\040", " "): line[2] for line in lines if len(line) > 2}
    above = [str(folder) for folder in file.resolve().parents if str(folder) in places]
    kind = places[above[0]] if above else ""
    return kind if kind.startswith(NETWORK_DISKS) else None


# In production: settings


@register(Tags.security, deploy=True)
def a_key_nobody_can_guess(**_: Any) -> list[CheckMessage]:
    key = settings.SECRET_KEY
    if len(key) >= SHORTEST_KEY and len(set(key)) > 8 and not key.startswith("insecure-"):
        return []
    return [
        Error(
            "SECRET_KEY is the one of development, or easy to guess.",
            hint="Whoever knows it can forge a session. Make one with"
            " python3 -c 'import secrets; print(secrets.token_urlsafe(50))'",
            id="holdfast.E003",
        )
    ]


@register(Tags.security, deploy=True)
def no_debugging_in_public(**_: Any) -> list[CheckMessage]:
    if not settings.DEBUG:
        return []
    return [
        Error(
            "DEBUG is True.",
            hint="Error pages would show settings and source to anybody. Set DEBUG=False.",
            id="holdfast.E004",
        )
    ]


@register(Tags.security, deploy=True)
def no_demo_user_to_come(**_: Any) -> list[CheckMessage]:
    if not settings.DEMO_USER:
        return []
    return [
        Error(
            "DEMO_USER is True: seed_data would create an account with a published password.",
            hint="Set DEMO_USER=False, or leave it out.",
            id="holdfast.E005",
        )
    ]


@register(Tags.security, deploy=True)
def not_every_host(**_: Any) -> list[CheckMessage]:
    if "*" not in settings.ALLOWED_HOSTS:
        return []
    return [
        checks.Warning(
            "ALLOWED_HOSTS accepts any name.",
            hint="List the names this server is reached by.",
            id="holdfast.W001",
        )
    ]


@register(Tags.security, deploy=True)
def limits_are_on(**_: Any) -> list[CheckMessage]:
    off = [name for name in LIMITS if getattr(settings, name) is None]
    if not off:
        return []
    return [
        checks.Warning(
            f"{' and '.join(off)} switched off.",
            hint="That is for load tests. Without limits passwords can be tried at full speed,"
            " and one program can hold every seat again and again.",
            id="holdfast.W002",
        )
    ]


@register(Tags.staticfiles, deploy=True)
def static_files_are_collected(**_: Any) -> list[CheckMessage]:
    hashed = "HashedStaticFilesStorage" in settings.STORAGES["staticfiles"]["BACKEND"]
    if not hashed or (Path(settings.STATIC_ROOT) / "staticfiles.json").is_file():
        return []
    return [
        Error(
            "The static files have not been collected: no page could be drawn.",
            hint="Run: python manage.py collectstatic --no-input",
            id="holdfast.E006",
        )
    ]


@register(Tags.security, deploy=True)
def pictures_of_payments_are_not_served(**_: Any) -> list[CheckMessage]:
    kept = Path(settings.PAYMENT_PROOF_DIR).resolve()
    return [
        Error(
            f"PAYMENT_PROOF_DIR is {kept}, which is served to anybody as a part of {served}.",
            hint="Pictures of payments show names and accounts. Name a folder outside, or leave"
            " PAYMENT_PROOF_DIR out.",
            id="holdfast.E012",
        )
        for served in _served_folders()
        if kept.is_relative_to(served)
    ]


@register(Tags.security, deploy=True)
def pictures_of_payments_can_be_kept(**_: Any) -> list[CheckMessage]:
    if settings.PAYMENT_MODE != "proof":
        return []
    kept = Path(settings.PAYMENT_PROOF_DIR)
    nearest = next(folder for folder in (kept, *kept.parents) if folder.exists())
    if nearest.is_dir() and os.access(nearest, os.W_OK | os.X_OK):
        return []
    return [
        Error(
            f"PAYMENT_PROOF_DIR is {kept}, where {nearest} cannot be written to.",
            hint="Nobody could book: each booking needs a picture. Run this check as the user the"
            " server runs as.",
            id="holdfast.E013",
        )
    ]


def _served_folders() -> list[Path]:
    named = [entry[1] if isinstance(entry, tuple) else entry for entry in settings.STATICFILES_DIRS]
    roots = [settings.STATIC_ROOT, settings.MEDIA_ROOT]
    return [Path(folder).resolve() for folder in (*named, *roots) if folder]


@register(Tags.database, deploy=True)
def a_sound_sqlite(**_: Any) -> list[CheckMessage]:
    if not _uses_wal() or sqlite3.sqlite_version_info >= SOUND_SQLITE:
        return []
    return [
        checks.Warning(
            f"SQLite {sqlite3.sqlite_version} has a rare fault that can ruin a database in WAL"
            " mode, when two connections write and check-point at the same instant.",
            hint="Changes of seats take turns here, which leaves it little room; the admin's"
            " do not. Use a Python whose SQLite is 3.51.3 or newer, a system that has"
            " mended its older one, or SQLITE_JOURNAL_MODE=DELETE; and keep backups.",
            id="holdfast.W004",
        )
    ]


# In production: questions to the database


@register(Tags.database, deploy=True)
def the_database_keeps_its_promises(**_: Any) -> list[CheckMessage]:
    questions = {"sqlite": _sqlite, "mysql": _mysql, "postgresql": _postgresql}
    try:
        return [*questions[connection.vendor](), *_demo_user()]
    except DatabaseError as error:
        return [
            Error(
                f"The database cannot be asked: {error}",
                hint="Is it running, are DATABASE_URL or the DB_* settings right, and has"
                " `python manage.py migrate` been run?",
                id="holdfast.E007",
            )
        ]


def _demo_user() -> list[CheckMessage]:
    if not get_user_model().objects.filter(username=DEMO_USERNAME, is_active=True).exists():
        return []
    return [
        Error(
            f"The demo user {DEMO_USERNAME} exists, whose password is published.",
            hint="Delete it in the admin, under Users.",
            id="holdfast.E008",
        )
    ]


def _sqlite() -> list[CheckMessage]:
    full = 2
    return (
        [] if int(_answer("PRAGMA synchronous")) >= full else [_losing("PRAGMA synchronous=FULL")]
    )


def _mysql() -> list[CheckMessage]:
    found: list[CheckMessage] = []
    # MySQL 8 and MariaDB 10 call it by different names.
    isolation = _variable("transaction_isolation") or _variable("tx_isolation")
    if isolation != "READ-COMMITTED":
        found.append(_isolation(isolation))
    others = [name for name, engine, _ in _tables() if engine != "InnoDB"]
    if others:
        found.append(
            Error(
                f"These tables have no transactions, not being InnoDB: {', '.join(others)}.",
                hint="ALTER TABLE … ENGINE=InnoDB for each of them.",
                id="holdfast.E011",
            )
        )
    found += _alphabet()
    if int(_answer("SELECT @@innodb_flush_log_at_trx_commit")) != 1:
        found.append(_losing("innodb_flush_log_at_trx_commit=1"))
    if _variable("wsrep_on") == "ON":
        found.append(
            checks.Warning(
                "The server is a node of a Galera cluster.",
                hint="Two nodes that are written to at the same time can both sell a seat."
                " Let Holdfast write to one node only.",
                id="holdfast.W003",
            )
        )
    return found


def _alphabet() -> list[CheckMessage]:
    """Tables are made in the database's character set, whatever a connection speaks."""
    default = _variable("character_set_database")
    others = [
        *(["new tables"] if default != "utf8mb4" else []),
        *(name for name, _, collation in _tables() if not collation.startswith("utf8mb4")),
    ]
    if not others:
        return []
    return [
        Error(
            f"Text is not kept as utf8mb4 in: {', '.join(others)}.",
            hint="Names and titles in most alphabets could not be stored. ALTER DATABASE …"
            " CHARACTER SET utf8mb4, and, if there are tables already, with the servers stopped"
            " ALTER TABLE … CONVERT TO CHARACTER SET utf8mb4 for each of them.",
            id="holdfast.E014",
        )
    ]


def _tables() -> list[tuple[str, str, str]]:
    """Of each table the name, the engine and the collation."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, engine, table_collation FROM information_schema.tables"
            " WHERE table_schema = DATABASE() AND table_type = 'BASE TABLE' ORDER BY table_name"
        )
        return [(str(name), str(engine), str(text)) for name, engine, text in cursor.fetchall()]


def _postgresql() -> list[CheckMessage]:
    found: list[CheckMessage] = []
    isolation = _answer("SHOW transaction_isolation")
    if isolation != "read committed":
        found.append(_isolation(isolation))
    if _answer("SHOW fsync") != "on":
        found.append(_losing("fsync=on"))
    if _answer("SHOW synchronous_commit") == "off":
        found.append(_losing("synchronous_commit=on"))
    return found


def _losing(setting: str) -> CheckMessage:
    return Error(
        "The database may lose bookings it has confirmed when the power fails.",
        hint=f"Set {setting} on the database.",
        id="holdfast.E009",
    )


def _isolation(level: str) -> CheckMessage:
    return Error(
        f"Transactions are isolated as {level!r}, not as 'read committed'.",
        hint="Under stricter isolation most changes made at the same moment fail and have to be"
        " repeated. Remove the isolation level from DATABASE_URL or the server's defaults.",
        id="holdfast.E010",
    )


def _answer(question: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(question)
        row = cursor.fetchone()
    return str(row[0]) if row else ""


def _variable(name: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SHOW VARIABLES LIKE %s", [name])
        row = cursor.fetchone()
    return str(row[1]) if row else ""
