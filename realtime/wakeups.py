"""What makes a tail look: another process of this machine, another machine, or the clock.

Whoever commits a change on this machine leaves a hint in memory that all its processes share; the
shows that are watched are glanced at every few milliseconds. What is committed on other machines is
told through Redis, where there is one. Tails look once a second in any case, so a wake-up that is
lost costs a second and nothing else.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Protocol

from django.conf import settings

from seats import feed
from seats.domain import Cursor
from seats.feed import hints, messenger, refusals
from seats.feed.refusals import Refusal

GLANCE_SECONDS = 0.01
# A server with a great many shows watched at once must not spend its time on glances.
_GLANCES_PER_SECOND = 100_000
_PAUSES = (0.2, 1.0, 2.0, 5.0)

logger = logging.getLogger(__name__)


class Sleeper(Protocol):
    """What can be woken: the tail of one show."""

    show_id: int

    def wake(self) -> None: ...


class Wakeups:
    """Wakes those who watch a show when it may have changed."""

    def __init__(self) -> None:
        self._sleepers: dict[int, tuple[Sleeper, hints.Slot, bytes | None]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._on_refusal: Callable[[Refusal], None] | None = None

    def watch(self, sleeper: Sleeper) -> None:
        slot = hints.Slot(sleeper.show_id)
        self._sleepers[sleeper.show_id] = (sleeper, slot, slot.glance())
        self._begin()

    def forget(self, sleeper: Sleeper) -> None:
        self._sleepers.pop(sleeper.show_id, None)

    def listen(self, on_refusal: Callable[[Refusal], None]) -> None:
        """Calls ``on_refusal`` with each refusal that another process tells of."""
        self._on_refusal = on_refusal
        self._begin()

    def _begin(self) -> None:
        if not self._tasks:
            self._start(self._glance())
            if settings.REDIS_URL:
                self._start(self._listen(settings.REDIS_URL))

    def _start(self, work: Any) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _glance(self) -> None:
        while True:
            for show_id, (sleeper, slot, seen) in list(self._sleepers.items()):
                now = slot.glance()
                if now != seen:
                    self._sleepers[show_id] = (sleeper, slot, now)
                    sleeper.wake()
            await asyncio.sleep(max(GLANCE_SECONDS, len(self._sleepers) / _GLANCES_PER_SECOND))

    async def _listen(self, url: str) -> None:
        """Hears what other machines tell, for as long as the process lives."""
        from redis.asyncio import Redis

        failures = 0
        while True:
            client = Redis.from_url(url, socket_connect_timeout=1.0, health_check_interval=5)
            try:
                async with client.pubsub(ignore_subscribe_messages=True) as channel:
                    await channel.subscribe(messenger.CHANGES, messenger.REFUSALS)
                    failures = 0
                    # Whatever was told while nobody listened.
                    for sleeper, _, _ in list(self._sleepers.values()):
                        sleeper.wake()
                    while True:
                        heard = await channel.get_message(timeout=10.0)
                        if heard is not None:
                            self._hear(heard["channel"].decode(), heard["data"])
            except Exception as error:  # noqa: BLE001 - Redis may fail in any way, and comes back
                if not failures:
                    logger.warning("Redis cannot be heard; we look once a second: %s", error)
                await asyncio.sleep(_PAUSES[min(failures, len(_PAUSES) - 1)])
                failures += 1
            finally:
                with suppress(Exception):
                    await client.aclose()

    def _hear(self, channel: str, data: bytes) -> None:
        text = data.decode("utf-8", "replace")
        if channel == messenger.REFUSALS:
            refusal = refusals.heard(text)
            if refusal is not None and self._on_refusal is not None:
                self._on_refusal(refusal)
            return
        at = Cursor.parse(text)
        if at is None:
            return
        feed.expect(text, from_afar=True)
        sleeping = self._sleepers.get(at.show_id)
        if sleeping is not None:
            sleeping[0].wake()
