"""What `make` says when a machine lacks something."""

import os
import re
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from config import port_is_free
from proof.stage.ports import free_port

ROOT = Path(__file__).resolve().parents[2]
MAKEFILE = (ROOT / "Makefile").read_text()


@pytest.fixture
def make(tmp_path):
    """Runs make in an empty copy of the project, with its own idea of what is installed."""
    if shutil.which("make") is None:
        pytest.skip("make is not installed")
    for name in ("Makefile", "requirements.txt"):
        shutil.copy(ROOT / name, tmp_path)
    (tmp_path / "programs").mkdir()

    def run(*arguments: str, **given: str) -> subprocess.CompletedProcess[str]:
        clean = {k: v for k, v in os.environ.items() if not k.startswith(("MAKE", "PYTHON"))}
        clean["PATH"] = f"{tmp_path}/programs:{clean['PATH']}"
        return subprocess.run(
            ["make", *arguments],
            cwd=tmp_path,
            env={**clean, **given},
            capture_output=True,
            text=True,
            check=False,
        )

    run.programs = tmp_path / "programs"
    run.folder = tmp_path
    return run


def fake(folder: Path, name: str, script: str) -> None:
    (folder / name).write_text(f"#!/bin/sh\n{script}\n")
    (folder / name).chmod(0o755)


def test_help_names_every_target(make):
    targets = set(re.findall(r"^\.PHONY: (.*)$", MAKEFILE, re.MULTILINE)[0].split()) - {"help"}
    said = make("help").stdout
    assert targets
    for target in targets:
        assert f"make {target} " in said


def test_help_is_what_make_alone_says(make):
    assert make().stdout == make("help").stdout


def test_a_python_that_is_not_there(make):
    tried = make("run", PYTHON="/nowhere/python3")
    assert tried.returncode != 0
    assert "needs Python 3.11 or newer, and found none at /nowhere/python3" in tried.stdout


def test_every_python_is_too_old(make):
    for name in ("python3.13", "python3.12", "python3.11", "python3", "python"):
        fake(make.programs, name, "exit 1")
    tried = make("run")
    assert tried.returncode != 0
    assert "Holdfast needs Python 3.11 or newer, and found none." in tried.stdout
    assert "PYTHON=/path/to/python3.12 make run" in tried.stdout


def test_a_python_without_its_venv_part(make):
    fake(make.programs, "halfpython", '[ "$1" = -m ] && { echo no ensurepip; exit 1; }; exit 0')
    tried = make("run", PYTHON="halfpython")
    assert tried.returncode != 0
    assert "no ensurepip" in tried.stdout
    assert "apt-get install python3-venv" in tried.stdout
    assert not (make.folder / ".venv").exists()


def test_env_is_written_once_and_with_a_key_of_its_own(make):
    bin_folder = make.folder / ".venv" / "bin"
    bin_folder.mkdir(parents=True)
    (bin_folder / "python").symlink_to(sys.executable)
    assert make(".env").returncode == 0
    written = (make.folder / ".env").read_text()
    assert "DEBUG=True" in written
    assert len(re.search(r"^SECRET_KEY=(.*)$", written, re.MULTILINE)[1]) >= 50
    assert (make.folder / ".env").stat().st_mode & 0o077 == 0
    make(".env")
    assert (make.folder / ".env").read_text() == written


class TestPort:
    def test_a_free_one(self):
        port_is_free.main(str(free_port()))

    def test_a_taken_one(self):
        with socket.socket() as other:
            other.bind(("127.0.0.1", 0))
            other.listen()
            with pytest.raises(SystemExit, match="PORT=9000 make run"):
                port_is_free.main(str(other.getsockname()[1]))

    @pytest.mark.parametrize("port", ["", "http", "0", "65536", "80 81", "-1", "\uff18\uff10"])
    def test_no_port_at_all(self, port):
        with pytest.raises(SystemExit, match="PORT must be a number"):
            port_is_free.main(port)
