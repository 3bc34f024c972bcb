"""What happened to a show, one thing after another, for those who tell others as it happens."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from seats.domain import Cursor, SeatStatus
from seats.feed.loading import SeatRow, actors_after
from seats.feed.memory import ShowMemory


@dataclass(frozen=True, slots=True)
class SeatChange:
    """What became of one seat. ``actor`` is who did it, where that was asked for, or empty."""

    seat: SeatRow
    status: SeatStatus
    actor: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """Seats that changed together: by one event of the ledger, or by deadlines that passed.

    ``cursor`` is the place right after it; ``version`` and ``at_ms`` are the same place for
    comparison.
    """

    cursor: str
    version: int
    at_ms: int
    changes: tuple[SeatChange, ...]


@dataclass(frozen=True, slots=True)
class Progress:
    """What happened since a cursor, in order.

    ``whole`` is every seat as it is at ``cursor`` where the history since then is not known, and
    None otherwise; there are no steps then. ``look_in_ms`` is how long until a deadline passes.
    """

    cursor: str
    version: int
    at_ms: int
    steps: Sequence[Step]
    whole: tuple[SeatChange, ...] | None
    look_in_ms: int | None


def all_of(memory: ShowMemory) -> tuple[SeatChange, ...]:
    """Every seat as it is."""
    seats = enumerate(memory.seats)
    return tuple(SeatChange(seat, memory.state(position)[0]) for position, seat in seats)


def steps_after(memory: ShowMemory, cursor: Cursor, *, with_actors: bool) -> list[Step]:
    """What happened after a cursor that the memory knows."""
    actors: dict[int, str] = {}
    if with_actors and memory.version > cursor.version:
        actors = actors_after(memory.show_id, cursor.version)
    steps = []
    for place, changed in memory.steps_since(cursor):
        # Only the first place of a version is an event; what follows are deadlines.
        actor = actors.pop(place.version, "")
        changes = tuple(
            SeatChange(memory.seats[position], state[0], actor) for position, state in changed
        )
        steps.append(Step(str(place), place.version, place.moment_ms, changes))
    return steps
