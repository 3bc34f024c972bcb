"""REQUEST_LOG and METRICS: what is told about requests, to whom, and what never is."""

from __future__ import annotations

import io
import json
import logging
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings as project
from prometheus_client.parser import text_string_to_metric_families

from config import observed
from config.log_lines import JsonFormatter, request_id
from config.metrics import Metrics
from config.observed import Observed, route_of

TOKEN = "a-token-nobody-guesses-0123456789"
OWN_ID = re.compile(r"[0-9a-f]{16}")


class Visit:
    """Requests to a site that is observed, and what came of them."""

    def __init__(self, **options: Any) -> None:
        self.answer: Callable[..., Any] = self._plain
        given = {"log": "all", "measures": None, "believes_proxy": False, **options}
        self.site = Observed(self._answered, **given)
        self.status = ""
        self.headers: dict[str, str] = {}
        self.lines = io.StringIO()
        self._handler = logging.StreamHandler(self.lines)
        self._handler.setFormatter(JsonFormatter())

    def _answered(self, environ: dict[str, Any], start: Any) -> Any:
        return self.answer(environ, start)

    @staticmethod
    def _plain(environ: dict[str, Any], start: Any) -> list[bytes]:
        start("200 OK", [("Content-Type", "text/plain")])
        return [b"answered"]

    def ask(self, path: str = "/api/seats/shows/", method: str = "GET", **more: str) -> bytes:
        def start(status: str, headers: list[tuple[str, str]], *_: Any) -> None:
            self.status, self.headers = status, dict(headers)

        environ = {
            "REQUEST_METHOD": method,
            "PATH_INFO": path,
            "QUERY_STRING": "",
            "REMOTE_ADDR": "127.0.0.1",
            **more,
        }
        observed.logger.addHandler(self._handler)
        try:
            return b"".join(self.site(environ, start))
        finally:
            observed.logger.removeHandler(self._handler)

    @property
    def log(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.lines.getvalue().splitlines()]


class TestTheLog:
    def test_one_line_for_a_request(self):
        visit = Visit()
        visit.ask("/api/seats/bookings/ABCD-EFGH/", QUERY_STRING="secret=1", HTTP_COOKIE="x=y")
        (line,) = visit.log
        assert set(line) == {"at", "level", "logger", "id", "method", "route", "status", "ms"}
        assert line["route"] == "/api/seats/bookings/<str:reference>/"
        assert (line["method"], line["status"]) == ("GET", 200)
        assert line["id"] == visit.headers["X-Request-ID"]

    @pytest.mark.parametrize(("log", "told"), [("all", 2), ("without-polls", 1), ("off", 0)])
    def test_polls_may_be_left_out(self, log, told):
        visit = Visit(log=log)
        visit.ask("/api/seat-status/")
        visit.ask("/api/seats/shows/")
        assert len(visit.log) == told

    def test_an_error_is_a_500_with_its_traceback_under_the_same_id(self):
        visit = Visit()

        def broken(environ: Any, start: Any) -> Any:
            try:
                raise ValueError("two\nlines")
            except ValueError:
                observed.logger.exception("It broke")
            raise RuntimeError

        visit.answer = broken
        with pytest.raises(RuntimeError):
            visit.ask()
        first, second = visit.log
        assert first["id"] == second["id"]
        assert "two\nlines" in first["traceback"]
        assert second["status"] == 500
        assert request_id.get() == ""

    def test_nothing_that_is_sent_can_write_a_line(self):
        visit = Visit(believes_proxy=True)
        evil = 'x"}\n{"level":"ERROR"}\r\n\x1b[31m'
        visit.ask(f"/{evil}", f"GET{evil}", HTTP_X_REQUEST_ID=evil, HTTP_USER_AGENT=evil)
        (line,) = visit.log
        assert (line["method"], line["route"]) == ("OTHER", "unknown")
        assert OWN_ID.fullmatch(line["id"])


