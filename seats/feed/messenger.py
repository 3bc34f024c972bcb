"""Tells the machines beside this one, through Redis, what their push processes want to know.

Only where REDIS_URL is set. Nobody relies on it: whoever listens also looks by the clock. So a
message that cannot be delivered at once is dropped, and nothing here makes a request wait: messages
are handed to a thread, which leaves a Redis that does not answer alone for a while.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from typing import Any

from django.conf import settings

CHANGES = "holdfast:changes"
REFUSALS = "holdfast:refusals"

_MOST_WAITING = 1000
_TIMEOUT = 0.25
_PAUSES = (1.0, 2.0, 5.0)

logger = logging.getLogger(__name__)


class Messenger:
    """Messages on their way to one Redis; of those with the same key the latest is enough."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._lock = threading.Lock()
        self._waiting: dict[tuple[str, object], str] = {}
        self._called = threading.Event()
        self._is_running = False
        self._failures = 0
        self._silent_until = 0.0

    def tell(self, channel: str, key: object, text: str) -> None:
        with self._lock:
            if len(self._waiting) >= _MOST_WAITING:
                self._waiting.clear()
            self._waiting[(channel, key)] = text
            if not self._is_running:
                self._is_running = True
                threading.Thread(target=self._run, name="messenger", daemon=True).start()
        self._called.set()

    def _run(self) -> None:
        client = self._client()
        while True:
            self._called.wait()
            self._called.clear()
            with self._lock:
                waiting, self._waiting = self._waiting, {}
            if time.monotonic() >= self._silent_until:
                self._deliver(client, [(channel, text) for (channel, _), text in waiting.items()])

    def _client(self) -> Any:
        # Only where there is a Redis is its client installed.
        from redis import Redis
        from redis.backoff import NoBackoff
        from redis.retry import Retry

        return Redis.from_url(
            self._url,
            socket_timeout=_TIMEOUT,
            socket_connect_timeout=_TIMEOUT,
            retry=Retry(NoBackoff(), 0),
        )

    def _deliver(self, client: Any, messages: list[tuple[str, str]]) -> None:
        try:
            pipeline = client.pipeline(transaction=False)
            for channel, text in messages:
                pipeline.publish(channel, text)
            pipeline.execute()
        except Exception as error:  # noqa: BLE001 - whatever Redis fails with, nobody waits for it
            if not self._failures:
                logger.warning("Redis cannot be told of changes: %s", error)
            pause = _PAUSES[min(self._failures, len(_PAUSES) - 1)]
            self._failures += 1
            self._silent_until = time.monotonic() + pause
        else:
            self._failures = 0


_lock = threading.Lock()
_messengers: dict[str, Messenger] = {}

# A forked process has no thread of its parent's.
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_messengers.clear)


def tell(channel: str, key: object, text: str) -> None:
    """Sends a message on its way, where there is a Redis and push is not switched off."""
    url = settings.REDIS_URL
    if not url or settings.PUSH == "off":
        return
    with _lock:
        messenger = _messengers.get(url)
        if messenger is None:
            messenger = _messengers[url] = Messenger(url)
    messenger.tell(channel, key, text)
