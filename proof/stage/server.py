"""A server in front of a database: gunicorn, as in production, with its workers within reach."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from pathlib import Path
from types import TracebackType

from proof.stage import processes
from proof.stage.databases import CannotStart
from proof.stage.ports import free_port
from proof.wire import Address, Line, NoAnswer

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_SECONDS = 90.0


class Server:
    """Serves while the block lasts."""

    def __init__(
        self, environment: dict[str, str], log: Path, *, workers: int = 2, threads: int = 4
    ) -> None:
        self.environment, self.log = environment, log
        self.workers, self.threads = workers, threads
        self.process: processes.Process | None = None
        self.port = 0

    @property
    def address(self) -> Address:
        return Address("http", "127.0.0.1", self.port, "")

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> Server:
        self.port = free_port()
        command = [
            *(sys.executable, "-m", "gunicorn", "config.wsgi"),
            *("--workers", str(self.workers)),
            *("--threads", str(self.threads)),
            *("--bind", f"127.0.0.1:{self.port}"),
            "--no-control-socket",
        ]
        self.process = processes.started(
            command,
            self.log,
            self.is_ready,
            PATIENCE_SECONDS,
            "the web server",
            cwd=ROOT,
            env=self.environment,
        )
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self.process is not None:
            processes.end(self.process)

    def is_ready(self) -> bool:
        line = Line(self.address)
        try:
            return line.get("/healthz").status == 200
        except NoAnswer:
            return False
        finally:
            line.close()

    def worker_pids(self) -> list[int]:
        """The workers, the oldest first."""
        assert self.process is not None
        if not Path("/proc/self/stat").exists():
            raise CannotStart("needs Linux: workers are found by way of /proc")
        return processes.children(self.process.pid)

    def kill(self) -> None:
        """SIGKILL for all of it, master and workers, as when its machine is gone."""
        assert self.process is not None
        processes.kill(self.process)

    def kill_worker(self) -> bool:
        """SIGKILL for the worker that has served for longest; False if there is none to kill."""
        workers = self.worker_pids()
        if len(workers) < self.workers:
            return False
        with contextlib.suppress(ProcessLookupError):
            os.kill(workers[0], signal.SIGKILL)
            return True
        return False

    def errors(self) -> list[str]:
        """The lines of its log that say ERROR or CRITICAL."""
        text = self.log.read_text(errors="replace")
        return [line for line in text.splitlines() if " ERROR " in line or " CRITICAL " in line]
