"""`make test` must not call a run good that was not."""

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


def test_a_server_that_is_not_there_is_named(monkeypatch):
    pytest.importorskip("psycopg")
    monkeypatch.setenv("TEST_POSTGRES_URL", "postgres://root@127.0.0.1:9/holdfast")
    result = everything.postgresql()
    assert result.not_run.startswith("no server:")
    assert "TEST_POSTGRES_URL" in result.not_run


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
