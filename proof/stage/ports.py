"""Ports for what is started here."""

from __future__ import annotations

import os
import random
import socket
from collections import deque

# Below those that the system gives to outgoing connections: a server that is killed and started
# again must find its port free.
RANGE = range(20_000, 28_000)

# A server takes seconds to listen, and others look for ports meanwhile. Whoever has found one keeps
# the same number of UDP, which nothing here uses, for as long as the process lives: so two that run
# beside each other never find the same. (The oldest are given up, for open files are limited.)
_MOST_KEPT = 200
_kept: deque[int] = deque()


def free_port() -> int:
    """One that nobody listens on, and that nobody else is given."""
    for port in random.sample(RANGE, len(RANGE)):
        claim = _claim(port)
        if claim is None:
            continue
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                claim.close()
                continue
        _kept.append(claim.detach())
        if len(_kept) > _MOST_KEPT:
            os.close(_kept.popleft())
        return port
    raise OSError(f"every port from {RANGE.start} to {RANGE.stop - 1} is in use")


def _claim(port: int) -> socket.socket | None:
    claim = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        claim.bind(("127.0.0.1", port))
    except OSError:
        claim.close()
        return None
    return claim


def listens(port: int) -> bool:
    """Whether somebody takes connections there."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0
