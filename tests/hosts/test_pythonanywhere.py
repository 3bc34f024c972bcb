"""deploy/pythonanywhere_wsgi.py, run the way the host runs it.

uWSGI, one process, no threads, the host's variables, our settings as the document has them typed.
The tests are the balancer in front: they say who is asking, as it would.
"""

from __future__ import annotations

import os
import re
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from proof.stage import processes
from proof.stage.ports import free_port
from proof.wire import Address, Line, NoAnswer, Reply

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "deploy-pythonanywhere.md"
DOMAIN = "cinema.pythonanywhere.com"
PASSWORD = "a long enough password"


class Host:
    """An account on PythonAnywhere with one web app."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.log = home / "error.log"
        self.file = home / "db.sqlite3"
        (home / "holdfast").symlink_to(ROOT)
        self.environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(home),
            "USER": "cinema",
            "PYTHONANYWHERE_SITE": "www.pythonanywhere.com",
            "PYTHONANYWHERE_DOMAIN": "pythonanywhere.com",
            # Ours, but for passwords: hashing those takes longer than all the rest.
            "DJANGO_SETTINGS_MODULE": "proof.stage.settings",
            "DATABASE_URL": f"sqlite:///{self.file}",
            "HOLDFAST_ENV_FILE": str(home / ".env"),
            "THROTTLE_LOGIN": "2/day",
            "THROTTLE_REGISTER": "off",
            "TMPDIR": str(home),
        }
        self._follow_the_document()
        self.process: processes.Process | None = None
        self.port = free_port()

    def _follow_the_document(self) -> None:
        typed = re.search(r"<!-- env -->\n(.*?)<!-- end of env -->", PAGE.read_text(), re.DOTALL)
        assert typed is not None
        script = re.sub(r"^ {4}", "", typed[1], flags=re.MULTILINE)
        subprocess.run(["bash", "-ec", script], cwd=self.home, env=self.environment, check=True)

    def manage(self, *arguments: str) -> None:
        command = [sys.executable, "manage.py", *arguments]
        done = subprocess.run(
            command, cwd=ROOT, env=self.environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr

    def start(self) -> None:
        command = [
            *(sys.executable, "-c", "import pyuwsgi; pyuwsgi.run()"),
            *("--http-socket", f"127.0.0.1:{self.port}"),
            *("--wsgi-file", str(ROOT / "deploy" / "pythonanywhere_wsgi.py")),
            *("--processes", "1", "--listen", "100"),
            *("--need-app", "--die-on-term", "--disable-logging"),
        ]
        with self.log.open("ab") as output:
            self.process = processes.start(command, output, cwd="/", env=self.environment)
        processes.wait_until(self._answers, self.process, 90, self.log, "the web app")

    def _answers(self) -> bool:
        try:
            return self.get("/healthz").status == 200
        except NoAnswer:
            return False

    def stop(self) -> None:
        """What waits in the queue is dropped, as the host does on Reload."""
        assert self.process is not None
        processes.kill(self.process)

    def pause(self) -> None:
        assert self.process is not None
        os.killpg(self.process.pid, signal.SIGSTOP)

    def go_on(self) -> None:
        assert self.process is not None
        os.killpg(self.process.pid, signal.SIGCONT)

    # The balancer

    def _headers(self, visitor: str, more: dict[str, str]) -> dict[str, str]:
        told = {"Host": DOMAIN, "X-Forwarded-Proto": "https", "X-Real-IP": visitor}
        return {"X-Forwarded-For": visitor, **more, **told}

    def get(self, path: str, visitor: str = "192.0.2.1", **more: str) -> Reply:
        line = Line(Address("http", "127.0.0.1", self.port, ""))
        try:
            return line.get(path, self._headers(visitor, more))
        finally:
            line.close()

    def post(self, path: str, body: Any, visitor: str = "192.0.2.1", **more: str) -> Reply:
        line = Line(Address("http", "127.0.0.1", self.port, ""))
        try:
            return line.post(path, body, self._headers(visitor, more))
        finally:
            line.close()


class Customer:
    def __init__(self, host: Host, name: str, visitor: str) -> None:
        self.host, self.visitor = host, visitor
        account = {"username": name, "password": PASSWORD}
        assert host.post("/api/seats/register/", account, visitor).status == 201
        self.token = host.post("/api/seats/login/", account, visitor).body["token"]

    def post(self, path: str, body: Any, **more: str) -> Reply:
        token = {"Authorization": f"Token {self.token}"}
        return self.host.post(f"/api/seats/{path}/", body, self.visitor, **token, **more)


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Host]:
    pytest.importorskip("pyuwsgi", reason="uWSGI is not installed: pip install pyuwsgi")
    host = Host(tmp_path_factory.mktemp("home"))
    host.manage("migrate", "--verbosity", "0")
    host.manage("seed_data")
    host.start()
    yield host
    host.stop()


@pytest.fixture
def show(host: Host) -> int:
    shows = host.get("/api/seats/shows/").body["shows"]
    return int(shows[0]["id"])


def poll(host: Host, show: int, since: str = "") -> dict[str, Any]:
    more = f"&since={since}" if since else ""
    reply = host.get(f"/api/seat-status/?show_id={show}{more}")
    assert reply.status == 200, reply.raw
    return dict(reply.body)


def changed(delta: dict[str, Any]) -> dict[str, str]:
    assert delta["full"] is False
    return {seat["label"]: seat["status"] for seat in delta["seats"]}


def test_a_visit_from_the_first_look_to_the_ticket(host, show):
    customer = Customer(host, "visitor", "192.0.2.10")
    before = poll(host, show)
    assert before["full"] is True

    held = customer.post("hold-batch", {"show_id": show, "seats": ["A1", "A2"]})
    assert held.status == 200, held.raw
    seen = poll(host, show, before["cursor"])
    assert changed(seen) == {"A1": "HELD", "A2": "HELD"}

    booked = customer.post("book-batch", {"show_id": show})
    assert booked.status == 200, booked.raw
    assert changed(poll(host, show, seen["cursor"])) == {"A1": "BOOKED", "A2": "BOOKED"}
    assert poll(host, show, poll(host, show)["cursor"])["seats"] == []


def test_requests_wait_for_the_one_worker(host, show):
    crowd = [Customer(host, f"waiting{n}", f"192.0.2.{20 + n}") for n in range(4)]
    host.pause()
    with ThreadPoolExecutor(24) as lines:
        polls = [lines.submit(poll, host, show) for _ in range(16)]
        holds = [
            lines.submit(one.post, "hold-batch", {"show_id": show, "seats": ["B1"]})
            for one in crowd
        ]
        host.go_on()
        assert all(answer.result()["show_id"] == show for answer in polls)
        statuses = sorted(answer.result().status for answer in holds)
    assert statuses == [200] + [409] * 3


def test_a_reload_drops_requests_and_repeating_them_is_safe(host, show):
    customer = Customer(host, "patient", "192.0.2.40")
    body = {"show_id": show, "seats": ["C1"]}
    assert customer.post("hold-batch", body).status == 200

    host.pause()
    with ThreadPoolExecutor(1) as lines:
        dropped = lines.submit(customer.post, "book-batch", body, **{"Idempotency-Key": "mine"})
        with pytest.raises(TimeoutError):
            dropped.result(timeout=0.2)
        host.stop()
        with pytest.raises(NoAnswer):
            dropped.result()
    host.start()

    booked = customer.post("book-batch", body, **{"Idempotency-Key": "mine"})
    assert booked.status == 200, booked.raw
    host.stop()
    host.start()
    again = customer.post("book-batch", body, **{"Idempotency-Key": "mine"})
    assert again.headers["idempotency-replayed"] == "true"
    assert again.raw == booked.raw
    host.manage("verify_ledger")


def test_a_cursor_from_before_a_reload_is_still_good(host, show):
    customer = Customer(host, "looking", "192.0.2.41")
    cursor = poll(host, show)["cursor"]
    host.stop()
    host.start()
    customer.post("hold-batch", {"show_id": show, "seats": ["D1"]})

    after = poll(host, show, cursor)

    known = {seat["label"]: seat["status"] for seat in after["seats"]}
    assert known["D1"] == "HELD"


def log_in(host: Host, visitor: str, **more: str) -> int:
    account = {"username": "nobody", "password": "wrong"}
    return host.post("/api/seats/login/", account, visitor, **more).status


def test_limits_count_by_the_visitors_own_address(host):
    assert [log_in(host, "198.51.100.1") for _ in range(3)] == [401, 401, 429]
    assert log_in(host, "198.51.100.2") == 401
    spoofed = {"X-Forwarded-For": "203.0.113.9", "Forwarded": "for=203.0.113.9"}
    assert log_in(host, "198.51.100.1", **spoofed) == 429


def test_the_journal_is_the_one_for_network_disks(host):
    mode = sqlite3.connect(host.file).execute("PRAGMA journal_mode").fetchone()
    assert mode == ("delete",)
    assert not Path(f"{host.file}-wal").exists()


def test_plain_http_is_sent_to_https(host):
    line = Line(Address("http", "127.0.0.1", host.port, ""))
    reply = line.get("/api/seats/shows/", {"Host": DOMAIN, "X-Forwarded-Proto": "http"})
    line.close()
    assert reply.status == 301
    assert reply.headers["location"] == f"https://{DOMAIN}/api/seats/shows/"


def test_other_hosts_are_refused(host):
    line = Line(Address("http", "127.0.0.1", host.port, ""))
    told = {"Host": "elsewhere.example", "X-Forwarded-Proto": "https"}
    assert line.get("/api/seats/shows/", told).status == 400
    line.close()


def test_nothing_was_logged_that_somebody_has_to_look_after(host):
    assert [line for line in host.log.read_text().splitlines() if " ERROR " in line] == []
