"""POST /api/seats/register/"""

import pytest
from django.contrib.auth.models import User
from django.db import connection

from tests.api.people import PASSWORD, problem

PATH = "/api/seats/register/"


def wish(**changed):
    return {"username": "newcomer", "password": PASSWORD, "email": "new@example.org", **changed}


def test_it_makes_an_account(stranger, db):
    response = stranger.post(PATH, wish())

    assert response.status_code == 201
    user = response.json()["user"]
    assert user == {"id": user["id"], "username": "newcomer", "email": "new@example.org"}
    assert User.objects.get(pk=user["id"]).check_password(PASSWORD)
    assert response.headers["Cache-Control"] == "no-store"
    assert not response.cookies


def test_one_can_log_in_then(stranger, db):
    stranger.post(PATH, wish())
    stranger.username = "newcomer"

    assert stranger.log_in()["user"]["username"] == "newcomer"


def test_an_address_is_not_needed(stranger, db):
    response = stranger.post(PATH, {"username": "newcomer", "password": PASSWORD})

    assert response.json()["user"]["email"] == ""


def test_nobody_gets_rights_by_asking(stranger, db):
    stranger.post(PATH, wish(is_staff=True, is_superuser=True, id=7))

    user = User.objects.get()
    assert (user.is_staff, user.is_superuser) == (False, False)


@pytest.mark.parametrize("name", ["owner", "OWNER", "Owner", "oWnEr"])
def test_a_name_is_taken_in_any_case(stranger, owner, name):
    problem(stranger.post(PATH, wish(username=name)), 409, "username_taken")

    assert User.objects.count() == 1


def test_a_name_is_taken_in_any_case_beyond_ascii(stranger, db):
    assert stranger.post(PATH, wish(username="\u00e4nne")).status_code == 201

    problem(stranger.post(PATH, wish(username="\u00c4nne")), 409, "username_taken")


@pytest.mark.parametrize(
    "name",
    [
        "a b",
        " owner",
        "a\nb",
        "a\tb",
        "a\u0007",
        "a/b",
        "<b>",
        "a\u202eb",
        "a\u200b",
        "\U0001f4a9",
        "x" * 151,
        "",
    ],
)
def test_names_nobody_can_have(stranger, db, name):
    errors = problem(stranger.post(PATH, wish(username=name)), 400, "invalid")["errors"]

    assert list(errors) == ["username"]
    assert not User.objects.exists()


@pytest.mark.parametrize("password", ["short", "password", "12345678901", "newcomer1", ""])
def test_passwords_that_are_too_easy(stranger, db, password):
    errors = problem(stranger.post(PATH, wish(password=password)), 400, "invalid")["errors"]

    assert list(errors) == ["password"]
    assert not User.objects.exists()


@pytest.mark.parametrize("address", ["x", "a@", "@b", "a b@example.org", "a@b\n", "x" * 300])
def test_what_is_no_address(stranger, db, address):
    errors = problem(stranger.post(PATH, wish(email=address)), 400, "invalid")["errors"]

    assert list(errors) == ["email"]


def test_all_that_is_wrong_is_said_at_once(stranger, db):
    response = stranger.post(PATH, wish(username="a b", password="x", email="x"))

    assert set(problem(response, 400, "invalid")["errors"]) == {"username", "password", "email"}


def test_a_password_is_kept_as_it_is_typed(stranger, db):
    stranger.post(PATH, wish(password="  spaces and \u00fc\u00f1\u00ef  "))

    assert User.objects.get().check_password("  spaces and \u00fc\u00f1\u00ef  ")


# With an Idempotency-Key


def test_a_repeated_request_gets_the_first_answer(stranger, db):
    first = stranger.post(PATH, wish(), **{"Idempotency-Key": "k"})
    again = stranger.post(PATH, wish(), **{"X-Idempotency-Key": "k"})

    assert (again.status_code, again.json()) == (201, first.json())
    assert again.headers["Idempotency-Replayed"] == "true"
    assert "Idempotency-Replayed" not in first.headers
    assert User.objects.count() == 1


def test_without_a_key_the_second_is_refused(stranger, db):
    stranger.post(PATH, wish())

    problem(stranger.post(PATH, wish()), 409, "username_taken")


def test_another_request_with_the_key_is_refused(stranger, db):
    stranger.post(PATH, wish(), **{"Idempotency-Key": "k"})

    response = stranger.post(PATH, wish(password=f"{PASSWORD}!"), **{"Idempotency-Key": "k"})

    problem(response, 422, "idempotency_key_reused")


def test_two_people_may_draw_the_same_key(stranger, db):
    first = stranger.post(PATH, wish(), **{"Idempotency-Key": "k"})
    second = stranger.post(PATH, wish(username="another"), **{"Idempotency-Key": "k"})

    assert (first.status_code, second.status_code) == (201, 201)


def test_the_password_is_stored_nowhere_but_hashed(stranger, db):
    stranger.post(PATH, wish(), **{"Idempotency-Key": "k"})

    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            cursor.execute(f"SELECT * FROM {table}")
            assert PASSWORD not in str(cursor.fetchall())
