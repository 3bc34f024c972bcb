"""The short way out says what Django says, header for header and byte for byte."""

from __future__ import annotations

import gzip
import io
import json
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any
from wsgiref.validate import validator

import pytest
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections

from config.status_polls import StatusPolls
from seats import feed, reservations
from seats.domain import Customer, SeatNames
from seats.layout import rectangle
from seats.models import Movie, Screen
from tests.engine.house import HouseClock

PATH = "/api/seat-status/"
SHOW = "show_id={show}"

# What clients send as they go about their business: these must not reach Django.
ORDINARY: dict[str, dict[str, Any]] = {
    "everything": {},
    "everything, compressed": {"HTTP_ACCEPT_ENCODING": "gzip, deflate, br, zstd"},
    "what changed": {"query": "show_id={show}&since={cursor}"},
    "nothing changed": {"query": "show_id={show}&since={newest}"},
    "nothing changed, compressed": {
        "query": "show_id={show}&since={newest}",
        "HTTP_ACCEPT_ENCODING": "gzip",
    },
    "an unknown cursor": {"query": "show_id={show}&since=1.2.3.4"},
    "a cursor that is none": {"query": "show_id={show}&since=abc"},
    "known": {"HTTP_IF_NONE_MATCH": "{etag}"},
    "known, strong": {"HTTP_IF_NONE_MATCH": "{strong}"},
    "known, compressed": {"HTTP_IF_NONE_MATCH": "{etag}", "HTTP_ACCEPT_ENCODING": "gzip"},
    "known something else": {"HTTP_IF_NONE_MATCH": 'W/"1.2.3.4"'},
    "known with a comma": {"HTTP_IF_NONE_MATCH": '"a,b"'},
    "JSON, please": {"HTTP_ACCEPT": "application/json"},
    "as axios asks": {"HTTP_ACCEPT": "application/json, text/plain, */*"},
    "no Accept": {"HTTP_ACCEPT": None},
    "an identity": {"HTTP_ACCEPT_ENCODING": "identity"},
    "no gzip": {"HTTP_ACCEPT_ENCODING": "gzip;q=0, *"},
    "gzip, half-hearted": {"HTTP_ACCEPT_ENCODING": "deflate, gzip;q=0.001"},
    "anything": {"HTTP_ACCEPT_ENCODING": "*"},
    "a cache": {"query": "show_id={show}&since={cursor}", "HTTP_X_ANSWER_IS_KEPT": "yes"},
    "a visitor with cookies": {"HTTP_COOKIE": f"sessionid={'k' * 32}; csrftoken={'t' * 32}"},
    "cookies of no use": {"HTTP_COOKIE": "sessionid=x; csrftoken=x; messages=x"},
    "a token": {"HTTP_AUTHORIZATION": "Token nonsense"},
    "another site": {
        "HTTP_ORIGIN": "https://elsewhere.example",
        "HTTP_SEC_FETCH_SITE": "cross-site",
    },
    "a part": {"HTTP_RANGE": "bytes=0-9"},
    "since yesterday": {"HTTP_IF_MODIFIED_SINCE": "Fri, 20 Nov 2026 00:00:00 GMT"},
    "another name of ours": {"HTTP_HOST": "localhost:8000"},
    "over TLS": {"wsgi.url_scheme": "https"},
    "a proxy that is not believed": {"HTTP_X_FORWARDED_PROTO": "https"},
    "an empty body": {"CONTENT_LENGTH": "0"},
    "an old protocol": {"SERVER_PROTOCOL": "HTTP/1.0"},
}

