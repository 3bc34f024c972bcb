"""The sentences of successful answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from seats.domain import BookingStatus


def listed(labels: Sequence[str]) -> str:
    """A1 · A1 and A2 · A1, A2 and A3"""
    if len(labels) < 2:
        return "".join(labels)
    return f"{', '.join(labels[:-1])} and {labels[-1]}"


def _seats_of(thing: Mapping[str, Any]) -> str:
    return listed([seat["label"] for seat in thing["seats"]])


def _time_left(seconds: int) -> str:
    minutes, rest = divmod(max(0, seconds), 60)
    if not minutes:
        return f"{rest} s"
    return f"{minutes} min {rest} s" if rest else f"{minutes} min"


def held(hold: Mapping[str, Any]) -> str:
    return f"{_seats_of(hold)}: held for you for {_time_left(hold['expires_in'])}."


def extended(hold: Mapping[str, Any]) -> str:
    return f"You have {_time_left(hold['expires_in'])} to confirm {_seats_of(hold)}."


def booked(booking: Mapping[str, Any]) -> str:
    if booking["status"] == BookingStatus.IN_REVIEW:
        return (
            f"{_seats_of(booking)}: yours once your payment has been checked."
            f" Your reference is {booking['reference']}."
        )
    return f"{_seats_of(booking)}: booked. Your reference is {booking['reference']}."


def cancelled(booking: Mapping[str, Any]) -> str:
    return f"Booking {booking['reference']} is cancelled; its seats are back on sale."


def released(labels: Sequence[str]) -> str:
    return f"{listed(labels)}: free again." if labels else "There was nothing to release."


def locked(label: str, hold: Mapping[str, Any]) -> str:
    return f"{label}: locked for you for {_time_left(hold['expires_in'])}."


def unlocked(count: int) -> str:
    if count > 1:
        return f"{count} seats are free again."
    return "The seat is free again." if count else "There was nothing to release."
