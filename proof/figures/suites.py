"""What only tests can do, because it happens inside the engine: counted from a run of pytest."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from proof.faults.result import Result
from proof.stage import Installation
from proof.stage.server import ROOT

INJECTED = ("tests/faults/test_injected_errors.py",)
MUTANTS = ("tests/concurrency/test_mutants.py",)


def mutants(installation: Installation) -> Result:
    """The write path with one thing wrong at a time: the checks must notice each."""
    return _run("mutants", installation, MUTANTS, "mutants_killed", "mutants")


def injected_errors(installation: Installation) -> Result:
    """The errors by which databases ask for a retry, raised at every statement."""
    return _run("injected-errors", installation, INJECTED, "requests_survived", "requests")


def _run(
    name: str, installation: Installation, places: Sequence[str], passed: str, of: str
) -> Result:
    result = Result(name, installation.database.kind)
    missing = [place for place in places if not (ROOT / place).exists()]
    if missing:
        result.not_run = f"{', '.join(missing)} is not there"
        return result
    begin = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        figures = Path(folder) / "figures.xml"
        environment = {**os.environ, "DATABASE_URL": _url(installation)}
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", f"--junitxml={figures}", *places],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        told = ElementTree.parse(figures).getroot() if figures.exists() else Element("none")
    cases = list(told.iter("testcase"))
    failed = [
        case.get("name") for case in cases if {child.tag for child in case} & {"failure", "error"}
    ]
    skipped = sum("skipped" in {child.tag for child in case} for case in cases)
    ran = len(cases) - skipped
    result.figures |= {passed: ran - len(failed), of: ran}
    result.figures |= {
        str(said.get("name")): int(said.get("value", "0")) for said in told.iter("property")
    }
    if skipped:
        result.figures["skipped"] = skipped
    result.broken += [f"{name}: {case} failed" for case in failed]
    result.expect(
        bool(failed) or done.returncode == 0,
        f"pytest ended with {done.returncode}: {done.stdout[-400:]}",
    )
    result.expect(ran > 0, "not one test ran")
    result.seconds = time.monotonic() - begin
    return result


def _url(installation: Installation) -> str:
    """Where tests make a database of their own; on SQLite they make a file."""
    return installation.database.url if installation.database.is_server else ""
