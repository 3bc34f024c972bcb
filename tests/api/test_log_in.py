"""POST /api/seats/login/ and GET /api/seats/me/"""

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from knox.models import AuthToken

from seats.customers import tokens
from seats.models import LoginSession
from tests.api.people import PASSWORD, Person, problem

PATH = "/api/seats/login/"


@pytest.fixture
def visitor(db):
    return Person("visitor")


def test_it_gives_a_token_and_a_session(visitor):
    answer = visitor.log_in()

    assert answer["user"]["username"] == "visitor"
    by_cookie = visitor.get("/api/seats/me/")
    visitor.client.cookies.clear()
    by_token = visitor.get("/api/seats/me/", Authorization=f"Token {answer['token']}")
    assert by_cookie.json() == by_token.json() == {"user": answer["user"]}


def test_the_token_is_stored_hashed(visitor):
    token = visitor.log_in()["token"]

    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM knox_authtoken")
        assert token not in str(cursor.fetchall())


def test_the_cookie_is_out_of_reach_of_scripts(visitor):
    visitor.log_in()

    cookie = visitor.client.cookies["sessionid"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"


def test_a_session_of_before_is_not_taken_over(visitor):
    """Else whoever planted a session id in a browser would be logged in with it."""
    visitor.log_in()
    planted = visitor.client.cookies["sessionid"].value
    visitor.log_in()

    assert visitor.client.cookies["sessionid"].value != planted
    visitor.client.cookies["sessionid"] = planted
    problem(visitor.get("/api/seats/me/"), 401, "not_authenticated")


@pytest.mark.parametrize("name", ["VISITOR", "Visitor"])
def test_capitals_do_not_matter_in_a_name(visitor, name):
    assert visitor.log_in(username=name)["user"]["username"] == "visitor"


@pytest.mark.parametrize(
    ("username", "password"),
    [
        ("visitor", "wrong"),
        ("visitor", PASSWORD + " "),
        ("nobody", PASSWORD),
        ("visitor' --", PASSWORD),
        ("vis%", PASSWORD),
        ("vis_tor", PASSWORD),
        ("\u202evisitor", PASSWORD),
    ],
)
def test_wrong_credentials(visitor, username, password):
    response = visitor.post(PATH, {"username": username, "password": password})

    problem(response, 401, "invalid_credentials")
    assert response.headers["WWW-Authenticate"] == "Token"
    assert not response.cookies
    assert not AuthToken.objects.exists()


def test_an_account_that_is_switched_off(visitor):
    token = visitor.log_in()["token"]
    User.objects.update(is_active=False)

    problem(visitor.get("/api/seats/me/"), 401, "not_authenticated")
    visitor.client.cookies.clear()
    by_token = visitor.get("/api/seats/me/", Authorization=f"Token {token}")
    problem(by_token, 401, "not_authenticated")
    credentials = {"username": "visitor", "password": PASSWORD}
    problem(visitor.post(PATH, credentials), 401, "invalid_credentials")


def test_a_new_password_ends_old_sessions(visitor):
    visitor.log_in()
    user = User.objects.get()
    user.set_password("another pass phrase")
    user.save()

    problem(visitor.get("/api/seats/me/"), 401, "not_authenticated")


def test_a_new_password_ends_old_tokens(visitor):
    """Somebody else may have one of them."""
    token = visitor.log_in()["token"]
    user = User.objects.get()
    other = User.objects.create_user("other", password=PASSWORD)
    tokens.issue(other)

    user.first_name = "Ida"
    user.save()
    assert visitor.get("/api/seats/me/", Authorization=f"Token {token}").status_code == 200

    user.set_password("another pass phrase")
    user.save()
    visitor.client.cookies.clear()
    answer = visitor.get("/api/seats/me/", Authorization=f"Token {token}")
    problem(answer, 401, "not_authenticated")
    assert AuthToken.objects.get().user == other


def test_a_hash_made_anew_at_a_login_ends_no_token(visitor, settings):
    visitor.log_in()
    settings.PASSWORD_HASHERS = [
        "django.contrib.auth.hashers.PBKDF2PasswordHasher",
        *settings.PASSWORD_HASHERS,
    ]

    visitor.log_in()

    assert User.objects.get().password.startswith("pbkdf2")
    assert AuthToken.objects.count() == 2


def test_a_stale_token_does_not_keep_one_out(visitor):
    visitor.headers["Authorization"] = "Token 0123456789abcdef"

    assert visitor.log_in()["token"]


def test_expired_tokens_are_swept(visitor):
    visitor.log_in()
    AuthToken.objects.update(expiry="2001-01-01T00:00:00Z")
    visitor.log_in()

    assert AuthToken.objects.count() == 1


def test_the_session_is_written_once(visitor):
    with CaptureQueriesContext(connection) as queries:
        visitor.log_in()

    writes = [
        query["sql"]
        for query in queries
        if "seats_loginsession" in query["sql"] and query["sql"].startswith(("INSERT", "UPDATE"))
    ]
    assert [write.split()[0] for write in writes] == ["INSERT", "UPDATE"]
    assert LoginSession.objects.count() == 1


def test_a_key_is_accepted_and_replays_nothing(visitor):
    """What a login returns is a secret, and secrets are not stored to be repeated."""
    credentials = {"username": "visitor", "password": PASSWORD}
    first = visitor.post(PATH, credentials, **{"Idempotency-Key": "k"})
    again = visitor.post(PATH, credentials, **{"Idempotency-Key": "k"})

    assert first.json()["token"] != again.json()["token"]
    assert "Idempotency-Replayed" not in again.headers
