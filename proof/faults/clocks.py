"""Servers whose clocks are wrong: the database's clock decides, so nobody may notice."""

from __future__ import annotations

import time
from email.utils import parsedate_to_datetime

from proof.faults.kills import answered
from proof.faults.load import Load
from proof.faults.result import Result
from proof.records import Kind
from proof.stage import Installation, shim
from proof.stage.server import Server
from proof.wire import Line

HOUR_SECONDS = 3600
HOLD_SECONDS = 2
ENOUGH_ANSWERS = 150
EXPIRED = "410 hold_expired"


def skewed_clocks(installation: Installation, result: Result, *, short: bool) -> None:
    """One server's clock is an hour ahead, the other's an hour behind; holds last two seconds.

    SQLite has no server with a clock of its own: it reads the machine's, which stays right here.
    """
    seconds = 0.0 if short else 20.0
    more = {
        "LD_PRELOAD": str(shim.build(installation.folder)),
        "HOLD_TTL_SECONDS": str(HOLD_SECONDS),
        "HOLD_MAX_SECONDS": str(2 * HOLD_SECONDS),
    }
    show_id = installation.next_show()
    with (
        installation.server(workers=1, more={**more, "PROOF_SKEW": f"{HOUR_SECONDS}"}) as ahead,
        installation.server(workers=1, more={**more, "PROOF_SKEW": f"-{HOUR_SECONDS}"}) as behind,
    ):
        for server, skew in ((ahead, HOUR_SECONDS), (behind, -HOUR_SECONDS)):
            off = _clock_of(server) - time.time() - skew
            result.expect(abs(off) < 30, f"a clock is {off + skew:.0f} s off, not {skew} s")
        load = Load(
            [ahead.address, behind.address], show_id, short=short, dawdles_seconds=2 * HOLD_SECONDS
        )

        def harm() -> None:
            time.sleep(seconds)
            answered(load, ENOUGH_ANSWERS)
            load.lasts_until(lambda: load.count(EXPIRED) > 0)

        load.suffer(harm, result)
    held = [event for event in load.events if event.kind == Kind.HELD and event.until is not None]
    too_long = [event for event in held if (event.until or 0) - event.at > 1000 * HOLD_SECONDS]
    result.figures["holds"] = len(held)
    result.figures["found_expired"] = load.count(EXPIRED)
    result.expect(not too_long, f"{len(too_long)} holds were given more than {HOLD_SECONDS} s")
    result.expect(load.count(EXPIRED) > 0, "no hold came to its deadline, so nothing is proven")
    difference = installation.verify_ledger(show_id)
    result.expect(not difference, difference)


def _clock_of(server: Server) -> float:
    """What time a server believes it is, by the date it puts on its answers."""
    line = Line(server.address)
    try:
        return parsedate_to_datetime(line.get("/healthz").headers["date"]).timestamp()
    finally:
        line.close()
