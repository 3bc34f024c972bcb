from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from seats.models import Movie, Screen, ShowTime
from seats.reservations import open_show
from tests.api.people import Person

PLAN = "tier S Standard\ntier P Premium +3.00\nA: SSSSS\nB: SSSSS | wheelchair 1\nC: PPPPP"


@pytest.fixture
def screen(db: Any) -> Screen:
    return Screen.objects.create(name="Hall 1", plan=PLAN)


@pytest.fixture
def make_show(screen: Screen) -> Callable[..., ShowTime]:
    movie = Movie.objects.create(
        title="The Long Tide", synopsis="A film.", duration_minutes=104, poster="posters/tide.svg"
    )

    def make(starts_at: datetime | None = None, **changed: Any) -> ShowTime:
        begins = starts_at or timezone.now() + timedelta(days=2)
        return open_show(movie, screen, begins, Decimal("10.00"), **changed)

    return make


@pytest.fixture
def show(make_show: Callable[..., ShowTime]) -> ShowTime:
    return make_show()


@pytest.fixture
def owner(db: Any) -> Person:
    return Person("owner").with_token()


@pytest.fixture
def rival(db: Any) -> Person:
    return Person("rival").with_token()


@pytest.fixture
def stranger(db: Any) -> Person:
    """Somebody without an account."""
    return Person()
