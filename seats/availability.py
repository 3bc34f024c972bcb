"""Questions about shows, seats, holds and bookings. Nothing here changes anything.

All answers are JSON-ready: prices decimal strings, times ISO 8601 in UTC. The state of a seat is
always the effective one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Count, Q
from django.templatetags.static import static

from seats import database, feed
from seats.domain import Customer, HoldState, SeatStatus, iso
from seats.errors import BookingNotFound, ShowNotFound, gettext_noop
from seats.facts import booking_facts, hold_facts, price, seat_facts
from seats.models import Booking, Hold, Seat, SeatEvent, ShowTime

Facts = dict[str, Any]

MAX_EVENTS = 1000


def next_show_id() -> int:
    """The show that begins next. Raises ShowNotFound when none is to come."""
    upcoming = ShowTime.objects.filter(starts_at__gt=database.now()).order_by("starts_at", "id")
    show_id = upcoming.values_list("id", flat=True).first()
    if show_id is None:
        raise ShowNotFound(gettext_noop("No show is to come at the moment."))
    return show_id


def upcoming_shows(day: date | None = None) -> list[Facts]:
    """The shows to come by start time; with ``day`` those of that day where the cinema stands.

    A show: ``{id, movie, synopsis, rating, duration_minutes, screen, start_time, end_time,
    time_zone, price, currency, poster_url, stats: {available, held, booked, total}}``.
    """
    now = database.now()
    shows = ShowTime.objects.filter(starts_at__gt=now).select_related("movie", "screen")
    if day is not None:
        if not date.min.year < day.year < date.max.year:
            # A zone's offset could lead out of the calendar there.
            return []
        zone = ZoneInfo(settings.TIME_ZONE)
        begins = datetime.combine(day, time.min, zone)
        # Not 24 hours later: a day has 23 or 25 where clocks change.
        ends = datetime.combine(day + timedelta(days=1), time.min, zone)
        shows = shows.filter(starts_at__gte=begins, starts_at__lt=ends)
    listed = list(shows.order_by("starts_at", "id"))
    stats = _stats([show.pk for show in listed], now)
    return [{**_show(show), "stats": stats[show.pk]} for show in listed]


def show_layout(show_id: int) -> tuple[Facts, str]:
    """The drawing of the hall, and its ETag. It never changes, whatever is sold.

    ``{show_id, screen, tiers: [{id, name, price}], seats: [{id, row, number, label, x, y, tier,
    section, features}]}``; x and y in seat widths from the left and from the screen. Raises
    ShowNotFound.
    """
    show = ShowTime.objects.select_related("screen").filter(pk=show_id).first()
    if show is None:
        raise ShowNotFound
    drawing = {
        "show_id": show_id,
        "screen": show.screen.name,
        "tiers": show.tiers,
        "seats": [
            {
                "id": seat.id,
                "row": seat.row,
                "number": seat.number,
                "label": seat.label,
                "x": seat.x,
                "y": seat.y,
                "tier": seat.tier,
                "section": seat.section,
                "features": list(seat.features),
            }
            for seat in feed.layout(show_id)
        ],
    }
    named = f"{show_id}:{show.born}:{show.screen.name}:{len(drawing['seats'])}"
    return drawing, f'"{hashlib.sha256(named.encode()).hexdigest()[:20]}"'


def show_seats(show_id: int | None, customer: Customer | None) -> Facts:
    """A show's seats as one customer sees them; without ``show_id`` the next show's.

    ``{show_id, screen, stats, cursor, seats: [{id, row, number, label, status, tier, price,
    held_until, mine}]}``. Raises ShowNotFound.
    """
    asked = next_show_id() if show_id is None else show_id
    screen = ShowTime.objects.filter(pk=asked).values_list("screen__name", flat=True).first()
    if screen is None:
        raise ShowNotFound
    # Whose seats first, then their state: a seat is never shown as free and mine.
    mine = _seats_of(customer, asked) if customer is not None else set()
    now = feed.snapshot(asked)
    return {
        "show_id": asked,
        "screen": screen,
        "stats": now.stats,
        "cursor": now.cursor,
        "seats": [
            {
                "id": seat.id,
                "row": seat.row,
                "number": seat.number,
                "label": seat.label,
                "status": status,
                "tier": seat.tier,
                "price": seat.price,
                "held_until": held_until,
                "mine": seat.id in mine and status != "AVAILABLE",
            }
            for seat, status, held_until in now.seats
        ],
    }


def locked_seats(show_id: int, customers: Sequence[Customer]) -> Facts:
    """Which seats of a show are not to be had, for somebody who may be several customers.

    ``{booked, locked_by_others, locked_by_me, cursor}``: labels in the order of the hall. Raises
    ShowNotFound.
    """
    # Whose seats first, then their state: a seat that was let go of is never locked by others.
    mine = set().union(*(_held_by(customer, show_id) for customer in customers))
    now = feed.snapshot(show_id)
    locked = [seat for seat, status, _ in now.seats if status == SeatStatus.HELD]
    return {
        "booked": [seat.label for seat, status, _ in now.seats if status == SeatStatus.BOOKED],
        "locked_by_others": [seat.label for seat in locked if seat.id not in mine],
        "locked_by_me": [seat.label for seat in locked if seat.id in mine],
        "cursor": now.cursor,
    }


def holds_of(customer: Customer, show_id: int | None = None) -> list[Facts]:
    """The customer's holds that are still running, oldest first."""
    now = database.now()
    holds = Hold.objects.filter(
        customer=customer.key, state=HoldState.OPEN.value, expires_at__gt=now
    ).select_related("show")
    if show_id is not None:
        holds = holds.filter(show_id=show_id)
    listed = list(holds.order_by("id"))
    seats = _seat_facts(seat_id for hold in listed for seat_id in hold.seat_ids)
    return [
        hold_facts(
            hold.pk,
            hold.show_id,
            [seats[seat_id] for seat_id in hold.seat_ids],
            hold.expires_at,
            now,
            hold.show.currency,
        )
        for hold in listed
    ]


