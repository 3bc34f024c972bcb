"""Numbers for Prometheus at `/metrics`, for those who may see them.

METRICS=loopback: for programs on this machine that do not come through a proxy. METRICS=<token>:
for whoever sends `Authorization: Bearer <token>`. To everybody else the address does not exist.
"""

from __future__ import annotations

import hmac
import os
from ipaddress import ip_address
from typing import Any

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram
from prometheus_client import generate_latest as as_text
from prometheus_client.multiprocess import MultiProcessCollector

_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
_OF_A_PROXY = ("HTTP_X_FORWARDED_FOR", "HTTP_X_REAL_IP", "HTTP_FORWARDED", "HTTP_VIA")


class Metrics:
    """Counts requests in this process; the page sums up all processes of a gunicorn."""

    def __init__(self, readers: str) -> None:
        self._readers = readers
        self._registry = CollectorRegistry()
        if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
            MultiProcessCollector(self._registry)  # type: ignore[no-untyped-call]
            own = None
        else:
            own = self._registry
        self._requests = Counter(
            "holdfast_requests",
            "Requests answered.",
            ("method", "route", "status"),
            registry=own,
        )
        self._seconds = Histogram(
            "holdfast_request_seconds",
            "Time from a request to its answer, within the process that answers.",
            ("route",),
            buckets=_BUCKETS,
            registry=own,
        )

    def count(self, method: str, route: str, status: int, seconds: float) -> None:
        self._requests.labels(method, route, str(status)).inc()
        self._seconds.labels(route).observe(seconds)

    def page(self, environ: dict[str, Any]) -> tuple[str, bytes] | None:
        """The page with its type, or None for somebody who may not see it."""
        if environ["REQUEST_METHOD"] != "GET" or not self._may_read(environ):
            return None
        return CONTENT_TYPE_LATEST, as_text(self._registry)

    def _may_read(self, environ: dict[str, Any]) -> bool:
        if self._readers == "loopback":
            return _is_here(environ.get("REMOTE_ADDR", "")) and not any(
                name in environ for name in _OF_A_PROXY
            )
        told = environ.get("HTTP_AUTHORIZATION", "").encode("latin-1")
        return hmac.compare_digest(told, f"Bearer {self._readers}".encode())


def _is_here(address: str) -> bool:
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False
