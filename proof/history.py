"""The history checker: everything a run's calls, ledger and looks have to agree on.

Pure and in O(n log n): no network, no clock, no database. ``check`` returns what does not hold.

    version      the ledger's versions follow one another without a gap
    clock        its dates never go back
    illegal_*    replayed, each event is allowed by those before it
    missing      what was granted is in the ledger
    different    and with the same content
    doubled      once, not more often
    refused      what was refused is not
    unexplained  nothing else is, but for calls whose outcome is unknown, each at most once
    time         each event is dated within its call
    order        a call that ended before another began precedes it
    replay       one idempotency key has one answer
    wrong_answer an answer is about the seats that were asked for
    two_owners   by the answers alone, no seat had two owners
    unjustified  each refusal is true of some moment of the call
    final        the ledger ends in the seats
    look_*       who looked saw a real state, fresh, not older than before, with right statistics
"""

from __future__ import annotations

from proof.effects import Effects
from proof.ledger import Ledger
from proof.looks import unfaithful
from proof.ownership import claims_of, double_owners
from proof.records import History, Violation
from proof.refusals import unjustified


def check(history: History) -> list[Violation]:
    """Every promise a history breaks, the gravest first."""
    ledger = Ledger.of(history)
    effects = Effects.of(history, ledger)
    return [
        *double_owners(claims_of(effects.deeds, history.clock, history.events)),
        *ledger.violations,
        *effects.violations,
        *_final(history, ledger),
        *unjustified(effects),
        *unfaithful(history, effects),
    ]


def _final(history: History, ledger: Ledger) -> list[Violation]:
    """Where the ledger's end and the seats differ; a deadline just passing may be seen or not."""
    if history.after is None:
        return []
    violations = []
    margin = history.clock.tolerance + history.staleness
    for seat in sorted(ledger.places.keys() | history.after.keys()):
        place, seen = ledger.places.get(seat), history.after.get(seat)
        if place is None or seen is None:
            violations.append(Violation("final", f"seat {seat} is there only before or after"))
        elif seen not in (place.seen(history.after_at - margin), place.seen(history.after_at)):
            violations.append(
                Violation("final", f"seat {seat} is {seen}, the ledger ends with {place}")
            )
    return violations
