"""Servers that are started side by side never get in each other's way."""

import socket
import subprocess
import sys
from pathlib import Path

import pytest

from proof.stage import ports

ROOT = Path(__file__).resolve().parents[2]


def test_what_one_process_has_found_no_other_finds():
    """Though nobody listens there yet."""
    mine = ports.free_port()
    assert not ports.listens(mine)
    looks = f"from proof.stage import ports; ports.RANGE = range({mine}, {mine + 1})"

    other = subprocess.run(
        [sys.executable, "-c", f"{looks}; ports.free_port()"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert f"every port from {mine} to {mine} is in use" in other.stderr


def test_a_port_that_somebody_listens_on_is_not_free(monkeypatch):
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        taken = listening.getsockname()[1]
        monkeypatch.setattr(ports, "RANGE", range(taken, taken + 1))

        with pytest.raises(OSError, match="is in use"):
            ports.free_port()


def test_those_of_long_ago_are_given_up(monkeypatch):
    monkeypatch.setattr(ports, "_MOST_KEPT", len(ports._kept) + 2)
    for _ in range(5):
        ports.free_port()

    assert len(ports._kept) == ports._MOST_KEPT
