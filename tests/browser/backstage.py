"""What happens to the house behind the customers' backs, in a process of its own.

The browser's driver runs an event loop in the tests' process, where Django's ORM
refuses to work. So this one has the models: it reads one JSON request a line and
answers each with a line, until its input ends.
"""

from __future__ import annotations

import json
import os
import sys
from datetime import timedelta
from decimal import Decimal
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.browser.served")
django.setup()

# Only now are the models there to be imported.
from django.contrib.auth.models import User  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.test import override_settings  # noqa: E402
from django.utils import timezone  # noqa: E402

from seats import database, reservations  # noqa: E402
from seats.domain import Customer, HoldState, SeatNames  # noqa: E402
from seats.layout import rectangle  # noqa: E402
from seats.management import programme, samples  # noqa: E402
from seats.models import Booking, Hold, Movie, PaymentProof, Screen, ShowTime  # noqa: E402

HALLS = {"Saal 1": samples.saal_1, "Theatre": samples.theatre, "Arena": samples.arena}


def clear() -> None:
    programme.remove_all()
    User.objects.all().delete()


def show(
    title: str = "The Orchard Machine",
    hall: str = "Studio",
    rows: int = 4,
    seats: int = 10,
    starts_in: float = 26 * 3600,
    poster: str = "posters/orchard-machine.svg",
    price: str = "12.00",
) -> int:
    plan = HALLS[hall]().plan if hall in HALLS else rectangle(rows, seats)

    def work() -> int:
        movie, _ = Movie.objects.get_or_create(
            title=title, defaults={"duration_minutes": 112, "poster": poster, "synopsis": ""}
        )
        screen, _ = Screen.objects.get_or_create(name=hall, defaults={"plan": plan})
        made = ShowTime.objects.create(
            movie=movie,
            screen=screen,
            starts_at=timezone.now() + timedelta(seconds=starts_in),
            price=Decimal(price),
        )
        reservations.lay_out(made)
        return made.pk

    return database.write(work)


def seed(*options: str) -> list[int]:
    call_command("seed_data", *options, verbosity=0, stdout=open(os.devnull, "w"))  # noqa: SIM115
    return list(ShowTime.objects.order_by("starts_at", "id").values_list("id", flat=True))


def shows_in(hall: str) -> list[int]:
    shows = ShowTime.objects.filter(screen__name=hall).order_by("starts_at", "id")
    return list(shows.values_list("id", flat=True))


def user(name: str, password: str) -> int:
    return User.objects.create_user(name, password=password).pk


def _customer(who: str) -> Customer:
    named = User.objects.filter(username=who).first()
    return Customer.of_user(named.pk) if named else Customer(f"guest:{who:0>64}", None)


def hold(show_id: int, seats: list[str], who: str = "", for_seconds: int = 600) -> None:
    names = SeatNames.of(*seats)
    with override_settings(HOLD_TTL_SECONDS=for_seconds):
        reservations.hold_seats(_customer(who), show_id, names)


def book(show_id: int, seats: list[str], who: str = "") -> str:
    names = SeatNames.of(*seats)
    reservations.hold_seats(_customer(who), show_id, names)
    booked = reservations.book_seats(_customer(who), show_id, names)
    return booked.facts["booking"]["reference"]


def labels(show_id: int) -> list[str]:
    seats = ShowTime.objects.get(pk=show_id).seats.order_by("id")
    return list(seats.values_list("label", flat=True))


def hold_many(show_id: int, seats: list[str], who: str = "") -> None:
    """As many as one likes, as no customer could."""
    with override_settings(MAX_SEATS_PER_HOLD=len(seats)):
        hold(show_id, seats, who)


def book_many(show_id: int, seats: list[str], who: str = "") -> None:
    with override_settings(MAX_SEATS_PER_HOLD=len(seats)):
        book(show_id, seats, who)


def release(show_id: int, seats: list[str], who: str = "") -> None:
    reservations.release_seats(_customer(who), show_id, SeatNames.of(*seats))


def accept(reference: str) -> None:
    reservations.accept_booking(_clerk(), reference)


def reject(reference: str, reason: str) -> None:
    reservations.reject_booking(_clerk(), reference, reason)


def _clerk() -> int:
    return User.objects.get_or_create(username="clerk", defaults={"is_staff": True})[0].pk


def forget_proofs() -> None:
    """Pictures that pay nothing yet are gone, as after a day."""
    PaymentProof.objects.filter(booking=None).delete()


def sell(show_id: int, share: float) -> int:
    return programme.sell(show_id, share)


def begin(show_id: int) -> None:
    """The film begins now: the house sells no more seats for it."""
    ShowTime.objects.filter(pk=show_id).update(starts_at=timezone.now() - timedelta(seconds=1))


def close(show_id: int) -> None:
    ShowTime.objects.filter(pk=show_id).delete()


def books(show_id: int) -> dict[str, Any]:
    """What the house has on paper about a show: bookings and holds, by seat labels."""
    chosen = ShowTime.objects.get(pk=show_id)
    taken = list(chosen.seats.exclude(status="AVAILABLE").order_by("id"))
    return {
        "bookings": Booking.objects.filter(show=show_id, cancelled_at=None).count(),
        "holds": Hold.objects.filter(show=show_id, state=HoldState.OPEN).count(),
        "booked": [seat.label for seat in taken if seat.status == "BOOKED"],
        "held": [seat.label for seat in taken if seat.status == "HELD"],
    }


DEEDS = {
    deed.__name__: deed
    for deed in (
        clear,
        show,
        seed,
        shows_in,
        user,
        hold,
        book,
        release,
        sell,
        begin,
        close,
        books,
        accept,
        reject,
        forget_proofs,
        labels,
        hold_many,
        book_many,
    )
}


def main() -> None:
    answers = os.fdopen(os.dup(1), "w")
    # Whatever else is printed must not be taken for an answer.
    os.dup2(2, 1)
    for line in sys.stdin:
        deed, positional, named = json.loads(line)
        try:
            answer = {"done": DEEDS[deed](*positional, **named)}
        except Exception as error:  # noqa: BLE001 - it is the test that has to hear of it
            answer = {"failed": f"{type(error).__name__}: {error}"}
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


if __name__ == "__main__":
    main()
