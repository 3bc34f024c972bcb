"""Tokens and cookies: what is accepted, and that everything else is a 401 problem."""

from datetime import timedelta

import pytest
from knox.models import AuthToken

from seats.customers.sessions import SessionStore
from seats.models import LoginSession
from tests.api.people import Person, problem

PRIVATE = [
    ("GET", "/api/seats/me/"),
    ("GET", "/api/seats/my-holds/"),
    ("GET", "/api/seats/my-bookings/"),
    ("GET", "/api/seats/bookings/AAAA-AAAA/"),
    ("POST", "/api/seats/logout/"),
    ("POST", "/api/seats/hold-batch/"),
    ("POST", "/api/seats/extend-hold/"),
    ("POST", "/api/seats/book-batch/"),
    ("POST", "/api/seats/release-hold-batch/"),
    ("POST", "/api/seats/bookings/AAAA-AAAA/cancel/"),
]

MALFORMED = [
    "",
    " ",
    "Token",
    "Token ",
    "Token  ",
    "Token a b",
    "Token nonsense",
    "Token " + "0" * 64,
    "Token " + "0" * 100_000,
    "Token \u00e4\u00f6",
    "Token \x7f",
    "Token a\tb",
    "Tok\u00e9n abc",
    "Bearer abc",
    "Basic b3duZXI6b3duZXI=",
    "Negotiate",
    "\u00ff\u00fe",
]


@pytest.mark.parametrize(("method", "path"), PRIVATE)
def test_nobody(stranger, db, method, path):
    response = stranger.send(method, path, b"{}", "application/json")

    problem(response, 401, "not_authenticated")
    assert response.headers["WWW-Authenticate"] == "Token"


@pytest.mark.parametrize(("method", "path"), PRIVATE)
def test_headers_that_are_no_token(stranger, db, method, path):
    for header in MALFORMED:
        response = stranger.send(method, path, b"{}", "application/json", Authorization=header)
        problem(response, 401, "not_authenticated")


def test_a_wrong_header_is_said_where_nobody_need_log_in(stranger, show):
    """Whoever sends a token expects to be known: silence would show them other people's view."""
    for header in MALFORMED:
        problem(stranger.get("/api/seats/", Authorization=header), 401, "not_authenticated")


@pytest.mark.parametrize("header", ["Token {}", "token {}", "TOKEN {}", "Token   {}", " Token {} "])
def test_a_token(owner, header):
    token = owner.headers["Authorization"].split()[1]

    assert owner.get("/api/seats/me/", Authorization=header.format(token)).status_code == 200


def test_a_cookie_does_not_help_a_wrong_token(db):
    visitor = Person("visitor")
    visitor.log_in()

    problem(visitor.get("/api/seats/me/", Authorization="Token x"), 401, "not_authenticated")
    assert visitor.get("/api/seats/me/").status_code == 200


def test_a_token_goes_before_a_cookie(db, rival):
    visitor = Person("visitor")
    visitor.log_in()

    answer = visitor.get("/api/seats/me/", **rival.headers).json()

    assert answer["user"]["username"] == "rival"


def test_an_expired_token(owner):
    AuthToken.objects.update(expiry="2001-01-01T00:00:00Z")

    problem(owner.get("/api/seats/me/"), 401, "not_authenticated")


def test_tokens_expire(owner):
    token = AuthToken.objects.get()

    assert round((token.expiry - token.created) / timedelta(days=1)) == 30


@pytest.mark.parametrize(
    "cookie", ["", "x", "nonsense" * 4, "\0" * 32, "a" * 5000, "\u00e4" * 32, "'; --", "0" * 32]
)
def test_cookies_that_are_no_session(stranger, db, cookie):
    stranger.client.cookies["sessionid"] = cookie

    problem(stranger.get("/api/seats/me/"), 401, "not_authenticated")


def test_looking_somebody_up_writes_nothing(owner, django_assert_num_queries):
    with django_assert_num_queries(1):
        owner.get("/api/seats/me/")


def test_looking_a_session_up_takes_one_query(db, django_assert_num_queries):
    visitor = Person("visitor")
    visitor.log_in()

    with django_assert_num_queries(1):
        assert visitor.get("/api/seats/me/").json()["user"]["username"] == "visitor"


def test_a_session_is_not_asked_for_where_there_is_no_cookie(db, django_assert_num_queries):
    with django_assert_num_queries(0):
        problem(Person().get("/api/seats/me/"), 401, "not_authenticated")


def test_a_session_of_a_user_who_is_gone(db):
    visitor = Person("visitor")
    visitor.log_in()
    visitor.user.delete()

    problem(visitor.get("/api/seats/me/"), 401, "not_authenticated")
    assert not LoginSession.objects.exists()


@pytest.mark.parametrize("broken", ["_auth_user_hash", "_auth_user_backend", "_auth_user_id"])
def test_a_session_that_says_something_else_than_its_row(db, rival, broken):
    visitor = Person("visitor")
    visitor.log_in()
    store = SessionStore(visitor.client.cookies["sessionid"].value)
    content = {**store.load(), broken: str(rival.user.pk)}
    LoginSession.objects.update(session_data=store.encode(content))

    problem(visitor.get("/api/seats/me/"), 401, "not_authenticated")


def test_a_session_whose_row_names_somebody_else_is_judged_by_what_it_holds(db, rival):
    visitor = Person("visitor")
    visitor.log_in()
    LoginSession.objects.update(user=rival.user)

    assert visitor.get("/api/seats/me/").json()["user"]["username"] == "visitor"


def test_a_key_of_before_still_opens_sessions(db, settings):
    visitor = Person("visitor")
    visitor.log_in()
    before = visitor.client.cookies["sessionid"].value
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another-key-for-tests-that-is-long-enough"

    assert visitor.get("/api/seats/me/").status_code == 200
    assert visitor.client.cookies["sessionid"].value != before
    assert visitor.get("/api/seats/me/").status_code == 200
