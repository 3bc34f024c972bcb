"""Keeping seats from others without buying any (OWASP: OAT-021), over all shows.

Three things give a hoarder away: how many seats are held at once, how many seat-minutes of the
last hour's holds led to no booking, and how many of those holds ran out. Each is limited for a
customer, and ten times as widely for the address they come from, behind which there may be many.
Holding and letting go in time counts too: it is what programs do to stay below limits on lapses.

The answer comes from the holds themselves, in one question. Shows have a lock each, so on a
database server two requests of one customer for two shows would not see each other; those who take
seats therefore go through a turnstile of the customer's and one of the address.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings

from seats import database
from seats.domain import BookingStatus, Customer, HoldState
from seats.errors import SeatLimit, TooOften, gettext_noop
from seats.reservations.change import Change

# One address may be a whole school.
ADDRESS_FACTOR = 10

# As many rows as the migration has set up.
TURNSTILES = 256

HOUR = timedelta(hours=1)

_KEPT = gettext_noop("Many seats were kept from others without being booked.")

_COLUMNS = "customer, state, largest, seat_ids, started_at, expires_at, ended_at, by_selection"

# A customer has made as many within the hour before this matters; the newest tell enough.
_MOST_ROWS = 500


@dataclass(frozen=True, slots=True)
class _Past:
    """A hold of the last hour, or one that is open still, that has led to no booking.

    Also a booking that nobody has paid for as far as the box office knows: it counts as held.
    """

    customer: str
    held: int
    most: int
    started_at: datetime
    ended_at: datetime
    deadline: datetime
    has_lapsed: bool

    @property
    def seat_minutes(self) -> float:
        # Begun under another show's lock, it may be later than this change.
        return max(0.0, self.most * (self.ended_at - self.started_at).total_seconds() / 60)


def turnstiles_of(customer: Customer) -> tuple[int, ...]:
    """Where to go through before seats are taken for a customer, after the show's lock is had.

    Nobody who has gone through one waits for another show, and they are gone through in order, so
    nobody can wait in a circle. None while no limit depends on what happens at the same moment:
    minutes and lapses come of time that has passed. None on SQLite, which has one writer.
    """
    if settings.HOARD_MAX_SEATS is None or database.vendor() == "sqlite":
        return ()
    return tuple(_turnstile(name) for name in (customer.key, customer.origin) if name)


def _turnstile(name: str) -> int:
    digest = hashlib.sha256(name.encode()).digest()
    return int.from_bytes(digest[:4], "big") % TURNSTILES


def refuse_hoarding(change: Change, customer: Customer, more: int) -> None:
    """Raises SeatLimit or TooOften for a customer who keeps too much from others to take more."""
    if not _limited():
        return
    past = _past(change, customer)
    own = [hold for hold in past if hold.customer == customer.key]
    most = settings.HOARD_MAX_SEATS
    if most is not None and _held(own) + more > most:
        raise SeatLimit(most, in_all_shows=True)
    _refuse_much(own, change.now, 1)
    if customer.origin:
        _refuse_much(past, change.now, ADDRESS_FACTOR)
        if most is not None and _held(past) + more > most * ADDRESS_FACTOR:
            # Whose seats those are is nobody's business: it says when, not how many.
            first = min(
                (it.deadline for it in past if it.deadline > change.now), default=change.now
            )
            raise TooOften(_seconds(first - change.now), _KEPT)


def _limited() -> bool:
    return any(
        limit is not None
        for limit in (settings.HOARD_MAX_SEATS, settings.HOARD_SEAT_MINUTES, settings.HOARD_LAPSES)
    )


def _refuse_much(holds: Sequence[_Past], now: datetime, factor: int) -> None:
    if not holds:
        return
    minutes, lapses = settings.HOARD_SEAT_MINUTES, settings.HOARD_LAPSES
    waits = []
    if minutes is not None:
        kept = ((it.started_at, it.seat_minutes) for it in holds if it.started_at > now - HOUR)
        waits.append(_wait(kept, minutes * factor, now))
    if lapses is not None:
        lapsed = ((it.ended_at, 1.0) for it in holds if it.has_lapsed and it.ended_at > now - HOUR)
        waits.append(_wait(lapsed, lapses * factor, now))
    longest = max(waits, default=timedelta())
    if longest > timedelta():
        raise TooOften(_seconds(longest), _KEPT)


def _wait(weights: Iterable[tuple[datetime, float]], limit: float, now: datetime) -> timedelta:
    """Until so much of the last hour is past that what is left weighs less than the limit."""
    left = sorted(weights)
    total = sum(weight for _, weight in left)
    wait = timedelta()
    for moment, weight in left:
        if total < limit:
            break
        total -= weight
        wait = moment + HOUR - now
    return wait


def _seconds(wait: timedelta) -> int:
    return max(1, math.ceil(wait.total_seconds()))


def _held(holds: Iterable[_Past]) -> int:
    return sum(hold.held for hold in holds)


def _past(change: Change, customer: Customer) -> list[_Past]:
    # Of a whole minute, which is ready to be asked for again; what is too old counts for nothing.
    minute = change.now.replace(second=0, microsecond=0)
    since = database.parameter(minute - max(HOUR, timedelta(seconds=settings.HOLD_MAX_SECONDS)))
    booked = HoldState.BOOKED.value
    # In parts, so that each finds its index on every database.
    sql = (
        f"SELECT {_COLUMNS} FROM seats_hold WHERE customer = %s AND started_at > %s AND state <> %s"
    )
    params = [customer.key, since, booked]
    if customer.origin:
        sql += (
            f" UNION ALL SELECT {_COLUMNS} FROM seats_hold"
            " WHERE origin = %s AND started_at > %s AND state <> %s AND customer <> %s"
        )
        params += [customer.origin, since, booked, customer.key]
    if settings.PAYMENT_MODE == "proof":
        # Any picture keeps seats from others until the box office has seen it.
        sql += (
            " UNION ALL SELECT customer, status, 0, seats, booked_at, booked_at, NULL, FALSE"
            " FROM seats_booking WHERE customer = %s AND status = %s"
        )
        params += [customer.key, BookingStatus.IN_REVIEW.value]
    change.cursor.execute(f"{sql} ORDER BY 5 DESC LIMIT {_MOST_ROWS}", params)
    return [_told(row, change.now) for row in change.cursor.fetchall()]


def _told(row: tuple[Any, ...], now: datetime) -> _Past:
    customer, stored, largest, seat_ids, started_at, expires_at, ended_at, by_selection = row
    if stored == BookingStatus.IN_REVIEW.value:
        return _Past(customer, len(database.document(seat_ids)), 0, now, now, now, has_lapsed=False)
    state, deadline = HoldState(stored), database.moment(expires_at)
    seats = len(database.document(seat_ids))
    is_live = state is HoldState.OPEN and now < deadline
    if state is HoldState.RELEASED:
        end = database.moment_or_none(ended_at) or deadline
    else:
        end = min(now, deadline)
    return _Past(
        customer=customer,
        held=seats if is_live else 0,
        # MariaDB makes decimals of whole numbers that meet others in a UNION.
        most=max(int(largest), seats),
        started_at=database.moment(started_at),
        ended_at=end,
        deadline=deadline,
        # Clicking here and there and going on is what selections are for.
        has_lapsed=not is_live and state is not HoldState.RELEASED and not by_selection,
    )
