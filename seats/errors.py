"""What can stand in the way of a seat: every refusal the engine knows, without a word of HTTP.

Each kind has the ``code`` programs act on, a ``message`` for the person who reads it, and ``facts``
that help them go on. When one is raised, nothing has changed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

JSON = Any


def gettext_noop(message: str) -> str:
    """Marks a sentence for the catalogues; ``seats.wording`` translates it where it is told."""
    return message


class SeatError(Exception):
    """A refusal. ``replayed`` is True when it answers a repeated request from memory."""

    code: ClassVar[str]
    default_message: ClassVar[str]

    def __init__(self, message: str | None = None, facts: Mapping[str, JSON] | None = None) -> None:
        self.message = message or self.default_message
        self.facts: dict[str, JSON] = dict(facts or {})
        self.replayed = False
        super().__init__(self.message)


class ShowNotFound(SeatError):
    code = "show_not_found"
    default_message = gettext_noop("There is no such show.")


class SeatNotFound(SeatError):
    """``unknown`` lists the ids and labels that name no seat of the show."""

    code = "seat_not_found"
    default_message = gettext_noop("Some of these seats do not exist in this hall.")

    def __init__(self, unknown: Iterable[int | str]) -> None:
        super().__init__(facts={"unknown": list(unknown)})


class BookingNotFound(SeatError):
    code = "booking_not_found"
    default_message = gettext_noop("There is no such booking.")


class SeatsUnavailable(SeatError):
    """``conflicts``: every seat that stood in the way; ``alternatives``: groups of labels.

    ``wanted`` are the ids of all seats asked for, from which alternatives are found.
    """

    code = "seats_unavailable"
    default_message = gettext_noop("Some of these seats were taken a moment ago.")

    def __init__(self, conflicts: list[dict[str, JSON]], wanted: Iterable[int] = ()) -> None:
        taken = [str(seat["label"]) for seat in conflicts]
        super().__init__(_were_taken(taken), {"conflicts": conflicts, "alternatives": []})
        self.wanted = tuple(wanted)

    def offer(self, alternatives: list[list[str]]) -> None:
        self.facts["alternatives"] = alternatives


def _were_taken(labels: list[str]) -> str:
    if not labels:
        return SeatsUnavailable.default_message
    if len(labels) == 1:
        return f"{labels[0]} was taken a moment ago."
    return f"{', '.join(labels[:-1])} and {labels[-1]} were taken a moment ago."


class NotHeld(SeatError):
    """``not_held`` lists the labels the customer does not hold."""

    code = "not_held"
    default_message = gettext_noop("You are not holding these seats.")

    def __init__(self, labels: Iterable[str] = ()) -> None:
        super().__init__(facts={"not_held": list(labels)})


class SalesClosed(SeatError):
    code = "sales_closed"
    default_message = gettext_noop("Sales for this show have closed.")


class SeatLimit(SeatError):
    code = "seat_limit"
    default_message = gettext_noop("That is more seats than one customer may hold.")

    of_a_show: ClassVar[str] = "You can hold up to %(limit)d seats of a show at a time."
    in_all: ClassVar[str] = "You can hold up to %(limit)d seats at a time, all shows together."

    def __init__(self, limit: int, *, in_all_shows: bool = False) -> None:
        facts = {"limit": limit}
        super().__init__((self.in_all if in_all_shows else self.of_a_show) % facts, facts)


class ExtensionLimit(SeatError):
    code = "extension_limit"
    default_message = gettext_noop("These seats have been held as long as they can be.")


class HoldExpired(SeatError):
    code = "hold_expired"
    default_message = gettext_noop(
        "The time to confirm these seats has run out, and they are free again."
    )


class NotCancellable(SeatError):
    code = "not_cancellable"
    default_message = gettext_noop("This booking can no longer be cancelled.")


class PaymentRequired(SeatError):
    code = "payment_required"
    default_message = gettext_noop("Please upload a proof of your payment first.")


class NotInReview(SeatError):
    """``status`` is how the booking ``reference`` stands instead."""

    code = "not_in_review"
    default_message = gettext_noop("This booking is not in review.")

    def __init__(self, reference: str, status: str) -> None:
        said = f"Booking {reference} is not in review any more: it is {status}."
        super().__init__(said, {"reference": reference, "status": status})


class PaymentProofNotFound(SeatError):
    code = "payment_proof_not_found"
    default_message = gettext_noop("There is no such proof of payment.")


class IdempotencyKeyReused(SeatError):
    code = "idempotency_key_reused"
    default_message = gettext_noop("This Idempotency-Key was used before, for a different request.")


class IdempotencyInProgress(SeatError):
    code = "idempotency_in_progress"
    default_message = gettext_noop("The same request is being carried out at this moment.")


class Busy(SeatError):
    """The database could not be had in time; the caller may try again in ``retry_after`` s."""

    code = "busy"
    default_message = gettext_noop("Too many people are booking at this moment. Please try again.")

    def __init__(self, retry_after: int = 1) -> None:
        super().__init__()
        self.retry_after = retry_after


class TooOften(SeatError):
    """Tried too often; the caller may try again in ``retry_after`` s. Never stored."""

    code = "throttled"
    default_message = gettext_noop("That was too often. Please wait a while.")

    often: ClassVar[str] = gettext_noop("That was too often.")

    def __init__(self, retry_after: int, why: str = often) -> None:
        super().__init__(f"{why} Please wait {retry_after} s.")
        self.retry_after = retry_after
        self.why = why


class UsernameTaken(SeatError):
    code = "username_taken"
    default_message = gettext_noop("This name is taken. Please choose another.")


class InvalidCredentials(SeatError):
    code = "invalid_credentials"
    default_message = gettext_noop("The name or the password is not right.")


class Invalid(SeatError):
    """``errors``: field name → list of texts."""

    code = "invalid"
    default_message = gettext_noop("Please look at these fields again.")

    def __init__(self, errors: Mapping[str, list[str]], message: str | None = None) -> None:
        super().__init__(message, {"errors": dict(errors)})


class InvalidRegistration(Invalid):
    pass


class UnreadablePicture(Invalid):
    default_message = gettext_noop("This is not a PNG, JPEG or WebP picture, or it is damaged.")

    def __init__(self, message: str | None = None) -> None:
        said = message or self.default_message
        super().__init__({"file": [said]}, said)


def by_code(code: str) -> type[SeatError]:
    """The kind of refusal a stored code stands for; raises KeyError for none."""
    return {kind.code: kind for kind in SeatError.__subclasses__()}[code]


def recall(code: str, message: str, facts: Mapping[str, JSON]) -> SeatError:
    """A refusal as it was given before, for a repeated request."""
    kind = by_code(code)
    error = kind.__new__(kind)
    SeatError.__init__(error, message, facts)
    error.replayed = True
    return error
