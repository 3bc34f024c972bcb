"""nginx with the configuration we ship, but for ports, paths and a certificate of its own."""

from __future__ import annotations

import os
import re
import shutil
import ssl
import subprocess
from pathlib import Path
from types import TracebackType

from proof.stage import processes
from proof.stage.databases import CannotStart
from proof.stage.ports import free_port, listens
from proof.stage.server import ROOT

SHIPPED = ROOT / "deploy" / "nginx.conf"
SITE = "cinema.example"
PATIENCE_SECONDS = 90.0

_AROUND = """
{user}
worker_processes {workers};
daemon off;
pid {folder}/nginx.pid;
error_log stderr warn;
events {{ worker_connections 2048; }}
http {{
    include {mime};
    default_type application/octet-stream;
    access_log off;
    log_format asked '$request_time $arg_wait';
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/holdfast.conf;
}}
"""


class Nginx:
    """Serves https on ``port`` (http without ``tls``), and on ``plain_port`` what leads there.

    ``apps`` are the ports of the servers behind it. Without ``limits`` one address, from which all
    customers of a proof come, may ask as often as it likes. With ``keeps_seconds`` polls are
    kept for longer than they should be.
    """

    def __init__(
        self,
        folder: Path,
        apps: list[int],
        *,
        static: Path | None = None,
        workers: int = 1,
        tls: bool = True,
        limits: bool = True,
        keeps_seconds: int = 0,
    ) -> None:
        self.folder, self.apps, self.workers, self.tls = folder, apps, workers, tls
        self.until = str(keeps_seconds) if keeps_seconds else "@$holdfast_second"
        self.rate = "100r/s" if limits else "100000r/s"
        self.static = static or folder / "static"
        self.log = folder / "nginx.log"
        self.asked = folder / "asked.log"
        self.port, self.plain_port, self.inner_port = _free_ports(3)
        self.process: processes.Process | None = None

    def __enter__(self) -> Nginx:
        self.process = processes.started(
            self.prepared(), self.log, lambda: listens(self.port), PATIENCE_SECONDS, "nginx"
        )
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        assert self.process is not None
        processes.end(self.process)

    def prepared(self, *, push: bool = False) -> list[str]:
        """Writes its files and returns the command that starts it."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self.static.mkdir(exist_ok=True)
        self._make_certificate()
        (self.folder / "holdfast.conf").write_text(self._configuration(push))
        main = self.folder / "nginx.conf"
        main.write_text(
            _AROUND.format(
                user="user root;" if os.geteuid() == 0 else "",
                workers=self.workers,
                folder=self.folder,
                mime=_mime_types(),
            )
        )
        return [_program(), "-p", str(self.folder), "-c", str(main), "-e", "stderr"]

    def polls_of_the_app(self) -> int:
        """How many polls the app has been asked so far; the others came from the cache."""
        return len(self._asked())

    def slowest_poll(self, since: int = 0) -> float:
        """The most milliseconds that the app has taken for a poll that may be kept.

        Of all of them, or ``since`` it had been asked so many.
        """
        polls = [line.split() for line in self._asked()[since:]]
        return max((1000 * float(poll[0]) for poll in polls if poll[1:] == ["-"]), default=0.0)

    def _asked(self) -> list[str]:
        return self.asked.read_text().splitlines() if self.asked.exists() else []

    def trusting(self) -> ssl.SSLContext:
        """For clients: believes this server's certificate and no other."""
        return ssl.create_default_context(cafile=str(self.folder / "fullchain.pem"))

    def _configuration(self, push: bool) -> str:
        text = SHIPPED.read_text()
        if push:
            text = text.replace("# push: ", "")
        apps = "\n".join(f"    server 127.0.0.1:{port};" for port in self.apps)
        for ours, here in (
            # What the app is asked for polls is counted here.
            (r"(:8009;\s+server_name _;\s+access_log) off", rf"\1 {self.asked} asked"),
            (r"    server 127\.0\.0\.1:8000;", apps),
            (r"127\.0\.0\.1:8009", f"127.0.0.1:{self.inner_port}"),
            (r"listen 443 ssl http2", f"listen 127.0.0.1:{self.port}{' ssl' if self.tls else ''}"),
            (r"@\$holdfast_second", self.until),
            (r"rate=100r/s", f"rate={self.rate}"),
            (r"listen 80", f"listen 127.0.0.1:{self.plain_port}"),
            (r" *listen \[::\][^\n]*\n", ""),
            (r"/etc/letsencrypt/live/cinema\.example", str(self.folder)),
            (r"/var/cache/nginx/holdfast", f"{self.folder}/cache"),
            (r"/srv/holdfast/staticfiles", str(self.static)),
            (r"/var/log/nginx", str(self.folder)),
        ):
            text, count = re.subn(ours, here, text)
            if not count:
                raise ValueError(f"{SHIPPED.name} has no {ours}")
        return text

    def _make_certificate(self) -> None:
        if (self.folder / "fullchain.pem").exists():
            return
        subprocess.run(
            [
                *(_found("openssl"), "req", "-x509", "-newkey", "ec"),
                *("-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"),
                *("-subj", f"/CN={SITE}", "-addext", f"subjectAltName=DNS:{SITE}"),
                *("-keyout", str(self.folder / "privkey.pem")),
                *("-out", str(self.folder / "fullchain.pem")),
            ],
            check=True,
            capture_output=True,
        )


def _free_ports(count: int) -> list[int]:
    found: set[int] = set()
    while len(found) < count:
        found.add(free_port())
    return list(found)


def _program() -> str:
    return _found("nginx", "/usr/sbin", "/usr/local/sbin", "/opt/homebrew/bin")


def _mime_types() -> str:
    for place in ("/etc/nginx", "/usr/local/etc/nginx", "/opt/homebrew/etc/nginx"):
        if Path(place, "mime.types").is_file():
            return f"{place}/mime.types"
    raise CannotStart("nginx has no mime.types")


def _found(program: str, *places: str) -> str:
    path = shutil.which(program) or shutil.which(program, path=os.pathsep.join(places))
    if path is None:
        raise CannotStart(f"{program} is not installed")
    return path
