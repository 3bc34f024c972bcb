"""GET /healthz"""

import pytest
from django.db import OperationalError, connection
from django.db.migrations.recorder import MigrationRecorder

from tests.api.people import problem


def test_all_is_well(client, db):
    response = client.get("/healthz")

    assert (response.status_code, response.json()) == (200, {"status": "ok"})
    assert response.headers["Cache-Control"] == "no-store"


def test_a_migration_is_missing(client, db):
    applied = MigrationRecorder(connection).migration_qs
    applied.filter(app="seats").order_by("-id").first().delete()

    response = client.get("/healthz")

    problem(response, 503, "not_ready")
    assert response.headers["Retry-After"]


def test_the_database_does_not_answer(client, db, monkeypatch, caplog):
    def fail(_):
        raise OperationalError("gone away")

    monkeypatch.setattr(MigrationRecorder, "applied_migrations", fail)
    monkeypatch.setattr(connection, "close", lambda: None)

    problem(client.get("/healthz"), 503, "not_ready")
    assert "gone away" in caplog.text


def test_it_is_cheap(client, db, django_assert_max_num_queries):
    client.get("/healthz")

    with django_assert_max_num_queries(2):
        client.get("/healthz")


@pytest.mark.parametrize("header", ["Token nonsense", "Basic x"])
def test_nobody_is_asked_who_they_are(client, db, header):
    assert client.get("/healthz", headers={"Authorization": header}).status_code == 200
