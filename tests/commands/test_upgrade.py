"""From the first release to this one, with people's bookings in the tables."""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from django.contrib.auth.models import User
from django.db import connection

from proof.stage.server import ROOT, Server
from proof.wire import Line
from seats import ledger, reservations
from seats.domain import Customer
from tests.commands import first_release

SCRIPT = str(Path(first_release.__file__))


@pytest.fixture
def environment(
    tmp_path: Path,
) -> Iterator[dict[str, str]]:
    """That of a server on a database of its own, which is empty."""
    told = {
        "PATH": os.environ["PATH"],
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "HOLDFAST_ENV_FILE": "",
        "SECRET_KEY": secrets.token_urlsafe(50),
        "DATABASE_URL": f"sqlite:///{tmp_path}/old.sqlite3",
        "TMPDIR": str(tmp_path),
    }
    if connection.vendor == "sqlite":
        yield told
        return
    server = connection.settings_dict
    name = f"test_upgrade_{os.getpid()}"
    scheme = "mysql" if connection.vendor == "mysql" else "postgres"
    password = f":{quote(server['PASSWORD'])}" if server["PASSWORD"] else ""
    address = f"{server['USER']}{password}@{server['HOST']}:{server['PORT']}"
    told["DATABASE_URL"] = f"{scheme}://{address}/{name}"
    letters = " CHARACTER SET utf8mb4" if connection.vendor == "mysql" else ""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {name}")
        cursor.execute(f"CREATE DATABASE {name}{letters}")
    yield told
    with connection.cursor() as cursor:
        force = "" if connection.vendor == "mysql" else " WITH (FORCE)"
        cursor.execute(f"DROP DATABASE {name}{force}")


def run(environment: dict[str, str], *command: str) -> str:
    done = subprocess.run(
        [sys.executable, *command],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.django_db(transaction=True)
def test_what_was_written_before_an_upgrade(environment: dict[str, str], tmp_path: Path) -> None:
    run(environment, SCRIPT, "tables", "rows")
    run(environment, "manage.py", "migrate", "--verbosity", "0")
    assert "8 events" in run(environment, "manage.py", "verify_ledger")

    with Server(environment, tmp_path / "log", workers=1) as server:
        line = Line(server.address)
        _what_the_owner_finds(line)
        line.close()
        assert server.errors() == []

    assert "agree" in run(environment, "manage.py", "verify_ledger")


@pytest.mark.django_db(transaction=True)
def test_what_old_code_writes_into_new_tables() -> None:
    """Between `migrate` and the restart of the last server, the old code goes on selling."""
    first_release.rows()

    assert [ledger.verify(show) for show in (1, 2)] == [7, 1]
    owner = User.objects.get(username=first_release.OWNER)
    booked = reservations.book_seats(Customer.of_user(owner.pk), 1, None)
    assert booked.facts["booking"]["seats"][0]["label"] == "A3"
    assert ledger.verify(1) == 8


def _what_the_owner_finds(line: Line) -> None:
    owner = {"Authorization": f"Token {first_release.OWNER_TOKEN}"}
    assert line.get("/api/seats/me/", owner).body["user"]["username"] == first_release.OWNER

    mine = line.get("/api/seats/my-bookings/", owner).body["bookings"]
    assert [booking["reference"] for booking in mine] == [first_release.BOOKING]
    assert [seat["label"] for seat in mine[0]["seats"]] == ["A1", "A2"]

    (hold,) = line.get("/api/seats/my-holds/", owner).body["holds"]
    assert [seat["label"] for seat in hold["seats"]] == ["A3"]

    seen = line.get("/api/seat-status/", show_id=1).body
    assert {
        seat["label"]: seat["status"] for seat in seen["seats"] if seat["status"] != "AVAILABLE"
    } == {
        "A1": "BOOKED",
        "A2": "BOOKED",
        "A3": "HELD",
    }

    # The answer to this was given by the first release, and the connection broke.
    again = line.post(
        "/api/seats/book-batch/",
        {"show_id": 1, "seats": ["A1", "A2"]},
        {**owner, "Idempotency-Key": first_release.KEY},
    )
    assert again.headers["idempotency-replayed"] == "true"
    assert again.body["booking"]["reference"] == first_release.BOOKING

    booked = line.post("/api/seats/book-batch/", {"show_id": 1}, owner)
    assert booked.status == 200, booked.raw
    cancelled = line.post(f"/api/seats/bookings/{first_release.BOOKING}/cancel/", {}, owner)
    assert cancelled.status == 200, cancelled.raw

    account = {"username": first_release.OWNER, "password": first_release.PASSWORD}
    assert line.post("/api/seats/login/", account).status == 200
