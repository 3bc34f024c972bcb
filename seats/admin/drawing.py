"""A hall drawn from its plan: a small picture for the box office, without a script or a style."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from seats.layout import Plan, PlannedSeat

# Okabe and Ito's hues, which people tell apart who see colours differently.
_HUES = ("#56b4e9", "#e69f00", "#009e73", "#cc79a7", "#0072b2", "#d55e00", "#f0e442")
_SEATS_DRAWN_ONE_BY_ONE = 2000
_ROWS_NAMED = 60
_SEATS_IN_A_STROKE = 8
_MARGIN = 3.0


def drawing_of(plan: Plan) -> SafeString:
    """The hall as SVG, with a legend that says the same in words."""
    hues = {tier.id: _HUES[index % len(_HUES)] for index, tier in enumerate(plan.tiers)}
    width = max(seat.x for seat in plan.seats) + 1
    depth = max(seat.y for seat in plan.seats) + 1
    strokes = format_html_join(
        "",
        '<path d="{}" stroke="{}" stroke-width="0.8" fill="none"><title>{}</title></path>',
        ((_path(plan, tier.id), hues[tier.id], tier.name) for tier in plan.tiers),
    )
    marks = format_html_join(
        "",
        '<text x="{}" y="{}" font-size="0.7" text-anchor="middle" fill="#000">{}</text>',
        (
            (f"{seat.x + 0.4:g}", f"{seat.y + 0.65:g}", "♿" if "wheelchair" in mark else "C")
            for seat in plan.seats
            for mark in seat.features
        ),
    )
    return format_html(
        '<svg viewBox="{} -3 {} {}" width="640" role="img" aria-label="{}" class="hall">'
        '<path d="M0 -1H{}" stroke="currentColor" stroke-width="0.3"/>'
        '<text x="{}" y="-1.5" font-size="1" text-anchor="middle" fill="currentColor">Screen</text>'
        "{}{}{}</svg>{}",
        f"{-_MARGIN:g}",
        f"{width + 2 * _MARGIN:g}",
        f"{depth + 4:g}",
        f"Seating plan, {len(plan.seats):,} seats",
        f"{width:g}",
        f"{width / 2:g}",
        strokes,
        marks,
        _row_names(plan.seats),
        _legend(plan, hues),
    )


def _path(plan: Plan, tier: str) -> str:
    """All seats of a tier as one path; in large halls several neighbours make one stroke."""
    one_by_one = len(plan.seats) <= _SEATS_DRAWN_ONE_BY_ONE
    strokes = []
    for run in _neighbours(seat for seat in plan.seats if seat.tier == tier):
        step = 1 if one_by_one else _SEATS_IN_A_STROKE
        for start in range(0, len(run), step):
            first, last = run[start], run[min(start + step, len(run)) - 1]
            strokes.append(f"M{first.x:g} {first.y + 0.4:g}L{last.x + 0.8:g} {last.y + 0.4:g}")
    return "".join(strokes)


def _neighbours(seats: Iterable[PlannedSeat]) -> Iterator[list[PlannedSeat]]:
    run: list[PlannedSeat] = []
    for seat in seats:
        if run and (seat.row != run[-1].row or seat.x - run[-1].x > 1):
            yield run
            run = []
        run.append(seat)
    if run:
        yield run


def _row_names(seats: Sequence[PlannedSeat]) -> SafeString:
    rows = [(name, list(row)) for name, row in groupby(seats, key=lambda seat: seat.row)]
    if len(rows) > _ROWS_NAMED:
        return SafeString()
    return format_html_join(
        "",
        '<text x="{}" y="{}" font-size="0.7" text-anchor="middle" fill="currentColor">{}</text>',
        (
            (f"{x:g}", f"{y + 0.65:g}", name)
            for name, row in rows
            for x, y in ((row[0].x - 1, row[0].y), (row[-1].x + 1.8, row[-1].y))
        ),
    )


def _legend(plan: Plan, hues: dict[str, str]) -> SafeString:
    tiers = format_html_join(
        "",
        '<li><svg width="14" height="14" aria-hidden="true"><path d="M0 0h14v14H0z" fill="{}"/>'
        "</svg> {} ({}): {}</li>",
        (
            (
                hues[tier.id],
                tier.name,
                f"{tier.surcharge:+.2f}" if tier.surcharge else "the price of the show",
                f"{sum(seat.tier == tier.id for seat in plan.seats):,}",
            )
            for tier in plan.tiers
        ),
    )
    kinds = (("♿ wheelchairs", "wheelchair"), ("C companions", "companion"))
    features = format_html_join(
        "",
        "<li>{}: {}</li>",
        (
            (text, f"{count:,}")
            for text, feature in kinds
            if (count := sum(feature in seat.features for seat in plan.seats))
        ),
    )
    return format_html(
        '<ul class="hall-legend">{}{}<li>Together: {} seats</li></ul>',
        tiers,
        features,
        f"{len(plan.seats):,}",
    )