class TestIds:
    @pytest.mark.parametrize("given", ["0123456789abcdef", "req_1.2-3.xyz", "a" * 64])
    def test_the_proxys(self, given):
        visit = Visit(believes_proxy=True)
        visit.ask(HTTP_X_REQUEST_ID=given)
        assert visit.headers["X-Request-ID"] == given

    @pytest.mark.parametrize(
        "given", ["", "short", "a" * 65, "a b c d e f g", "id\nSet-Cookie: x", "-" * 20, "é" * 10]
    )
    def test_one_that_is_none(self, given):
        visit = Visit(believes_proxy=True)
        visit.ask(HTTP_X_REQUEST_ID=given)
        assert OWN_ID.fullmatch(visit.headers["X-Request-ID"])

    def test_a_strangers(self):
        visit = Visit(believes_proxy=False)
        visit.ask(HTTP_X_REQUEST_ID="0123456789abcdef-mine")
        assert OWN_ID.fullmatch(visit.headers["X-Request-ID"])

    def test_no_two_are_the_same(self):
        visit = Visit()
        seen = set()
        for _ in range(50):
            visit.ask()
            seen.add(visit.headers["X-Request-ID"])
        assert len(seen) == 50

    def test_what_caches_hand_on_carries_none(self):
        visit = Visit()

        def shared(environ: Any, start: Any) -> list[bytes]:
            start("200 OK", [("Cache-Control", "public, max-age=0, s-maxage=1")])
            return [b""]

        visit.answer = shared
        visit.ask("/api/seat-status/")
        assert "X-Request-ID" not in visit.headers


@pytest.mark.parametrize(
    ("path", "route"),
    [
        ("/", "/"),
        ("/static/css/page.0123456789ab.css", "/static/"),
        ("/nowhere/" + "x" * 100, "unknown"),
        ("/admin/seats/booking/17/change/", "/admin/seats/booking/<path:object_id>/change/"),
    ],
)
def test_kinds_of_addresses(path, route):
    assert route_of(path) == route


class TestMetrics:
    def measured(self, readers: str = "loopback", **more: str) -> dict[str, float]:
        visit = Visit(log="off", measures=Metrics(readers))
        visit.ask("/api/seats/shows/")
        visit.ask("/api/seats/shows/")
        visit.ask("/api/seats/hold-batch/", "POST")
        body = visit.ask("/metrics", **more)
        if body == b"answered":
            return {}
        assert visit.status == "200 OK"
        assert visit.headers["Cache-Control"] == "no-store"
        return {
            sample.labels["route"]: sample.value
            for family in text_string_to_metric_families(body.decode())
            for sample in family.samples
            if sample.name == "holdfast_requests_total"
        }

    COUNTED = {"/api/seats/shows/": 2.0, "/api/seats/hold-batch/": 1.0}

    def test_for_this_machine(self):
        assert self.measured() == self.COUNTED
        assert self.measured(REMOTE_ADDR="::1") == self.COUNTED

    @pytest.mark.parametrize(
        "more",
        [
            {"REMOTE_ADDR": "192.0.2.1"},
            {"REMOTE_ADDR": ""},
            {"HTTP_X_REAL_IP": "127.0.0.1"},
            {"HTTP_X_FORWARDED_FOR": "127.0.0.1"},
            {"HTTP_FORWARDED": "for=127.0.0.1"},
            {"REQUEST_METHOD": "POST"},
        ],
    )
    def test_not_for_whoever_comes_through_a_proxy(self, more):
        assert self.measured(**more) == {}

    def test_for_whoever_has_the_token(self):
        told = {"HTTP_AUTHORIZATION": f"Bearer {TOKEN}", "HTTP_X_REAL_IP": "192.0.2.1"}
        assert self.measured(TOKEN, **told) == self.COUNTED

    @pytest.mark.parametrize("told", ["", "Bearer ", "Bearer wrong", TOKEN, f"Bearer {TOKEN}é"])
    def test_not_for_others(self, told):
        assert self.measured(TOKEN, HTTP_AUTHORIZATION=told) == {}


def test_they_are_off_until_somebody_wants_them():
    assert (project.REQUEST_LOG, project.METRICS) == ("off", "")
