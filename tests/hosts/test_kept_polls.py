"""What pages see through nginx's cache, held against the ledger: never older than two seconds."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

import pytest

from proof.command import ending, history_of, still_picture
from proof.enrolment import Enrolment
from proof.faults.machines import KEPT
from proof.hall import Hall
from proof.history import check
from proof.journal import Journal
from proof.records import Violation
from proof.stage import CannotStart, Installation, Server
from proof.stage.nginx import Nginx
from proof.trial import Trial
from proof.wire import Address, Switchboard

SECONDS = 4.0
PAUSE_SECONDS = 0.3


@pytest.fixture(scope="module")
def server(installation: Installation) -> Iterator[Server]:
    with installation.server(workers=1) as running:
        yield running


@pytest.fixture
def kinds_of_violations(
    installation: Installation, server: Server, tmp_path: Path
) -> Callable[[int], set[str]]:
    """What is wrong with what pages saw through nginx, which may keep polls for too long."""

    def kinds(keeps_seconds: int) -> set[str]:
        nginx = Nginx(tmp_path, [server.port], tls=False, limits=False, keeps_seconds=keeps_seconds)
        try:
            with nginx:
                violations = seen_through(nginx, installation.next_show())
        except CannotStart as missing:
            pytest.skip(str(missing))
        return {violation.kind for violation in violations}

    return kinds


def seen_through(nginx: Nginx, show_id: int) -> list[Violation]:
    """Somebody buys seat after seat while pages look on."""
    journal = Journal()
    with Switchboard(Address("http", "127.0.0.1", nginx.port, "")) as switchboard:
        line = switchboard.open()
        hall = Hall.find(line, show_id)
        enrolment = Enrolment(switchboard, hall, journal, None, lambda _: None, lambda *_: None)
        buyer = enrolment.enrol(1)[0]
        trial = Trial(*(switchboard, hall, [buyer], journal, 0, 0, lambda *_: None), kept=KEPT)
        version, before = still_picture(line, hall)
        with trial.watched(6):
            end, rng, seats = time.monotonic() + SECONDS, Random(), iter(sorted(hall.seats))
            while time.monotonic() < end:
                # A hall that never looks as it did before: an old look is known by its seats.
                buyer.hold([next(seats)], rng)
                time.sleep(PAUSE_SECONDS)
                buyer.book(None, rng)
                time.sleep(PAUSE_SECONDS)
        # It counts from when it had the answer; the app may have taken its time.
        journal.allow_caches(nginx.slowest_poll())
        polls = sum(journal.answers["poll"].values())
        assert nginx.polls_of_the_app() < polls, "nothing came out of the cache"
        return check(history_of(journal, version, before, ending(line, hall, version)))


def test_pages_never_go_back_and_are_never_late(
    kinds_of_violations: Callable[[int], set[str]],
) -> None:
    assert kinds_of_violations(0) == set()


def test_a_cache_that_keeps_them_for_five_seconds_is_noticed(
    kinds_of_violations: Callable[[int], set[str]],
) -> None:
    """The control. On a busy machine little happens in one evening, so there are some more."""
    evenings = (kinds_of_violations(5) for _ in range(5))
    assert next((kinds for kinds in evenings if kinds), set()) == {"look_stale"}
