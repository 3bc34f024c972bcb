"""Refusals and lists of seats as sentences, in the language of whoever is being answered.

The engine's own sentences are English and know nothing of readers. A refusal is told anew from its
kind and its facts, so that one that was stored speaks the language in which it is asked for again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from django.utils.translation import gettext, gettext_noop, ngettext, pgettext

from seats.domain import BookingStatus
from seats.errors import Invalid, NotInReview, SeatError, SeatLimit, SeatsUnavailable, TooOften


def refusal(error: SeatError) -> str:
    """What a refusal says to its reader."""
    told = _WITH_FACTS.get(type(error))
    return gettext(error.message) if told is None else told(error)


def facts(error: SeatError) -> dict[str, Any]:
    """The facts of a refusal; those that are sentences as its reader reads them."""
    if not isinstance(error, Invalid):
        return error.facts
    errors = error.facts["errors"].items()
    told = {field: [gettext(text) for text in texts] for field, texts in errors}
    return {**error.facts, "errors": told}


def listed(labels: Sequence[str]) -> str:
    """A1 · A1 and A2 · A1, A2 and A3"""
    if len(labels) < 2:
        return "".join(labels)
    most = labels[0]
    if len(labels) > 2:
        most = pgettext("between the seats of a list", ", ").join(labels[:-1])
    return gettext("%(most)s and %(last)s") % {"most": most, "last": labels[-1]}


def counted(number: int, noun: str) -> str:
    """A number with its noun, for those who work here: "1 seat", "50,000 seats"."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def wait(seconds: int, why: str = TooOften.often) -> str:
    pause = gettext("Please wait %(seconds)d s.") % {"seconds": seconds}
    return f"{gettext(why)} {pause}"


def _taken(error: Any) -> str:
    labels = [str(seat["label"]) for seat in error.facts["conflicts"]]
    if not labels:
        return gettext(SeatsUnavailable.default_message)
    return ngettext(
        "%(seats)s was taken a moment ago.", "%(seats)s were taken a moment ago.", len(labels)
    ) % {"seats": listed(labels)}


def _limit(error: Any) -> str:
    limit = int(error.facts["limit"])
    # A stored refusal has kept its sentence and no more.
    if error.message == SeatLimit.in_all % error.facts:
        return ngettext(
            "You can hold up to %(limit)d seats at a time, all shows together.",
            "You can hold up to %(limit)d seats at a time, all shows together.",
            limit,
        ) % {"limit": limit}
    return ngettext(
        "You can hold up to %(limit)d seats of a show at a time.",
        "You can hold up to %(limit)d seats of a show at a time.",
        limit,
    ) % {"limit": limit}


def _wait(error: Any) -> str:
    return wait(error.retry_after, error.why)


def _not_in_review(error: Any) -> str:
    status = error.facts["status"]
    return gettext("Booking %(reference)s is not in review any more: it is %(status)s.") % {
        "reference": error.facts["reference"],
        "status": gettext(_STANDS.get(status, status)),
    }


_STANDS: Final[Mapping[str, str]] = {
    BookingStatus.CONFIRMED: gettext_noop("confirmed"),
    BookingStatus.IN_REVIEW: gettext_noop("in review"),
    BookingStatus.REJECTED: gettext_noop("rejected"),
    BookingStatus.CANCELLED: gettext_noop("cancelled"),
}

_WITH_FACTS: Final[Mapping[type[SeatError], Callable[[Any], str]]] = {
    SeatsUnavailable: _taken,
    SeatLimit: _limit,
    TooOften: _wait,
    NotInReview: _not_in_review,
}
