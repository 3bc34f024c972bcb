"""The command: arguments in, a run, a report and an exit status out."""

from __future__ import annotations

import argparse
import json
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from proof.customers import Customer
from proof.enrolment import Enrolment, default_file
from proof.hall import CouldNotRun, Hall, events_after, expect, last_version, seen_in
from proof.history import check
from proof.journal import Journal, now
from proof.modes import MODES
from proof.progress import Progress
from proof.records import Clock, Event, History, Seen
from proof.report import Report
from proof.trial import Trial
from proof.wire import Address, Line, NoAnswer, Switchboard

PASSED, FAILED, COULD_NOT_RUN = 0, 1, 2
_SECONDS = {"race": 10.0, "sellout": 120.0, "churn": 15.0}


def parser() -> argparse.ArgumentParser:
    arguments = argparse.ArgumentParser(
        prog="stress_test.py",
        description="Let many customers compete for seats on a running server, and check "
        "everything it answered. Exit status: 0 passed, 1 failed, 2 could not run.",
    )
    add = arguments.add_argument
    add("--url", default="http://127.0.0.1:8000", help="the server (default: %(default)s)")
    add("--users", type=_positive, default=10, metavar="N", help="customers (default: 10)")
    add(
        "--mode",
        choices=sorted(MODES),
        default="race",
        help="race: the same seats at once, then overlapping ones; sellout: until the hall is "
        "sold; churn: everything, with lost answers and retries (default: race)",
    )
    add("--show", type=_positive, metavar="ID", help="the show (default: the next one)")
    add(
        "--seats",
        type=_positive,
        default=2,
        metavar="K",
        help="how many seats everybody wants in a race (default: 2)",
    )
    add(
        "--seconds",
        type=_positive_time,
        metavar="S",
        help="how long (default: race 10, churn 15, sellout at most 120)",
    )
    add("--json", type=Path, metavar="FILE", help="write the whole report there")
    add(
        "--pollers",
        type=int,
        default=4,
        metavar="N",
        help="how many watch the hall meanwhile (default: 4)",
    )
    add("--keep", action="store_true", help="leave held and booked what the run held and booked")
    add(
        "--shared",
        action="store_true",
        help="others may use the show meanwhile: changes nobody here asked for are no violation",
    )
    add(
        "--customers",
        type=Path,
        metavar="FILE",
        help="where customers are kept for the next run (default: in the user's cache)",
    )
    add(
        "--yes-i-own-this-server",
        action="store_true",
        help="needed for any server that is not on this machine",
    )
    return arguments


