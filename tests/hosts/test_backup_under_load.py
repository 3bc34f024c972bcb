"""Backups taken, and one put back, while customers book through a running server."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from proof.stage import Installation
from proof.stage.server import ROOT, Server
from proof.wire import Line, NoAnswer

CUSTOMERS = 4
PASSWORD = "a long enough password"
PAUSE_SECONDS = 0.2
# How many are asked for beyond those that are waited for: a hall that is sold out before a slow
# command ends has none left for afterwards.
AHEAD = 100


class Sales:
    """Customers who book one seat after another; every reference they were given is kept."""

    def __init__(self, server: Server, show: int) -> None:
        self.server, self.show = server, show
        self.references: list[str] = []
        self.refused: list[bytes] = []
        self._most = AHEAD
        self._over = threading.Event()
        self._lines = [Line(server.address) for _ in range(CUSTOMERS)]
        self._tokens = [self._registered(number) for number in range(CUSTOMERS)]

    def _registered(self, number: int) -> str:
        line = self._lines[number]
        account = {"username": f"load{self.show}x{number}", "password": PASSWORD}
        assert line.post("/api/seats/register/", account).status == 201
        return str(line.post("/api/seats/login/", account).body["token"])

    @contextmanager
    def going_on(self) -> Iterator[None]:
        threads = [threading.Thread(target=self._book, args=(n,)) for n in range(CUSTOMERS)]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            self._over.set()
            for thread in threads:
                thread.join()
            for line in self._lines:
                line.close()

    def _book(self, number: int) -> None:
        line = self._lines[number]
        who = {"Authorization": f"Token {self._tokens[number]}"}
        rows = [
            f"{chr(ord('A') + 5 * number + row)}{seat}" for row in range(5) for seat in range(1, 21)
        ]
        for label in rows:
            while not self._over.wait(PAUSE_SECONDS) and self._told() >= self._most:
                pass
            if self._over.is_set():
                break
            body = {"show_id": self.show, "seats": [label]}
            try:
                for step in ("hold-batch", "book-batch"):
                    reply = line.post(f"/api/seats/{step}/", body, who)
                    if reply.status != 200:
                        self.refused.append(reply.raw)
                        break
                else:
                    self.references.append(reply.body["booking"]["reference"])
            except NoAnswer as lost:
                self.refused.append(str(lost).encode())

    def _told(self) -> int:
        return len(self.references) + len(self.refused)

    def wait_for(self, bookings: int) -> None:
        self._most = len(self.refused) + bookings + AHEAD
        pause = threading.Event()
        for _ in range(2400):
            if len(self.references) >= bookings:
                return
            pause.wait(0.05)
        raise AssertionError(f"{len(self.references)} bookings, {self.refused[:3]}")


def verified(installation: Installation, file: Path) -> None:
    """The ledger of a backup agrees with its tables."""
    done = subprocess.run(
        [sys.executable, "manage.py", "verify_ledger"],
        cwd=ROOT,
        env={**installation.environment, "DATABASE_URL": f"sqlite:///{file}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def server(installation: Installation) -> Iterator[Server]:
    with installation.server() as running:
        yield running


def test_while_tickets_are_sold(installation: Installation, server: Server, tmp_path: Path) -> None:
    files = [tmp_path / f"{number}.sqlite3" for number in range(2)]
    sales = Sales(server, installation.next_show())
    sold_before = []
    with sales.going_on():
        for number, file in enumerate(files):
            sales.wait_for(5 * (number + 1))
            sold_before.append(set(sales.references))
            installation.manage("backup", str(file))

    assert sales.refused == []
    for file, references in zip(files, sold_before, strict=True):
        verified(installation, file)
        assert references <= bookings_in(file)
    assert server.errors() == []


def test_put_back_while_tickets_are_sold(
    installation: Installation, server: Server, tmp_path: Path
) -> None:
    show = installation.next_show()
    file = tmp_path / "backup.sqlite3"
    sales = Sales(server, show)
    installation.manage("backup", str(file))
    watching = Line(server.address)
    with sales.going_on():
        sales.wait_for(5)
        cursor = watching.get("/api/seat-status/", show_id=show).body["cursor"]
        installation.manage("restore", str(file), "--no-input")
        sold = len(sales.references)
        sales.wait_for(sold + 5)
    poll = watching.get("/api/seat-status/", show_id=show, since=cursor).body
    watching.close()

    # Who watched is told everything anew: what their cursor meant is gone.
    assert poll["full"] is True
    assert poll["stats"]["booked"] < len(sales.references)
    assert "agree" in installation.manage("verify_ledger")
    assert server.errors() == []


def bookings_in(file: Path) -> set[str]:
    copy = sqlite3.connect(file)
    found = {reference for (reference,) in copy.execute("SELECT reference FROM seats_booking")}
    copy.close()
    return found
