"""What requests with an Idempotency-Key came to, so that a repeated one gets the same answer.

The answer is stored in the transaction of its effect: both are there, or neither. A repeated
request waits for the show's lock behind the first one, then finds the answer.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import OperationalError

from seats import database
from seats.errors import IdempotencyInProgress, IdempotencyKeyReused, SeatError, recall

KEPT = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Once:
    """One request that is to have its effect once.

    ``owner`` is whose key it is (a customer's key), ``key`` what the client chose, ``fingerprint``
    the SHA-256 of what was asked, in hexadecimal.
    """

    owner: str
    key: str
    fingerprint: str

    @property
    def digest(self) -> str:
        # Hashed: some databases compare text without regard to case, keys must differ by it.
        return hashlib.sha256(f"{self.owner}\0{self.key}".encode()).hexdigest()


def remembered(cursor: database.Cursor, once: Once, now: datetime) -> dict[str, Any] | None:
    """The stored outcome of this request, or None if it is new.

    Raises IdempotencyKeyReused when the key stands for a different request.
    """
    cursor.execute(
        "SELECT fingerprint, outcome, created_at FROM seats_idempotencyrecord WHERE digest = %s",
        (once.digest,),
    )
    row = cursor.fetchone()
    if row is None:
        return None
    fingerprint, outcome, created_at = row
    if database.moment(created_at) + KEPT <= now:
        return None
    if fingerprint != once.fingerprint:
        raise IdempotencyKeyReused
    found: dict[str, Any] = database.document(outcome)
    return found


def remember(cursor: database.Cursor, once: Once, outcome: dict[str, Any], now: datetime) -> None:
    """Stores what the request came to, in the transaction that is open."""
    try:
        # One kept for too long may be there still. Not any other: a twin may just have stored its.
        cursor.execute(
            "DELETE FROM seats_idempotencyrecord WHERE digest = %s AND created_at <= %s",
            (once.digest, database.parameter(now - KEPT)),
        )
        cursor.execute(
            "INSERT INTO seats_idempotencyrecord (digest, fingerprint, outcome, created_at)"
            " VALUES (%s, %s, %s, %s)",
            (once.digest, once.fingerprint, json.dumps(outcome), database.parameter(now)),
        )
    except OperationalError as error:
        if database.is_worth_repeating(error):
            raise IdempotencyInProgress from error
        raise


def refusal(error: SeatError) -> dict[str, Any]:
    """A refusal as it is stored."""
    return {"error": {"code": error.code, "message": error.message, "facts": error.facts}}


def recalled_refusal(stored: dict[str, Any]) -> SeatError | None:
    """The refusal in a stored outcome, or None if it was no refusal."""
    error = stored.get("error")
    return None if error is None else recall(error["code"], error["message"], error["facts"])


def forget_old_answers() -> int:
    """Deletes the answers kept longer than KEPT; returns how many."""

    def work() -> int:
        with database.cursor() as cursor:
            cursor.execute(
                "DELETE FROM seats_idempotencyrecord WHERE created_at <= %s",
                (database.parameter(database.now() - KEPT),),
            )
            return cursor.rowcount

    return database.write(work)