# Everything else is Django's, every time.
UNUSUAL: dict[str, dict[str, Any]] = {
    "the next show": {"query": ""},
    "the next show, with a cursor": {"query": "since={cursor}"},
    "an unknown show": {"query": "show_id=424242"},
    "a show too far": {"query": "show_id=999999999999999999"},
    "a show of many digits": {"query": "show_id=9999999999999999999999"},
    "show 0": {"query": "show_id=0"},
    "a leading zero": {"query": "show_id=0{show}"},
    "a sign": {"query": "show_id=%2B{show}"},
    "other digits": {"query": "show_id=%D9%A1"},
    "no number": {"query": "show_id=one"},
    "no value": {"query": "show_id="},
    "twice": {"query": "show_id={show}&show_id={show}"},
    "two cursors": {"query": "show_id={show}&since={cursor}&since={newest}"},
    "the other way round": {"query": "since={cursor}&show_id={show}"},
    "more than that": {"query": "show_id={show}&wait=1"},
    "a format": {"query": "show_id={show}&format=html"},
    "an encoded name": {"query": "show%5Fid={show}"},
    "an encoded cursor": {"query": "show_id={show}&since=%00"},
    "an empty cursor": {"query": "show_id={show}&since="},
    "a cursor in capitals": {"query": "show_id={show}&since=ABC"},
    "a long cursor": {"query": "show_id={show}&since=" + "9" * 65},
    "bytes that are no text": {"query": "show_id={show}&since=%ff\xff"},
    "a newline": {"query": "show_id={show}\n"},
    "one of several known": {"HTTP_IF_NONE_MATCH": '"x", {etag}'},
    "none of several known": {"HTTP_IF_NONE_MATCH": '"x", "y"'},
    "anything known": {"HTTP_IF_NONE_MATCH": "*"},
    "knows nothing": {"HTTP_IF_NONE_MATCH": ""},
    "an ETag without quotes": {"HTTP_IF_NONE_MATCH": "abc"},
    "an ETag in a foreign script": {"HTTP_IF_NONE_MATCH": '"\xe9"'},
    "a page, please": {"HTTP_ACCEPT": "text/html"},
    "a page or anything": {"HTTP_ACCEPT": "text/html, */*;q=0.1"},
    "anything but JSON": {"HTTP_ACCEPT": "image/png"},
    "an empty Accept": {"HTTP_ACCEPT": ""},
    "HEAD": {"REQUEST_METHOD": "HEAD"},
    "POST": {"REQUEST_METHOD": "POST"},
    "PUT": {"REQUEST_METHOD": "PUT"},
    "DELETE": {"REQUEST_METHOD": "DELETE"},
    "OPTIONS": {"REQUEST_METHOD": "OPTIONS"},
    "a preflight": {
        "REQUEST_METHOD": "OPTIONS",
        "HTTP_ORIGIN": "https://elsewhere.example",
        "HTTP_ACCESS_CONTROL_REQUEST_METHOD": "GET",
    },
    "a method of its own": {"REQUEST_METHOD": "BREW"},
    "a lower case method": {"REQUEST_METHOD": "get"},
    "a method told to be another": {
        "REQUEST_METHOD": "POST",
        "HTTP_X_HTTP_METHOD_OVERRIDE": "GET",
    },
    "a body": {"CONTENT_LENGTH": "2", "body": b"{}"},
    "a chunked body": {"HTTP_TRANSFER_ENCODING": "chunked", "body": b"{}"},
    "a length that is none": {"CONTENT_LENGTH": "two"},
    "a foreign host": {"HTTP_HOST": "elsewhere.example"},
    "a host that is none": {"HTTP_HOST": "a b"},
    "an empty host": {"HTTP_HOST": ""},
    "below a prefix": {"SCRIPT_NAME": "/seats"},
    "no last slash": {"PATH_INFO": "/api/seat-status"},
    "a slash too many": {"PATH_INFO": "/api/seat-status//"},
    "an encoded path, decoded": {"PATH_INFO": "/api/seat-status/%"},
    "another address": {"PATH_INFO": "/api/seats/shows/"},
}


class Django:
    """The plain application; counts what reaches it."""

    def __init__(self) -> None:
        self.application = get_wsgi_application()
        self.calls = 0

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        self.calls += 1
        return self.application(environ, start_response)


