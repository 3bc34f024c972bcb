"""Putting the sample world on the programme, selling some of it, and clearing it all away."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterable, Iterator
from datetime import datetime, time, timedelta
from itertools import islice

from django.conf import settings
from django.utils import timezone

from seats import database, reservations
from seats.alternatives import Place, hall_of
from seats.domain import Customer, SeatNames
from seats.management.samples import FILMS, SampleFilm, SampleHall
from seats.models import (
    Booking,
    Hold,
    IdempotencyRecord,
    Movie,
    Screen,
    Seat,
    SeatEvent,
    ShowTime,
)

# Late enough apart for the longest of the films.
_EVENING = (time(17, 30), time(20, 30))
_PARTIES = (1, 2, 2, 2, 3, 4, 4, 5, 6)


def ensure_shows(hall: SampleHall, wanted: int, *, top_up: bool) -> tuple[int, list[int]]:
    """Sees to it that there are shows to come in a hall, in one transaction.

    Where there are some, adds what is missing to ``wanted`` only if asked to ``top_up``. Returns
    how many there were and the ids of the new ones, the earliest first.
    """

    def work() -> tuple[int, list[int]]:
        screen, _ = Screen.objects.get_or_create(name=hall.name, defaults={"plan": hall.plan})
        now = timezone.now()
        taken = set(screen.shows.filter(starts_at__gt=now).values_list("starts_at", flat=True))
        if taken and (not top_up or len(taken) >= wanted):
            return len(taken), []
        free = (start for start in _evenings(now) if start not in taken)
        new = []
        for number, starts_at in enumerate(islice(free, wanted - len(taken)), start=len(taken)):
            film = FILMS[(hall.first_film + number) % len(FILMS)]
            show = ShowTime.objects.create(
                movie=_movie(film), screen=screen, starts_at=starts_at, price=film.price
            )
            reservations.lay_out(show)
            new.append(show.pk)
        return len(taken), new

    return database.write(work)


def seats_of(screen_name: str) -> int:
    """How many seats the latest show in a hall has."""
    show = ShowTime.objects.filter(screen__name=screen_name).last()
    return 0 if show is None else show.seats.count()


def sell(show_id: int, share: float) -> int:
    """Sells about this share of a show, in parties sitting together; returns how many seats.

    Always the same seats of the same hall, so that two runs can be compared. The buyer is nobody.
    """
    buyer = Customer(f"guest:{hashlib.sha256(b'sample').hexdigest()}", None)
    seats = Seat.objects.filter(show=show_id).order_by("id")
    dice = random.Random(share)  # noqa: S311 - a likeness of a crowd, no secret
    sold = 0
    for party in _parties(seats, dice):
        if dice.random() < share:
            reservations.hold_seats(buyer, show_id, SeatNames.of(*party))
            reservations.book_seats(buyer, show_id, None)
            sold += len(party)
    return sold


def inventory() -> dict[str, int]:
    """What ``remove_all`` would remove, by noun."""
    return {
        "film": Movie.objects.count(),
        "hall": Screen.objects.count(),
        "show": ShowTime.objects.count(),
        "seat": Seat.objects.count(),
        "booking": Booking.objects.count(),
    }


def remove_all() -> None:
    """Removes every film, hall and show, with all that hangs on them, in one transaction."""

    def work() -> None:
        with database.cursor() as cursor:
            # Writers wait here, one show after another, and find their show gone afterwards.
            for show_id in ShowTime.objects.order_by("id").values_list("id", flat=True):
                database.take_turn(cursor, show_id)
        for model in (SeatEvent, Hold, Seat, Booking, IdempotencyRecord, ShowTime, Screen, Movie):
            model.objects.all().delete()

    database.write(work)


def _movie(film: SampleFilm) -> Movie:
    movie = Movie.objects.filter(title=film.title).order_by("id").first()
    return movie or Movie.objects.create(
        title=film.title,
        synopsis=film.synopsis,
        duration_minutes=film.duration_minutes,
        rating=film.rating,
        poster=film.poster,
    )


def _evenings(now: datetime) -> Iterator[datetime]:
    """The starts of evening shows where the cinema stands, from tomorrow on."""
    here = timezone.get_default_timezone()
    day = now.astimezone(here).date()
    while True:
        day += timedelta(days=1)
        for start in _EVENING:
            yield datetime.combine(day, start, tzinfo=here)


def _parties(seats: Iterable[Seat], dice: random.Random) -> Iterator[list[int]]:
    """All seats, as groups of neighbours of some size."""
    hall = hall_of([(seat.row, Place(seat.pk, seat.label, seat.x, seat.y, True)) for seat in seats])
    for run in (run for row in hall.rows for run in row.runs):
        start = 0
        while start < len(run):
            size = min(dice.choice(_PARTIES), settings.MAX_SEATS_PER_HOLD)
            yield [place.index for place in run[start : start + size]]
            start += size
