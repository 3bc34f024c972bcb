"""Several machines: nginx before three of them, one database that decides, and a copy of it."""

from __future__ import annotations

import threading
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random

from proof.command import ending, history_of, still_picture
from proof.enrolment import Enrolment
from proof.faults.insistence import Insistent
from proof.faults.kills import answered
from proof.faults.load import Load, patiently, said_in
from proof.faults.result import Result
from proof.hall import Hall
from proof.history import check
from proof.journal import Journal
from proof.modes import sellout
from proof.records import Answer, Operation
from proof.stage import Installation, Server
from proof.stage.nginx import Nginx
from proof.stage.replica import Copy, copy_of
from proof.trial import Trial
from proof.wire import Address, Switchboard

MACHINES = 3
MOST_IN_A_HOLD = 10
BETWEEN_ANSWERS = 50
BUYERS = 30
WATCHERS = 12
SELLING_SECONDS = 120.0
# Milliseconds after which a poll shows what anybody has been told, whatever nginx keeps.
KEPT = 2000.0
# What part of the hall is sold when the copy is held up, a machine dies, the copy goes on.
HELD_UP, DIES, GOES_ON = 0.1, 0.3, 0.7


@dataclass(frozen=True, slots=True)
class House:
    """Machines that share a database and nothing else, and nginx, which answers for them."""

    machines: list[Server]
    copy: Copy
    nginx: Nginx

    @property
    def address(self) -> Address:
        return Address("http", "127.0.0.1", self.nginx.port, "")


@contextmanager
def opened(installation: Installation, folder: Path) -> Iterator[House]:
    """A house of several machines, until the end of the block."""
    with ExitStack() as stage:
        copy = stage.enter_context(copy_of(installation.database, folder / "copy"))
        machines = []
        for number in range(MACHINES):
            # Files by which processes of one machine talk: each has its own.
            temporary = folder / f"machine-{number}"
            temporary.mkdir()
            more = {"DATABASE_REPLICA_URL": copy.url, "TMPDIR": str(temporary)}
            machines.append(stage.push(installation.server(workers=1, more=more)))
        with ThreadPoolExecutor(MACHINES) as pool:
            list(pool.map(Server.__enter__, machines))
        ports = [machine.port for machine in machines]
        nginx = stage.enter_context(Nginx(folder / "nginx", ports, tls=False, limits=False))
        yield House(machines, copy, nginx)


def lose_a_machine(installation: Installation, result: Result, *, short: bool) -> None:
    """Under load the copy is held up, a machine dies, the copy goes on; twice over at length."""
    show_id = installation.next_show()
    with (
        opened(installation, installation.folder / f"machines-{show_id}") as house,
        _counted(house, result),
    ):
        load = Load(
            [house.address], show_id, short=short, kept=KEPT, slowest=house.nginx.slowest_poll
        )

        def harm() -> None:
            more = BETWEEN_ANSWERS if short else 10 * BETWEEN_ANSWERS
            for step in (house.copy.hold_up, house.machines[0].kill, house.copy.go_on):
                answered(load, more)
                step()
            answered(load, more)

        load.suffer(harm, result)
        result.figures["polls"] = _polls(load.journal)
    difference = installation.verify_ledger(show_id)
    result.expect(not difference, difference)


def sell_out(installation: Installation, result: Result, *, short: bool) -> None:
    """A hall is sold to its last seat while the copy is held up, a machine dies, the copy goes on.

    In short form all but a quarter of it has been sold to one customer before.
    """
    show_id = installation.next_show()
    with (
        opened(installation, installation.folder / f"machines-{show_id}") as house,
        Switchboard(house.address) as switchboard,
        _counted(house, result),
    ):
        _sell(house, switchboard, show_id, result, short=short)
    difference = installation.verify_ledger(show_id)
    result.expect(not difference, difference)


