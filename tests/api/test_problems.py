"""Errors are problem+json (RFC 9457) everywhere below /api/, whoever found them."""

import json
import logging
import re

import pytest
from django.db import InterfaceError, OperationalError, ProgrammingError
from django.test import Client
from django.urls import get_resolver

from seats import availability
from seats.api import problems
from seats.api.schema.shapes import FACTS
from seats.api.urls import ENDPOINTS
from seats.errors import Busy, SeatError
from tests.api.people import problem

ADDRESSES = [re.sub(r"<str:\w+>", "1", f"/{route}") for route in [*ENDPOINTS, "api/docs/"]]


def kinds(of=SeatError):
    for kind in of.__subclasses__():
        yield kind
        yield from kinds(kind)


def test_every_refusal_of_the_engine_has_a_status():
    assert {kind.code for kind in kinds()} <= set(problems.KINDS)


def test_codes_with_facts_are_codes():
    assert set(FACTS) <= set(problems.KINDS)


METHODS = ["DELETE", "PUT", "PATCH", "TRACE", "PROPFIND", "X" * 99]


@pytest.mark.parametrize(
    ("method", "path"),
    [(m, p) for p in ADDRESSES for m in METHODS if (m, p) != ("DELETE", "/api/seat-locks/")],
)
def test_methods_nobody_knows(stranger, db, method, path):
    response = stranger.client.generic(method, path, b"nonsense", "text/plain")

    problem(response, 405, "method_not_allowed")
    assert response.headers["Allow"]


@pytest.mark.parametrize("path", ADDRESSES)
def test_the_other_method(stranger, db, path):
    """405 comes before 401, 403 and 415: asking again with a token would not help."""
    allowed = stranger.client.options(path).headers["Allow"]
    method = "GET" if allowed.startswith("POST") else "POST"

    response = stranger.client.generic(
        method, path, b"nonsense", "text/plain", headers={"Origin": "https://evil.example"}
    )

    problem(response, 405, "method_not_allowed")
    assert response.headers["Allow"] == allowed
    assert allowed in {"POST, OPTIONS", "POST, DELETE, OPTIONS", "GET, HEAD, OPTIONS"}


@pytest.mark.parametrize("path", [path for path in ADDRESSES if "docs" not in path])
@pytest.mark.parametrize(
    "accept", ["text/html", "application/xml", "image/*", "application/x-yaml"]
)
def test_formats_we_do_not_speak(stranger, db, path, accept):
    method = "POST" if stranger.client.options(path).headers["Allow"].startswith("POST") else "GET"

    response = stranger.send(method, path, b"{}", "application/json", Accept=accept)

    problem(response, 406, "not_acceptable")


@pytest.mark.parametrize(
    "accept",
    ["*/*", "application/json", "application/*", "text/html,*/*;q=0.1", "nonsense, */*"],
)
def test_formats_we_speak(stranger, db, accept):
    assert stranger.get("/api/seats/shows/", Accept=accept).status_code == 200


@pytest.mark.parametrize(
    "accept", ["nonsense", "/", ";", "application/json; q=x", "\u00ff", ",,,", ""]
)
def test_formats_that_are_none(stranger, db, accept):
    response = stranger.get("/api/seats/shows/", Accept=accept)

    assert response.status_code in {200, 406}
    assert response.headers["Content-Type"] in {"application/json", "application/problem+json"}


@pytest.mark.parametrize("debug", [True, False])
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE", "HEAD"])
@pytest.mark.parametrize(
    "path",
    [
        "/api",
        "/api/",
        "/api/x",
        "/api/seats/x/",
        "/api/seats//",
        "/api/%00",
        "/api/\u00e4/",
        "/api/%FF",
    ],
)
def test_addresses_that_do_not_exist(client, db, settings, debug, method, path):
    settings.DEBUG = debug

    response = client.generic(method, path, b"{}", "application/json")

    if method == "HEAD":
        assert (response.status_code, response.content) == (404, b"")
    else:
        problem(response, 404, "not_found")


