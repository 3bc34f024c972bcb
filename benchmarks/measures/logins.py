"""Whether the time of an answer tells who has an account."""

from __future__ import annotations

import http.client
import json
import statistics
import time

from benchmarks.page import Aim, Table, ratio, spread
from benchmarks.run import Run
from benchmarks.servers import OURS, Server, served
from benchmarks.stores import store

ACCOUNT = {"username": "known", "password": "a long enough password"}
ROWS = (
    ("an account, a wrong password", {**ACCOUNT, "password": "another long password"}),
    ("no such account", {"username": "nobody", "password": "another long password"}),
)


def measure(run: Run) -> list[Table]:
    run.say("logins")
    table = Table(
        "Refused logins",
        ["login", "p50 ms", "ratio", "from–to", ""],
        "One at a time, in turns, over HTTP, with the hash of passwords that is used out of the"
        " box. Were one quicker, it would tell strangers who has an account.",
    )
    with (
        store("SQLite", run.folder) as sqlite,
        served(OURS, sqlite, workers=1, THROTTLE_LOGIN="100000/day") as ours,
    ):
        sqlite.lay_out()
        if _post(ours, "register", ACCOUNT)[0] != 201:
            raise RuntimeError("There is no account to try.")
        took: list[list[float]] = [[], []]
        for _ in range(3 if run.quick else 25):
            for times, (_, account) in zip(took, ROWS, strict=True):
                status, milliseconds = _post(ours, "login", account)
                if status != 401:
                    raise RuntimeError(f"A login was answered with {status}.")
                times.append(milliseconds)
    known, unknown = took
    value = ratio(unknown, known)
    further = max(value, 1 / value)
    aim = table.aim("time of logins, the one to the other", Aim(1.05, at_most=True), further)
    table.add(ROWS[0][0], f"{statistics.median(known):.1f}", "", "", "")
    row = (f"{statistics.median(unknown):.1f}", f"{value:.2f}", spread(unknown, known), aim)
    table.add(ROWS[1][0], *row)
    return [table]


def _post(ours: Server, door: str, account: dict[str, str]) -> tuple[int, float]:
    """The status of an answer, and how many milliseconds it took."""
    line = http.client.HTTPConnection(*ours.address, timeout=60)
    try:
        line.connect()
        began = time.perf_counter()
        headers = {"Content-Type": "application/json"}
        line.request("POST", f"/api/seats/{door}/", json.dumps(account), headers)
        answer = line.getresponse()
        answer.read()
        return answer.status, (time.perf_counter() - began) * 1000
    finally:
        line.close()