def _sell(
    house: House, switchboard: Switchboard, show_id: int, result: Result, *, short: bool
) -> None:
    line, journal = switchboard.open(), Journal()
    hall = Hall.find(line, show_id)
    crowd = Enrolment(
        switchboard, hall, journal, None, lambda _: None, lambda *_: None, Buyer
    ).enrol(BUYERS // 2 if short else BUYERS)
    if short:
        _sell_to(crowd.pop(), sorted(hall.seats)[len(hall.seats) // 4 :])
    trial = Trial(
        *(switchboard, hall, crowd, journal, SELLING_SECONDS, 0, lambda *_: None), kept=KEPT
    )
    wanted = len(trial.free_seats())
    version, before = still_picture(line, hall)
    events = Events(
        journal,
        [
            (HELD_UP * wanted, house.copy.hold_up),
            (DIES * wanted, house.machines[0].kill),
            (GOES_ON * wanted, house.copy.go_on),
        ],
    )
    for buyer in crowd:
        assert isinstance(buyer, Buyer)
        buyer.events = events
    with trial.watched(WATCHERS):
        sellout.run(trial)
    sold_then = events.sold_then
    journal.allow_caches(house.nginx.slowest_poll())
    violations = check(
        history_of(journal, version, before, patiently(lambda: ending(line, hall, version)))
    )
    said, repeats = said_in(journal, result), _repeats(journal)
    result.figures |= {
        "customers": len(crowd),
        "seats_for_sale": wanted,
        "seats_sold": _sold(journal),
        "seats_with_two_owners": sum(one.kind == "two_owners" for one in violations),
        "violations": len(violations) + len(journal.findings),
        "sold_out_after_seconds": trial.facts["sold_out_after_seconds"],
        "sold_when_the_copy_stood_still": sold_then[0],
        "sold_when_a_machine_died": sold_then[1],
        "sold_when_the_copy_went_on": sold_then[2],
        "requests_repeated": repeats,
        "answers": dict(said),
        "polls": _polls(journal),
    }
    result.broken += [str(violation) for violation in [*journal.findings, *violations]]
    result.expect(_sold(journal) == wanted, "not every seat was sold")
    result.expect(sold_then[1] < wanted, "the hall was sold before a machine died")


class Events:
    """What happens when so many seats are sold.

    Whoever buys one of them sees to it, and who buys more meanwhile waits: however long it takes,
    the hall is not sold before.
    """

    def __init__(
        self, journal: Journal, events: Sequence[tuple[float, Callable[[], None]]]
    ) -> None:
        self.sold_then: list[int] = []
        self._journal, self._events = journal, deque(events)
        self._lock = threading.Lock()

    def happen(self) -> None:
        with self._lock:
            while self._events and (sold := _sold(self._journal)) >= self._events[0][0]:
                self._events.popleft()[1]()
                self.sold_then.append(sold)


class Buyer(Insistent):
    """One of those by whose purchases the time of events is reckoned."""

    events: Events | None = None

    def book(
        self, labels: list[str] | None, rng: Random, *, key: str | None = None
    ) -> Answer | None:
        answer = super().book(labels, rng, key=key)
        if self.events is not None:
            self.events.happen()
        return answer


def _sell_to(customer: Insistent, labels: list[str]) -> None:
    """Before there is anybody else; nobody writes it down."""
    customer.journal, rng = Journal(), Random()
    for at in range(0, len(labels), MOST_IN_A_HOLD):
        customer.hold(labels[at : at + MOST_IN_A_HOLD], rng)
        customer.book(None, rng)


def _sold(journal: Journal) -> int:
    """How many seats customers were told are theirs for good. Nobody gives one back."""
    return len(
        {
            seat
            for call in list(journal.calls)
            if call.operation is Operation.BOOK and call.answer and call.answer.granted
            for seat in call.answer.seats
        }
    )


def _repeats(journal: Journal) -> int:
    """How many requests had to be sent more than once."""
    times = Counter(call.key for call in journal.calls)
    return sum(count > 1 for count in times.values())


@contextmanager
def _counted(house: House, result: Result) -> Iterator[None]:
    """Notes in ``result`` how often machines were asked for polls in the block, and the copy."""
    copy, machines = house.copy.questions(), house.nginx.polls_of_the_app()
    yield
    asked = house.copy.questions() - copy
    result.figures |= {
        "polls_asked_of_machines": house.nginx.polls_of_the_app() - machines,
        "answered_by_the_copy": asked,
    }
    result.expect(asked > 0, "the copy was asked nothing")


def _polls(journal: Journal) -> int:
    return sum(journal.answers["poll"].values())
