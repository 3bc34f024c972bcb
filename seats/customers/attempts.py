"""How often somebody may try to come in: counted in the database, so by all processes together.

A login counts three times: for the name at its address, for the address, and for the name at all
addresses. The first limit is THROTTLE_LOGIN itself. The second is wider, for one address may be a
whole school; the third is for those who have many addresses. Were that all, they could keep the
owner of a name out by trying it for ever, so it does not concern addresses from which the name has
come in before.

Names count whether or not they have an account. Neither names nor addresses are stored: a row is
known by a digest that nobody can make without SECRET_KEY.
"""

from __future__ import annotations

import hmac
import math
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import IntegrityError, transaction

from seats import database
from seats.customers.names import spelt_alike
from seats.errors import TooOften

_SECONDS: Final = {"sec": 1, "min": 60, "hour": 3600, "day": 86_400}

# How many times what one name may try at one address.
ADDRESS_FACTOR: Final = 10
NAME_FACTOR: Final = 5

# How long an address is remembered as one from which a name came in.
KNOWN: Final = timedelta(days=30)

# One in so many calls that leave a row behind clears away the rows of the past.
_SWEEP: Final = 100


@dataclass(frozen=True, slots=True)
class Rate:
    """So many in each minute (or hour …); they begin with those of the clock."""

    number: int
    seconds: int

    @classmethod
    def of(cls, text: str | None) -> Rate | None:
        if text is None or text == "off":
            return None
        number, _, period = text.partition("/")
        return cls(int(number), _SECONDS[period])

    def end(self, now: datetime) -> datetime:
        passed = now.timestamp() % self.seconds
        return now + timedelta(seconds=self.seconds - passed)


def count_login(name: str, address: str) -> None:
    """Counts an attempt to log in; raises TooOften for one too many."""
    rate = Rate.of(settings.THROTTLE_LOGIN)
    if rate is None:
        return
    name = spelt_alike(name)

    def work() -> datetime | None:
        now = database.now()
        end = rate.end(now)
        # In this order: what is refused at one address uses up nothing that others need.
        admitted = (
            _count(_mark("name here", name, address), rate.number, now, end)
            and _count(_mark("address", address), rate.number * ADDRESS_FACTOR, now, end)
            and (
                _is_known(_mark("known", name, address), now)
                or _count(_mark("name", name), rate.number * NAME_FACTOR, now, end)
            )
        )
        return None if admitted else now

    _refuse(rate, database.write(work))


def count_registration(address: str) -> None:
    """Counts an attempt to make an account; raises TooOften for one too many."""
    rate = Rate.of(settings.THROTTLE_REGISTER)
    if rate is None:
        return

    def work() -> datetime | None:
        now = database.now()
        mark = _mark("register", address)
        return None if _count(mark, rate.number, now, rate.end(now)) else now

    _refuse(rate, database.write(work))


def remember(name: str, address: str) -> None:
    """Notes that a name has come in from here, as part of the transaction that is open."""
    if Rate.of(settings.THROTTLE_LOGIN) is None:
        return
    until = database.now() + KNOWN
    mark = _mark("known", spelt_alike(name), address)
    with database.cursor() as cursor:
        cursor.execute(
            "UPDATE seats_attempt SET ends_at = %s WHERE mark = %s",
            (database.parameter(until), mark),
        )
        is_there = cursor.rowcount == 1
    if not is_there:
        _insert(mark, until)


def forget_old() -> int:
    """Deletes the rows that count for nothing any more; returns how many."""

    def work() -> int:
        with database.cursor() as cursor:
            cursor.execute(
                "DELETE FROM seats_attempt WHERE ends_at <= %s",
                (database.parameter(database.now()),),
            )
            return cursor.rowcount

    return database.write(work)


def _refuse(rate: Rate, refused_at: datetime | None) -> None:
    if secrets.randbelow(_SWEEP) == 0:
        forget_old()
    if refused_at is not None:
        left = (rate.end(refused_at) - refused_at).total_seconds()
        raise TooOften(max(1, math.ceil(left)))


def _count(mark: str, most: int, now: datetime, end: datetime) -> bool:
    """Counts one more, unless there have been ``most``: one statement decides."""
    at = database.parameter(now)
    while True:
        with database.cursor() as cursor:
            cursor.execute(
                "UPDATE seats_attempt SET number = CASE WHEN ends_at <= %s THEN 1 ELSE number + 1"
                " END, ends_at = %s WHERE mark = %s AND (ends_at <= %s OR number < %s)",
                (at, database.parameter(end), mark, at, most),
            )
            if cursor.rowcount:
                return True
            cursor.execute("SELECT ends_at, number FROM seats_attempt WHERE mark = %s", (mark,))
            row = cursor.fetchone()
        if row is not None and database.moment(row[0]) > now and row[1] >= most:
            return False
        # Not there yet, or not any more, or a twin has put it there between the two questions.
        if row is None and _insert(mark, end):
            return True


def _is_known(mark: str, now: datetime) -> bool:
    with database.cursor() as cursor:
        cursor.execute(
            "SELECT 1 FROM seats_attempt WHERE mark = %s AND ends_at > %s",
            (mark, database.parameter(now)),
        )
        return cursor.fetchone() is not None


def _insert(mark: str, end: datetime) -> bool:
    """Makes the row of a first attempt; False if a twin was faster."""
    try:
        with transaction.atomic(), database.cursor() as cursor:
            cursor.execute(
                "INSERT INTO seats_attempt (mark, number, ends_at) VALUES (%s, 1, %s)",
                (mark, database.parameter(end)),
            )
    except IntegrityError:
        return False
    return True


def _mark(*about: str) -> str:
    said = "\0".join(about).encode("utf-8", "replace")
    return hmac.new(settings.SECRET_KEY.encode(), said, "sha256").hexdigest()
