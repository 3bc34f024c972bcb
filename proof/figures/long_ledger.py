"""A ledger of a hundred thousand entries: written faster than customers could, then verified.

    python -m proof.figures.long_ledger SHOW ENTRIES

writes one, in the environment of an installation. It is the one place here that knows the tables.
Its entries are what the engine would have written; ``verify_ledger`` would find out if they were
not.
"""

from __future__ import annotations

import subprocess
import sys
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from proof.faults.result import Result
from proof.stage import Installation
from proof.stage.server import ROOT

ENTRIES = 100_000
STAY_ENTRIES = 5
_BATCH = 2000
_MILLISECOND = timedelta(milliseconds=1)


def long_ledger(installation: Installation, *, short: bool) -> Result:
    """Writes a ledger and measures how long verifying it takes."""
    result = Result("verify_ledger", installation.database.kind)
    begin = time.monotonic()
    entries = ENTRIES // 10 if short else ENTRIES
    show_id = installation.next_show()
    done = subprocess.run(
        [sys.executable, "-m", "proof.figures.long_ledger", str(show_id), str(entries)],
        cwd=ROOT,
        env=installation.environment,
        capture_output=True,
        text=True,
        check=False,
    )
    result.expect(done.returncode == 0, f"no ledger could be written: {done.stderr[-800:]}")
    if not result.broken:
        started = time.monotonic()
        difference = installation.verify_ledger(show_id)
        seconds = time.monotonic() - started
        result.expect(not difference, difference)
        result.figures |= {"events": entries, "verify_ledger_seconds": round(seconds, 1)}
    result.seconds = time.monotonic() - begin
    return result


@dataclass(slots=True)
class Stay:
    """One customer's way through the hall: four seats held, extended, two booked and given back."""

    customer: str
    seats: list[dict[str, Any]]
    begins: datetime
    first_version: int


def write(show_id: int, entries: int) -> None:
    """Fills the ledger of a fresh show with stays, one after another; the hall ends up empty."""
    # Only this process may have Django: the rest of the proof looks at the server from outside.
    import django

    django.setup()
    from django.db import transaction

    from seats import database
    from seats.models import Booking, Hold, SeatEvent, ShowTime, random_mark

    show = ShowTime.objects.get(pk=show_id)
    assert show.version == 0
    first = database.now() - (entries + 60_000) * _MILLISECOND
    halls = [
        {
            "id": seat.pk,
            "row": seat.row,
            "number": seat.number,
            "label": seat.label,
            "tier": seat.tier,
            "price": str(seat.price),
        }
        for seat in show.seats.order_by("id")
    ]
    groups = [halls[at : at + 4] for at in range(0, len(halls) - 3, 4)]
    stays = [
        Stay(
            f"proof:{number % len(groups)}",
            groups[number % len(groups)],
            first + number * STAY_ENTRIES * _MILLISECOND,
            number * STAY_ENTRIES + 1,
        )
        for number in range(entries // STAY_ENTRIES)
    ]
    with transaction.atomic():
        for at in range(0, len(stays), _BATCH):
            part = stays[at : at + _BATCH]
            bookings = Booking.objects.bulk_create(_booking(Booking, show, one) for one in part)
            holds = Hold.objects.bulk_create(_hold(Hold, show, one) for one in part)
            events = [
                SeatEvent(show=show, mark=random_mark(), **told)
                for one, hold, booking in zip(part, holds, bookings, strict=True)
                for told in _entries(one, hold.pk, booking.pk)
            ]
            SeatEvent.objects.bulk_create(events, batch_size=_BATCH)
            ShowTime.objects.filter(pk=show_id).update(
                version=events[-1].version, mark=events[-1].mark
            )


def _booking(model: Any, show: Any, stay: Stay) -> Any:
    booked = stay.seats[:2]
    return model(
        reference=f"PROOF{stay.first_version:07d}",
        show=show,
        customer=stay.customer,
        status="cancelled",
        seats=booked,
        total_price=sum((Decimal(seat["price"]) for seat in booked), Decimal()),
        currency=show.currency,
        booked_at=stay.begins + 2 * _MILLISECOND,
        cancelled_at=stay.begins + 4 * _MILLISECOND,
    )


def _hold(model: Any, show: Any, stay: Stay) -> Any:
    return model(
        show=show,
        customer=stay.customer,
        state="released",
        seat_ids=[seat["id"] for seat in stay.seats[2:]],
        started_at=stay.begins,
        expires_at=_deadline(stay, 1),
    )


def _deadline(stay: Stay, after: int) -> datetime:
    return stay.begins + after * _MILLISECOND + timedelta(minutes=10)


def _entries(stay: Stay, hold_id: int, booking_id: int) -> list[dict[str, Any]]:
    ids = [seat["id"] for seat in stay.seats]
    told: list[tuple[str, list[int], dict[str, Any]]] = [
        ("held", ids, {"hold_id": hold_id, "held_until": _deadline(stay, 0)}),
        ("extended", ids, {"hold_id": hold_id, "held_until": _deadline(stay, 1)}),
        ("booked", ids[:2], {"hold_id": hold_id, "booking_id": booking_id}),
        ("released", ids[2:], {"hold_id": hold_id}),
        ("cancelled", ids[:2], {"booking_id": booking_id}),
    ]
    return [
        {
            "version": stay.first_version + number,
            "kind": kind,
            "seat_ids": seat_ids,
            "at": stay.begins + number * _MILLISECOND,
            "actor": stay.customer,
            **more,
        }
        for number, (kind, seat_ids, more) in enumerate(told)
    ]


if __name__ == "__main__":
    write(int(sys.argv[1]), int(sys.argv[2]))
