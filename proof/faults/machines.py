"""Several machines: nginx before three of them, one database that decides, and a copy of it."""

from __future__ import annotations

from contextlib import ExitStack

from proof.faults.kills import answered
from proof.faults.load import Load
from proof.faults.result import Result
from proof.stage import Installation, processes
from proof.stage.databases import PostgreSql
from proof.stage.nginx import Nginx
from proof.stage.replica import Replica
from proof.wire import Address

MACHINES = 3
BETWEEN_ANSWERS = 50


def lose_a_machine(installation: Installation, result: Result, *, short: bool) -> None:
    """Under load the copy is held up, a machine dies, the copy goes on; twice over at length."""
    primary = installation.database
    assert isinstance(primary, PostgreSql)
    show_id = installation.next_show()
    folder = installation.folder / f"machines-{show_id}"
    with ExitStack() as stage:
        replica = stage.enter_context(Replica(folder / "replica", primary))
        machines = []
        for number in range(MACHINES):
            # Files by which processes of one machine talk: each has its own.
            temporary = folder / f"machine-{number}"
            temporary.mkdir()
            more = {"DATABASE_REPLICA_URL": replica.url, "TMPDIR": str(temporary)}
            machines.append(stage.enter_context(installation.server(workers=1, more=more)))
        ports = [machine.port for machine in machines]
        # What is kept may be two seconds old, which is a promise less than what is proven here.
        front = Nginx(folder / "nginx", ports, tls=False, limits=False, keeps_polls=False)
        nginx = stage.enter_context(front)
        load = Load([Address("http", "127.0.0.1", nginx.port, "")], show_id, short=short)

        def harm() -> None:
            more = BETWEEN_ANSWERS if short else 10 * BETWEEN_ANSWERS
            for step in (replica.hold_up, lambda: _die(machines[0].process), replica.go_on):
                answered(load, more)
                step()
            answered(load, more)

        before = replica.questions()
        load.suffer(harm, result)
        result.figures["answered_by_the_copy"] = replica.questions() - before
        result.expect(replica.questions() > before, "the copy was asked nothing")
    difference = installation.verify_ledger(show_id)
    result.expect(not difference, difference)


def _die(process: processes.Process | None) -> None:
    assert process is not None
    processes.kill(process)
