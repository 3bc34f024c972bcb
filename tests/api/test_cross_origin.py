"""What another site makes a visitor's browser send is refused, without tokens in our pages."""

import pytest
from django.contrib.auth.models import User
from django.test import RequestFactory

from seats.api.cross_origin import is_foreign
from tests.api.people import PASSWORD, Person, problem

UNSAFE = [
    "/api/seats/register/",
    "/api/seats/login/",
    "/api/seats/logout/",
    "/api/seats/hold-batch/",
    "/api/seats/extend-hold/",
    "/api/seats/book-batch/",
    "/api/seats/release-hold-batch/",
    "/api/seats/bookings/AAAA-AAAA/cancel/",
    "/api/bookings/select-seats/",
    "/api/bookings/release-seats/",
    "/api/seat-locks/",
]
EVIL = "https://evil.example"


@pytest.fixture
def visitor(db):
    person = Person("visitor")
    person.log_in()
    return person


@pytest.mark.parametrize("path", UNSAFE)
@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "nonsense"},
        {"Sec-Fetch-Site": ""},
        {"Origin": EVIL},
        {"Origin": "null"},
        {"Origin": ""},
        {"Sec-Fetch-Site": "cross-site", "Origin": "http://testserver"},
    ],
)
def test_another_site_is_refused(visitor, path, headers):
    body = {"username": "visitor", "password": PASSWORD}

    problem(visitor.post(path, body, **headers), 403, "cross_origin")


def test_nothing_happens_then(visitor, show):
    visitor.hold(show, "A1")

    visitor.book(show, Origin=EVIL)
    visitor.post("/api/seats/logout/", **{"Sec-Fetch-Site": "cross-site"})
    visitor.post("/api/seats/register/", {"username": "planted", "password": PASSWORD}, Origin=EVIL)

    assert visitor.get("/api/seats/my-bookings/").json() == {"bookings": []}
    assert not User.objects.filter(username="planted").exists()


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Sec-Fetch-Site": "same-origin"},
        {"Sec-Fetch-Site": "none"},
        {"Origin": "http://testserver"},
        {"Origin": "HTTP://TestServer"},
        {"Sec-Fetch-Site": "same-origin", "Origin": "http://testserver"},
    ],
)
def test_our_own_pages_and_programs_pass(visitor, show, headers):
    assert visitor.hold(show, "A1", **headers).status_code == 200


@pytest.mark.parametrize("headers", [{"Sec-Fetch-Site": "cross-site"}, {"Origin": EVIL}])
def test_a_token_is_no_cookie(owner, show, headers):
    """Another site cannot make a browser add it."""
    assert owner.hold(show, "A1", **headers).status_code == 200


def test_an_empty_authorization_header_is_no_way_round(visitor, show):
    """It passes this rule, and then counts as a wrong token, whatever the cookie says."""
    response = visitor.hold(show, "A1", Authorization="", Origin=EVIL)

    problem(response, 401, "not_authenticated")


@pytest.mark.parametrize("path", ["/api/seats/me/", "/api/seats/my-holds/", "/api/seats/shows/"])
def test_looking_is_allowed(visitor, path):
    """Without our permission the other site's page cannot read the answer."""
    response = visitor.get(path, Origin=EVIL, **{"Sec-Fetch-Site": "cross-site"})

    assert response.status_code == 200
    assert "Access-Control-Allow-Origin" not in response.headers


@pytest.mark.parametrize(
    ("trusted", "origin", "passes"),
    [
        ("https://tickets.example", "https://tickets.example", True),
        ("https://tickets.example", "https://TICKETS.example", True),
        ("https://tickets.example", "http://tickets.example", False),
        ("https://tickets.example", "https://tickets.example:8443", False),
        ("https://tickets.example", "https://tickets.example.evil.example", False),
        ("https://tickets.example", "https://www.tickets.example", False),
        ("https://*.example", "https://www.tickets.example", True),
        ("https://*.tickets.example", "https://eviltickets.example", False),
        ("https://*.tickets.example", "http://www.tickets.example", False),
        ("https://*.tickets.example", "null", False),
    ],
)
def test_sites_the_settings_trust(visitor, show, settings, trusted, origin, passes):
    settings.CSRF_TRUSTED_ORIGINS = [trusted]

    for headers in ({"Origin": origin}, {"Origin": origin, "Sec-Fetch-Site": "cross-site"}):
        assert (visitor.hold(show, "A1", **headers).status_code == 200) is passes


@pytest.mark.parametrize(
    ("origin", "foreign"),
    [
        ("https://testserver", False),
        ("http://testserver", True),
        ("https://testserver:444", True),
        ("https://testserver/", True),
        ("https://testserver#x", True),
        ("https://", True),
        ("https://[", True),
        ("testserver", True),
        ("https://user@testserver", True),
        ("ftp://testserver", True),
    ],
)
def test_what_an_origin_has_to_look_like(origin, foreign):
    request = RequestFactory().post("/", secure=True, headers={"Origin": origin})

    assert is_foreign(request) is foreign


def test_a_proxy_may_end_tls_without_telling_us():
    request = RequestFactory().post("/", headers={"Origin": "https://testserver"})

    assert not is_foreign(request)
