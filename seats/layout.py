"""A seating plan as the box office types it, and the drawing of the hall it stands for.

A plan is text, a line at a time, from the screen to the back::

    tier S Standard
    tier P Premium +3.00
    curve 0.4
    section Stalls
    A: SSSS_SSSSSS_SSSS
    B: SSSS_SSSSSS_SSSS | wheelchair 1-2; companion 3
    aisle
    C: PPPP_PPPPPP_PPPP

``tier`` names a letter and what it adds to the show's price; ``curve`` (0 to 1) bends the rows
around the screen; ``aisle`` leaves a row free; ``section`` names what follows. In a row every tier
letter is a seat, numbered from 1 from the left, and ``_`` is a gap. A row is centred as it was
typed, gaps at its ends included, so they move a row to a side. After ``|`` seats are marked with a
feature. Lines starting with ``#`` are notes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from seats.domain import MAX_SEAT_NUMBER, label

FEATURES = ("wheelchair", "companion")
MAX_SEATS = 100_000
MAX_SURCHARGE = Decimal("99999.99")
MAX_NAME = 40

_GAPS = "_ "

_ROW_NAME = re.compile(r"[A-Za-z]{1,4}", re.ASCII)
_AMOUNT = re.compile(r"[+-]?[0-9]{1,9}(?:\.[0-9]{1,2})?", re.ASCII)
_LIKE_AN_AMOUNT = re.compile(r"[+-].*|[0-9]*[.,]?[0-9]+[€$£]?")
_FEATURE = re.compile(r"([a-z]+)\s+([0-9][0-9,\s-]*)", re.ASCII)
_SPAN = re.compile(r"([0-9]{1,4})(?:-([0-9]{1,4}))?", re.ASCII)


class PlanError(ValueError):
    """A plan that cannot be read; the text says which line and what to do about it."""


@dataclass(frozen=True, slots=True)
class Tier:
    """A price group: ``id`` is its letter, ``surcharge`` what it adds to the show's price."""

    id: str
    name: str
    surcharge: Decimal


@dataclass(frozen=True, slots=True)
class PlannedSeat:
    """One seat of a plan; ``x`` and ``y`` are in seat widths, from the left and from the screen."""

    row: str
    number: int
    tier: str
    x: float
    y: float
    section: str
    features: tuple[str, ...]

    @property
    def label(self) -> str:
        return label(self.row, self.number)


@dataclass(frozen=True, slots=True)
class Plan:
    """A hall: its price groups and its seats, front row first."""

    tiers: tuple[Tier, ...]
    seats: tuple[PlannedSeat, ...]


@dataclass(slots=True)
class _Drawing:
    """What has been read so far."""

    tiers: dict[str, Tier] = field(default_factory=dict)
    rows: dict[str, list[PlannedSeat]] = field(default_factory=dict)
    widths: dict[str, int] = field(default_factory=dict)
    curve: float = 0.0
    section: str = ""
    depth: int = 0
    count: int = 0


def read_plan(text: str) -> Plan:
    """The hall a plan describes; raises PlanError, naming the line, for what cannot be read."""
    drawing = _Drawing()
    for number, raw in enumerate(text.splitlines(), start=1):
        line = raw.strip()
        if not line or line.startswith("#"):
            continue
        try:
            _read_line(drawing, line)
        except PlanError as error:
            raise PlanError(f"Line {number}: {error}") from None
    if not drawing.count:
        raise PlanError("A plan needs at least one row, such as “A: SSSS”.")
    used = {seat.tier for row in drawing.rows.values() for seat in row}
    tiers = tuple(tier for tier in drawing.tiers.values() if tier.id in used)
    return Plan(tiers, tuple(_bent(drawing)))


def rectangle(rows: int, seats_per_row: int, tier: str = "Standard") -> str:
    """The plan of a plain hall of ``rows`` rows with ``seats_per_row`` seats each."""
    lines = [f"tier S {tier}"]
    lines += [f"{row_name(index)}: {'S' * seats_per_row}" for index in range(rows)]
    return "\n".join(lines)


def row_name(index: int) -> str:
    """The letters of a row counted from 0: A … Z, AA, AB …"""
    name = ""
    index += 1
    while index:
        index, letter = divmod(index - 1, 26)
        name = chr(ord("A") + letter) + name
    return name


def _read_line(drawing: _Drawing, line: str) -> None:
    words = line.split()
    word = words[0].lower()
    if word == "tier":
        _read_tier(drawing, words[1:])
    elif word == "curve":
        drawing.curve = _curve(" ".join(words[1:]))
    elif word == "section":
        drawing.section = " ".join(words[1:])[:MAX_NAME]
    elif line.lower() == "aisle":
        drawing.depth += 1
    else:
        _read_row(drawing, line)


