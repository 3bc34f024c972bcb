"""Real servers over the database of the tests: gunicorn, and daphne with push."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest

# What only push needs may be left out where push is; CI leaves out nothing.
for package in ("daphne", "socketio", "redis", "websockets", "aiohttp"):
    pytest.importorskip(package, reason=f"{package} is not installed: requirements-dev.txt has it")

from seats.customers import tokens  # noqa: E402
from seats.domain import Customer  # noqa: E402
from tests.engine.house import House, customer  # noqa: E402
from tests.realtime.clients import Loop  # noqa: E402
from tests.realtime.processes import SITE, Daphne, Redis  # noqa: E402
from tests.safety.conftest import database_url, serve  # noqa: E402, F401

Serve = Callable[..., Daphne]

# What modules of tests call the sessions of those who have no account.
GUESTS = {"FIRST", "GUEST", "LAST", "MINE", "OTHERS", "SECOND"}
_tests = count()


def environment(**settings: str) -> dict[str, str]:
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "tests.safety.served",
        "HOLDFAST_ENV_FILE": "",
        "SECRET_KEY": "a-key-for-tests-that-is-long-enough-and-guards-nothing-at-all",
        "DATABASE_URL": database_url(),
        "DEBUG": "False",
        "THROTTLE_LOGIN": "off",
        "THROTTLE_REGISTER": "off",
        "THROTTLE_WRITE": "off",
        "SELECT_TTL_SECONDS": "600",
        **settings,
    }


@pytest.fixture(scope="session")
def daphne(
    django_db_setup: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[..., Daphne]]:
    """Starts daphne with the settings given; one for each name and set of settings."""
    servers: dict[str, Daphne] = {}

    def server(name: str = "usual", application: str = SITE, **settings: str) -> Daphne:
        key = repr((name, application, sorted(settings.items())))
        if key not in servers:
            log = Path(tmp_path_factory.mktemp("daphne")) / "log"
            given = {"PUSH_GRACE_SECONDS": "1", **settings}
            servers[key] = Daphne(environment(**given), log, application=application)
        return servers[key]

    yield server
    for started in servers.values():
        started.ask_to_end()
    for started in servers.values():
        started.end()
    for started in servers.values():
        # Nothing was logged: no error, and no warning, which would have been one; but for a Redis
        # that tests have killed.
        lines = started.log.read_text().splitlines()
        assert [line for line in lines if " WARNING " not in line or "Redis" not in line] == []


@pytest.fixture(autouse=True)
def _long_selections(settings: Any) -> None:
    """Nothing is let go because its time is over, unless a test wants that."""
    settings.SELECT_TTL_SECONDS = 600


@pytest.fixture(autouse=True)
def _guests_of_their_own(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who left at the end of a test is let go of a second later: in the midst of the next one."""
    for name in GUESTS & vars(request.module).keys():
        of_all = getattr(request.module, name)
        monkeypatch.setattr(request.module, name, f"{of_all}-{next(_tests)}")


@pytest.fixture
def push(transactional_db: None, daphne: Serve) -> Daphne:
    return daphne()


@pytest.fixture(scope="session")
def redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Redis]:
    """Whoever kills it starts it again."""
    started = Redis(tmp_path_factory.mktemp("redis"))
    yield started
    started.end()


@pytest.fixture(scope="session")
def machines(
    daphne: Serve, redis: Redis, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Daphne, Daphne]:
    """Two processes that share no memory, as on two machines: a folder for hints each."""

    def machine(name: str) -> Daphne:
        return daphne(name, REDIS_URL=redis.url, TMPDIR=str(tmp_path_factory.mktemp(name)))

    return machine("left"), machine("right")


@pytest.fixture
def without_clock(transactional_db: None, daphne: Serve, redis: Redis) -> Daphne:
    return daphne(application="tests.realtime.without_clock:application", REDIS_URL=redis.url)


@pytest.fixture(scope="module")
def loop() -> Iterator[Loop]:
    started = Loop()
    yield started
    started.end()


@pytest.fixture
def house(transactional_db: None) -> Iterator[House]:
    opened = House.open()
    yield opened
    opened.books_agree()


@pytest.fixture
def owner(transactional_db: None) -> Customer:
    return customer("owner")


@pytest.fixture
def rival(transactional_db: None) -> Customer:
    return customer("rival")


def token_of(who: Customer) -> str:
    """What a customer's program sends to be known."""
    from django.contrib.auth.models import User

    return tokens.issue(User.objects.get(pk=who.user_id))[1]