def bookings_of(customer: Customer) -> list[Facts]:
    """The customer's bookings, newest first, each with its ``show``."""
    bookings = Booking.objects.filter(customer=customer.key)
    return [_booking(booking) for booking in bookings.select_related("show__movie", "show__screen")]


def booking_of(customer: Customer, reference: str) -> Facts:
    """One booking with its ``show``. Raises BookingNotFound, for somebody else's booking too."""
    bookings = Booking.objects.select_related("show__movie", "show__screen")
    booking = bookings.filter(customer=customer.key, reference=reference.upper()).first()
    if booking is None:
        raise BookingNotFound
    return _booking(booking)


def events_of(show_id: int, after: int = 0, limit: int = 100, *, newest: bool = False) -> Facts:
    """The ledger of a show after a version, in order, without names: the first ``limit`` entries
    of it, or the ``newest``.

    ``{events: [{version, kind, seats: labels, at, held_until, hold}], next}``: ``hold`` is a number
    that tells one hold from another, ``next`` the ``after`` to ask with next. Raises ShowNotFound.
    """
    labels = {seat.id: seat.label for seat in feed.layout(show_id)}
    entries = SeatEvent.objects.filter(show_id=show_id, version__gt=after)
    chosen = list(entries.order_by("-version" if newest else "version")[: min(limit, MAX_EVENTS)])
    if newest:
        chosen.reverse()
    events = [
        {
            "version": entry.version,
            "kind": entry.kind,
            "seats": [labels[seat_id] for seat_id in entry.seat_ids],
            "at": iso(entry.at),
            "held_until": None if entry.held_until is None else iso(entry.held_until),
            "hold": entry.hold_id,
        }
        for entry in chosen
    ]
    return {"events": events, "next": events[-1]["version"] if events else after}


def _show(show: ShowTime) -> Facts:
    ends_at = show.starts_at + timedelta(minutes=show.movie.duration_minutes)
    return {
        "id": show.pk,
        "movie": show.movie.title,
        "synopsis": show.movie.synopsis,
        "rating": show.movie.rating,
        "duration_minutes": show.movie.duration_minutes,
        "screen": show.screen.name,
        "start_time": iso(show.starts_at),
        "end_time": iso(ends_at),
        "time_zone": settings.TIME_ZONE,
        "price": price(show.price),
        "currency": show.currency,
        "poster_url": _poster_url(show.movie.poster),
    }


def _poster_url(poster: str) -> str:
    if not poster:
        return ""
    try:
        return static(poster)
    except ValueError:
        # A picture that was never collected is missing from the page, not the page from the site.
        return f"{settings.STATIC_URL}{poster}"


def _stats(show_ids: Sequence[int], now: datetime) -> dict[int, dict[str, int]]:
    counts = (
        Seat.objects.filter(show_id__in=show_ids)
        .order_by()
        .values("show_id")
        .annotate(
            total=Count("id"),
            booked=Count("id", filter=Q(status="BOOKED")),
            held=Count("id", filter=Q(status="HELD", held_until__gt=now)),
        )
    )
    stats = {
        row["show_id"]: {
            "available": row["total"] - row["booked"] - row["held"],
            "held": row["held"],
            "booked": row["booked"],
            "total": row["total"],
        }
        for row in counts
    }
    nothing = {"available": 0, "held": 0, "booked": 0, "total": 0}
    return {show_id: stats.get(show_id, nothing) for show_id in show_ids}


def _held_by(customer: Customer, show_id: int) -> set[int]:
    holds = Hold.objects.filter(
        customer=customer.key,
        show_id=show_id,
        state=HoldState.OPEN.value,
        expires_at__gt=database.now(),
    ).values_list("seat_ids", flat=True)
    return {seat_id for held in holds for seat_id in held}


def _seats_of(customer: Customer, show_id: int) -> set[int]:
    mine = _held_by(customer, show_id)
    bookings = Booking.objects.filter(
        customer=customer.key,
        show_id=show_id,
        status__in=(Booking.Status.CONFIRMED, Booking.Status.IN_REVIEW),
    ).values_list("seats", flat=True)
    mine.update(seat["id"] for booked in bookings for seat in booked)
    return mine


def _seat_facts(seat_ids: Iterable[int]) -> dict[int, Facts]:
    columns = Seat.objects.filter(pk__in=set(seat_ids)).values_list(
        "id", "row", "number", "label", "tier", "price"
    )
    return {row[0]: seat_facts(*row) for row in columns}


def _booking(booking: Booking) -> Facts:
    facts = booking_facts(
        booking.reference,
        booking.show_id,
        booking.status,
        booking.seats,
        price(booking.total_price),
        booking.currency,
        booking.booked_at,
        booking.cancelled_at,
        booking.reviewed_at,
        booking.rejection_reason,
    )
    return {**facts, "show": _show(booking.show)}


def trouble() -> str | None:
    """Why nothing could be answered or sold at this moment, or None when all is well."""
    return database.trouble()
