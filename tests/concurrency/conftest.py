import pytest

from seats import database
from seats.domain import Customer

# The clock is for tests that ask for it: in the others the database's own goes on.
from tests.concurrency.crowd import PATIENCE
from tests.engine.conftest import _rules, clock  # noqa: F401
from tests.engine.house import House, customer


@pytest.fixture(autouse=True)
def _patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who waits for their turn gets it, however slow the machine: the crowd is all that counts."""
    monkeypatch.setattr(database, "WAIT_SECONDS", PATIENCE)


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
