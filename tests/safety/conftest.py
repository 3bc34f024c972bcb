"""Real servers, as in production, over the database of the tests."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.utils import timezone

from proof.stage import Server
from seats.customers import tokens
from seats.layout import rectangle
from seats.models import Movie, Screen, ShowTime
from seats.reservations import open_show

Serve = Callable[..., Server]


def database_url() -> str:
    """Where another process finds the database that the tests made for themselves."""
    known = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{known['NAME']}"
    scheme = {"mysql": "mysql", "postgresql": "postgres"}[connection.vendor]
    user, password = (quote(known[name] or "", safe="") for name in ("USER", "PASSWORD"))
    return f"{scheme}://{user}:{password}@{known['HOST']}:{known['PORT']}/{known['NAME']}"


@pytest.fixture(scope="session")
def serve(
    django_db_setup: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[..., Server]]:
    """Starts gunicorn with the settings given; one server for each set of settings."""
    servers: dict[str, Server] = {}

    def server(*, workers: int = 1, threads: int = 4, **settings: str) -> Server:
        name = repr((workers, threads, sorted(settings.items())))
        if name not in servers:
            environment = {
                **os.environ,
                "DJANGO_SETTINGS_MODULE": "tests.safety.served",
                "HOLDFAST_ENV_FILE": "",
                "SECRET_KEY": "a-key-for-tests-that-is-long-enough-and-guards-nothing-at-all",
                "DATABASE_URL": database_url(),
                "DEBUG": "False",
                "THROTTLE_LOGIN": "off",
                "THROTTLE_REGISTER": "off",
                "THROTTLE_WRITE": "off",
                "HOARD_MAX_SEATS": "off",
                "HOARD_SEAT_MINUTES": "off",
                "HOARD_LAPSES": "off",
                **settings,
            }
            log = Path(tmp_path_factory.mktemp("server")) / "log"
            servers[name] = Server(environment, log, workers=workers, threads=threads).__enter__()
        return servers[name]

    yield server
    # All at once: each takes its time to go.
    for started in servers.values():
        if started.process is not None:
            started.process.terminate()
    for started in servers.values():
        started.__exit__(None, None, None)


def make_show(rows: int = 4, seats_per_row: int = 10, days: float = 2) -> ShowTime:
    screen, _ = Screen.objects.get_or_create(
        name=f"Hall of {rows} rows", defaults={"plan": rectangle(rows, seats_per_row)}
    )
    movie, _ = Movie.objects.get_or_create(title="A film", defaults={"duration_minutes": 90})
    return open_show(movie, screen, timezone.now() + timedelta(days=days), Decimal("9.00"))


def token_of(username: str, **more: Any) -> str:
    """A token of somebody new."""
    return tokens.issue(User.objects.create_user(username, password="pass", **more))[1]
