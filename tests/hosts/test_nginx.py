"""deploy/nginx.conf in a real nginx, with gunicorn behind it."""

from __future__ import annotations

import gzip
import http.client
import json
import re
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from proof.stage import CannotStart, Installation
from proof.stage.nginx import SITE, Nginx
from proof.stage.server import Server

POLL = "/api/seat-status/?show_id={}"
PASSWORD = "a long enough password"


class Line(http.client.HTTPSConnection):
    """A visitor's connection: from an address of their choice, to whom the certificate names."""

    def __init__(self, nginx: Nginx, source: str = "127.0.0.1") -> None:
        self._trust = nginx.trusting()
        super().__init__(
            "127.0.0.1", nginx.port, timeout=30, context=self._trust, source_address=(source, 0)
        )

    def connect(self) -> None:
        plain = socket.create_connection((self.host, self.port), 30, self.source_address)
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.sock = self._trust.wrap_socket(plain, server_hostname=SITE)


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    raw: bytes

    @property
    def body(self) -> Any:
        return json.loads(self.raw)


@dataclass
class Site:
    nginx: Nginx
    server: Server
    accesses: Path
    show: int

    def ask(
        self,
        path: str,
        body: Any = None,
        *,
        method: str = "",
        source: str = "127.0.0.1",
        **headers: str,
    ) -> Answer:
        line = Line(self.nginx, source)
        told = {"Host": SITE, **{name.replace("_", "-"): value for name, value in headers.items()}}
        data = None
        if body is not None:
            data = json.dumps(body).encode()
            told["Content-Type"] = "application/json"
        try:
            line.request(method or ("GET" if body is None else "POST"), path, data, told)
            answer = line.getresponse()
            names = {name.lower(): value for name, value in answer.getheaders()}
            return Answer(answer.status, names, answer.read())
        finally:
            line.close()

    def asked_of_the_app(self, part: str) -> list[str]:
        """What reached the app, by its own log."""
        return [line for line in self.accesses.read_text().splitlines() if part in line]


