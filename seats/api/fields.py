"""Fields that take exactly what they ask for: no text, no ``1.0`` and no ``true`` for a number."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Any, Final, TypeVar

from django.conf import settings
from django.http import QueryDict
from django.utils.translation import gettext
from drf_spectacular.drainage import set_override
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import ValidationError

from seats.api.problems import Problem
from seats.api.schema import shapes
from seats.customers import guests
from seats.domain import MAX_ID, MAX_SEAT_NUMBER, Customer, label, parse_label

T = TypeVar("T")

# Of a long list that is wrong all over, nobody reads more.
REPORTED: Final = 5

_DIGITS = re.compile(r"0|[1-9][0-9]{0,18}", re.ASCII)
_ROW = re.compile(r"[A-Za-z]{1,4}", re.ASCII)
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)


def longest_list() -> int:
    """How many seats a request may name: more than may be held, to explain that limit kindly."""
    return max(500, int(settings.MAX_SEATS_PER_HOLD))


# In a body


@extend_schema_field(shapes.ID)
class Id(serializers.Field):  # type: ignore[type-arg]
    """The id of something: a JSON integer."""

    def to_internal_value(self, data: Any) -> int:
        try:
            return read_id(data)
        except ValueError as error:
            raise ValidationError(str(error)) from None


@extend_schema_field(shapes.ANY_ID)
class AnyId(serializers.Field):  # type: ignore[type-arg]
    """The id of something, for clients that keep ids as text: a JSON integer, or its digits."""

    def to_internal_value(self, data: Any) -> int:
        known = id_in_path(data) if isinstance(data, str) else None
        try:
            return read_id(data) if known is None else known
        except ValueError as error:
            raise ValidationError(str(error)) from None


@extend_schema_field(shapes.SEAT_NAME)
class SeatName(serializers.Field):  # type: ignore[type-arg]
    """One seat by label, or by row and number; the canonical label comes out."""

    def to_internal_value(self, data: Any) -> str:
        try:
            return read_seat(data)
        except ValueError as error:
            raise ValidationError(str(error)) from None


@extend_schema_field(shapes.SESSION_ID)
class SessionId(serializers.Field):  # type: ignore[type-arg]
    """What names a guest; the guest comes out."""

    def to_internal_value(self, data: Any) -> Customer:
        if not isinstance(data, str):
            raise ValidationError(gettext("Give a text."))
        try:
            return guests.customer_of(data)
        except ValueError as error:
            raise ValidationError(str(error)) from None


class Text(serializers.Field):  # type: ignore[type-arg]
    """A JSON string of bounded length, kept exactly as it came."""

    def __init__(self, *, min_length: int = 0, max_length: int, **rest: Any) -> None:
        super().__init__(**rest)
        self.min_length = min_length
        self.max_length = max_length
        shape = {**shapes.TEXT, "minLength": min_length, "maxLength": max_length}
        set_override(self, "field", {**shape, "pattern": r"^[^\u0000]*$"})

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            raise ValidationError(gettext("Give a text."))
        if len(data) < self.min_length:
            raise ValidationError(gettext("This must not be empty."))
        if len(data) > self.max_length:
            raise ValidationError(
                gettext("This may have up to %(count)d characters.") % {"count": self.max_length}
            )
        return data


@extend_schema_field({**shapes.many(shapes.ID), "minItems": 1})
class SeatIds(serializers.Field):  # type: ignore[type-arg]
    """A list of seat ids."""

    def to_internal_value(self, data: Any) -> list[int]:
        return read_list(data, read_id)


@extend_schema_field({**shapes.many(shapes.SEAT_NAME), "minItems": 1})
class SeatLabels(serializers.Field):  # type: ignore[type-arg]
    """A list of seats by label, or by row and number; the canonical labels come out."""

    def to_internal_value(self, data: Any) -> list[str]:
        return read_list(data, read_seat)


def read_list(data: Any, read_one: Callable[[Any], T]) -> list[T]:
    """Every element of a list, or what is wrong with the first few."""
    if not isinstance(data, list):
        raise ValidationError(gettext("Give a list."))
    if not data:
        raise ValidationError(gettext("Name at least one seat."))
    if len(data) > longest_list():
        raise ValidationError(
            gettext("Name up to %(count)d seats in one request.") % {"count": longest_list()}
        )
    values: list[T] = []
    errors: list[str] = []
    for position, element in enumerate(data):
        try:
            values.append(read_one(element))
        except ValueError as error:
            errors.append(
                gettext("Element %(position)d: %(problem)s")
                % {"position": position, "problem": error}
            )
            if len(errors) == REPORTED:
                break
    if errors:
        raise ValidationError(errors)
    return values


def read_id(data: Any) -> int:
    # `type` and not `isinstance`: a bool is an int.
    if type(data) is not int or not 1 <= data <= MAX_ID:
        raise ValueError(_whole_number(1, MAX_ID))
    return data


def _whole_number(low: int, high: int) -> str:
    return gettext("Give a whole number from %(low)d to %(high)d.") % {"low": low, "high": high}


def read_seat(data: Any) -> str:
    match data:
        case str():
            try:
                return parse_label(data)
            except ValueError:
                pass
        case {"row": str(row), "number": number} if _ROW.fullmatch(row):
            if type(number) is int and 1 <= number <= MAX_SEAT_NUMBER:
                return label(row.upper(), number)
    raise ValueError(gettext('Name a seat as "A1" or {"row": "A", "number": 1}.'))


# In a query


def show_id_of(query: QueryDict) -> int | None:
    """``?show_id=``, or None where it is left out: then the next show is meant."""
    return integer_of(query, "show_id", low=1, high=MAX_ID)


def integer_of(query: QueryDict, name: str, *, low: int, high: int) -> int | None:
    text = _single(query, name)
    if text is None:
        return None
    if not _DIGITS.fullmatch(text) or not low <= int(text) <= high:
        raise Problem.invalid(name, _whole_number(low, high))
    return int(text)


def label_of(query: QueryDict, name: str) -> str | None:
    text = _single(query, name)
    try:
        return None if text is None else parse_label(text)
    except ValueError:
        raise Problem.invalid(name, gettext('Name a seat as "A1".')) from None


def guest_of(query: QueryDict, name: str) -> Customer | None:
    """The guest that a session id in a query stands for."""
    text = _single(query, name)
    try:
        return None if text is None else guests.customer_of(text)
    except ValueError as error:
        raise Problem.invalid(name, str(error)) from None


def date_of(query: QueryDict, name: str) -> date | None:
    text = _single(query, name)
    if text is None:
        return None
    try:
        if _DATE.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise Problem.invalid(name, gettext("Give a day as YYYY-MM-DD."))


def _single(query: QueryDict, name: str) -> str | None:
    values = query.getlist(name)
    if len(values) > 1:
        raise Problem.invalid(name, gettext("Give this once."))
    return values[0] if values else None


# In a path


def id_in_path(text: str) -> int | None:
    """The id an address names, or None where it cannot name anything."""
    if _DIGITS.fullmatch(text) and 1 <= int(text) <= MAX_ID:
        return int(text)
    return None
