"""POST /api/seats/logout/"""

import pytest
from knox.models import AuthToken

from seats.models import LoginSession
from tests.api.people import Person, problem

PATH = "/api/seats/logout/"


@pytest.fixture
def visitor(db):
    return Person("visitor")


def test_by_cookie_the_session_and_its_token_end(visitor):
    token = visitor.log_in()["token"]
    session = visitor.client.cookies["sessionid"].value

    response = visitor.post(PATH)

    assert response.status_code == 200
    assert response.json()["message"]
    assert not LoginSession.objects.exists()
    visitor.client.cookies["sessionid"] = session
    problem(visitor.get("/api/seats/me/"), 401, "not_authenticated")
    visitor.client.cookies.clear()
    by_token = visitor.get("/api/seats/me/", Authorization=f"Token {token}")
    problem(by_token, 401, "not_authenticated")


def test_by_token_the_token_and_this_browsers_session_end(visitor):
    token = visitor.log_in()["token"]

    visitor.post(PATH, Authorization=f"Token {token}")

    assert not LoginSession.objects.exists()
    assert not AuthToken.objects.exists()


def test_other_logins_stay(visitor):
    elsewhere = visitor.log_in()["token"]
    visitor.client.cookies.clear()
    visitor.log_in()

    visitor.post(PATH)

    visitor.client.cookies.clear()
    response = visitor.get("/api/seats/me/", Authorization=f"Token {elsewhere}")
    assert response.status_code == 200


def test_somebody_elses_cookie_is_left_alone(visitor, rival):
    visitor.log_in()

    visitor.post(PATH, Authorization=rival.headers["Authorization"])

    assert visitor.get("/api/seats/me/").json()["user"]["username"] == "visitor"
    problem(rival.get("/api/seats/me/"), 401, "not_authenticated")


def test_twice(visitor):
    visitor.log_in()
    visitor.post(PATH)

    problem(visitor.post(PATH), 401, "not_authenticated")


def test_held_seats_stay_held(owner, show):
    owner.hold(show, "A1")
    owner.post(PATH)

    assert len(owner.with_token().get("/api/seats/my-holds/").json()["holds"]) == 1
