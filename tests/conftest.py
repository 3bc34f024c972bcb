import time
from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.core.cache import cache
from django.db import connection, transaction
from django.test import TransactionTestCase

from seats import feed

DAY_SECONDS, MINUTE_SECONDS = 86_400, 60

# Written by migrations, and the same for ever.
_KEPT = {"auth_permission", "django_content_type", "seats_turnstile"}


@pytest.fixture(scope="session", autouse=True)
def _emptied_quickly() -> Iterator[None]:
    """After a test that commits, rows are deleted. Django would truncate, which takes a second."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(TransactionTestCase, "_fixture_teardown", _delete_rows)
        yield


def _delete_rows(_: Any) -> None:
    models = apps.get_models(include_auto_created=True)
    tables = {model._meta.db_table for model in models if model._meta.managed} - _KEPT
    with (
        connection.constraint_checks_disabled(),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        for table in sorted(tables):
            cursor.execute(f"DELETE FROM {connection.ops.quote_name(table)}")


@pytest.fixture(autouse=True)
def _no_midnight() -> None:
    """Limits are counted by the day, the programme is made for days: none ends in mid-test."""
    left = DAY_SECONDS - time.time() % DAY_SECONDS
    if left < MINUTE_SECONDS:
        time.sleep(left)


@pytest.fixture(autouse=True)
def _no_counted_requests() -> Iterator[None]:
    """Limits on requests are counted in the cache, which outlives a test."""
    cache.clear()
    yield
    cache.clear()


@pytest.fixture(autouse=True)
def _nothing_remembered() -> Iterator[None]:
    """Rows of tests are undone, and ids come again: the feed's memories of shows must not last."""
    feed._shows.clear()
    yield
    feed._shows.clear()