def _read_tier(drawing: _Drawing, words: list[str]) -> None:
    if len(words) < 2 or not re.fullmatch("[A-Z]", words[0]):
        raise PlanError("a tier is one capital letter and a name, like “tier P Premium +3.00”.")
    letter, *name = words
    if letter in drawing.tiers:
        raise PlanError(f"tier {letter} is there twice.")
    surcharge = Decimal(0)
    if _AMOUNT.fullmatch(name[-1]):
        surcharge = Decimal(name.pop())
    elif _LIKE_AN_AMOUNT.fullmatch(name[-1]):
        # Taken for a part of the name it would quietly sell the seats at the wrong price.
        raise PlanError(f"the amount of a tier is written like “+3.00”, not “{name[-1][:20]}”.")
    if name and name[-1] in ("+", "-"):
        raise PlanError("the sign of an amount stands right before it, like “+3.00”.")
    if not name:
        raise PlanError(f"tier {letter} needs a name, like “tier {letter} Premium +3.00”.")
    if abs(surcharge) > MAX_SURCHARGE:
        raise PlanError("the amount of this tier is out of range.")
    drawing.tiers[letter] = Tier(
        letter, " ".join(name)[:MAX_NAME], surcharge.quantize(Decimal("0.01"))
    )


def _curve(text: str) -> float:
    try:
        curve = float(text)
    except ValueError:
        curve = -1.0
    if not 0.0 <= curve <= 1.0:
        raise PlanError("the curve is a number from 0 to 1.")
    return curve


def _read_row(drawing: _Drawing, line: str) -> None:
    name, colon, rest = line.partition(":")
    name = name.strip()
    if not colon or _ROW_NAME.fullmatch(name) is None:
        raise PlanError("a row is written like “A: SSSS_SSSS”.")
    row = name.upper()
    if row in drawing.rows:
        raise PlanError(f"row {row} is there twice.")
    places, _, marks = rest.partition("|")
    places = places.strip()
    count = sum(place not in _GAPS for place in places)
    if not count:
        raise PlanError(f"row {row} has no seats; write “aisle” to leave a row free.")
    if count > MAX_SEAT_NUMBER:
        raise PlanError(f"a row has at most {MAX_SEAT_NUMBER} seats.")
    drawing.count += count
    if drawing.count > MAX_SEATS:
        raise PlanError(f"a hall has at most {MAX_SEATS} seats.")
    features = _features(row, count, marks)
    seats: list[PlannedSeat] = []
    for position, place in enumerate(places):
        if place in _GAPS:
            continue
        if place not in drawing.tiers:
            raise PlanError(_no_tier(drawing, place))
        seats.append(
            PlannedSeat(
                row,
                len(seats) + 1,
                place,
                float(position),
                float(drawing.depth),
                drawing.section,
                features.get(len(seats) + 1, ()),
            )
        )
    drawing.rows[row] = seats
    drawing.widths[row] = len(places)
    drawing.depth += 1


def _no_tier(drawing: _Drawing, place: str) -> str:
    if place.upper() in drawing.tiers:
        return f"“{place}” is no tier; write it as a capital letter, “{place.upper()}”."
    if re.fullmatch("[A-Z]", place):
        return f"“{place}” is no tier; name it above, like “tier {place} Standard”."
    return f"“{place}” is no seat: a row is made of the letters of tiers, and of “_” for gaps."


def _features(row: str, count: int, marks: str) -> dict[int, tuple[str, ...]]:
    found: dict[int, tuple[str, ...]] = {}
    for mark in filter(None, (part.strip() for part in marks.split(";"))):
        match = _FEATURE.fullmatch(mark)
        if match is None or match[1] not in FEATURES:
            raise PlanError("seats are marked like “| wheelchair 1-2; companion 3”.")
        for number in _numbers(row, count, match[2]):
            if number in found:
                raise PlanError(f"seat {number} of row {row} is marked twice.")
            found[number] = (match[1],)
    return found


def _numbers(row: str, count: int, text: str) -> Iterator[int]:
    for part in text.split(","):
        match = _SPAN.fullmatch(part.strip())
        if match is None:
            raise PlanError("seat numbers are written like “1-2, 5”.")
        first, last = int(match[1]), int(match[2] or match[1])
        if first > last:
            raise PlanError(f"seats are counted upwards: “{last}-{first}”, not “{first}-{last}”.")
        for number in (first, last):
            if not 1 <= number <= count:
                raise PlanError(f"row {row} has no seat {number} to mark.")
        yield from range(first, last + 1)


def _bent(drawing: _Drawing) -> Iterator[PlannedSeat]:
    """The seats with rows centred on the screen and bent around it."""
    widest = max(drawing.widths.values())
    middle = (widest - 1) / 2
    for name, row in drawing.rows.items():
        shift = (widest - drawing.widths[name]) / 2
        for seat in row:
            x = seat.x + shift
            # A parabola: the ends of a row come nearer to the screen, as they do around a stage.
            lift = drawing.curve * 3 * (((x - middle) / (middle or 1)) ** 2)
            yield PlannedSeat(
                seat.row,
                seat.number,
                seat.tier,
                round(x, 3),
                round(seat.y + drawing.curve * 3 - lift, 3),
                seat.section,
                seat.features,
            )