class Hall:
    """A show somebody has booked in, and the ways to ask about it."""

    def __init__(self, clock: HouseClock) -> None:
        screen = Screen.objects.create(name="Hall", plan=rectangle(10, 10))
        movie = Movie.objects.create(title="A film", duration_minutes=90)
        starts_at = clock.now + timedelta(days=1)
        self.show = reservations.open_show(movie, screen, starts_at, Decimal("9.50")).pk
        before = json.loads(feed.status_answer(self.show).body)
        reservations.hold_seats(Customer("guest:owner", None), self.show, SeatNames.of("A1", "A2"))
        answer = feed.status_answer(self.show)
        self.said = {
            "show": str(self.show),
            "cursor": before["cursor"],
            "newest": json.loads(answer.body)["cursor"],
            "etag": answer.etag,
            "strong": answer.etag.removeprefix("W/"),
        }

    def environ(self, query: str = SHOW, body: bytes = b"", **changed: Any) -> dict[str, Any]:
        made: dict[str, Any] = {
            "REQUEST_METHOD": "GET",
            "SCRIPT_NAME": "",
            "PATH_INFO": PATH,
            "QUERY_STRING": self._filled(query),
            "SERVER_NAME": "127.0.0.1",
            "SERVER_PORT": "8000",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "REMOTE_ADDR": "127.0.0.1",
            "HTTP_HOST": "127.0.0.1:8000",
            "HTTP_ACCEPT": "*/*",
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(body),
            "wsgi.errors": io.StringIO(),
            "wsgi.multithread": True,
            "wsgi.multiprocess": True,
            "wsgi.run_once": False,
        }
        for name, value in changed.items():
            made[name] = self._filled(value)
        return {name: value for name, value in made.items() if value is not None}

    def _filled(self, value: Any) -> Any:
        if isinstance(value, str):
            for name, said in self.said.items():
                value = value.replace("{" + name + "}", said)
        return value


Said = tuple[str, list[tuple[str, str]], bytes]


def ask(application: Any, environ: dict[str, Any]) -> Said:
    """Status, headers (in no order) and body."""
    started: list[Any] = []

    def start_response(status: str, headers: list[tuple[str, str]], *_: Any) -> Any:
        started.append((status, headers))
        return lambda _: None

    answer = application(environ, start_response)
    body = b"".join(answer)
    if hasattr(answer, "close"):
        answer.close()
    ((status, headers),) = started
    return status, sorted(headers), body


@pytest.fixture
def hall(db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hall]:
    """Time stands still: whoever is asked, and when, server_time is the same."""
    clock = HouseClock(monkeypatch)
    monkeypatch.setattr("seats.feed.load.count", lambda: None)
    # The test's transaction is open on the connection that these would close.
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield Hall(clock)
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def compare(hall: Hall, kinds: dict[str, dict[str, Any]]) -> None:
    plain = get_wsgi_application()
    short = StatusPolls(get_wsgi_application())
    # Twice: what was learnt from one request must not show in the answer to another.
    for _ in range(2):
        for name, changed in kinds.items():
            expected = ask(plain, hall.environ(**changed))
            assert ask(short, hall.environ(**changed)) == expected, name
            assert not expected[0].startswith("5"), name


def test_it_says_what_django_says(hall):
    compare(hall, ORDINARY | UNUSUAL)
    compare(hall, dict(reversed((ORDINARY | UNUSUAL).items())))


def test_it_says_what_django_says_behind_a_proxy(hall, settings):
    settings.BEHIND_PROXY = True
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    settings.SECURE_SSL_REDIRECT = True
    settings.SECURE_HSTS_SECONDS = 3600

    compare(hall, ORDINARY | UNUSUAL)

    told = {"HTTP_X_FORWARDED_PROTO": "https"}
    short = StatusPolls(get_wsgi_application())
    for _ in range(2):
        status, headers, _body = ask(short, hall.environ(**told))
        assert status == "200 OK"
        assert ("Strict-Transport-Security", "max-age=3600") in headers
        assert ask(short, hall.environ())[0] == "301 Moved Permanently"


def test_it_says_what_django_says_after_a_change(hall):
    plain, short = get_wsgi_application(), StatusPolls(get_wsgi_application())
    for seat in ("B1", "B2", "B3"):
        for changed in ORDINARY.values():
            expected = ask(plain, hall.environ(**changed))
            assert ask(short, hall.environ(**changed)) == expected
            assert expected[0] in ("200 OK", "304 Not Modified")
        reservations.hold_seats(Customer("guest:rival", None), hall.show, SeatNames.of(seat))


@pytest.mark.parametrize("name", ORDINARY)
def test_ordinary_polls_never_reach_django(hall, name):
    django = Django()
    short = StatusPolls(django)
    ask(short, hall.environ(**ORDINARY[name]))
    assert django.calls == 1

    ask(short, hall.environ(**ORDINARY[name]))

    assert django.calls == 1


