from collections.abc import Iterator

import pytest
from django.conf import LazySettings

from seats import feed
from seats.domain import Customer
from tests.engine.house import House, HouseClock, customer

pytestmark = pytest.mark.race


@pytest.fixture(autouse=True)
def _nothing_remembered() -> Iterator[None]:
    feed._shows.clear()
    yield
    feed._shows.clear()


@pytest.fixture(autouse=True)
def _rules(settings: LazySettings) -> None:
    settings.HOLD_TTL_SECONDS = 600
    settings.HOLD_MAX_SECONDS = 1800
    settings.MAX_SEATS_PER_HOLD = 4


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> HouseClock:
    """Only for tests that ask for it: in the others the database's own clock goes on."""
    return HouseClock(monkeypatch)


@pytest.fixture
def house(transactional_db: None) -> House:
    """A show of two rows of ten seats, there for every thread and process."""
    return House.open(2, 10)


@pytest.fixture
def crowd(transactional_db: None) -> list[Customer]:
    return [customer(f"customer {number}") for number in range(32)]


@pytest.fixture
def owner(transactional_db: None) -> Customer:
    return customer("owner")


@pytest.fixture
def rival(transactional_db: None) -> Customer:
    return customer("rival")
