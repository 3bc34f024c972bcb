"""Whatever is sent to whatever address: an answer the OpenAPI document describes, never a 500."""

import json
import string
from urllib.parse import quote_from_bytes

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.api.people import Person
from tests.engine.profile import UNCHECKED

POSTS = [
    "/api/seats/register/",
    "/api/seats/login/",
    "/api/seats/hold-batch/",
    "/api/seats/extend-hold/",
    "/api/seats/book-batch/",
    "/api/seats/release-hold-batch/",
    "/api/seats/bookings/AAAA-AAAA/cancel/",
    "/api/bookings/select-seats/",
    "/api/bookings/release-seats/",
    "/api/seat-locks/",
]
GETS = [
    "/api/seats/",
    "/api/seats/shows/",
    "/api/seat-status/",
    "/api/seats/events/",
    "/api/seats/my-holds/",
    "/api/seats/my-bookings/",
    "/api/seats/me/",
    "/api/schema/",
    "/healthz",
]
NAMES = ["show_id", "seats", "seat_ids", "username", "password", "email", "row", "number"]
NAMES += ["showId", "showtimeId", "seatId", "sessionId"]
PARAMETERS = ["show_id", "since", "after", "limit", "date", "format", "lang", "version", "script"]
HEADERS = [
    "Accept",
    "Authorization",
    "Content-Type",
    "Cookie",
    "Idempotency-Key",
    "If-None-Match",
    "If-Match",
    "If-Modified-Since",
    "Origin",
    "Range",
    "Sec-Fetch-Site",
    "X-Idempotency-Key",
    "X-Forwarded-For",
    "X-HTTP-Method-Override",
    "Accept-Encoding",
    "Accept-Language",
]

texts = st.one_of(
    st.text(max_size=12),
    st.sampled_from(["A1", "A-1", "a01", "\0", "\ud800", "A" * 400, "1", "", " ", "owner"]),
)
numbers = st.one_of(
    st.integers(),
    st.integers(min_value=-1, max_value=60),
    st.sampled_from([2**31, 2**63 - 1, 2**63, 10**40]),
    st.floats(),
)
documents = st.recursive(
    st.one_of(st.none(), st.booleans(), numbers, texts),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(st.one_of(st.sampled_from(NAMES), texts), inner, max_size=5),
    ),
    max_leaves=12,
)
objects = st.dictionaries(st.sampled_from(NAMES), documents, max_size=6)

often = settings(
    # What differs between databases is how they take odd values, which fewer show as well.
    max_examples=300 if connection.vendor == "sqlite" else 100,
    deadline=None,
    derandomize=True,
    suppress_health_check=(*UNCHECKED, HealthCheck.function_scoped_fixture),
)


@pytest.fixture(autouse=True)
def _unthrottled(settings):
    settings.THROTTLE_WRITE = settings.THROTTLE_LOGIN = settings.THROTTLE_REGISTER = None


def is_described(response):
    """The person who asked has held the answer against the document already."""
    assert response.status_code < 500
    if response.status_code >= 400 and response.content:
        assert response.headers["Content-Type"] == "application/problem+json"


@often
@given(path=st.sampled_from(POSTS), body=st.one_of(objects, documents))
def test_any_json(owner, show, path, body):
    is_described(owner.post(path, json.dumps(body).encode()))


@often
@given(path=st.sampled_from(POSTS), body=st.binary(max_size=60))
def test_any_bytes(owner, show, path, body):
    is_described(owner.post(path, body))


@often
@given(
    path=st.sampled_from([*GETS, "/api/docs/"]),
    query=st.lists(st.tuples(st.sampled_from(PARAMETERS), st.binary(max_size=12)), max_size=4),
)
def test_any_query(owner, show, path, query):
    parts = "&".join(f"{name}={quote_from_bytes(value)}" for name, value in query)

    is_described(owner.client.get(f"{path}?{parts}", headers=owner.headers))


@often
@given(
    start=st.sampled_from(["/api/seats/shows/", "/api/seats/bookings/", "/api/", "/api/seats/"]),
    rest=st.binary(max_size=20),
    end=st.sampled_from(["", "/", "/layout/", "/cancel/"]),
    method=st.sampled_from(["GET", "POST", "HEAD", "OPTIONS", "DELETE", "TRACE"]),
)
def test_any_address(owner, show, start, rest, end, method):
    path = f"{start}{quote_from_bytes(rest, safe='')}{end}"

    is_described(owner.client.generic(method, path, b"", headers=owner.headers))


@often
@given(
    path=st.sampled_from([*GETS, *POSTS]),
    headers=st.dictionaries(
        st.sampled_from(HEADERS),
        st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=30),
        max_size=4,
    ),
    with_token=st.booleans(),
)
def test_any_headers(owner, show, path, headers, with_token):
    known = owner.headers if with_token else {}
    method = "POST" if path in POSTS else "GET"
    person = Person()

    is_described(person.send(method, path, b"{}", "application/json", **{**known, **headers}))


@pytest.mark.parametrize("path", GETS)
def test_more_parameters_than_anybody_has(owner, show, path):
    query = "&".join(f"{letter}{n}=1" for letter in string.ascii_letters for n in range(40))

    is_described(owner.client.get(f"{path}?{query}", headers=owner.headers))


@pytest.mark.parametrize("path", GETS)
@pytest.mark.parametrize("query", ["format=xml", "format=json", "_method=DELETE"])
def test_parameters_other_servers_know(owner, show, path, query):
    assert owner.client.get(f"{path}?{query}", headers=owner.headers).status_code == 200
