"""A cinema for browsers to visit: real servers over one private database."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from functools import partial
from pathlib import Path
from typing import Any

from proof.stage.ports import free_port

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 120.0

# Sample films of other packages' pages take long to compress and are not visited here.
NOT_VISITED = ("drf_spectacular_sidecar", "rest_framework", "admin")


class Backstage:
    """Calls the deeds of tests/browser/backstage.py by their names."""

    def __init__(self, environment: dict[str, str]) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.browser.backstage"],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __getattr__(self, deed: str) -> Any:
        return partial(self._ask, deed)

    def _ask(self, deed: str, *positional: Any, **named: Any) -> Any:
        self._process.stdin.write(json.dumps([deed, positional, named]) + "\n")
        self._process.stdin.flush()
        answer = json.loads(self._process.stdout.readline() or '{"failed": "it ended"}')
        if "failed" in answer:
            raise RuntimeError(f"backstage could not {deed}: {answer['failed']}")
        return answer["done"]

    def end(self) -> None:
        self._process.stdin.close()
        self._process.wait(timeout=PATIENCE)
        self._process.stdout.close()


class Server:
    """gunicorn on a loopback port, which can be stopped and started again there; or daphne,
    which offers push."""

    def __init__(
        self, environment: dict[str, str], log: Path, workers: int = 2, *, push: bool = False
    ) -> None:
        self.port = free_port()
        self.origin = f"http://127.0.0.1:{self.port}"
        self._environment = environment
        self._log = log
        self._command = self._daphne() if push else self._gunicorn(workers)
        self._process: subprocess.Popen[bytes] | None = None

    def _gunicorn(self, workers: int) -> list[str]:
        return [
            *(sys.executable, "-m", "gunicorn", "config.wsgi"),
            *("--bind", f"127.0.0.1:{self.port}"),
            *("--workers", str(workers)),
            # Idle connections of browsers must not make a stop wait.
            *("--graceful-timeout", "2"),
        ]

    def _daphne(self) -> list[str]:
        place = ("--bind", "127.0.0.1", "--port", str(self.port))
        return [sys.executable, "-m", "daphne", *place, "config.asgi:application"]

    def start(self) -> None:
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                self._command,
                cwd=ROOT,
                env=self._environment,
                stdout=log,
                stderr=log,
            )
        self.wait_until_well()

    def wait_until_well(self) -> None:
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            try:
                with urllib.request.urlopen(f"{self.origin}/healthz", timeout=10):
                    return
            except (urllib.error.URLError, OSError):
                if self._process is None or self._process.poll() is not None:
                    break
                time.sleep(0.05)
        raise RuntimeError(f"The server did not start:\n{self._log.read_text()[-3000:]}")

    def stop(self) -> None:
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None


class Cinema:
    """The database and its backstage; servers with differing settings over both."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="holdfast-browser-"))
        self._environment = {
            **_environment_without_settings(),
            "DJANGO_SETTINGS_MODULE": "tests.browser.served",
            "BROWSER_TESTS_STATIC_ROOT": str(self.folder / "static"),
            "HOLDFAST_ENV_FILE": "",
            "SECRET_KEY": "a-key-for-tests-that-is-long-enough-and-guards-nothing-at-all",
            "DATABASE_URL": f"sqlite:///{self.folder / 'cinema.sqlite3'}",
            "PAYMENT_PROOF_DIR": str(self.folder / "payment-proofs"),
            "ALLOWED_HOSTS": "127.0.0.1,localhost",
            "DEMO_USER": "True",
            "POLL_INTERVAL_MS": "500",
            "THROTTLE_LOGIN": "off",
            "THROTTLE_REGISTER": "off",
            "THROTTLE_WRITE": "off",
            "HOARD_MAX_SEATS": "off",
            "HOARD_SEAT_MINUTES": "off",
            "HOARD_LAPSES": "off",
        }
        self._servers: dict[str, Server] = {}
        self._manage("migrate")
        self._manage(
            "collectstatic", *(part for name in NOT_VISITED for part in ("--ignore", name))
        )
        self.backstage = Backstage(self._environment)

    def _manage(self, *command: str) -> None:
        done = subprocess.run(
            [sys.executable, "manage.py", *command, "--no-input", "--verbosity", "0"],
            cwd=ROOT,
            env=self._environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(f"manage.py {command[0]} failed:\n{done.stderr}")

    def server(
        self, name: str = "usual", *, workers: int = 2, push: bool = False, **settings: str
    ) -> Server:
        """The server of that name; started when first asked for."""
        if name not in self._servers:
            log = self.folder / f"{name}.log"
            server = Server({**self._environment, **settings}, log, workers, push=push)
            self._servers[name] = server
            server.start()
        return self._servers[name]

    def paid_by_proof(self) -> Server:
        return self.server("proof", PAYMENT_MODE="proof")

    def end(self) -> None:
        for server in self._servers.values():
            server.stop()
        self.backstage.end()
        shutil.rmtree(self.folder, ignore_errors=True)


def _environment_without_settings() -> dict[str, str]:
    """This process's environment without what a shell or the other tests set for Holdfast."""
    example = (ROOT / ".env.example").read_text()
    settings = set(re.findall(r"^#? ?([A-Z][A-Z0-9_]*)=", example, re.MULTILINE))
    left_out = settings | {"PYTHONANYWHERE_SITE"}
    return {name: value for name, value in os.environ.items() if name not in left_out}
