"""What to offer instead: free groups of the same size, the nearest first.

Neighbours are seats of one row with no gap between them. Groups in the row that was asked for come
first, then the nearest of the other rows; a group never overlaps one already offered. Of two
equally near ones the one nearer to the screen comes first, then the one on the left.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

# Seats of one block stand one seat width apart; anything wider is an aisle.
_NEIGHBOUR_GAP = 1.25
# Changing the row moves a customer further from the view they chose than moving along it.
_ROW_WEIGHT = 2.0


@dataclass(frozen=True, slots=True)
class Place:
    """Where a seat stands; ``index`` is the caller's own name for it.

    ``plain`` is False for places set aside for wheelchairs and for their companions;
    ``wheelchair`` tells which of the two.
    """

    index: int
    label: str
    x: float
    y: float
    plain: bool
    wheelchair: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """A row as runs of neighbours from left to right; ``front`` and ``back`` are its outermost y.

    In a hall bent around the screen a row is nearer to it at its ends than in the middle.
    """

    name: str
    front: float
    back: float
    runs: tuple[tuple[Place, ...], ...]

    def at_least_away(self, y: float) -> float:
        return max(self.front - y, y - self.back, 0.0)


@dataclass(frozen=True, slots=True)
class Hall:
    """The rows of a hall, front first."""

    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class _Wish:
    """What was asked for: how many seats, around where, and how many of which kind."""

    size: int
    home: str
    x: float
    y: float
    wheelchairs: int
    plain_only: bool

    @classmethod
    def of(cls, wanted: Sequence[tuple[str, Place]]) -> _Wish:
        places = [place for _, place in wanted]
        return cls(
            size=len(places),
            home=Counter(row for row, _ in wanted).most_common(1)[0][0],
            x=sum(place.x for place in places) / len(places),
            y=sum(place.y for place in places) / len(places),
            wheelchairs=sum(place.wheelchair for place in places),
            plain_only=all(place.plain for place in places),
        )

    def distance(self, row: str, group: Sequence[Place]) -> tuple[float, ...]:
        """How far a group is away, to sort by: the row that was asked for before all others."""
        first, last = group[0], group[-1]
        along = abs((first.x + last.x) / 2 - self.x)
        y = (first.y + last.y) / 2
        if row == self.home:
            return 0.0, along, y, first.x
        # Rounded, because what is equally far on both sides shall compare as equal.
        return round(1.0 + _ROW_WEIGHT * abs(y - self.y) + along, 6), along, y, first.x


def hall_of(places: Sequence[tuple[str, Place]]) -> Hall:
    """The hall made of (row, place) pairs in any order."""
    by_row: dict[str, list[Place]] = {}
    for row, place in places:
        by_row.setdefault(row, []).append(place)
    rows = []
    for name, members in by_row.items():
        members.sort(key=lambda place: place.x)
        depths = [place.y for place in members]
        rows.append(Row(name, min(depths), max(depths), tuple(_runs(members))))
    rows.sort(key=lambda row: (row.front, row.back))
    return Hall(tuple(rows))


def nearest_groups(
    hall: Hall,
    wanted: Sequence[tuple[str, Place]],
    is_free: Callable[[int], bool],
    most: int = 3,
) -> list[list[str]]:
    """Up to ``most`` groups of labels, each as many free neighbours as were ``wanted``.

    A group has exactly as many wheelchair places as were asked for, and companions' places only
    for those who asked for one or the other: nobody else is sent to them, and nobody who needs one
    is sent elsewhere.
    """
    if not wanted or most < 1:
        return []
    wish = _Wish.of(wanted)

    def at_least(row: Row) -> float:
        return 0.0 if row.name == wish.home else 1.0 + _ROW_WEIGHT * row.at_least_away(wish.y)

    offers: list[tuple[tuple[float, ...], list[str]]] = []
    for row in sorted(hall.rows, key=at_least):
        if len(offers) >= most and at_least(row) > offers[most - 1][0][0]:
            break
        found = [
            (wish.distance(row.name, group), group)
            for run in row.runs
            for group in _free_groups(run, wish, is_free)
        ]
        found.sort(key=lambda entry: entry[0])
        taken: set[int] = set()
        for cost, group in found:
            if len(taken) >= most * wish.size:
                break
            if taken.isdisjoint(place.index for place in group):
                taken.update(place.index for place in group)
                offers.append((cost, [place.label for place in group]))
        offers.sort(key=lambda offer: offer[0])
        del offers[most:]
    return [labels for _, labels in offers]


def _runs(members: Sequence[Place]) -> Iterator[tuple[Place, ...]]:
    run: list[Place] = []
    for place in members:
        if run and place.x - run[-1].x > _NEIGHBOUR_GAP:
            yield tuple(run)
            run = []
        run.append(place)
    if run:
        yield tuple(run)


def _free_groups(
    run: Sequence[Place], wish: _Wish, is_free: Callable[[int], bool]
) -> Iterator[Sequence[Place]]:
    size = wish.size
    if len(run) < size:
        return
    length = 0
    for end, place in enumerate(run, start=1):
        if (place.plain or not wish.plain_only) and is_free(place.index):
            length += 1
            if length >= size:
                group = run[end - size : end]
                if wish.plain_only or sum(p.wheelchair for p in group) == wish.wheelchairs:
                    yield group
        else:
            length = 0