@pytest.mark.parametrize("name", UNUSUAL)
def test_unusual_requests_reach_django_every_time(hall, name):
    django = Django()
    short = StatusPolls(django)
    for changed in ORDINARY.values():
        ask(short, hall.environ(**changed))
    learnt = django.calls

    for _ in range(2):
        ask(short, hall.environ(**UNUSUAL[name]))

    assert django.calls == learnt + 2


def test_names_that_are_made_up_are_not_remembered(hall):
    short = StatusPolls(get_wsgi_application())
    for number in range(200):
        ask(short, hall.environ(HTTP_HOST=f"h{number}.example"))

    assert short.headers == {}


def test_what_is_remembered_has_an_end(hall):
    short = StatusPolls(get_wsgi_application())
    for port in range(1, 200):
        assert ask(short, hall.environ(HTTP_HOST=f"localhost:{port}"))[0] == "200 OK"

    assert 0 < len(short.headers) <= 64


def test_an_error_is_left_to_django(hall, monkeypatch):
    short = StatusPolls(get_wsgi_application())
    ask(short, hall.environ())

    def broken(*_: Any) -> Any:
        raise OSError

    monkeypatch.setattr(feed, "status_answer", broken)
    status, headers, body = ask(short, hall.environ())

    assert status == "500 Internal Server Error"
    assert ("Content-Type", "application/problem+json") in headers
    assert json.loads(body)["code"] == "server_error"


def test_what_is_compressed_is_the_same(hall):
    short = StatusPolls(get_wsgi_application())
    for _ in range(2):
        _, headers, packed = ask(short, hall.environ(HTTP_ACCEPT_ENCODING="gzip"))
        _, _, plain = ask(short, hall.environ())
        assert ("Content-Encoding", "gzip") in headers
        assert gzip.decompress(packed) == plain


def test_polls_neither_read_nor_set_cookies(hall):
    for application in (get_wsgi_application(), StatusPolls(get_wsgi_application())):
        for _ in range(2):
            _, headers, _ = ask(application, hall.environ(HTTP_COOKIE="sessionid=x; csrftoken=x"))
            named = {name.lower(): value for name, value in headers}
            assert "set-cookie" not in named
            assert named["vary"] == "Accept-Encoding"


def test_a_304_tells_neither_length_nor_type(hall):
    # They would be taken for those of what the client has.
    for application in (get_wsgi_application(), StatusPolls(get_wsgi_application())):
        for _ in range(2):
            status, headers, body = ask(application, hall.environ(HTTP_IF_NONE_MATCH="{etag}"))
            assert (status, body) == ("304 Not Modified", b"")
            assert not {"Content-Length", "Content-Type"} & {name for name, _ in headers}


def test_it_keeps_to_wsgi(hall):
    application = validator(StatusPolls(get_wsgi_application()))
    for _ in range(2):
        for changed in ({}, {"HTTP_IF_NONE_MATCH": "{etag}"}):
            ask(application, hall.environ(**changed))


@pytest.mark.parametrize("is_on", [True, False])
def test_the_switch(hall, settings, monkeypatch, is_on):
    from importlib import reload

    import config.wsgi

    settings.SHORT_STATUS_POLLS = is_on
    application = reload(config.wsgi).application

    assert isinstance(application, StatusPolls) is is_on
    for _ in range(2):
        for name, changed in (ORDINARY | UNUSUAL).items():
            expected = ask(get_wsgi_application(), hall.environ(**changed))
            assert ask(application, hall.environ(**changed)) == expected, name


@pytest.mark.parametrize("way", [StatusPolls, lambda application: application])
def test_both_ways_tell_the_feed_when_a_cache_asks(hall, monkeypatch, way):
    told = []
    answer = feed.status_answer

    def listening(*asked: Any, is_kept: bool) -> Any:
        told.append(is_kept)
        return answer(*asked, is_kept=is_kept)

    monkeypatch.setattr(feed, "status_answer", listening)
    application = way(get_wsgi_application())
    for changed in ({}, {"HTTP_X_ANSWER_IS_KEPT": "yes"}):
        told.clear()
        ask(application, hall.environ(**changed))
        assert set(told) == {bool(changed)}
