"""Everything that can be done to an installation, in short form. `make proof` does it at length."""

import time

import pytest

from proof.faults import FAULTS, clocks, kills, suffer
from proof.faults.load import Load
from proof.faults.result import Result
from proof.stage import CannotStart, Installation, shim
from tests.faults.conftest import kind_of_database

# Fairness is a figure of `make proof`: on a busy machine it measures the machine. That writers
# take turns is tested where it can be counted, in tests/concurrency/test_gate.py.
FIGURES = {"fairness"}
# Of two proofs that start four servers each, the one in which more happens is enough here.
ELSEWHERE = {("machine-loss", "mariadb")}


@pytest.mark.parametrize(
    "name",
    [
        name
        for name, fault in FAULTS.items()
        if kind_of_database() in fault.databases
        and name not in FIGURES
        and (name, kind_of_database()) not in ELSEWHERE
    ],
)
def test_what_was_promised_holds(installation: Installation, name: str) -> None:
    result = suffer(name, installation, short=True)

    print("\n".join(result.lines()))
    if result.not_run:
        pytest.skip(result.not_run)
    assert result.passed, "\n".join(result.lines())


VANISH = """
import time
from seats.models import Booking
while not Booking.objects.filter(
    # Still: its owner may be giving it back at this moment.
    status="confirmed",
    pk__in=[*Booking.objects.filter(show=%d, status="confirmed").values_list("pk", flat=True)[:1]],
).update(status="cancelled"):
    time.sleep(0.05)
"""


def test_a_booking_that_vanishes_is_noticed(installation: Installation) -> None:
    """The control: somebody takes a booking out of the tables, past the engine."""
    show_id, result = installation.next_show(), Result("control", installation.database.kind)
    with installation.server() as server:
        load = Load([server.address], show_id, short=True)
        load.suffer(lambda: print(installation.manage("shell", "-c", VANISH % show_id)), result)

    assert not result.passed, result.lines()
    assert installation.verify_ledger(show_id)


def test_an_engine_that_asks_its_own_clock_is_noticed(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: the same run with an engine that believes the machine it runs on."""
    monkeypatch.setitem(
        installation.environment, "DJANGO_SETTINGS_MODULE", "tests.faults.own_clock"
    )
    result = Result("control", installation.database.kind)
    try:
        clocks.skewed_clocks(installation, result, short=True)
    except CannotStart as missing:
        pytest.skip(str(missing))

    assert not result.passed
    assert result.figures["violations"]


def test_a_worker_that_is_gone_is_replaced(installation: Installation) -> None:
    """Only workers are killed: the server itself lives, and its other workers answer."""
    with installation.server(workers=2) as server:
        before = server.worker_pids()
        assert kills._kill_one(server)
        deadline = time.monotonic() + 90
        while len(now := set(server.worker_pids())) < 2 or now == set(before):
            assert time.monotonic() < deadline
            time.sleep(0.05)
        assert server.is_ready()


def test_the_shim_is_built_once(installation: Installation) -> None:
    try:
        library = shim.build(installation.folder)
    except CannotStart as missing:
        pytest.skip(str(missing))
    built = library.stat().st_mtime_ns

    assert shim.build(installation.folder).stat().st_mtime_ns == built
