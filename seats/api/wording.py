"""The sentences of successful answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext, ngettext

from seats.domain import BookingStatus
from seats.wording import listed


def _seats_of(thing: Mapping[str, Any]) -> str:
    return listed([seat["label"] for seat in thing["seats"]])


def _time_left(seconds: int) -> str:
    minutes, rest = divmod(max(0, seconds), 60)
    if not minutes:
        return gettext("%(seconds)d s") % {"seconds": rest}
    if not rest:
        return gettext("%(minutes)d min") % {"minutes": minutes}
    return gettext("%(minutes)d min %(seconds)d s") % {"minutes": minutes, "seconds": rest}


def held(hold: Mapping[str, Any]) -> str:
    return gettext("%(seats)s: held for you for %(time)s.") % {
        "seats": _seats_of(hold),
        "time": _time_left(hold["expires_in"]),
    }


def extended(hold: Mapping[str, Any]) -> str:
    return gettext("You have %(time)s to confirm %(seats)s.") % {
        "seats": _seats_of(hold),
        "time": _time_left(hold["expires_in"]),
    }


def booked(booking: Mapping[str, Any]) -> str:
    values = {"seats": _seats_of(booking), "reference": booking["reference"]}
    if booking["status"] == BookingStatus.IN_REVIEW:
        return (
            gettext(
                "%(seats)s: yours once your payment has been checked."
                " Your reference is %(reference)s."
            )
            % values
        )
    return gettext("%(seats)s: booked. Your reference is %(reference)s.") % values


def cancelled(booking: Mapping[str, Any]) -> str:
    return gettext("Booking %(reference)s is cancelled; its seats are back on sale.") % {
        "reference": booking["reference"]
    }


def released(labels: Sequence[str]) -> str:
    if not labels:
        return gettext("There was nothing to release.")
    return gettext("%(seats)s: free again.") % {"seats": listed(labels)}


def registered(user: Mapping[str, Any]) -> str:
    return gettext("Welcome, %(name)s. You can log in now.") % {"name": user["username"]}


def welcome_back(user: Mapping[str, Any]) -> str:
    return gettext("Welcome back, %(name)s.") % {"name": user["username"]}


def logged_out() -> str:
    return gettext("You are logged out.")


def locked(label: str, hold: Mapping[str, Any]) -> str:
    return gettext("%(seat)s: locked for you for %(time)s.") % {
        "seat": label,
        "time": _time_left(hold["expires_in"]),
    }


def unlocked(count: int) -> str:
    if not count:
        return gettext("There was nothing to release.")
    return ngettext("The seat is free again.", "%(count)d seats are free again.", count) % {
        "count": count
    }
