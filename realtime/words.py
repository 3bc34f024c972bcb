"""How the other dialects write seats and their states."""

from __future__ import annotations

from seats.domain import SeatStatus
from seats.feed import SeatRow

HALL_STATUS = {
    SeatStatus.AVAILABLE: "available",
    SeatStatus.HELD: "held",
    SeatStatus.BOOKED: "booked",
}
LOCK_STATUS = {
    SeatStatus.AVAILABLE: "unlocked",
    SeatStatus.HELD: "locked",
    SeatStatus.BOOKED: "booked",
}
ROOM_EVENT = {
    SeatStatus.AVAILABLE: "seats-released",
    SeatStatus.HELD: "seats-selected",
    SeatStatus.BOOKED: "seats-booked",
}


def with_dash(seat: SeatRow) -> str:
    """ "A-1"."""
    return f"{seat.row}-{seat.number}"


def two_digits(seat: SeatRow) -> str:
    """ "A06"."""
    return f"{seat.row}{seat.number:02d}"
