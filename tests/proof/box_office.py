"""A box office in memory that speaks the HTTP API: a double for the server under trial.

It keeps its promises, unless told to break one. What it is told to break is what the trial has to
find.
"""

from __future__ import annotations

import itertools
import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit


def iso(ms: int) -> str:
    return (
        datetime.fromtimestamp(ms // 1000, UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{ms % 1000:03d}Z"
    )


def now() -> int:
    return time.time_ns() // 1_000_000


@dataclass
class Refusal(Exception):
    status: int
    code: str
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass
class Place:
    id: int
    row: str
    number: int
    status: str = "AVAILABLE"
    until: int | None = None
    hold: int | None = None
    owner: str | None = None
    reference: str | None = None

    @property
    def label(self) -> str:
        return f"{self.row}{self.number}"

    def free(self, at: int) -> bool:
        return self.status == "AVAILABLE" or (self.status == "HELD" and self.until <= at)

    def facts(self, at: int) -> dict[str, Any]:
        free = self.free(at)
        return {
            "id": self.id,
            "row": self.row,
            "number": self.number,
            "label": self.label,
            "status": "AVAILABLE" if free else self.status,
            "held_until": iso(self.until) if self.status == "HELD" and not free else None,
        }

    def clear(self) -> None:
        self.status, self.until, self.hold, self.owner, self.reference = (
            "AVAILABLE",
            None,
            None,
            None,
            None,
        )


class BoxOffice:
    """The seats, the ledger and the customers. ``faults`` names the promises it breaks."""

    def __init__(
        self,
        rows: int = 3,
        seats: int = 8,
        faults: tuple[str, ...] = (),
        ttl: int = 600_000,
        throttle: int = 0,
    ) -> None:
        self.faults, self.ttl, self.throttle = set(faults), ttl, throttle
        self.places = [
            Place(r * seats + n + 1, "ABCDEFGH"[r], n + 1)
            for r in range(rows)
            for n in range(seats)
        ]
        self.events: list[dict[str, Any]] = []
        self.users: dict[str, str] = {}
        self.bookings: dict[str, dict[str, Any]] = {}
        self.kept: dict[tuple[str, str], tuple[int, bytes]] = {}
        self.states: dict[str, dict[str, Any]] = {}
        self.holds = 0
        self.lock = threading.RLock()
        self.posts = itertools.count()
        self.sums = 0

    # What customers ask for

    def named(self, body: dict[str, Any]) -> list[Place]:
        by_id = {place.id: place for place in self.places}
        by_label = {place.label: place for place in self.places}
        found: dict[int, Place] = {}
        for name in [*body.get("seats", []), *body.get("seat_ids", [])]:
            if isinstance(name, dict):
                place = by_label[f"{name['row']}{name['number']}"]
            elif isinstance(name, int):
                place = by_id[name]
            else:
                place = by_label[name[0] + name[1:].lstrip("-").lstrip("0")]
            found[place.id] = place
        return list(found.values())

    def note(
        self, kind: str, places: list[Place], at: int, until: int | None, hold: int | None
    ) -> None:
        if "forgets_event" in self.faults and len(self.events) == 20:
            self.faults.remove("forgets_event")
            return
        self.events.append(
            {
                "version": len(self.events) + 1,
                "kind": kind,
                "seats": [place.label for place in places],
                "at": iso(at),
                "held_until": None if until is None else iso(until),
                "hold": hold,
            }
        )

    def hold(self, who: str, body: dict[str, Any]) -> dict[str, Any]:
        wanted = self.named(body)
        at = now()
        conflicts = [
            place
            for place in wanted
            if not place.free(at) and not (place.status == "HELD" and place.owner == who)
        ]
        if "no_guard" in self.faults:
            time.sleep(0.01)
        if conflicts and "partial" not in self.faults:
            free = [place.label for place in self.places if place.free(at) and place not in wanted][
                : len(wanted)
            ]
            raise Refusal(
                409,
                "seats_unavailable",
                {
                    "conflicts": [place.facts(at) for place in conflicts],
                    "alternatives": [free] if len(free) == len(wanted) else [],
                },
            )
        taken = [place for place in wanted if place.free(at)]
        with self.lock:
            mine = [
                place
                for place in self.places
                if place.owner == who and place.status == "HELD" and not place.free(at)
            ]
            if mine:
                hold, until = mine[0].hold, mine[0].until
            else:
                self.holds += 1
                hold, until = self.holds, at + self.ttl
            for place in taken:
                place.clear()
                place.status, place.until, place.hold, place.owner = "HELD", until, hold, who
            if taken:
                self.note("held", taken, at, until, hold)
        facts = self.hold_facts(who, hold, until)
        if "no_guard" in self.faults:
            facts["seats"] = [place.facts(0) for place in wanted]
        return {"message": "held", "hold": facts, "cursor": "x"}

    def hold_facts(self, who: str, hold: int, until: int) -> dict[str, Any]:
        seats = [place.facts(0) for place in self.places if place.hold == hold]
        return {"id": hold, "show_id": 1, "seats": seats, "expires_at": iso(until)}

    def held_by(self, who: str) -> list[Place]:
        at = now()
        return [
            place
            for place in self.places
            if place.owner == who and place.status == "HELD" and not place.free(at)
        ]

    def extend(self, who: str, body: dict[str, Any]) -> dict[str, Any]:
        mine, at = self.held_by(who), now()
        if not mine:
            raise Refusal(409, "not_held")
        for place in mine:
            place.until = at + self.ttl
        self.note("extended", mine, at, at + self.ttl, mine[0].hold)
        return {"message": "extended", "hold": self.hold_facts(who, mine[0].hold, at + self.ttl)}

    def book(self, who: str, body: dict[str, Any]) -> dict[str, Any]:
        wanted, mine, at = self.named(body), self.held_by(who), now()
        places = wanted or mine
        if not places or any(place not in mine for place in places):
            raise Refusal(409, "not_held")
        reference, hold = f"R{len(self.bookings) + 1}", places[0].hold
        for place in places:
            place.clear()
            place.status, place.owner, place.reference = "BOOKED", who, reference
        self.bookings[reference] = {
            "reference": reference,
            "show_id": 1,
            "status": "confirmed",
            "owner": who,
            "seats": [{"label": place.label} for place in places],
            "booked_at": iso(at),
        }
        self.note("booked", places, at, None, hold)
        return {"message": "booked", "booking": self.bookings[reference]}

    def release(self, who: str, body: dict[str, Any]) -> dict[str, Any]:
        wanted, mine, at = self.named(body), self.held_by(who), now()
        places = [place for place in wanted if place in mine] if wanted else mine
        if places:
            hold = places[0].hold
            for place in places:
                place.clear()
            self.note("released", places, at, None, hold)
        return {
            "message": "released",
            "released": [place.label for place in places],
            "not_held": [place.label for place in wanted if place not in places],
        }

    def cancel(self, who: str, reference: str) -> dict[str, Any]:
        booking = self.bookings.get(reference)
        if booking is None or booking["owner"] != who:
            raise Refusal(404, "booking_not_found")
        if booking["status"] == "cancelled":
            raise Refusal(409, "not_cancellable")
        booking["status"] = "cancelled"
        places = [place for place in self.places if place.reference == reference]
        for place in places:
            place.clear()
        self.note("cancelled", places, now(), None, None)
        return {"message": "cancelled", "booking": dict(booking)}

    # What lookers see

    def picture(self, at: int) -> dict[str, Any]:
        seats = [place.facts(at) for place in self.places]
        counts = [
            sum(seat["status"] == status for seat in seats)
            for status in ("AVAILABLE", "HELD", "BOOKED")
        ]
        cursor = f"{len(self.events)}-{at}"
        self.states[cursor] = {seat["label"]: seat for seat in seats}
        return {
            "show_id": 1,
            "cursor": cursor,
            "server_time": iso(at),
            "seats": seats,
            "stats": dict(
                zip(("available", "held", "booked", "total"), (*counts, len(seats)), strict=True)
            ),
        }

    def poll(self, since: str | None) -> dict[str, Any]:
        answer = self.picture(now())
        old = next(
            (
                cursor
                for cursor, seats in self.states.items()
                if any(seat["status"] == "HELD" for seat in seats.values())
            ),
            None,
        )
        if "stale_polls" in self.faults and old is not None:
            answer = {**answer, "seats": list(self.states[old].values()), "cursor": old}
            counts = [
                sum(seat["status"] == status for seat in answer["seats"])
                for status in ("AVAILABLE", "HELD", "BOOKED")
            ]
            answer["stats"] = {
                **answer["stats"],
                "available": counts[0],
                "held": counts[1],
                "booked": counts[2],
            }
            return {**answer, "full": True}
        known = self.states.get(since or "")
        if known is None:
            return {**answer, "full": True}
        changed = [seat for seat in answer["seats"] if known[seat["label"]] != seat]
        if "lossy_polls" in self.faults:
            changed = changed[1:]
        return {**answer, "full": False, "seats": changed}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    office: BoxOffice

    def log_message(self, *_: object) -> None:
        pass

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        who = self.who()
        office = self.office
        with office.lock:
            at = now()
            if parts.path == "/api/seats/":
                body = office.picture(at)
                owners = {place.label: place.owner for place in office.places}
                for seat in body["seats"]:
                    seat["mine"] = seat["status"] != "AVAILABLE" and owners[seat["label"]] == who
            elif parts.path == "/api/seat-status/":
                body = office.poll(query.get("since"))
            elif parts.path == "/api/seats/events/":
                after = int(query["after"])
                body = {"events": office.events[after : after + int(query["limit"])]}
            elif parts.path == "/api/seats/me/":
                return self.answer(200 if who else 401, {"user": who})
            elif parts.path == "/api/seats/my-holds/":
                mine = office.held_by(who)
                body = {"holds": [{"id": 1, "seats": [p.facts(at) for p in mine]}] if mine else []}
            elif parts.path == "/api/seats/my-bookings/":
                body = {"bookings": [b for b in office.bookings.values() if b["owner"] == who]}
            else:
                return self.answer(404, {"code": "not_found"})
            return self.answer(200, body)

    def do_POST(self) -> None:
        # As long as a real one takes: what lasts less than a millisecond cannot be put in order.
        time.sleep(0.003)
        raw = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        body = json.loads(raw or b"{}")
        office, who, door = self.office, self.who(), urlsplit(self.path).path.split("/")
        if door[3] in ("register", "login"):
            return self.enter(door[3], body)
        if office.throttle:
            office.throttle -= 1
            return self.answer(429, {"code": "throttled"}, {"Retry-After": "0"})
        if "errors" in office.faults and len(office.events) > 30:
            return self.answer(500, {"code": "server_error"})
        busy = "busy" in office.faults and len(office.events) > 5 and next(office.posts) % 5 == 0
        key = self.headers.get("Idempotency-Key")
        act: dict[str, Callable[[], dict[str, Any]]] = {
            "hold-batch": lambda: office.hold(who, body),
            "extend-hold": lambda: office.extend(who, body),
            "book-batch": lambda: office.book(who, body),
            "release-hold-batch": lambda: office.release(who, body),
            "bookings": lambda: office.cancel(who, door[4]),
        }
        if door[3] == "hold-batch" and "no_guard" in office.faults:
            return self.answer(*self.outcome(act[door[3]]))
        with office.lock:
            if key and (who, key) in office.kept and "no_replay" not in office.faults:
                return self.answer(*office.kept[who, key], {"Idempotency-Replayed": "true"})
            outcome = self.outcome(act[door[3]])
            if key:
                office.kept[who, key] = outcome
        if busy:
            # As a proxy says whose machine has died: what was asked has been done all the same.
            outcome = 503, {"code": "busy"}
        return self.answer(*outcome, {"Retry-After": "0.02"} if busy else None)

    def outcome(self, act: Callable[[], dict[str, Any]]) -> tuple[int, Any]:
        try:
            return 200, json.loads(json.dumps(act()))
        except Refusal as refusal:
            return refusal.status, {"code": refusal.code, **refusal.facts}

    def who(self) -> str | None:
        name = self.headers.get("Authorization", "").removeprefix("Token ")
        return name if name in self.office.users else None

    def enter(self, door: str, card: dict[str, str]) -> None:
        if "no_entry" in self.office.faults:
            return self.answer(429, {"code": "throttled"}, {"Retry-After": "3000"})
        if door == "register":
            self.office.users[card["username"]] = card["password"]
            return self.answer(201, {"message": "welcome", "user": {}})
        known = self.office.users.get(card["username"]) == card["password"]
        return self.answer(200 if known else 401, {"token": card["username"]})

    def answer(self, status: int, body: Any, headers: dict[str, str] | None = None) -> None:
        data = json.dumps(body).encode()
        self.send_response(status)
        for name, value in {"Content-Length": str(len(data)), **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256

    def handle_error(self, request: object, client_address: object) -> None:
        """Customers hang up; that is no error."""


def serve(office: BoxOffice) -> tuple[Server, str]:
    server = Server(("127.0.0.1", 0), type("Bound", (Handler,), {"office": office}))
    # Seldom asked whether it is over, it would keep every test waiting for the answer.
    often = {"poll_interval": 0.01}
    threading.Thread(target=server.serve_forever, kwargs=often, daemon=True).start()
    return server, f"http://127.0.0.1:{server.server_address[1]}"
