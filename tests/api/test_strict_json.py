"""Bodies that are not the JSON we ask for: refused by every endpoint, and nothing changes."""

import json
from io import BytesIO

import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.test import RequestFactory

from seats.models import Booking, Hold, SeatEvent, ShowTime
from tests.api.people import problem

NEEDING_A_BODY = [
    "/api/seats/register/",
    "/api/seats/login/",
    "/api/seats/hold-batch/",
    "/api/seats/extend-hold/",
    "/api/seats/book-batch/",
    "/api/seats/release-hold-batch/",
]

MALFORMED = {
    "nothing but space": b"  ",
    "a word": b"hello",
    "truncated": b'{"show_id": 1, "seats": ["A1"',
    "a form": b"show_id=1&seats=A1",
    "two documents": b'{"show_id": 1}{"show_id": 1}',
    "a comment": b'{"show_id": 1} // one',
    "a trailing comma": b'{"show_id": 1,}',
    "single quotes": b"{'show_id': 1}",
    "NaN": b'{"show_id": NaN}',
    "Infinity": b'{"show_id": -Infinity}',
    "a number beyond all floats": b'{"show_id": 1e999}',
    "5000 digits": b'{"show_id": ' + b"9" * 5000 + b"}",
    "5000 digits elsewhere": b'{"other": ' + b"9" * 5000 + b"}",
    "200,000 deep in lists": b'{"seats": ' + b"[" * 200_000 + b"]" * 50_000 + b"}",
    "50,000 deep in lists, closed": b'{"seats": ' + b"[" * 50_000 + b"]" * 50_000 + b"}",
    "900 deep": b'{"seats": ' + b"[" * 900 + b"]" * 900 + b"}",
    "30,000 deep in objects": b'{"a":' * 30_000 + b"1" + b"}" * 30_000,
    "a member twice": b'{"show_id": 1, "show_id": 2}',
    "a raw NUL": b'{"username": "a\x00b"}',
    "an escaped NUL": rb'{"username": "a\u0000b"}',
    "an escaped NUL in a name": rb'{"a\u0000b": 1}',
    "an escaped NUL far inside": rb'{"seats": [{"row": "\u0000", "number": 1}]}',
    "half a surrogate pair": rb'{"username": "\ud800"}',
    "the other half": rb'{"username": "\udc00x"}',
    "halves in the wrong order": rb'{"username": "\udc00\ud800"}',
    "half a pair in a name": rb'{"\ud800": 1}',
    "half a pair in UTF-8": b'{"username": "\xed\xa0\x80"}',
    "Latin-1": '{"username": "müller"}'.encode("latin-1"),
    "UTF-16": '{"username": "a"}'.encode("utf-16"),
    "a byte order mark": b'\xef\xbb\xbf{"show_id": 1}',
    "overlong UTF-8": b'{"username": "\xc0\x80"}',
    "a list": b"[]",
    "null": b"null",
    "a number": b"1",
    "a text": b'"show_id"',
    "true": b"true",
}


@pytest.fixture
def unchanged(show):
    yield show
    assert (Hold.objects.count(), Booking.objects.count(), SeatEvent.objects.count()) == (0, 0, 0)
    assert ShowTime.objects.get().version == 0


@pytest.mark.parametrize("path", NEEDING_A_BODY)
def test_malformed(owner, unchanged, path, settings):
    settings.THROTTLE_REGISTER = settings.THROTTLE_LOGIN = settings.THROTTLE_WRITE = None
    for name, body in MALFORMED.items():
        errors = problem(owner.post(path, body), 400, "invalid")["errors"]
        assert list(errors) == ["body"], name


@pytest.mark.parametrize("path", [*NEEDING_A_BODY[2:], "/api/seats/bookings/AAAA-AAAA/cancel/"])
def test_every_body_that_comes_is_read(owner, unchanged, path):
    """A key's fingerprint covers the body, so nothing may be in it that nobody has read."""
    problem(owner.post(path, b"nonsense", **{"Idempotency-Key": "k"}), 400, "invalid")