@pytest.mark.parametrize("debug", [True, False])
@pytest.mark.parametrize("path", ["/api/seats/shows/", "/healthz", "/api/docs/", "/api/x"])
@pytest.mark.parametrize(
    "host", ["evil.example", "localhost:x", "a b", "[::", "\u00e4.example", ""]
)
def test_hosts_that_are_not_ours(client, db, settings, debug, path, host):
    settings.DEBUG = debug
    settings.ALLOWED_HOSTS = ["testserver"]

    response = client.get(path, headers={"Host": host})

    problem(response, 400, "invalid")


@pytest.fixture
def broken(monkeypatch):
    def break_with(error):
        def fail(*_):
            raise error

        monkeypatch.setattr(availability, "upcoming_shows", fail)

    return break_with


@pytest.mark.parametrize("debug", [True, False])
def test_the_unexpected_is_logged_and_told_without_details(db, settings, broken, caplog, debug):
    settings.DEBUG = debug
    broken(RuntimeError("the secret reason"))

    with caplog.at_level(logging.ERROR):
        response = Client(raise_request_exception=False).get("/api/seats/shows/")

    problem(response, 500, "server_error")
    assert "secret" not in response.content.decode()
    assert any(
        record.exc_info and "the secret reason" in str(record.exc_info[1])
        for record in caplog.records
    )


@pytest.mark.parametrize(
    "error",
    [
        OperationalError(2013, "Lost connection to server during query"),
        OperationalError("database or disk is full"),
        OperationalError("the secret reason"),
        InterfaceError("connection already closed"),
    ],
    ids=str,
)
def test_a_database_that_cannot_be_had_is_busy_and_logged(client, db, broken, caplog, error):
    broken(error)

    with caplog.at_level(logging.ERROR):
        response = client.get("/api/seats/shows/")

    problem(response, 503, "busy")
    assert response.headers["Retry-After"] == "1"
    assert str(error) not in response.content.decode()
    assert any(
        record.exc_info is not None and record.exc_info[1] is error for record in caplog.records
    )


def test_a_wrong_question_to_the_database_is_unexpected(db, broken):
    broken(ProgrammingError("no such relation"))

    problem(Client(raise_request_exception=False).get("/api/seats/shows/"), 500, "server_error")


def test_an_account_that_cannot_be_looked_up_is_no_reason_to_log_in(owner, show, monkeypatch):
    """A lost connection must not look like a wrong token: the page would forget it."""

    def fail(*_):
        raise OperationalError("server closed the connection unexpectedly")

    monkeypatch.setattr("seats.customers.user_of_token", fail)

    problem(owner.get("/api/seats/me/"), 503, "busy")


def test_busy_says_when_to_come_back(client, db, broken):
    broken(Busy(3))

    response = client.get("/api/seats/shows/")

    problem(response, 503, "busy")
    assert response.headers["Retry-After"] == "3"


def test_headers_of_security_stay_on_errors(client, db, broken):
    broken(RuntimeError())

    for response in (
        client.get("/api/nothing"),
        Client(raise_request_exception=False).get("/api/seats/shows/"),
    ):
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert "Content-Security-Policy" in response.headers


def test_browsers_get_pages_outside_the_api(client, db):
    response = client.get("/nothing-here/", headers={"Accept": "text/html,*/*;q=0.8"})

    assert response.status_code == 404
    assert response.headers["Content-Type"].startswith("text/html")


@pytest.mark.parametrize("accept", ["*/*", "application/json", ""])
def test_programs_get_problems_everywhere(client, db, accept):
    problem(client.get("/nothing-here/", headers={"Accept": accept}), 404, "not_found")


def test_all_that_is_below_api_is_ours():
    routes = {str(pattern.pattern) for pattern in get_resolver("seats.api.urls").url_patterns}

    assert {route.rstrip("/") for route in routes} == {
        *(route.rstrip("/") for route in ENDPOINTS),
        "api/docs",
        "^api(?:/|$)",
    }


def test_a_problem_is_readable_whatever_it_quotes():
    made = problems.answer(problems.Problem("invalid", "half a pair: \ud800", {"errors": {}}))

    assert json.loads(made.content)["code"] == "invalid"
