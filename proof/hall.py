"""A show as its customers know it: which seats there are, and the many ways to name them."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Any

from proof.records import Event, Seen, milliseconds
from proof.wire import Line, Reply


class CouldNotRun(Exception):
    """The run cannot begin or go on, for a reason that says nothing about double sales."""


@dataclass(frozen=True, slots=True)
class Hall:
    """The seats of one show: label to (id, row, number)."""

    show_id: int
    seats: dict[str, tuple[int, str, int]]

    @classmethod
    def find(cls, line: Line, show_id: int | None) -> Hall:
        body = expect(line.get("/api/seats/", show_id=show_id), "GET /api/seats/")
        seats = {seat["label"]: (seat["id"], seat["row"], seat["number"]) for seat in body["seats"]}
        return cls(body["show_id"], seats)

    def naming(self, labels: list[str], rng: Random) -> dict[str, Any]:
        """The part of a request that names seats: any order, any form, now and then one twice."""
        order = rng.sample(labels, len(labels))
        if rng.random() < 0.1:
            order.append(rng.choice(labels))
        if rng.random() < 0.3:
            return {"seat_ids": [self.seats[label][0] for label in order]}
        return {"seats": [self._one_form(label, rng) for label in order]}

    def _one_form(self, label: str, rng: Random) -> object:
        _, row, number = self.seats[label]
        return rng.choice(
            [
                label,
                f"{row}-{number}",
                f"{row}{number:02d}",
                f"{row}-{number:02d}",
                {"row": row, "number": number},
            ]
        )


def expect(reply: Reply, what: str) -> Any:
    """The body of an answer that must be 200, or the reason why the run cannot go on."""
    if reply.status != 200 or reply.body is None:
        said = reply.body.get("detail") if isinstance(reply.body, dict) else repr(reply.raw[:120])
        raise CouldNotRun(f"{what} was answered with {reply.status} {reply.code}: {said}")
    return reply.body


def seen_in(body: dict[str, Any]) -> dict[str, Seen]:
    """The seats of an answer as a looker sees them."""
    return {
        seat["label"]: Seen(seat["status"], milliseconds(seat.get("held_until")))
        for seat in body["seats"]
    }


def events_after(line: Line, show_id: int, version: int) -> list[Event]:
    """The ledger from after a version to its end."""
    events: list[Event] = []
    while True:
        body = expect(
            line.get("/api/seats/events/", show_id=show_id, after=version, limit=1000),
            "GET /api/seats/events/",
        )
        for event in body["events"]:
            at = milliseconds(event["at"])
            if at is None:
                raise CouldNotRun(f"event {event['version']} has no date")
            events.append(
                Event(
                    event["version"],
                    event["kind"],
                    tuple(event["seats"]),
                    at,
                    milliseconds(event.get("held_until")),
                    event.get("hold"),
                )
            )
        if not body["events"] or events[-1].version <= version:
            return events
        version = events[-1].version


def last_version(line: Line, show_id: int) -> int:
    """The ledger's last version, found in a few questions however long the ledger is."""

    def beyond(version: int) -> bool:
        body = expect(
            line.get("/api/seats/events/", show_id=show_id, after=version, limit=1),
            "GET /api/seats/events/",
        )
        return not body["events"]

    high = 1
    if beyond(0):
        return 0
    while not beyond(high):
        high *= 2
    low = high // 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if beyond(middle) else (middle, high)
    return high
