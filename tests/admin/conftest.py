from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from django.contrib.auth.models import User
from django.test import Client

from seats import database, reservations
from seats.domain import Customer
from seats.layout import rectangle
from seats.models import Movie, Screen, ShowTime
from tests.admin.people import BoxOffice


@pytest.fixture
def chief(client: Client) -> BoxOffice:
    return BoxOffice(client, User.objects.create_superuser("chief"))


@pytest.fixture
def owner() -> Customer:
    return Customer.of_user(User.objects.create_user("owner").pk)


@pytest.fixture
def rival() -> Customer:
    return Customer.of_user(User.objects.create_user("rival").pk)


@pytest.fixture
def make_show() -> Callable[..., ShowTime]:
    def make(
        plan: str | None = None, hall: str = "Studio", title: str = "A film", days: float = 1
    ) -> ShowTime:
        screen, _ = Screen.objects.get_or_create(
            name=hall, defaults={"plan": plan or rectangle(2, 5)}
        )
        movie, _ = Movie.objects.get_or_create(title=title, defaults={"duration_minutes": 90})
        starts_at = database.now().replace(microsecond=0) + timedelta(days=days)
        return reservations.open_show(movie, screen, starts_at, Decimal("9.00"))

    return make


@pytest.fixture
def show(make_show: Callable[..., ShowTime]) -> ShowTime:
    return make_show()