def _positive(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError("must be 1 or more")
    return value


def _positive_time(text: str) -> float:
    value = float(text)
    if not 0 < value < float("inf"):
        raise argparse.ArgumentTypeError("must be more than 0")
    return value


def main(argv: list[str] | None = None) -> int:
    options = parser().parse_args(argv)
    progress = Progress()
    try:
        report = run(options, progress)
    except (CouldNotRun, NoAnswer, OSError, ValueError) as reason:
        progress.say(f"Could not run: {reason}")
        return COULD_NOT_RUN
    except KeyboardInterrupt:
        progress.say(
            "Interrupted. Some seats may still be held or booked; the next run gives them back."
        )
        return COULD_NOT_RUN
    progress.clear()
    print("\n".join(report.lines()))
    if options.json:
        options.json.write_text(json.dumps(report.to_json(), indent=2) + "\n")
    return PASSED if report.passed() else FAILED


def run(options: argparse.Namespace, progress: Progress) -> Report:
    """One whole run: customers in, trial, everything given back, history checked."""
    address = Address.parse(options.url)
    if not options.yes_i_own_this_server and not address.is_loopback():
        raise CouldNotRun(
            f"{address.host} is not this machine. A stress test is an attack on a "
            "server that is not yours: say --yes-i-own-this-server if it is."
        )
    with Switchboard(address) as switchboard:
        return _try_out(options, progress, switchboard)


def _try_out(options: argparse.Namespace, progress: Progress, switchboard: Switchboard) -> Report:
    line = switchboard.open()
    try:
        hall = Hall.find(line, options.show)
    except NoAnswer as silence:
        raise CouldNotRun(
            f"there is no server at {options.url} ({silence}). Start one with "
            "`make run`, or name another with --url."
        ) from silence
    seconds = options.seconds or _SECONDS[options.mode]
    customers = Enrolment(
        switchboard,
        hall,
        Journal(),
        options.customers or default_file(switchboard.address),
        progress.say,
        lambda done, wanted: progress.show("customers", done / wanted, f"{done} of {wanted}"),
    ).enrol(options.users)
    trial = Trial(
        switchboard,
        hall,
        customers,
        Journal(),
        seconds,
        options.seats,
        lambda phase, share: progress.show(phase, share, f"{trial.journal.total()} answers"),
    )
    _everything_back(trial, "leftovers", patience=120.0)
    for customer in customers:
        customer.journal = trial.journal
    version, before = still_picture(line, hall)
    begin = time.monotonic()
    try:
        with trial.watched(options.pollers):
            MODES[options.mode](trial)
            took = time.monotonic() - begin
            trial.facts["answers_per_second"] = round(trial.journal.total() / took, 1)
            if not options.keep:
                _everything_back(trial, "giving back", patience=120.0)
    except BaseException:
        trial.stop.set()
        if not options.keep:
            _everything_back(trial, "giving back", patience=5.0)
        raise
    progress.show("checking", 0.0, f"{len(trial.journal.calls)} calls")
    journal = trial.journal
    history = history_of(
        journal, version, before, ending(line, hall, version), shared=options.shared
    )
    return Report(
        options.mode,
        options.url,
        hall.show_id,
        len(customers),
        trial.crowd(),
        took,
        journal,
        [*journal.findings, *check(history)],
        trial.facts,
    )


def _everything_back(trial: Trial, name: str, patience: float) -> None:
    """Customers release what they hold and cancel what they booked on this show."""
    groups = [trial.customers[worker::8] for worker in range(min(8, len(trial.customers)))]

    def leave(group: list[Customer]) -> None:
        trial.connect(group)
        for customer in group:
            customer.give_everything_back(patience)
        group[0].line.close()

    trial.progress(name, 0.0)
    with ThreadPoolExecutor(len(groups)) as pool:
        list(pool.map(leave, groups))
    trial.progress(name, 1.0)


def still_picture(line: Line, hall: Hall) -> tuple[int, dict[str, Seen]]:
    """The ledger's version and the seats at that version: read while nothing changes."""
    for _ in range(20):
        version = last_version(line, hall.show_id)
        body = expect(line.get("/api/seats/", show_id=hall.show_id), "GET /api/seats/")
        if last_version(line, hall.show_id) == version:
            return version, seen_in(body)
        time.sleep(0.25)
    raise CouldNotRun(
        f"somebody else keeps changing show {hall.show_id}; choose another with --show"
    )


Ending = tuple[list[Event], dict[str, Seen], float]


def ending(line: Line, hall: Hall, version: int) -> Ending:
    """The events of the run and the seats after it, once nothing changes any more.

    A request whose sender has hung up may still be under way: hence the wait.
    """
    time.sleep(0.3)
    events = events_after(line, hall.show_id, version)
    while True:
        body = expect(line.get("/api/seats/", show_id=hall.show_id), "GET /api/seats/")
        after_at = now()
        more = events_after(line, hall.show_id, events[-1].version if events else version)
        if not more:
            return events, seen_in(body), after_at
        events += more


def history_of(
    journal: Journal,
    version: int,
    before: dict[str, Seen],
    end: Ending,
    *,
    shared: bool = False,
) -> History:
    """What there is to check after a run, between its still picture and its ending."""
    events, after, after_at = end
    clock = Clock.of(journal.clock_samples)
    return History(
        before,
        journal.calls,
        events,
        version,
        after,
        after_at + clock.ahead,
        journal.polls,
        clock,
        shared,
    )