@pytest.fixture(scope="module")
def site(installation: Installation, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("site")
    accesses = folder / "accesses"
    static = folder / "static"
    static.mkdir()
    (static / "page.0123456789ab.js").write_text("// script\n" * 100)
    (static / "page.0123456789ab.js.gz").write_bytes(gzip.compress(b"// script\n" * 100))
    arguments = f"--access-logfile {accesses} --access-logformat %(m)s:%(U)s?%(q)s"
    settings = {
        "ALLOWED_HOSTS": f"{SITE},127.0.0.1",
        "BEHIND_PROXY": "True",
        "CSRF_TRUSTED_ORIGINS": f"https://{SITE}",
        "THROTTLE_REGISTER": "2/day",
        "GUNICORN_CMD_ARGS": arguments,
    }
    try:
        with (
            installation.server(workers=1, more=settings) as server,
            Nginx(folder / "nginx", [server.port], static=static) as nginx,
        ):
            yield Site(nginx, server, accesses, installation.next_show())
    except CannotStart as missing:
        pytest.skip(str(missing))


def test_push_is_a_matter_of_taking_marks_away(site: Site, tmp_path: Path) -> None:
    other = Nginx(tmp_path, [site.server.port])
    tried = subprocess.run([*other.prepared(push=True), "-t"], capture_output=True, check=False)
    assert tried.returncode == 0, tried.stderr
    shown = (tmp_path / "holdfast.conf").read_text()
    assert "location ~ ^/(ws|socket" in shown
    assert "# push" not in shown


class TestPolls:
    def test_many_viewers_cost_the_app_one_request_a_second(self, site: Site) -> None:
        path = POLL.format(site.show)
        path += f"&since={site.ask(path).body['cursor']}"
        before = site.nginx.polls_of_the_app()
        began = time.monotonic()
        answers: list[tuple[str, float]] = []

        def watch() -> None:
            line = Line(site.nginx)
            while time.monotonic() < began + 2.5 or len(answers) <= 100:
                asked_at = datetime.now(UTC)
                line.request("GET", path, headers={"Host": SITE})
                answer = line.getresponse()
                said = json.loads(answer.read())
                age = asked_at - datetime.fromisoformat(said["server_time"])
                answers.append((answer.headers["X-Cache-Status"], age.total_seconds()))
            line.close()

        viewers = [threading.Thread(target=watch) for _ in range(3)]
        for viewer in viewers:
            viewer.start()
        for viewer in viewers:
            viewer.join()
        seconds = time.monotonic() - began

        slowest = site.nginx.slowest_poll(before) / 1000
        # Nobody waits for longer than a second for what somebody else has asked already.
        assert site.nginx.polls_of_the_app() - before <= seconds + 2 + 3 * int(slowest)
        assert len(answers) > 100
        assert max(age for _, age in answers) <= 2.0 + slowest
        assert {status for status, _ in answers} <= {"MISS", "HIT", "UPDATING", "STALE"}

    def test_after_a_pause_nothing_old_comes_out(self, site: Site) -> None:
        path = POLL.format(site.show)
        site.ask(path)
        threading.Event().wait(2.1)
        asked_at = datetime.now(UTC)
        answer = site.ask(path)
        age = asked_at - datetime.fromisoformat(answer.body["server_time"])
        assert age.total_seconds() <= 2.0

    def test_what_changed_is_seen_within_two_seconds(self, site: Site) -> None:
        token = account(site, "buyer", "127.0.0.9")
        path = POLL.format(site.show)
        cursor = site.ask(path).body["cursor"]
        path += f"&since={cursor}"
        site.ask(path)
        held = site.ask(
            "/api/seats/hold-batch/", {"show_id": site.show, "seats": ["A1"]}, Authorization=token
        )
        assert held.status == 200, held.raw
        before = site.nginx.polls_of_the_app() - 1
        asked = committed = time.monotonic()
        while not site.ask(path).body["seats"]:
            # Counted from when nginx had the answer.
            assert asked - committed <= 2.0 + site.nginx.slowest_poll(before) / 1000
            asked = time.monotonic()
        # Who changed something asks with the cursor of that change, and sees it at once.
        newer = site.ask(f"{POLL.format(site.show)}&since={held.body['cursor']}").body
        assert newer["full"] is False

    def test_a_known_answer_is_304(self, site: Site) -> None:
        path = POLL.format(site.show)
        first = site.ask(path, Accept_Encoding="gzip, deflate, br, zstd")
        assert first.headers["content-encoding"] == "br"
        again = site.ask(path, If_None_Match=first.headers["etag"], Accept_Encoding="gzip, br")
        assert (again.status, again.raw) == (304, b"")
        assert again.headers["etag"] == first.headers["etag"]

    def test_with_and_without_compression(self, site: Site) -> None:
        path = POLL.format(site.show)
        zipped = site.ask(path, Accept_Encoding="gzip")
        plain = site.ask(path, Accept_Encoding="identity")
        assert "content-encoding" not in plain.headers
        seats = json.loads(gzip.decompress(zipped.raw))["seats"]
        assert [seat["id"] for seat in seats] == [seat["id"] for seat in plain.body["seats"]]

    def test_browsers_are_told_what_the_app_says(self, site: Site) -> None:
        answer = site.ask(POLL.format(site.show))
        assert answer.headers["cache-control"] == "public, max-age=0, s-maxage=1"
        assert not [name for name in answer.headers if name.startswith("x-accel")]

    def test_nobodys_cookies_or_tokens_reach_the_app(self, site: Site) -> None:
        answer = site.ask(POLL.format(site.show), Cookie="sessionid=x", Authorization="Token x")
        assert answer.status == 200
        assert "set-cookie" not in answer.headers

    def test_refusals_are_not_kept(self, site: Site) -> None:
        for _ in range(2):
            answer = site.ask(POLL.format(424242))
            assert answer.status == 404
            assert answer.body["code"] == "show_not_found"
            assert answer.headers["cache-control"] == "no-store"
            assert answer.headers["x-cache-status"] == "MISS"


def account(site: Site, name: str, source: str) -> str:
    person = {"username": name, "password": PASSWORD}
    made = site.ask("/api/seats/register/", person, source=source)
    assert made.status == 201, made.raw
    return f"Token {site.ask('/api/seats/login/', person, source=source).body['token']}"


def test_nothing_else_is_cached(site: Site) -> None:
    token = account(site, "holder", "127.0.0.10")
    body = {"show_id": site.show, "seats": ["B1"]}
    for _ in range(3):
        answer = site.ask("/api/seats/release-hold-batch/", body, Authorization=token)
        assert answer.status == 200
        assert "x-cache-status" not in answer.headers
    # A line is written when its answer has been sent.
    for _ in range(1200):
        if len(site.asked_of_the_app("release-hold-batch")) >= 3:
            break
        threading.Event().wait(0.05)
    assert len(site.asked_of_the_app("release-hold-batch")) == 3
    assert site.ask("/api/seats/me/", Authorization=token).status == 200
    assert site.ask("/api/seats/me/").status == 401
    assert site.ask(POLL.format(site.show), {}).status == 405


def register(site: Site, name: str, source: str, **headers: str) -> int:
    person = {"username": name, "password": PASSWORD}
    return site.ask("/api/seats/register/", person, source=source, **headers).status


def test_the_visitors_own_address_arrives_and_no_other(site: Site) -> None:
    """Registrations are counted by address: two a day, here."""
    assert [register(site, f"one{n}", "127.0.0.21") for n in range(3)] == [201, 201, 429]
    assert register(site, "other", "127.0.0.22") == 201
    spoofed = {"X_Forwarded_For": "203.0.113.9", "X_Real_IP": "203.0.113.9", "Forwarded": "for=x"}
    assert register(site, "again", "127.0.0.21", **spoofed) == 429
    twice = {"X_Forwarded_For": "203.0.113.9, 203.0.113.10"}
    assert register(site, "more", "127.0.0.21", **twice) == 429


def test_its_log_has_ids_of_requests_and_no_query_strings(site: Site) -> None:
    secret = "a-guest-of-sixteen-letters"
    gone = site.ask(
        f"/api/seat-locks?showtimeId={site.show}&sessionId={secret}&x=%0Aforged", method="DELETE"
    )
    assert gone.status == 200

    def lines() -> list[str]:
        return (site.nginx.folder / "access.log").read_text().splitlines()

    # nginx writes a line when the answer has been sent.
    end = time.monotonic() + 60
    while not any("seat-locks" in line for line in lines()) and time.monotonic() < end:
        time.sleep(0.02)
    (line,) = [line for line in lines() if "seat-locks" in line]
    assert re.search(r' "DELETE /api/seat-locks" 200 .* [0-9a-f]{32}$', line)
    assert secret not in "".join(lines())


class TestHeaders:
    def test_of_the_app(self, site: Site) -> None:
        answer = site.ask("/api/seats/shows/")
        assert answer.headers["strict-transport-security"].startswith("max-age=")
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["x-frame-options"] == "DENY"
        assert answer.headers["server"] == "nginx"

    def test_static_files(self, site: Site) -> None:
        answer = site.ask("/static/page.0123456789ab.js", Accept_Encoding="gzip")
        assert answer.headers["content-encoding"] == "gzip"
        assert "immutable" in answer.headers["cache-control"]
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert site.ask("/static/../holdfast.conf").status in (400, 404)

    def test_plain_http_goes_to_https(self, site: Site) -> None:
        line = http.client.HTTPConnection("127.0.0.1", site.nginx.plain_port, timeout=30)
        line.request("GET", "/admin/?x=1", headers={"Host": SITE})
        answer = line.getresponse()
        assert (answer.status, answer.headers["Location"]) == (301, f"https://{SITE}/admin/?x=1")
        line.close()

    def test_another_name(self, site: Site) -> None:
        assert site.ask("/api/seats/shows/", Host="elsewhere.example").status == 400


class TestRefusalsOfItsOwn:
    def test_too_large(self, site: Site) -> None:
        answer = site.ask("/api/seats/hold-batch/", {"seats": ["A1" * 200_000]})
        assert (answer.status, answer.body["code"]) == (413, "too_large")
        assert answer.headers["content-type"] == "application/problem+json"

    def test_too_many_at_once(self, site: Site) -> None:
        def refused_of(source: str) -> list[http.client.HTTPResponse]:
            lines = [Line(site.nginx, source) for _ in range(60)]
            for line in lines:
                line.connect()
            for line in lines:
                line.request("GET", "/api/seats/payment-proofs/", headers={"Host": SITE})
            answers = [line.getresponse() for line in lines]
            refused = [answer for answer in answers if answer.status == 429]
            assert len(refused) < 40
            for answer in refused[:1]:
                assert json.loads(answer.read())["code"] == "throttled"
                assert answer.headers["Retry-After"] == "1"
            for line in lines:
                line.close()
            return refused

        # On a busy machine it can take so long to ask that it is not too many at once.
        assert any(refused_of(f"127.0.0.{number}") for number in range(30, 40))


def test_an_app_that_is_gone(site: Site, tmp_path: Path) -> None:
    with Nginx(tmp_path / "nginx", [1]) as alone:
        answer = Site(alone, site.server, site.accesses, 1).ask("/api/seats/shows/")
        assert (answer.status, answer.body["code"]) == (503, "busy")
        assert answer.headers["retry-after"] == "2"
