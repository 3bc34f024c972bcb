"""Clients that never finish what they say: gunicorn alone waits for them, nginx in front does not
let them through. (docs/security.md)"""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest

from proof.stage import CannotStart, Installation, Server
from proof.stage.nginx import SITE, Nginx

THREADS = 2
PATIENCE_SECONDS = 60.0

# A request that is promised and does not come: one stops in its headers, one in its body.
SLOW = (
    f"GET / HTTP/1.1\r\nHost: {SITE}\r\nX-Slow: ",
    f'POST /api/seats/login/ HTTP/1.1\r\nHost: {SITE}\r\nContent-Length: 100\r\n\r\n{{"user',
)
WELL = f"GET /healthz HTTP/1.1\r\nHost: {SITE}\r\nConnection: close\r\n\r\n".encode()


@pytest.fixture(scope="module")
def server(installation: Installation) -> Iterator[Server]:
    settings = {"ALLOWED_HOSTS": f"{SITE},127.0.0.1", "BEHIND_PROXY": "True"}
    with installation.server(workers=1, threads=THREADS, more=settings) as server:
        yield server


@contextmanager
def slow_clients(port: int, count: int, trust: ssl.SSLContext | None = None) -> Iterator[None]:
    with ExitStack() as lines:
        for n in range(count):
            line = lines.enter_context(connected(port, trust))
            line.sendall(SLOW[n % len(SLOW)].encode())
        yield


def connected(port: int, trust: ssl.SSLContext | None) -> socket.socket:
    line = socket.create_connection(("127.0.0.1", port), timeout=30)
    return line if trust is None else trust.wrap_socket(line, server_hostname=SITE)


def is_answered(port: int, within: float, trust: ssl.SSLContext | None = None) -> bool:
    with connected(port, trust) as line:
        line.settimeout(within)
        line.sendall(WELL)
        try:
            return line.recv(100).startswith(b"HTTP/1.1 200")
        except TimeoutError:
            return False


def test_nginx_keeps_them_outside(server: Server, tmp_path_factory: pytest.TempPathFactory) -> None:
    try:
        with Nginx(tmp_path_factory.mktemp("slow") / "nginx", [server.port]) as nginx:
            trust = nginx.trusting()
            with slow_clients(nginx.port, 50 * THREADS, trust):
                assert all(is_answered(nginx.port, PATIENCE_SECONDS, trust) for _ in range(5))
    except CannotStart as missing:
        pytest.skip(str(missing))


def test_without_it_as_many_as_there_are_threads_stop_the_site(server: Server) -> None:
    """The control, and why the documents want a proxy that keeps requests until they are whole."""
    with slow_clients(server.port, THREADS):
        until = time.monotonic() + PATIENCE_SECONDS
        # The server has to have begun to listen to them. Until then it may be silent for a second
        # because the machine is busy, but then it answers the next.
        while is_answered(server.port, 1) or is_answered(server.port, 1):
            assert time.monotonic() < until

    assert is_answered(server.port, PATIENCE_SECONDS)
