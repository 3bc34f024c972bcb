"""Whose picture is whose, how long it is kept, and who may see it."""

from __future__ import annotations

import logging
import re
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.contrib.auth.models import User
from django.db import IntegrityError

from seats import database
from seats.domain import Customer
from seats.errors import Busy, IdempotencyKeyReused, PaymentProofNotFound
from seats.models import PaymentProof
from seats.payments import files, pictures
from seats.payments.pictures import Picture
from seats.reservations import PROOF_KEPT, Once
from seats.reservations.once import remember, remembered

# Uploads that no booking has used yet, for each customer. The oldest makes room for a new one:
# who changes their mind about a picture is not kept from buying.
MOST_UNUSED: Final = 5

# How many pictures that nobody used in time go with each new one, whoever's they are: houses that
# never run the housekeeping do not fill up.
SWEPT_ALONG: Final = 10

# Whoever may do one of these sees the page of a booking.
_LOOKING: Final = ("view", "change")

_SECONDS_TO_SEE_TO_IT: Final = 60

logger = logging.getLogger(__name__)

_ID = re.compile(r"[0-9a-f]{32}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Kept:
    """A proof that was taken in. ``replayed`` when a repeated request got its first answer."""

    id: str
    replayed: bool = False


def keep(customer: Customer, data: bytes, *, once: Once | None = None) -> Kept:
    """Takes in a picture; the customer can pay one booking with it within PROOF_KEPT.

    With ``once``, doing so again gives the same answer. Raises UnreadablePicture,
    IdempotencyKeyReused, Busy.
    """
    picture = pictures.cleaned(data)
    proof = PaymentProof(
        id=secrets.token_hex(16),
        customer=customer.key,
        format=picture.format,
        size=len(picture.data),
    )
    # Before its row, so that there is no row without a file. A file without a row is swept away.
    try:
        files.store(_file_of(proof), picture.data)
    except OSError as error:
        # A full disk, say: the customer can only try again, somebody has to see to it.
        logger.exception("A picture of a payment cannot be stored.")
        raise Busy(_SECONDS_TO_SEE_TO_IT) from error
    try:
        kept, displaced = _inserted(proof, once)
    except IdempotencyKeyReused:
        files.remove(_file_of(proof))
        raise
    if kept.replayed:
        displaced = [_file_of(proof)]
    else:
        files.settle(_file_of(proof))
    for name in displaced:
        files.remove(name)
    return kept


def _inserted(proof: PaymentProof, once: Once | None) -> tuple[Kept, list[str]]:
    try:
        return database.write(lambda: _insert(proof, once))
    except IntegrityError:
        # A twin of this request was a moment faster.
        return database.write(lambda: _insert(proof, once))


def _insert(proof: PaymentProof, once: Once | None) -> tuple[Kept, list[str]]:
    """Writes the row; returns also the files of those that made room for it."""
    now = database.now()
    with database.cursor() as cursor:
        stored = None if once is None else remembered(cursor, once, now)
        if stored is not None:
            return Kept(stored["id"], replayed=True), []
        proof.uploaded_at = now
        proof.save(force_insert=True)
        if once is not None:
            remember(cursor, once, {"id": proof.pk}, now)
    unused = PaymentProof.objects.filter(booking=None).exclude(pk=proof.pk)
    theirs = unused.filter(customer=proof.customer).order_by("-uploaded_at", "id")
    forgotten = unused.filter(uploaded_at__lte=now - PROOF_KEPT)
    going = {*theirs[MOST_UNUSED - 1 :], *forgotten[:SWEPT_ALONG]}
    # In one order, so that two uploads do not wait for each other.
    return Kept(proof.pk), _delete(sorted(going, key=lambda each: each.pk))


def picture_of(user: User, proof_id: str) -> Picture:
    """A picture as it is kept, for its owner and for staff who see bookings.

    Raises PaymentProofNotFound, for somebody else's too.
    """
    found = PaymentProof.objects.filter(pk=proof_id).first() if _ID.fullmatch(proof_id) else None
    if found is None or not (
        found.customer == Customer.of_user(user.pk).key
        or (user.is_staff and any(user.has_perm(f"seats.{may}_booking") for may in _LOOKING))
    ):
        raise PaymentProofNotFound
    try:
        return Picture(found.format, files.read(_file_of(found)))
    except FileNotFoundError:
        logger.exception("A picture of a payment is gone.")
        raise PaymentProofNotFound from None


def tidy() -> int:
    """Deletes pictures that no booking has used within PROOF_KEPT; returns how many.

    Also files that a process left behind when it died. Raises Busy.
    """
    deadline = database.now() - PROOF_KEPT
    names = database.write(lambda: _delete_unused(deadline))
    for name in names:
        files.remove(name)
    pending = list(files.pending_since(PROOF_KEPT.total_seconds()))
    ids = [name.partition(".")[0] for name in pending]
    known = {_file_of(proof) for proof in PaymentProof.objects.filter(pk__in=ids)}
    for name in pending:
        if name in known:
            files.settle(name)
        else:
            files.remove(name)
    return len(names)


def _delete_unused(deadline: datetime) -> list[str]:
    return _delete(
        list(PaymentProof.objects.filter(booking=None, uploaded_at__lte=deadline).order_by("id"))
    )


def _delete(proofs: list[Any]) -> list[str]:
    """Deletes those that are still unused; returns the names of their files."""
    names = []
    for proof in proofs:
        # One by one and by their keys: a booking may spend one at this very moment.
        deleted, _ = PaymentProof.objects.filter(pk=proof.pk, booking=None).delete()
        if deleted:
            names.append(_file_of(proof))
    return names


def _file_of(proof: PaymentProof) -> str:
    return f"{proof.pk}.{proof.format}"
