"""Ports for what is started here."""

from __future__ import annotations

import random
import socket

# Below those that the system gives to outgoing connections: a server that is killed and started
# again must find its port free. So many that runs beside each other seldom want the same one.
RANGE = range(20_000, 28_000)


def free_port() -> int:
    """One that nobody listens on."""
    for port in random.sample(RANGE, len(RANGE)):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise OSError(f"every port from {RANGE.start} to {RANGE.stop - 1} is in use")


def listens(port: int) -> bool:
    """Whether somebody takes connections there."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0
