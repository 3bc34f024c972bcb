"""The login page of the admin: the same limits as at the API, counted together."""

import pytest
from django.contrib.auth.models import User
from django.test import Client

from seats.customers import attempts

pytestmark = pytest.mark.django_db

PAGE = "/admin/login/"


@pytest.fixture(autouse=True)
def _limits(settings):
    settings.THROTTLE_LOGIN = "3/day"


@pytest.fixture
def chief(db):
    return User.objects.create_superuser("chief", password="right")


def try_to_come_in(client, password="wrong", name="chief", **environ):
    return client.post(PAGE, {"username": name, "password": password}, **environ)


def test_it_lets_in(client, chief):
    assert try_to_come_in(client, "right").status_code == 302


@pytest.mark.parametrize("name", ["chief", "CHIEF", "nobody"])
def test_it_is_limited(client, chief, name):
    assert [try_to_come_in(client, name=name).status_code for _ in range(3)] == [200] * 3

    refused = try_to_come_in(client, "right", name)

    assert refused.status_code == 429
    assert int(refused.headers["Retry-After"]) > 0
    assert b"That was too often. Please wait" in refused.content
    assert "_auth_user_id" not in client.session


def test_its_attempts_count_at_the_api_too(client, chief):
    for _ in range(3):
        try_to_come_in(client)

    answer = client.post(
        "/api/seats/login/",
        {"username": "chief", "password": "right"},
        content_type="application/json",
    )

    assert answer.status_code == 429


def test_nobody_keeps_the_chief_out_of_where_they_work(client, chief):
    assert try_to_come_in(client, "right", REMOTE_ADDR="192.0.2.7").status_code == 302
    for n in range(3 * attempts.NAME_FACTOR + 1):
        refused = try_to_come_in(Client(), REMOTE_ADDR=f"198.51.100.{n}")
    assert refused.status_code == 429

    assert try_to_come_in(Client(), "right", REMOTE_ADDR="192.0.2.7").status_code == 302


def test_a_form_without_a_name_is_not_counted(client, chief):
    for _ in range(5):
        assert client.post(PAGE, {"password": "right"}).status_code == 200

    assert try_to_come_in(client, "right").status_code == 302


def change(client, old):
    new = {"new_password1": "a new pass phrase", "new_password2": "a new pass phrase"}
    return client.post("/admin/password_change/", {"old_password": old, **new})


def test_the_old_password_cannot_be_guessed_where_a_new_one_is_set(client, chief):
    """By somebody who has found a browser that is logged in."""
    client.force_login(chief)
    assert [change(client, f"guess {n}").status_code for n in range(3)] == [200] * 3

    refused = change(client, "right")

    assert refused.status_code == 429
    assert int(refused.headers["Retry-After"]) > 0
    assert b"That was too often. Please wait" in refused.content
    chief.refresh_from_db()
    assert chief.check_password("right")


def test_a_new_password_is_set(client, chief):
    client.force_login(chief)

    assert change(client, "right").status_code == 302
    chief.refresh_from_db()
    assert chief.check_password("a new pass phrase")
