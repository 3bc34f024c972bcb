"""The whole suite, on every database that can be had: `make test`.

SQLite runs every test: those with real browsers in a suite of their own, and those with
whole sites, started as hosts start them, in another. MariaDB (or MySQL) and PostgreSQL run
those of the engine, the API and the races again; `node --test` runs those of the dashboard's
scripts. A server, a driver or a browser that is missing is named, with what would help. With
CI=true nothing may be missing and nothing may be skipped.

Five suites run at a time, for each of them often waits: for a disk, a deadline, a server
that starts. What they print is shown when their turn comes.

    python -m tests.everything                 all of it
    python -m tests.everything postgresql      one suite: sqlite, sites, browser, mariadb …
"""

from __future__ import annotations

import importlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit
from xml.etree import ElementTree

from tests.browser import chromium

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).resolve().parent.parent
ON_EVERY_DATABASE = (
    "tests/engine",
    "tests/api",
    "tests/concurrency",
    "tests/faults",
    "tests/admin",
    "tests/commands",
    "tests/safety",
    "tests/realtime/test_streams.py",
    "tests/realtime/test_hall_socket.py",
    "tests/foundations/test_checks.py",
    "tests/foundations/test_described_requests.py",
)
# Among them, what is plain Python: the same whichever database there is.
ON_ONE_DATABASE = (
    "tests/engine/test_alternatives.py",
    "tests/engine/test_domain.py",
    "tests/engine/test_layout.py",
)
# And what is settled before a database is asked about seats: who may ask, and whether it is a
# question. What odd values do to each database is seen in tests/api/test_anything.py and
# tests/safety/test_broken_requests.py.
SETTLED_AT_THE_DOOR = (
    "tests/api/test_cross_origin.py",
    "tests/api/test_openapi.py",
    "tests/api/test_slashes.py",
    "tests/api/test_strict_json.py",
    "tests/safety/test_authorization.py",
)
WITH_BROWSERS = "tests/browser"
WITH_SITES = ("tests/hosts", "tests/proof", "tests/realtime")
OLDEST_NODE = 18
AT_ONCE = 5
# What takes longest comes first, so that nothing long is left to run alone.
LONGEST_FIRST = ("postgresql", "browser", "sites", "sqlite", "mariadb", "javascript")


@dataclass
class Result:
    suite: str
    passed: int = 0
    failed: int = 0
    skipped: int = 0
    seconds: float = 0.0
    not_run: str = ""
    broken: str = ""
    """Why the run as a whole counts as failed although no single test did."""
    reasons: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Server:
    """A kind of database server, and where it usually answers."""

    suite: str
    setting: str
    usual_url: str
    usual_user: str
    driver: str
    requirements: str
    more: dict[str, str] = field(default_factory=dict)


MARIADB = Server(
    "MariaDB",
    "TEST_MYSQL_URL",
    "mysql://root@127.0.0.1:3306/holdfast",
    "root",
    "MySQLdb",
    "requirements-mysql.txt",
)
POSTGRESQL = Server(
    "PostgreSQL",
    "TEST_POSTGRES_URL",
    "postgres://root@127.0.0.1:5432/holdfast",
    "postgres",
    "psycopg",
    "requirements-postgres.txt",
    {"dbname": "postgres"},
)


def main(chosen: list[str]) -> int:
    results_to = os.environ.pop("TEST_RESULTS_TO", "")
    suites = all_suites()
    if unknown := set(chosen) - set(suites):
        sys.exit(f"No such suite: {', '.join(sorted(unknown))}. There are: {', '.join(suites)}.")
    names = [name for name in suites if not chosen or name in chosen]
    results = [suites[names[0]]()] if len(names) == 1 else side_by_side(names)
    if results_to:
        # One of several that run side by side: whoever started them reports.
        Path(results_to).write_text(json.dumps(asdict(results[0])))
        return 0
    return report(results, strict=os.environ.get("CI") == "true")


def all_suites() -> dict[str, Callable[[], Result]]:
    return {
        "sqlite": sqlite,
        "sites": sites,
        "browser": browser,
        "mariadb": lambda: on_server(MARIADB),
        "postgresql": lambda: on_server(POSTGRESQL),
        "javascript": javascript,
    }


