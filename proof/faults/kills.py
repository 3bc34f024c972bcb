"""Processes that die in the middle of their work: web servers' workers, database servers."""

from __future__ import annotations

import time

from proof.faults.load import Load
from proof.faults.result import Result
from proof.stage import Installation, Server

BETWEEN_ANSWERS = 25
GIVE_UP_SECONDS = 90.0


def kill_workers(installation: Installation, result: Result, *, short: bool) -> None:
    """Workers get SIGKILL while they answer; customers repeat their requests with the same key."""
    wanted = 6 if short else 100
    show_id, kills = installation.next_show(), 0
    with installation.server(workers=3) as server:
        load = Load([server.address], show_id, short=short)

        def harm() -> None:
            nonlocal kills
            while kills < wanted and answered(load, BETWEEN_ANSWERS):
                kills += _kill_one(server)

        load.suffer(harm, result)
    result.figures["kills"] = kills
    result.expect(kills == wanted, f"only {kills} of {wanted} kills: the server stopped answering")
    difference = installation.verify_ledger(show_id)
    result.expect(not difference, difference)


def kill_database(installation: Installation, result: Result, *, short: bool) -> None:
    """The database server gets SIGKILL under load and is started again after a while."""
    wanted = 2 if short else 6
    show_id, kills = installation.next_show(), 0
    with installation.server() as server:
        load = Load([server.address], show_id, short=short)

        def harm() -> None:
            nonlocal kills
            while kills < wanted and answered(load, 6 * BETWEEN_ANSWERS):
                installation.database.kill()
                kills += 1
                time.sleep(0.7)
                installation.database.start()
            answered(load, 6 * BETWEEN_ANSWERS)

        load.suffer(harm, result)
    result.figures["kills"] = kills
    result.expect(kills == wanted, f"only {kills} of {wanted} kills: the server stopped answering")
    difference = installation.verify_ledger(show_id)
    result.expect(not difference, difference)


def answered(load: Load, more: int) -> bool:
    """Waits until so many more requests were granted or refused; False if that never comes."""
    goal = _told(load) + more
    return load.lasts_until(lambda: _told(load) >= goal)


def _told(load: Load) -> int:
    return sum(
        call.answer is not None and not call.answer.passing for call in list(load.journal.calls)
    )


def _kill_one(server: Server) -> bool:
    deadline = time.monotonic() + GIVE_UP_SECONDS
    while not server.kill_worker():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True
