"""`make test` must not call a run good that was not."""

import re
from dataclasses import replace
from types import SimpleNamespace

import pytest

from tests import everything
from tests.everything import Result, counted, report

FIGURES = """<?xml version="1.0"?>
<testsuites><testsuite>
  <testcase name="test_good"/>
  <testcase name="test_bad"><failure message="no"/></testcase>
  <testcase name="test_broken"><error message="fixture"/></testcase>
  <testcase name="test_left"><skipped message="no Chromium here"/></testcase>
</testsuite></testsuites>
"""


def test_it_counts_what_pytest_wrote_down(tmp_path):
    figures = tmp_path / "figures.xml"
    figures.write_text(FIGURES)
    result = counted("SQLite", figures)
    assert (result.passed, result.failed, result.skipped) == (1, 2, 1)
    assert result.reasons == ["test_left: no Chromium here"]


def test_it_counts_nothing_when_pytest_wrote_nothing(tmp_path):
    assert counted("SQLite", tmp_path / "gone.xml") == Result("SQLite")


@pytest.mark.parametrize(
    ("results", "strict", "status"),
    [
        ([Result("SQLite", passed=3)], False, 0),
        ([Result("SQLite", passed=3)], True, 0),
        ([Result("SQLite", passed=3, failed=1)], False, 1),
        ([Result("SQLite", passed=3, skipped=1)], False, 0),
        ([Result("SQLite", passed=3, skipped=1)], True, 1),
        ([Result("SQLite", passed=3), Result("MariaDB", not_run="no server")], False, 0),
        ([Result("SQLite", passed=3), Result("MariaDB", not_run="no server")], True, 1),
        ([Result("SQLite", passed=3, broken="pytest ended with status 3")], False, 1),
        ([Result("MariaDB", not_run="no server")], False, 1),
    ],
)
def test_the_exit_status_is_honest(results, strict, status):
    assert report(results, strict=strict) == status


def test_it_ends_in_one_plain_line(capsys):
    report(
        [
            Result("SQLite", passed=3, skipped=1, reasons=["test_map: no Chromium here"]),
            Result("MariaDB", passed=2, failed=1),
            Result("PostgreSQL", not_run="no driver here"),
        ],
        strict=False,
    )
    said = capsys.readouterr().out
    assert said.splitlines()[-1] == "5 passed, 1 failed, 1 skipped"
    assert "PostgreSQL    not run: no driver here" in said
    assert "skipped on SQLite: test_map: no Chromium here" in said


def test_a_run_without_tests_is_broken(monkeypatch, tmp_path):
    monkeypatch.setattr(everything, "ROOT", tmp_path)
    assert everything.run_pytest("SQLite", "", ("tests",)).broken == "none of tests is there"


@pytest.mark.parametrize(
    ("server", "url"),
    [
        (everything.MARIADB, "mysql://root@127.0.0.1:9/holdfast"),
        (everything.POSTGRESQL, "postgres://root@127.0.0.1:9/holdfast"),
    ],
    ids=["mariadb", "postgresql"],
)
def test_a_server_that_is_not_there_is_named(monkeypatch, server, url):
    pytest.importorskip(server.driver)
    monkeypatch.setenv(server.setting, url)
    result = everything.on_server(server)
    assert result.not_run.startswith("no server:")
    assert server.setting in result.not_run


def test_a_driver_that_is_missing_is_named():
    server = replace(everything.POSTGRESQL, driver="no_such_driver")
    assert everything.on_server(server).not_run == (
        "no driver here: pip install -r requirements-postgres.txt"
    )


def test_suites_run_side_by_side_and_are_shown_in_turn(monkeypatch, capfdbinary, tmp_path):
    tests = tmp_path / "tests"
    tests.mkdir()
    (tests / "everything.py").write_text(
        "import os, pathlib, sys, time\n"
        "name = sys.argv[1]\n"
        "time.sleep(0.3 if name == 'sqlite' else 0)\n"
        "print('this is', name)\n"
        'result = \'{"suite": "%s", "passed": 2}\' % name\n'
        "if name != 'postgresql':\n"
        "    pathlib.Path(os.environ['TEST_RESULTS_TO']).write_text(result)\n"
    )
    monkeypatch.setattr(everything, "ROOT", tmp_path)
    results = everything.side_by_side(["sqlite", "mariadb", "postgresql"])
    said = capfdbinary.readouterr().out.decode()
    assert said.split("\n")[:3] == ["this is sqlite", "this is mariadb", "this is postgresql"]
    assert [(result.suite, result.passed) for result in results[:2]] == [
        ("sqlite", 2),
        ("mariadb", 2),
    ]
    assert results[2].broken == "it ended without a result"


def test_an_unknown_suite_is_refused():
    with pytest.raises(SystemExit, match="No such suite: oracle"):
        everything.main(["oracle"])


def test_what_one_suite_of_sqlite_leaves_out_the_other_runs(monkeypatch):
    asked = []

    def run(command, **_):
        asked.append([word for word in command if "tests" in word])
        return SimpleNamespace(returncode=0)

    monkeypatch.setattr(everything.subprocess, "run", run)
    monkeypatch.setattr(everything.chromium, "missing", lambda: None)
    everything.sqlite()
    everything.browser()
    everything.sites()
    left_out = [word.removeprefix("--ignore=") for word in asked[0][:-1]]
    assert asked[0][-1] == "tests"
    assert sorted(left_out) == sorted([*asked[1], *asked[2]])


def test_a_browser_that_is_missing_is_named(monkeypatch):
    monkeypatch.setattr(everything.chromium, "missing", lambda: "no Chromium here")
    assert everything.browser() == Result("Browser", not_run="no Chromium here")


def test_every_suite_has_its_turn():
    assert sorted(everything.LONGEST_FIRST) == sorted(everything.all_suites())


@pytest.mark.parametrize("place", everything.SETTLED_AT_THE_DOOR)
def test_what_is_settled_at_the_door_takes_no_turn(place):
    assert place.startswith(everything.ON_EVERY_DATABASE)
    text = (everything.ROOT / place).read_text()
    assert not re.search(r"transaction=True|transactional_db|seats import database", text)


@pytest.mark.parametrize("place", everything.ON_ONE_DATABASE)
def test_what_servers_are_spared_knows_no_database(place):
    assert place.startswith(everything.ON_EVERY_DATABASE)
    text = (everything.ROOT / place).read_text()
    ours = set(re.findall(r"^from seats\.(\w+)", text, re.MULTILINE))
    assert ours <= {"alternatives", "domain", "errors", "layout"}
    assert not re.search(r"django|from seats import (?!errors$)", text, re.MULTILINE)
    fixtures = "db|transactional_db|house|owner|rival|stranger|guest|client|chief"
    assert not re.search(rf"def test_\w+\([^)]*\b({fixtures})\b", text)
