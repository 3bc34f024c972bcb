"""Customers who repeat what was answered with "busy": how a trial with faults hears a 503."""

from __future__ import annotations

import time

from proof.command import ending, history_of, still_picture
from proof.enrolment import Enrolment
from proof.faults.insistence import Insistent
from proof.hall import Hall
from proof.history import check
from proof.journal import Journal
from proof.modes import sellout
from proof.trial import Trial
from proof.wire import Address, Switchboard
from tests.proof.box_office import BoxOffice, serve

PATIENCE_SECONDS = 120.0


def sell_out(office: BoxOffice) -> tuple[Journal, set[str]]:
    """Sells the hall; returns what was written down, and the kinds of violations."""
    server, url = serve(office)
    journal = Journal()
    try:
        with Switchboard(Address.parse(url)) as switchboard:
            line = switchboard.open()
            hall = Hall.find(line, None)
            enrolment = Enrolment(
                switchboard, hall, journal, None, lambda _: None, lambda *_: None, Insistent
            )
            trial = Trial(
                *(switchboard, hall, enrolment.enrol(6), journal, PATIENCE_SECONDS, 0),
                lambda *_: None,
            )
            for customer in trial.customers:
                customer.patience_until = time.monotonic() + PATIENCE_SECONDS
            version, before = still_picture(line, hall)
            sellout.run(trial)
            violations = check(history_of(journal, version, before, ending(line, hall, version)))
    finally:
        server.shutdown()
        server.server_close()
    return journal, {violation.kind for violation in [*journal.findings, *violations]}


def test_what_was_done_and_answered_with_busy_is_done_once() -> None:
    # So many seats that several sales hear it, however many seats each takes.
    office = BoxOffice(rows=6, faults=("busy",))
    journal, kinds = sell_out(office)

    assert kinds == set()
    assert sum(said["503 busy"] for said in journal.answers.values()) > 3
    assert all(place.status == "BOOKED" for place in office.places)
    keys = {call.key for call in journal.calls}
    told = {call.key for call in journal.calls if call.answer and not call.answer.passing}
    assert None not in keys
    assert told == keys, "everybody heard in the end what became of their request"


def test_a_server_that_forgets_keys_is_found_out() -> None:
    """The control: what is asked for again is done again."""
    # Chance decides whose answer is lost: now and then an evening shows nothing.
    evenings = (sell_out(BoxOffice(faults=("busy", "no_replay"))) for _ in range(30))

    assert any(kinds for _, kinds in evenings)
