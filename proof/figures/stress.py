"""Many customers in every mode against a server of our own, and what they all say together."""

from __future__ import annotations

import io
import time
from collections import Counter

from proof import command
from proof.faults.result import Result
from proof.hall import CouldNotRun
from proof.progress import Progress
from proof.stage import Installation
from proof.wire import NoAnswer

USERS = 24
ACKNOWLEDGED = 10_000
MOST_SECONDS = 240.0
SLICE_SECONDS = 25.0


def stress(installation: Installation, *, short: bool) -> Result:
    """A race, a sell-out, and churn until enough changes were acknowledged."""
    result = Result("stress", installation.database.kind)
    begin = time.monotonic()
    wanted, slice_seconds = (0, 5.0) if short else (ACKNOWLEDGED, SLICE_SECONDS)
    deadlocks = installation.database.deadlocks()
    figures: Counter[str] = Counter()
    others: Counter[str] = Counter()
    customers = str(installation.folder / "customers.json")
    shows = [installation.next_show() for _ in range(3)]
    with installation.server() as server:

        def run(mode: str, show_id: int, seconds: float) -> None:
            options = command.parser().parse_args(
                [
                    *("--url", server.url),
                    *("--mode", mode),
                    *("--users", str(USERS)),
                    *("--show", str(show_id)),
                    *("--seconds", str(seconds)),
                    *("--customers", customers),
                ]
            )
            try:
                report = command.run(options, Progress(io.StringIO()))
            except (CouldNotRun, NoAnswer, OSError) as reason:
                result.broken.append(f"{mode} ended early: {reason}")
                return
            figures["acknowledged"] += report.acknowledged()
            figures["looks"] += len(report.journal.polls)
            figures["violations"] += len(report.violations)
            figures["seats_sold_twice"] += report.double_sales()
            others.update(report.unexpected())
            result.broken += [f"{mode}: {violation}" for violation in report.violations]

        run("race", shows[0], slice_seconds / 2)
        run("sellout", shows[1], 60.0)
        run("churn", shows[2], slice_seconds)
        while figures["acknowledged"] < wanted and not result.broken:
            if time.monotonic() - begin > MOST_SECONDS:
                break
            run("churn", shows[2], slice_seconds)
    result.figures |= {"clients": USERS, **figures, "errors_other_than_409_410": others.total()}
    result.figures["deadlocks_reaching_a_client"] = _deadlocks_told(others)
    after = installation.database.deadlocks()
    if deadlocks is not None and after is not None:
        result.figures["deadlocks_the_database_saw"] = after - deadlocks
    result.expect(not others, f"answers other than 200, 409 and 410: {dict(others)}")
    for show_id in shows:
        difference = installation.verify_ledger(show_id)
        result.expect(not difference, difference)
    result.seconds = time.monotonic() - begin
    return result


def _deadlocks_told(others: Counter[str]) -> int:
    """At most so many: a deadlock that reaches a client does so as 503, or else as 500."""
    return sum(count for said, count in others.items() if said[:1] == "5")
