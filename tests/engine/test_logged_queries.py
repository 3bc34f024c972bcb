"""With DEBUG on, which is how everybody starts, Django keeps every statement it runs."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from seats import database, reservations
from seats.domain import Customer, SeatNames
from seats.layout import rectangle
from seats.models import Movie, Screen


@pytest.mark.django_db(transaction=True)
def test_it_books_while_statements_are_logged() -> None:
    screen = Screen.objects.create(name="Studio", plan=rectangle(1, 2))
    movie = Movie.objects.create(title="A film", duration_minutes=90)
    owner = Customer("guest:owner", None)
    with CaptureQueriesContext(connection):
        starts_at = database.now() + timedelta(days=1)
        show = reservations.open_show(movie, screen, starts_at, Decimal("9.00"))
        reservations.hold_seats(owner, show.pk, SeatNames.of("A1"))
        booked = reservations.book_seats(owner, show.pk, None)
        reservations.cancel_booking(owner, booked.facts["booking"]["reference"])
        reservations.tidy()


@pytest.mark.django_db
def test_its_clock_is_near_the_clock_of_this_machine() -> None:
    assert abs(database.now() - timezone.now()) < timedelta(seconds=60)
