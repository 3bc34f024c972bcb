"""Servers on loopback, all started in the same way: gunicorn with our own configuration."""

from __future__ import annotations

import contextlib
import http.client
import os
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks.stores import ROOT, Store
from proof.stage.ports import free_port

EQUAL_SHARES = ROOT / "benchmarks" / "equal_shares.py"

OURS = "config.wsgi"
BARE = "benchmarks.references.bare"
NOTHING = "benchmarks.references.nothing"

_PORTS = {OURS: 8107, BARE: 8108, NOTHING: 8109}


@dataclass(frozen=True)
class Server:
    port: int
    pid: int

    @property
    def address(self) -> tuple[str, int]:
        return ("127.0.0.1", self.port)

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def get(
        self, path: str, headers: dict[str, str] | None = None
    ) -> tuple[str, list[tuple[str, str]], bytes]:
        """Status line, headers and body of one answer."""
        line = http.client.HTTPConnection(*self.address, timeout=30)
        try:
            line.request("GET", path, headers=headers or {})
            answer = line.getresponse()
            return f"{answer.status} {answer.reason}", answer.getheaders(), answer.read()
        finally:
            line.close()

    def processor_seconds(self) -> float:
        """What the workers have taken of the processors so far."""
        return processor_seconds(self._workers())

    def memory(self) -> float:
        """Resident megabytes of the largest worker."""
        return max(_resident(pid) for pid in self._workers())

    def own_memory(self) -> float:
        """Resident megabytes of a server that is one process."""
        return _resident(str(self.pid))

    def _workers(self) -> list[str]:
        return Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()


def processor_seconds(pids: Iterable[str | int]) -> float:
    """What processes have taken of the processors so far."""
    ticks = 0
    for pid in pids:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def _resident(pid: str) -> float:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return 0.0


@contextlib.contextmanager
def served(
    application: str,
    store: Store,
    *,
    workers: int = 2,
    shared_by: int | None = None,
    **settings: str,
) -> Iterator[Server]:
    """A server until the end of the block.

    ``shared_by`` so many connections: then no worker takes many more than its share. Which of them
    is quicker to accept would otherwise decide, for as long as a connection lasts, whether both
    processors have work; that differs from run to run by more than what is to be measured.
    """
    arguments: list[str] = []
    if shared_by is not None:
        most = -(-shared_by // workers) + max(1, shared_by // 8)
        arguments = ["--config", str(EQUAL_SHARES), "--worker-connections", str(most)]
    port = _PORTS[application]
    log = store.folder / f"{application}.log"
    with log.open("ab") as errors:
        process = subprocess.Popen(
            [
                *(sys.executable, "-m", "gunicorn", f"{application}:application"),
                *("--bind", f"127.0.0.1:{port}", "--workers", str(workers)),
                *("--log-level", "warning", *arguments),
            ],
            env=store.environment(**settings),
            cwd=ROOT,
            stderr=errors,
        )
    server = Server(port, process.pid)
    try:
        _wait_for(server, process, log)
        yield server
    finally:
        process.terminate()
        process.wait(40)


@contextlib.contextmanager
def served_with_push(store: Store, **settings: str) -> Iterator[Server]:
    """The same for daphne: site and push in one process."""
    port = free_port()
    log = store.folder / "daphne.log"
    with log.open("ab") as errors:
        process = subprocess.Popen(
            [
                *(sys.executable, "-m", "daphne", "-v", "0", "-b", "127.0.0.1"),
                *("-p", str(port), "config.asgi:application"),
            ],
            env=store.environment(**settings),
            cwd=ROOT,
            stdout=errors,
            stderr=errors,
        )
    server = Server(port, process.pid)
    try:
        _wait_for(server, process, log)
        yield server
    finally:
        process.terminate()
        process.wait(40)


def _wait_for(server: Server, process: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(300):
        if process.poll() is not None:
            break
        try:
            server.get("/")
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError(f"The server on port {server.port} did not start.\n{log.read_text()}")
