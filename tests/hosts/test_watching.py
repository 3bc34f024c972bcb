"""A gunicorn of two processes with REQUEST_LOG and METRICS: one log, one page of numbers."""

from __future__ import annotations

import json
import re
import time
from pathlib import Path

from proof.stage import Installation
from proof.wire import Line

TOKEN = "a-token-nobody-guesses-0123456789"


def test_two_processes(installation: Installation, tmp_path: Path) -> None:
    more = {"REQUEST_LOG": "all", "METRICS": TOKEN, "TMPDIR": str(tmp_path)}
    with installation.server(workers=2, more=more) as server:
        asked, until = 0, time.monotonic() + 60

        def both_have_counted() -> bool:
            return len(list(tmp_path.glob("holdfast-metrics-*/counter_*.db"))) == 2

        # Nobody says which of the two answers, and one may have begun to long before the other.
        while asked < 20 or (not both_have_counted() and time.monotonic() < until):
            line = Line(server.address)
            ids = line.get("/api/seats/me/").headers["x-request-id"]
            line.close()
            asked += 1
        assert both_have_counted()
        line = Line(server.address)
        assert line.get("/metrics").status == 404
        page = line.get("/metrics", {"Authorization": f"Bearer {TOKEN}"})
        line.close()
        written = server.log.read_text().splitlines()

    route = r'holdfast_requests_total{method="GET",route="/api/seats/me/",status="401"} (\S+)'
    counted = re.search(route, page.raw.decode())
    assert counted is not None
    assert float(counted[1]) == asked

    entries = [json.loads(entry) for entry in written if entry.startswith("{")]
    asked_for_me = [entry for entry in entries if entry.get("route") == "/api/seats/me/"]
    assert len(asked_for_me) == asked
    assert asked_for_me[-1]["id"] == ids
    assert TOKEN not in server.log.read_text()
    assert list(tmp_path.glob("holdfast-metrics-*")) == []
