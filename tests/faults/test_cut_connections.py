"""Hosts cut database connections that have been idle for a while: no request may notice."""

from __future__ import annotations

import contextlib
import threading

from proof.stage import Installation
from proof.wire import Line
from seats.feed import watched

PASSWORD = "a long enough password"


def cut_all(installation: Installation) -> int:
    """Cuts the connections of all servers, as their database would; returns how many there were."""
    database = installation.database
    if not database.is_server:
        return 1  # A file has nobody who could hang up.
    with contextlib.closing(database._connect()) as connection:
        cursor = connection.cursor()
        if database.kind == "postgresql":
            cursor.execute(
                "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
                " WHERE datname = 'holdfast' AND pid <> pg_backend_pid()"
            )
            return int(cursor.fetchone()[0])
        cursor.execute("SELECT id FROM information_schema.processlist WHERE db = 'holdfast'")
        found = [row[0] for row in cursor.fetchall()]
        for one in found:
            cursor.execute(f"KILL {one}")
        return len(found)


def test_the_next_request_finds_a_new_one(installation: Installation) -> None:
    show = installation.next_show()
    with installation.server(workers=1, threads=1) as server:
        line = Line(server.address)
        account = {"username": f"idle{show}", "password": PASSWORD}
        assert line.post("/api/seats/register/", account).status == 201
        token = line.post("/api/seats/login/", account).body["token"]
        who = {"Authorization": f"Token {token}"}
        cursor = line.get("/api/seat-status/", show_id=show).body["cursor"]

        assert cut_all(installation) > 0
        # Until then it is answered from memory.
        threading.Event().wait(watched.FRESH_MS / 1000)
        assert line.get("/api/seat-status/", show_id=show, since=cursor).status == 200
        assert cut_all(installation) > 0
        held = line.post("/api/seats/hold-batch/", {"show_id": show, "seats": ["A1"]}, who)
        assert held.status == 200, held.raw
        assert cut_all(installation) > 0
        assert line.get("/api/seat-status/", show_id=show).body["stats"]["held"] == 1
        line.close()
        assert server.errors() == []
