"""The books held against the tables: does replaying the ledger lead to what is stored?

Reads only. The entries are replayed one after another, however many there are, while the show goes
on selling; only for the last of them, and while seats, holds and bookings are read, is its lock
taken.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal

from seats import database
from seats.facts import price
from seats.ledger.replay import Difference, Entry, Replay, Sale, SeatState, StoredHold

__all__ = ["Difference", "shows_with_versions", "verify"]

_PAGE = 2000


def shows_with_versions() -> list[tuple[int, int]]:
    """Every show with how many entries its ledger should have, by id."""
    with database.cursor() as cursor:
        cursor.execute("SELECT id, version FROM seats_showtime ORDER BY id", ())
        return [(show_id, version) for show_id, version in cursor.fetchall()]


def verify(show_id: int, on_progress: Callable[[int], None] = lambda _: None) -> int:
    """Replays the ledger of a show and compares; returns how many entries it has.

    ``on_progress`` is told how many entries were replayed, now and then. Raises Difference with the
    first disagreement, ShowNotFound, Busy.
    """
    with database.cursor() as cursor:
        cursor.execute("SELECT id, label, price FROM seats_seat WHERE show_id = %s", (show_id,))
        seats = cursor.fetchall()
    replay = Replay(
        {seat_id: label for seat_id, label, _ in seats},
        {seat_id: Decimal(price(amount)) for seat_id, _, amount in seats},
    )
    _follow(replay, show_id, on_progress)

    def compare() -> None:
        with database.cursor() as cursor:
            version, mark = database.keep_still(cursor, show_id)
            _follow(replay, show_id, on_progress)
            replay.compare_show(version, mark)
            replay.compare_seats(_seats(cursor, show_id))
            replay.compare_holds(_holds(cursor, show_id), database.now())
            replay.compare_bookings(_bookings(cursor, show_id))

    database.write(compare)
    return replay.version


def _follow(replay: Replay, show_id: int, on_progress: Callable[[int], None]) -> None:
    while True:
        entries = _entries_after(show_id, replay.version)
        for entry in entries:
            replay.follow(entry)
        on_progress(len(entries))
        if len(entries) < _PAGE:
            return


def _entries_after(show_id: int, version: int) -> list[Entry]:
    with database.cursor() as cursor:
        cursor.execute(
            "SELECT version, mark, kind, seat_ids, held_until, at, hold_id, booking_id, actor"
            " FROM seats_seatevent WHERE show_id = %s AND version > %s"
            f" ORDER BY version LIMIT {_PAGE}",
            (show_id, version),
        )
        rows = cursor.fetchall()
    return [
        Entry(
            number,
            mark,
            kind,
            tuple(database.document(seat_ids)),
            database.moment_or_none(held_until),
            database.moment(at),
            hold_id,
            booking_id,
            actor,
        )
        for number, mark, kind, seat_ids, held_until, at, hold_id, booking_id, actor in rows
    ]


def _seats(cursor: database.Cursor, show_id: int) -> Iterator[tuple[int, SeatState]]:
    cursor.execute(
        "SELECT id, status, held_until, hold_id, booking_id FROM seats_seat WHERE show_id = %s"
        " ORDER BY id",
        (show_id,),
    )
    for seat_id, status, held_until, hold_id, booking_id in cursor.fetchall():
        yield seat_id, (status, database.moment_or_none(held_until), hold_id, booking_id)


def _holds(cursor: database.Cursor, show_id: int) -> Iterator[tuple[int, StoredHold]]:
    cursor.execute(
        "SELECT id, customer, state, seat_ids, started_at, expires_at, booking_id FROM seats_hold"
        " WHERE show_id = %s ORDER BY id",
        (show_id,),
    )
    for hold_id, customer, state, seat_ids, started_at, expires_at, booking_id in cursor.fetchall():
        hold = StoredHold(
            customer,
            tuple(sorted(database.document(seat_ids))),
            database.moment(started_at),
            database.moment(expires_at),
            state,
            booking_id,
        )
        yield hold_id, hold


def _bookings(cursor: database.Cursor, show_id: int) -> Iterator[tuple[int, Sale]]:
    cursor.execute(
        "SELECT b.id, b.customer, b.status, b.seats, b.booked_at, b.cancelled_at, b.reviewed_at,"
        " b.total_price, p.id FROM seats_booking b"
        " LEFT JOIN seats_paymentproof p ON p.booking_id = b.id"
        " WHERE b.show_id = %s ORDER BY b.id",
        (show_id,),
    )
    for row in cursor.fetchall():
        booking_id, customer, status, seats, booked_at, cancelled_at, reviewed_at, paid, proof = row
        sale = Sale(
            customer,
            tuple(sorted(seat["id"] for seat in database.document(seats))),
            Decimal(price(paid)),
            database.moment(booked_at),
            status,
            database.moment_or_none(cancelled_at),
            database.moment_or_none(reviewed_at),
            proof is not None,
        )
        yield booking_id, sale
