"""Processes that the tests start, and stop or kill: daphne and a Redis of their own."""

from __future__ import annotations

import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from proof.stage.ports import free_port

ROOT = Path(__file__).resolve().parents[2]
# Where many wait for few processors, everything takes its time.
PATIENCE = 90.0


def eventually(is_so: Callable[[], bool], what: str = "it") -> None:
    """Waits until something is so; fails when it has not come to be for long."""
    until = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < until, f"{what} did not come to be"
        time.sleep(0.01)


def ask(
    server: Any, method: str, path: str, body: bytes | None = None, **headers: str
) -> tuple[int, dict[str, str], bytes]:
    """Status, headers by their names in small letters, and body."""
    with closing(http.client.HTTPConnection("127.0.0.1", server.port, timeout=PATIENCE)) as line:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        line.request(method, path, body, named)
        answer = line.getresponse()
        told = {name.lower(): value for name, value in answer.getheaders()}
        return answer.status, told, answer.read()


def post(server: Any, path: str, body: Any, **headers: str) -> tuple[int, Any]:
    """Posts JSON; returns status and what was answered."""
    headers = {"Content-Type": "application/json", **headers}
    status, _, said = ask(server, "POST", path, json.dumps(body).encode(), **headers)
    return status, json.loads(said or b"null")


class Process:
    """A program on a port of the loopback address."""

    def __init__(self, port: int = 0) -> None:
        self.port = port or free_port()
        self._process: subprocess.Popen[bytes] | None = None

    def _run(self, command: list[str], log: Path, environment: dict[str, str]) -> None:
        with log.open("ab") as file:
            self._process = subprocess.Popen(
                command, cwd=ROOT, env=environment, stdout=file, stderr=file
            )
        self.pid = self._process.pid
        eventually(lambda: self._answers(log), f"an answer of {command[0]}")

    def _answers(self, log: Path) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, f"it has ended at once: {log.read_text()[-3000:]}"
        try:
            socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
        except OSError:
            return False
        return True

    def ask_to_end(self) -> None:
        if self._process is not None:
            self._process.terminate()

    def end(self, how: int = signal.SIGTERM) -> None:
        if self._process is not None:
            self._process.send_signal(how)
            try:
                self._process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
                raise
            self._process = None


SITE = "config.asgi:application"


class Daphne(Process):
    """daphne, with settings of its own."""

    def __init__(
        self, environment: dict[str, str], log: Path, port: int = 0, application: str = SITE
    ) -> None:
        super().__init__(port)
        self.log = log
        self._run(
            [
                *(sys.executable, "-W", "error"),
                # Nobody has collected static files for the tests.
                *("-W", "ignore:No directory at:UserWarning"),
                # Connections to the database end with the process.
                *("-W", "ignore::ResourceWarning"),
                *("-m", "daphne", "-v", "0"),
                *("-b", "127.0.0.1", "-p", str(self.port), application),
            ],
            log,
            environment,
        )

    def get(self, path: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
        return ask(self, "GET", path, **headers)

    def memory(self) -> float:
        """Resident megabytes."""
        for line in Path(f"/proc/{self.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) / 1024
        raise AssertionError


class Redis(Process):
    """A Redis that can be killed and started again at the same address."""

    def __init__(self, folder: Path) -> None:
        if shutil.which("redis-server") is None:
            pytest.skip("redis-server is not installed")
        super().__init__()
        self._folder = folder
        self.start()

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        self._run(
            [
                *("redis-server", "--port", str(self.port), "--bind", "127.0.0.1"),
                *("--save", "", "--appendonly", "no", "--dir", str(self._folder)),
            ],
            self._folder / "redis.log",
            dict(os.environ),
        )

    def kill(self) -> None:
        self.end(signal.SIGKILL)
