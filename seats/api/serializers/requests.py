"""The bodies of requests. Members we do not know are ignored, everywhere."""

from __future__ import annotations

from typing import Any, Final

from django.utils.translation import gettext
from rest_framework import serializers
from rest_framework.exceptions import ValidationError

from seats.api.fields import AnyId, Id, SeatIds, SeatLabels, SeatName, SessionId, Text
from seats.domain import SeatNames

# Enough for any pass phrase, and little enough to hash.
MAX_PASSWORD: Final = 1000


class Registration(serializers.Serializer[Any]):
    username = Text(min_length=1, max_length=150)
    password = Text(min_length=1, max_length=MAX_PASSWORD)
    email = Text(max_length=254, required=False, default="")


class Credentials(serializers.Serializer[Any]):
    username = Text(min_length=1, max_length=150)
    password = Text(min_length=1, max_length=MAX_PASSWORD)


class OfShow(serializers.Serializer[Any]):
    show_id = Id()


class SomeSeats(OfShow):
    """Seats of a show, or none named: then all the customer holds are meant."""

    seats = SeatLabels(required=False)
    seat_ids = SeatIds(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if "seats" in attrs and "seat_ids" in attrs:
            text = gettext("Name the seats in seats or in seat_ids, not both.")
            raise ValidationError({"seats": [text]})
        return {"show_id": attrs["show_id"], "names": _names(attrs)}


class Purchase(SomeSeats):
    """Held seats to book, and what they are paid with."""

    payment_proof = Text(min_length=1, max_length=100, required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        return {**super().validate(attrs), "payment_proof": attrs.get("payment_proof")}


class Upload(serializers.Serializer[Any]):
    """One picture."""

    file = serializers.FileField()


class NamedSeats(SomeSeats):
    """Seats of a show."""

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        valid = super().validate(attrs)
        if valid["names"] is None:
            raise ValidationError({"seats": [gettext("Name at least one seat.")]})
        return valid


class Selection(serializers.Serializer[Any]):
    """In the words of those clients, as is all of the next."""

    showId = AnyId()  # noqa: N815
    seats = SeatLabels()


class SeatLock(serializers.Serializer[Any]):
    """``sessionId`` may be left out by who is logged in."""

    showtimeId = AnyId()  # noqa: N815
    seatId = SeatName()  # noqa: N815
    sessionId = SessionId(required=False)  # noqa: N815


def _names(attrs: dict[str, Any]) -> SeatNames | None:
    if "seats" in attrs:
        return SeatNames.of(*attrs["seats"])
    if "seat_ids" in attrs:
        return SeatNames.of(*attrs["seat_ids"])
    return None
