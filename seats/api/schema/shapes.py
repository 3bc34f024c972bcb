"""The shapes of answers, as JSON Schema. Their names are the components of the OpenAPI document."""

from __future__ import annotations

from typing import Any, Final

from seats.api.problems import KINDS, TYPE_PREFIX
from seats.customers import guests
from seats.domain import MAX_SEAT_NUMBER, BookingStatus, EventKind, SeatStatus

Shape = dict[str, Any]


def record(optional: frozenset[str] = frozenset(), /, **members: Shape) -> Shape:
    """An object with these members. Later versions may add others."""
    return {
        "type": "object",
        "properties": members,
        "required": [name for name in members if name not in optional],
    }


def ref(name: str) -> Shape:
    return {"$ref": f"#/components/schemas/{name}"}


def many(items: Shape) -> Shape:
    return {"type": "array", "items": items}


def or_null(shape: Shape) -> Shape:
    return {**shape, "type": [shape["type"], "null"]}


TEXT: Final[Shape] = {"type": "string"}
BYTES: Final[Shape] = {"type": "string", "format": "binary"}
FLAG: Final[Shape] = {"type": "boolean"}
COUNT: Final[Shape] = {"type": "integer", "minimum": 0}
ID: Final[Shape] = {"type": "integer", "minimum": 1}
ANY_ID: Final[Shape] = {
    "oneOf": [ID, {"type": "string", "pattern": "^[1-9][0-9]{0,18}$"}],
    "examples": [1, "1"],
}
SESSION_ID: Final[Shape] = {
    "type": "string",
    "pattern": f"^{guests.PATTERN}$",
    "description": "Names a guest. Chosen by the client, at random, and kept to itself.",
}
PLACE: Final[Shape] = {"type": "number"}
MOMENT: Final[Shape] = {
    "type": "string",
    "format": "date-time",
    "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$",
    "examples": ["2026-11-21T19:30:00.000Z"],
}
DAY: Final[Shape] = {"type": "string", "format": "date"}
MONEY: Final[Shape] = {"type": "string", "pattern": r"^\d+\.\d{2}$", "examples": ["12.50"]}
CURRENCY: Final[Shape] = {"type": "string", "pattern": "^[A-Z]{3}$", "examples": ["EUR"]}
LABEL: Final[Shape] = {"type": "string", "pattern": "^[A-Z]{1,4}[1-9][0-9]{0,3}$"}
PADDED_LABEL: Final[Shape] = {
    "type": "string",
    "pattern": "^[A-Z]{1,4}(0[1-9]|[1-9][0-9]{1,3})$",
    "examples": ["A06"],
}
YES: Final[Shape] = {"type": "boolean", "const": True}
NO: Final[Shape] = {"type": "boolean", "const": False}
ROW: Final[Shape] = {"type": "string", "pattern": "^[A-Z]{1,4}$"}
SEAT_LABEL: Final[Shape] = {
    "type": "string",
    "pattern": "^[A-Za-z]{1,4}-?0{0,8}[1-9][0-9]{0,3}$",
}
SEAT_NAME: Final[Shape] = {
    "oneOf": [
        SEAT_LABEL,
        record(
            row={"type": "string", "pattern": "^[A-Za-z]{1,4}$"},
            number={"type": "integer", "minimum": 1, "maximum": MAX_SEAT_NUMBER},
        ),
    ],
    "examples": ["A1", {"row": "A", "number": 1}],
}
CURSOR: Final[Shape] = {"type": "string", "description": "Opaque. Send it back as `since`."}
STATUS: Final[Shape] = {"type": "string", "enum": [status.value for status in SeatStatus]}

_NAMED: Final = {"id": ID, "row": ROW, "number": ID, "label": LABEL}
_PRICED: Final = {**_NAMED, "tier": TEXT, "price": MONEY}

_SHOW: Final = {
    "id": ID,
    "movie": TEXT,
    "synopsis": TEXT,
    "rating": TEXT,
    "duration_minutes": COUNT,
    "screen": TEXT,
    "start_time": MOMENT,
    "end_time": MOMENT,
    "time_zone": {"type": "string", "description": "Where the cinema stands."},
    "price": MONEY,
    "currency": CURRENCY,
    "poster_url": {"type": "string", "description": "Empty where there is none."},
}

