"""Makes customers and shows in the database the settings name; a process of its own.

Reads ``{"customers": n, "halls": [[rows, seats per row, shows, share sold], …], "desk": bool}`` as
JSON and writes ``{"tokens": […], "halls": [{"shows": [id, …], "labels": [label, …]}, …], "desk":
cookie}``; the cookie is that of somebody at the box office, who has logged in to the admin.
"""

from __future__ import annotations

import json
import os
import sys
from datetime import timedelta
from decimal import Decimal

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from django.conf import settings  # noqa: E402
from django.contrib.auth.models import User  # noqa: E402
from django.test import Client  # noqa: E402
from django.utils import timezone  # noqa: E402
from knox.crypto import create_token_string, hash_token  # noqa: E402
from knox.models import AuthToken  # noqa: E402

from seats import reservations  # noqa: E402
from seats.domain import Customer, SeatNames  # noqa: E402
from seats.layout import rectangle  # noqa: E402
from seats.models import Movie, Screen, Seat  # noqa: E402

AT_ONCE = 500
settings.MAX_SEATS_PER_HOLD = AT_ONCE


def customers(count: int) -> list[str]:
    """Accounts with a token each; returns the tokens."""
    known = User.objects.count()
    names = [f"customer{number}" for number in range(known, known + count)]
    User.objects.bulk_create([User(username=name, password="!") for name in names], batch_size=500)
    users = User.objects.filter(username__in=names[:1] + names[-1:]).values_list("id", flat=True)
    users = User.objects.filter(id__gte=min(users), id__lte=max(users))
    texts = [create_token_string() for _ in users]
    AuthToken.objects.bulk_create(
        [
            AuthToken(
                digest=hash_token(text),
                token_key=text[:15],
                user=user,
                expiry=timezone.now() + timedelta(days=1),
            )
            for user, text in zip(users, texts, strict=True)
        ],
        batch_size=500,
    )
    return texts


def desk() -> str:
    """The cookie of a new account that may see all of the admin."""
    browser = Client()
    browser.force_login(User.objects.create_superuser(f"desk{User.objects.count()}"))
    return f"{settings.SESSION_COOKIE_NAME}={browser.cookies[settings.SESSION_COOKIE_NAME].value}"


def hall(rows: int, seats_per_row: int, shows: int, sold: float) -> dict[str, list[object]]:
    movie, _ = Movie.objects.get_or_create(title="A film", defaults={"duration_minutes": 90})
    screen, _ = Screen.objects.get_or_create(
        name=f"{rows} by {seats_per_row}", defaults={"plan": rectangle(rows, seats_per_row)}
    )
    starts_at = timezone.now() + timedelta(days=1)
    made = [
        reservations.open_show(movie, screen, starts_at, Decimal("9.50")).pk for _ in range(shows)
    ]
    seats = Seat.objects.filter(show_id=made[0]).order_by("id")
    labels: list[object] = list(seats.values_list("label", flat=True))
    if sold:
        # Every other seat: a hall that is half sold has both, and free neighbours too.
        count = round(len(labels) * sold)
        half = [str(label) for label in [*labels[::2], *labels[1::2]][:count]]
        for show in made:
            for start in range(0, count, AT_ONCE):
                buyer = Customer(f"guest:{show}:{start}", None)
                names = SeatNames.of(*half[start : start + AT_ONCE])
                reservations.hold_seats(buyer, show, names)
                reservations.book_seats(buyer, show, None)
    return {"shows": list(made), "labels": labels}


if __name__ == "__main__":
    wanted = json.load(sys.stdin)
    made = {
        "tokens": customers(wanted.get("customers", 0)) if wanted.get("customers") else [],
        "desk": desk() if wanted.get("desk") else "",
        "halls": [hall(*each) for each in wanted.get("halls", [])],
    }
    json.dump(made, sys.stdout)
