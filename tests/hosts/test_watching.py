"""A gunicorn of two processes with REQUEST_LOG and METRICS: one log, one page of numbers."""

from __future__ import annotations

import json
import re
from pathlib import Path

from proof.stage import Installation
from proof.wire import Line

TOKEN = "a-token-nobody-guesses-0123456789"


def test_two_processes(installation: Installation, tmp_path: Path) -> None:
    more = {"REQUEST_LOG": "all", "METRICS": TOKEN, "TMPDIR": str(tmp_path)}
    with installation.server(workers=2, more=more) as server:
        for _ in range(20):
            line = Line(server.address)
            ids = line.get("/api/seats/me/").headers["x-request-id"]
            line.close()
        line = Line(server.address)
        assert line.get("/metrics").status == 404
        page = line.get("/metrics", {"Authorization": f"Bearer {TOKEN}"})
        line.close()
        written = server.log.read_text().splitlines()
        folders = list(tmp_path.glob("holdfast-metrics-*"))
        assert len(list(folders[0].glob("counter_*.db"))) == 2

    asked = r'holdfast_requests_total{method="GET",route="/api/seats/me/",status="401"} (\S+)'
    counted = re.search(asked, page.raw.decode())
    assert counted is not None
    assert float(counted[1]) == 20.0

    entries = [json.loads(entry) for entry in written if entry.startswith("{")]
    asked_for_me = [entry for entry in entries if entry.get("route") == "/api/seats/me/"]
    assert len(asked_for_me) == 20
    assert asked_for_me[-1]["id"] == ids
    assert TOKEN not in server.log.read_text()
    assert list(tmp_path.glob("holdfast-metrics-*")) == []