@pytest.mark.parametrize("path", NEEDING_A_BODY)
def test_no_body_where_one_is_needed(owner, unchanged, path):
    for body in (b"", b"{}"):
        errors = problem(owner.post(path, body), 400, "invalid")["errors"]
        assert errors


def test_no_body_where_none_is_needed(owner, db):
    problem(owner.cancel("AAAA-AAAA"), 404, "booking_not_found")
    assert owner.send("POST", "/api/seats/logout/", b"", "").status_code == 200


@pytest.mark.parametrize("path", NEEDING_A_BODY)
@pytest.mark.parametrize(
    "content_type",
    [
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "text/plain",
        "application/jsonp",
        "application/json; charset=latin-1",
        "application/xml",
        "nonsense",
        "/",
        ";",
        "",
    ],
)
def test_another_media_type(owner, unchanged, path, content_type):
    response = owner.send("POST", path, b'{"show_id": 1}', content_type)

    problem(response, 415, "unsupported_media_type")


@pytest.mark.parametrize(
    "content_type",
    ["application/json", "application/json; charset=utf-8", "Application/JSON;charset=UTF-8"],
)
def test_our_media_type(owner, show, content_type):
    body = json.dumps({"show_id": show.pk, "seats": ["A1"]})

    assert owner.send("POST", "/api/seats/hold-batch/", body, content_type).status_code == 200


@pytest.mark.parametrize("path", NEEDING_A_BODY)
def test_too_large(owner, unchanged, path):
    body = b'{"show_id": 1, "seats": ["' + b"A" * 256 * 1024 + b'"]}'

    problem(owner.post(path, body), 413, "too_large")


def test_just_small_enough(owner, show):
    head = b'{"show_id": %d, "seats": ["A1"], "note": "' % show.pk
    body = head + b"x" * (256 * 1024 - len(head) - 2) + b'"}'

    assert len(body) == 256 * 1024
    assert owner.post("/api/seats/hold-batch/", body).status_code == 200
    problem(owner.post("/api/seats/hold-batch/", body + b" "), 413, "too_large")


def test_unknown_members_are_ignored(owner, show):
    body = {"show_id": show.pk, "seats": ["A1"], "price": "0.00", "user": 1, "": None}

    assert owner.post("/api/seats/hold-batch/", body).status_code == 200


class Stream(BytesIO):
    """A connection: what the headers say of its length is not what comes."""


def talk(body, **environ):
    """One request as a server hands it over, with whatever headers."""
    request = RequestFactory().generic("POST", "/api/seats/login/", b"{}", "application/json")
    sent = {**request.environ, "wsgi.input": Stream(body), **environ}
    handler = WSGIHandler()
    return handler.get_response(handler.request_class(sent))


@pytest.mark.parametrize(
    ("length", "status"),
    [
        ("300000", 413),
        ("9" * 30, 413),
        ("262145", 413),
        ("1000", 400),
        ("10", 400),
        ("0", 400),
        ("-5", 400),
        ("abc", 400),
        ("", 400),
        ("1e3", 400),
        ("\u0661\u0662", 400),
    ],
)
def test_a_length_that_lies(db, length, status):
    response = talk(b'{"username": "a"}', CONTENT_LENGTH=length)

    problem(response, status, "too_large" if status == 413 else "invalid")


def test_a_chunked_body(db):
    chunked = {"HTTP_TRANSFER_ENCODING": "chunked", "CONTENT_LENGTH": ""}

    ended = talk(
        b'{"username": "a", "password": "b"}', **chunked, **{"wsgi.input_terminated": True}
    )
    endless = talk(b'{"username": "a", "password": "b"}', **chunked)
    large = talk(b" " * 300_000, **chunked, **{"wsgi.input_terminated": True})

    problem(ended, 401, "invalid_credentials")
    problem(endless, 400, "invalid")
    problem(large, 413, "too_large")
