"""The sample world: four invented films, and halls that show what a plan can say."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from seats.layout import rectangle, row_name

ROWS = 4
SEATS_PER_ROW = 10


@dataclass(frozen=True, slots=True)
class SampleFilm:
    """A film as the programme announces it; ``price`` is what a plain seat costs."""

    title: str
    synopsis: str
    duration_minutes: int
    rating: str
    poster: str
    price: Decimal


@dataclass(frozen=True, slots=True)
class SampleHall:
    """A hall; its programme begins with the film at ``first_film``, so that halls differ."""

    name: str
    plan: str
    first_film: int = 0


FILMS = (
    SampleFilm(
        "The Orchard Machine",
        "A retired engineer builds a machine to pick the apples nobody else picks. It gives back"
        " what one puts into it, and one autumn somebody puts in a wish.",
        112,
        "6+",
        "posters/orchard-machine.svg",
        Decimal("10.50"),
    ),
    SampleFilm(
        "Nine Minutes to Vostok",
        "The night train to the ice station runs on time, and nine minutes from the terminus its"
        " brakes are gone. Six strangers in the last carriage have all that time to trust each"
        " other.",
        128,
        "12+",
        "posters/nine-minutes-to-vostok.svg",
        Decimal("12.00"),
    ),
    SampleFilm(
        "Paper Moons over Lisbon",
        "A paper cutter and her cat hang a new moon over the city every night. When the real one"
        " fails to rise, the last tram of Lisbon sets out to ask them for help.",
        97,
        "0+",
        "posters/paper-moons-over-lisbon.svg",
        Decimal("9.00"),
    ),
    SampleFilm(
        "The Lighthouse Keeper's Radio",
        "The lighthouse was switched off years ago, but its keeper still answers the radio. One"
        " winter evening a ship calls that is in nobody's register.",
        141,
        "12+",
        "posters/lighthouse-keepers-radio.svg",
        Decimal("14.00"),
    ),
)


def studio(rows: int = ROWS, seats_per_row: int = SEATS_PER_ROW) -> SampleHall:
    """A plain hall; one that is not of the usual size says so in its name."""
    usual = (rows, seats_per_row) == (ROWS, SEATS_PER_ROW)
    name = "Studio" if usual else f"Studio {rows} × {seats_per_row}"
    return SampleHall(name, rectangle(rows, seats_per_row))


def saal_1() -> SampleHall:
    """182 seats, two aisles, three price groups, a bay for wheelchairs on either side."""
    bay = "wheelchair 1-2, 13-14; companion 3, 12"
    lines = ["tier F Front -1.50", "tier S Standard", "tier L Lounge +4.00", "curve 0.25"]
    for index in range(13):
        tier = "F" if index < 2 else "L" if index > 9 else "S"
        if index == 6:
            # Wheelchairs reach their places along the aisle in front of this row.
            lines.append("aisle")
        row = f"{row_name(index)}: {_blocks(tier, 3, 8, 3)}"
        lines.append(f"{row} | {bay}" if index == 6 else row)
    return SampleHall("Saal 1", "\n".join(lines), first_film=1)


def theatre() -> SampleHall:
    """618 seats: curved stalls that widen to the back, and a circle above them."""
    lines = ["tier S Stalls", "tier P Parquet +6.00", "tier C Circle +3.00", "curve 0.7"]
    lines.append("section Stalls")
    for index in range(16):
        side = 6 + index // 4
        tier = "P" if 3 <= index < 10 else "S"
        if index == 10:
            lines.append("aisle")
        row = f"{row_name(index)}: {_blocks(tier, side, 13, side)}"
        if index == 10:
            row += " | wheelchair 1-2, 28-29; companion 3, 27"
        lines.append(row)
    lines += ["aisle", "aisle", "section Circle"]
    lines += [f"{row_name(index)}: {_blocks('C', 10, 14, 10)}" for index in range(16, 21)]
    return SampleHall("Theatre", "\n".join(lines), first_film=2)


def arena() -> SampleHall:
    """50,000 seats in blocks of 25 by 25."""
    lines = [
        "tier F Floor +30.00",
        "tier L Lower ring +15.00",
        "tier U Upper ring",
        "curve 0.6",
    ]
    rings = (("F", "Floor", 2), ("L", "Lower ring", 3), ("U", "Upper ring", 3))
    names: Iterator[str] = (row_name(index) for index in range(200))
    for tier, section, blocks_deep in rings:
        lines.append(f"section {section}")
        for _ in range(blocks_deep):
            lines += [f"{next(names)}: {_blocks(tier, *[25] * 10)}" for _ in range(25)]
            lines.append("aisle")
    return SampleHall("Arena", "\n".join(lines), first_film=3)


def _blocks(tier: str, *widths: int) -> str:
    return "_".join(tier * width for width in widths)