_BOOKING: Final = {
    "reference": {"type": "string", "examples": ["K7TR-29QF"]},
    "show_id": ID,
    "status": {
        "type": "string",
        "enum": [status.value for status in BookingStatus],
        "description": "in_review: the seats are taken, the box office has yet to see the payment."
        " rejected: it has not, and the seats are back on sale.",
    },
    "seats": many(ref("PricedSeat")),
    "total_price": MONEY,
    "currency": CURRENCY,
    "booked_at": MOMENT,
    "cancelled_at": or_null(MOMENT),
    "reviewed_at": or_null(MOMENT),
    "rejection_reason": or_null(TEXT),
}

COMPONENTS: Final[dict[str, Shape]] = {
    "Stats": record(available=COUNT, held=COUNT, booked=COUNT, total=COUNT),
    "Show": record(**_SHOW, stats=ref("Stats")),
    "Shows": record(
        shows=many(ref("Show")),
        payment_mode={
            "type": "string",
            "enum": ["none", "proof"],
            "description": "proof: a booking needs a picture of its payment.",
        },
    ),
    "Layout": record(
        show_id=ID,
        screen=TEXT,
        tiers=many(record(id=TEXT, name=TEXT, price=MONEY)),
        seats=many(
            record(**_NAMED, x=PLACE, y=PLACE, tier=TEXT, section=TEXT, features=many(TEXT)),
        ),
    ),
    "Seats": record(
        show_id=ID,
        screen=TEXT,
        stats=ref("Stats"),
        cursor=CURSOR,
        seats=many(record(**_PRICED, status=STATUS, held_until=or_null(MOMENT), mine=FLAG)),
    ),
    "SeatStatus": record(
        frozenset({"push"}),
        show_id=ID,
        cursor=CURSOR,
        full={
            **FLAG,
            "description": "true: `seats` has every seat. false: those that changed since `since`.",
        },
        server_time=MOMENT,
        poll_after_ms=COUNT,
        push={
            **TEXT,
            "description": "Where the same is had as it happens (Server-Sent Events), if it is.",
        },
        stats=ref("Stats"),
        seats=many(ref("SeatState")),
    ),
    "SeatState": record(**_NAMED, status=STATUS, held_until=or_null(MOMENT)),
    "PricedSeat": record(**_PRICED),
    "User": record(id=ID, username=TEXT, email=TEXT),
    "Registered": record(message=TEXT, user=ref("User")),
    "LoggedIn": record(message=TEXT, token=TEXT, user=ref("User")),
    "Me": record(user=ref("User")),
    "Message": record(message=TEXT),
    "Hold": record(
        id=ID,
        show_id=ID,
        seats=many(ref("PricedSeat")),
        expires_at=MOMENT,
        expires_in={**COUNT, "description": "Whole seconds from the moment of the answer."},
        total_price=MONEY,
        currency=CURRENCY,
    ),
    "Held": record(message=TEXT, hold=ref("Hold"), expires_at=MOMENT, cursor=CURSOR),
    "PaymentProof": record(
        id={"type": "string", "description": "Send it as `payment_proof` when booking."}
    ),
    "Holds": record(holds=many(ref("Hold"))),
    "Released": record(
        message=TEXT, show_id=ID, released=many(LABEL), not_held=many(LABEL), cursor=CURSOR
    ),
    "Booking": record(**_BOOKING),
    "Booked": record(message=TEXT, booking=ref("Booking"), total_paid=MONEY, cursor=CURSOR),
    "Cancelled": record(message=TEXT, booking=ref("Booking"), cursor=CURSOR),
    "MyBooking": record(**_BOOKING, show=record(**_SHOW)),
    "BookingAnswer": record(booking=ref("MyBooking")),
    "Bookings": record(bookings=many(ref("MyBooking"))),
    "Events": record(
        events=many(
            record(
                version=ID,
                kind={"type": "string", "enum": [kind.value for kind in EventKind]},
                seats=many(LABEL),
                at=MOMENT,
                held_until=or_null(MOMENT),
                hold={
                    "type": ["integer", "null"],
                    "description": "Tells one hold from another, and not whose it is.",
                },
            )
        ),
        next={**COUNT, "description": "Send it back as `after`."},
    ),
    "SeatsSelected": record(
        success=YES,
        showId=ID,
        seats=many(LABEL),
        expiresIn={**COUNT, "description": "Whole seconds from the moment of the answer."},
        expiresAt=MOMENT,
        cursor=CURSOR,
    ),
    "SeatsReleased": record(
        success=YES,
        released={**YES, "description": "They are not locked by whoever asks, or no longer."},
        showId=ID,
        seats={**many(LABEL), "description": "Those that were locked until now."},
        cursor=CURSOR,
    ),
    "LockedSeats": record(
        showId=ID,
        bookedSeats=many(LABEL),
        lockedByOthers=many(LABEL),
        lockedByMe=many(LABEL),
        cursor=CURSOR,
    ),
    "SeatLocked": record(
        success=YES,
        message=TEXT,
        data=record(
            seatId=PADDED_LABEL,
            seatDbId=ID,
            expiresAt=MOMENT,
            isNewLock={**FLAG, "description": "false: it was refreshed."},
        ),
    ),
    "SeatUnlocked": record(success=YES, message=TEXT),
    "Health": record(status={"type": "string", "enum": ["ok"]}),
}

