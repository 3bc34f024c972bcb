from collections.abc import Iterator

import pytest
from django.conf import LazySettings

from seats.customers.guests import customer_of
from seats.domain import Customer
from tests.engine.house import House, HouseClock, customer


@pytest.fixture(autouse=True)
def _rules(settings: LazySettings) -> None:
    settings.HOLD_TTL_SECONDS = 600
    settings.HOLD_MAX_SECONDS = 1800
    settings.SELECT_TTL_SECONDS = 30
    settings.MAX_SEATS_PER_HOLD = 4


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> HouseClock:
    return HouseClock(monkeypatch)


@pytest.fixture
def house(db: None, clock: HouseClock) -> Iterator[House]:
    """A show of two rows of five seats; when the test is over, its books have to agree."""
    opened = House.open()
    yield opened
    opened.books_agree()


@pytest.fixture
def owner(db: None) -> Customer:
    return customer("owner")


@pytest.fixture
def rival(db: None) -> Customer:
    return customer("rival")


@pytest.fixture
def guest() -> Customer:
    """Somebody who has not logged in."""
    return customer_of("the-guest-who-looks-around")


@pytest.fixture
def stranger(db: None) -> Customer:
    return customer("stranger")
