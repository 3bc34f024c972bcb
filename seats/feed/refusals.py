"""Tells whoever wants to know that a customer was refused seats: those who push say it at once.

A courtesy. The refused request has its answer, and nothing depends on this.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass

from seats.feed import messenger

# So that a process does not hear of its own refusals twice.
_ME = secrets.token_hex(8)


@dataclass(frozen=True, slots=True)
class Refusal:
    """``customer`` is the key of whoever was refused, ``seats`` the labels that were in the way."""

    customer: str
    show_id: int
    seats: tuple[str, ...]
    message: str


_listeners: list[Callable[[Refusal], None]] = []


def listen(listener: Callable[[Refusal], None]) -> None:
    """Calls ``listener``, in whichever thread it happens, with each refusal of this process."""
    _listeners.append(listener)


def tell(customer: str, show_id: int, seats: Sequence[str], message: str) -> None:
    refusal = Refusal(customer, show_id, tuple(seats), message)
    for listener in _listeners:
        listener(refusal)
    messenger.tell(
        messenger.REFUSALS, (customer, show_id), json.dumps({"from": _ME, **asdict(refusal)})
    )


def heard(text: str) -> Refusal | None:
    """A refusal that another process has told of; None for our own, and for what is none."""
    with suppress(ValueError, KeyError, TypeError):
        said = json.loads(text)
        if said["from"] != _ME:
            seats = tuple(str(label) for label in said["seats"])
            return Refusal(str(said["customer"]), int(said["show_id"]), seats, str(said["message"]))
    return None