# What an error of a code says beside the members that all errors have.
FACTS: Final[dict[str, dict[str, Shape]]] = {
    "invalid": {
        "errors": {
            "type": "object",
            "additionalProperties": many(TEXT),
            "description": "For each field, parameter or header: what is wrong with it.",
        }
    },
    "seat_not_found": {"unknown": many({"type": ["integer", "string"]})},
    "seats_unavailable": {
        "conflicts": many(ref("SeatState")),
        "alternatives": many(many(LABEL)),
    },
    "not_held": {"not_held": many(LABEL)},
    "seat_limit": {"limit": ID},
    "not_in_review": {"reference": TEXT, "status": _BOOKING["status"]},
}

_LOOSE: Final[dict[str, Shape]] = {
    "type": {"type": "string", "pattern": f"^{TYPE_PREFIX}[a-z_]+$"},
    "title": TEXT,
    "status": {"type": "integer", "minimum": 400, "maximum": 599},
    "detail": {"type": "string", "description": "For the person in front of the screen."},
    "code": {"type": "string", "enum": sorted(KINDS)},
    "success": NO,
}
_FACTS_OF_ANY: Final = {
    **FACTS["invalid"],
    **FACTS["seat_not_found"],
    **FACTS["seats_unavailable"],
    **FACTS["seat_limit"],
}

COMPONENTS.update(
    SelectionProblem=record(
        frozenset(_FACTS_OF_ANY),
        **_LOOSE,
        message={"type": "string", "description": "As `detail`."},
        **{**_FACTS_OF_ANY, "conflicts": many(LABEL)},
    ),
    SeatLockProblem=record(
        frozenset(_FACTS_OF_ANY),
        **_LOOSE,
        error={"type": "string", "description": "As `detail`."},
        errorCode={
            "type": "string",
            "pattern": "^[A-Z_]+$",
            "description": "SEAT_LOCKED where somebody else has the seat, else `code` in capitals.",
        },
        **_FACTS_OF_ANY,
    ),
)

# Members that are missing where the whole request is meant.
_SOMETIMES: Final = frozenset({"errors", "not_held"})


def problem(code: str) -> Shape:
    """The body of an error with this code."""
    kind = KINDS[code]
    members: dict[str, Shape] = {
        "type": {"type": "string", "const": TYPE_PREFIX + code},
        "title": {"type": "string", "examples": [kind.title]},
        "status": {"type": "integer", "const": kind.status},
        "detail": {"type": "string", "description": "For the person in front of the screen."},
        "code": {"type": "string", "const": code},
        **FACTS.get(code, {}),
    }
    return record(_SOMETIMES, **members)


def problem_name(code: str) -> str:
    """seats_unavailable -> SeatsUnavailableProblem"""
    return "".join(word.capitalize() for word in code.split("_")) + "Problem"


COMPONENTS.update({problem_name(code): problem(code) for code in KINDS})
