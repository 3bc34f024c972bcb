"""Processes that are ended here are gone, with those they have started."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from proof.stage import processes

# As database servers do, the first starts another that leads a group of its own.
FAMILY = """
import subprocess, sys, time
subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], start_new_session=True)
print("ready", flush=True)
time.sleep(600)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="children are found by way of /proc")
def test_children_that_lead_groups_of_their_own_are_killed_too(tmp_path: Path) -> None:
    log = tmp_path / "log"
    parent = processes.started(
        [sys.executable, "-c", FAMILY],
        log,
        lambda: "ready" in log.read_text(),
        60.0,
        "a parent",
    )
    (child,) = processes.children(parent.pid)

    processes.kill_family(parent)

    assert parent.poll() is not None
    assert not processes.lives(child)