def side_by_side(names: list[str]) -> list[Result]:
    """Runs each suite in a process of its own; shows their output one after the other."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        over = {name: threading.Event() for name in names}

        def run(name: str) -> None:
            try:
                with (folder / f"{name}.log").open("wb") as log:
                    subprocess.run(
                        [sys.executable, "-u", "-m", "tests.everything", name],
                        cwd=ROOT,
                        env={**os.environ, "TEST_RESULTS_TO": str(folder / f"{name}.json")},
                        stdout=log,
                        stderr=subprocess.STDOUT,
                        check=False,
                    )
            finally:
                over[name].set()

        with ThreadPoolExecutor(AT_ONCE) as suites:
            for name in sorted(names, key=LONGEST_FIRST.index):
                suites.submit(run, name)
            for name in names:
                show(folder / f"{name}.log", over[name])
        return [told(name, folder / f"{name}.json") for name in names]


def show(log: Path, over: threading.Event) -> None:
    """Prints what is written to a file, until that is over."""
    shown = 0
    while True:
        is_over = over.wait(0.2)
        if log.is_file():
            with log.open("rb") as written:
                written.seek(shown)
                fresh = written.read()
            shown += len(fresh)
            sys.stdout.buffer.write(fresh)
            sys.stdout.flush()
        if is_over:
            return


def told(name: str, file: Path) -> Result:
    if not file.is_file():
        return Result(name, broken="it ended without a result")
    return Result(**json.loads(file.read_text()))


def sqlite() -> Result:
    # An empty DATABASE_URL is the default database, of which tests make a copy of their own.
    return run_pytest("SQLite", "", ("tests",), elsewhere=(WITH_BROWSERS, *WITH_SITES))


def sites() -> Result:
    return run_pytest("Sites", "", WITH_SITES)


def browser() -> Result:
    suite = "Browser"
    if missing := chromium.missing():
        return Result(suite, not_run=missing)
    return run_pytest(suite, "", (WITH_BROWSERS,))


def on_server(server: Server) -> Result:
    url = os.environ.get(server.setting, server.usual_url)
    try:
        driver = importlib.import_module(server.driver)
    except ImportError:
        missing = f"no driver here: pip install -r {server.requirements}"
        return Result(server.suite, not_run=missing)
    at, usual = urlsplit(url), urlsplit(server.usual_url)
    try:
        driver.connect(
            host=at.hostname or usual.hostname,
            port=at.port or usual.port,
            user=unquote(at.username or server.usual_user),
            password=unquote(at.password or ""),
            connect_timeout=30,
            **server.more,
        ).close()
    except driver.Error as error:
        said = str(error.args[-1]).strip().splitlines()[0]
        return Result(server.suite, not_run=f"no server: {said} ({server.setting} names another)")
    spared = (*ON_ONE_DATABASE, *SETTLED_AT_THE_DOOR)
    return run_pytest(server.suite, url, ON_EVERY_DATABASE, elsewhere=spared)


def run_pytest(
    suite: str, database_url: str, places: tuple[str, ...], *, elsewhere: tuple[str, ...] = ()
) -> Result:
    """Runs the tests in some places, but for those that another suite runs."""
    heading(suite)
    present = [place for place in places if (ROOT / place).exists()]
    if not present:
        return Result(suite, broken=f"none of {', '.join(places)} is there")
    left_out = [f"--ignore={place}" for place in elsewhere]
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        figures = Path(folder) / "figures.xml"
        status = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", f"--junitxml={figures}", *left_out, *present],
            cwd=ROOT,
            env={**os.environ, "DATABASE_URL": database_url},
            check=False,
        ).returncode
        result = counted(suite, figures)
    result.seconds = time.monotonic() - started
    if status != 0 and not result.failed:
        result.broken = f"pytest ended with status {status}"
    elif not result.passed and not result.failed:
        result.broken = "not one test ran"
    return result


def counted(suite: str, figures: Path) -> Result:
    result = Result(suite)
    if not figures.is_file():
        return result
    for case in ElementTree.parse(figures).iter("testcase"):
        kinds = {child.tag: child for child in case}
        if "failure" in kinds or "error" in kinds:
            result.failed += 1
        elif "skipped" in kinds:
            result.skipped += 1
            result.reasons.append(f"{case.get('name')}: {kinds['skipped'].get('message')}")
        else:
            result.passed += 1
    return result


def javascript() -> Result:
    suite = "JavaScript"
    files = sorted(
        str(file.relative_to(ROOT))
        for file in (ROOT / "tests" / "js").rglob("*")
        if re.search(r"(^test|[._-]test)[^/]*\.m?js$", file.name)
    )
    if not files:
        return Result(suite, broken="tests/js has no tests")
    node = shutil.which("node")
    if node is None:
        return Result(suite, not_run="Node.js is not installed")
    said = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    version = re.match(r"v(\d+)\.", said)
    if version is None or int(version.group(1)) < OLDEST_NODE:
        return Result(
            suite, not_run=f"Node.js {OLDEST_NODE} or newer is needed, here is {said.strip()!r}"
        )
    heading(suite)
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        figures = Path(folder) / "figures.tap"
        status = subprocess.run(
            [
                node,
                "--test",
                "--test-reporter=spec",
                "--test-reporter-destination=stdout",
                "--test-reporter=tap",
                f"--test-reporter-destination={figures}",
                *files,
            ],
            cwd=ROOT,
            check=False,
        ).returncode
        tap = figures.read_text() if figures.is_file() else ""

    def figure(name: str) -> int:
        found = re.findall(rf"^# {name} (\d+)$", tap, re.MULTILINE)
        return int(found[-1]) if found else 0

    result = Result(
        suite,
        passed=figure("pass"),
        failed=figure("fail") + figure("cancelled"),
        skipped=figure("skipped") + figure("todo"),
        seconds=time.monotonic() - started,
    )
    if status != 0 and not result.failed:
        result.broken = f"node ended with status {status}"
    elif not result.passed and not result.failed:
        result.broken = "not one test ran"
    return result


def heading(suite: str) -> None:
    print(f"\n=== {suite} ===", flush=True)


def report(results: list[Result], *, strict: bool) -> int:
    print(f"\n{'':12}{'passed':>8}{'failed':>8}{'skipped':>9}{'seconds':>9}")
    for result in results:
        if result.not_run:
            print(f"{result.suite:12}  not run: {result.not_run}")
            continue
        print(
            f"{result.suite:12}{result.passed:8}{result.failed:8}{result.skipped:9}"
            f"{result.seconds:9.0f}" + (f"  {result.broken}" if result.broken else "")
        )
    for result in results:
        for reason in result.reasons:
            print(f"skipped on {result.suite}: {reason}")

    totals: dict[str, Any] = {
        name: sum(getattr(result, name) for result in results)
        for name in ("passed", "failed", "skipped")
    }
    left_out = totals["skipped"] or any(result.not_run for result in results)
    if strict and left_out:
        print("With CI=true nothing may be left out: this run counts as failed.")
    print("\n{passed} passed, {failed} failed, {skipped} skipped".format(**totals))
    good = not totals["failed"] and not any(result.broken for result in results)
    return 0 if good and totals["passed"] and not (strict and left_out) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
