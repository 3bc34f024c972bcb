"""Who is connected: what a customer has only selected is let go when they are gone.

Gone is a customer whose last connection has been closed for a few seconds: a page that is loaded
anew is back by then. Where several processes serve, they tell each other in Redis whom they see;
while that cannot be asked, nobody is taken for gone, and selections end by themselves.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import secrets
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from typing import Any, cast

from django.conf import settings
from django.core.handlers.asgi import ASGIRequest

from realtime.asking import ask
from realtime.visitors import customer_of, names_somebody
from seats import reservations
from seats.domain import Customer
from seats.errors import Busy

# An entry of a process that has died is believed for so long.
_BELIEVED_SECONDS = 30.0
_BEAT_SECONDS = 10.0
_REDIS_SECONDS = 1.0
_ATTEMPTS = 3

logger = logging.getLogger(__name__)


class Presence:
    """The customers with a connection to this process."""

    def __init__(self) -> None:
        self._open: Counter[str] = Counter()
        self._leaving: dict[str, asyncio.TimerHandle] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._elsewhere = _Elsewhere(settings.REDIS_URL) if settings.REDIS_URL else None

    @asynccontextmanager
    async def of(self, request: ASGIRequest) -> AsyncIterator[Customer | None]:
        """Whoever a connection belongs to is there until the end of the block."""
        customer = await ask(customer_of, request) if names_somebody(request) else None
        if customer is not None:
            self.enter(customer)
        try:
            yield customer
        finally:
            if customer is not None:
                self.leave(customer)

    def enter(self, customer: Customer) -> None:
        leaving = self._leaving.pop(customer.key, None)
        if leaving is not None:
            leaving.cancel()
        self._open[customer.key] += 1
        if self._open[customer.key] == 1 and self._elsewhere is not None:
            self._begin(self._elsewhere.tell([customer.key]))
            if len(self._open) == 1:
                self._begin(self._beat(self._elsewhere))

    def leave(self, customer: Customer) -> None:
        self._open[customer.key] -= 1
        if self._open[customer.key] <= 0:
            del self._open[customer.key]
            loop = asyncio.get_running_loop()
            self._leaving[customer.key] = loop.call_later(
                settings.PUSH_GRACE_SECONDS, lambda: self._begin(self._let_go(customer))
            )

    def _begin(self, work: Any) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _let_go(self, customer: Customer) -> None:
        self._leaving.pop(customer.key, None)
        if customer.key in self._open:
            return
        if self._elsewhere is not None and await self._elsewhere.is_seen(customer.key):
            return
        for _ in range(_ATTEMPTS):
            try:
                await ask(reservations.release_selections, customer)
            except Busy:
                await asyncio.sleep(1.0)
            except Exception:
                logger.exception("Selections could not be let go; they end by themselves.")
                return
            else:
                return

    async def _beat(self, elsewhere: _Elsewhere) -> None:
        while self._open:
            await asyncio.sleep(_BEAT_SECONDS)
            await elsewhere.tell(list(self._open))


class _Elsewhere:
    """What the processes tell each other in Redis: a set for each customer, of who sees them."""

    def __init__(self, url: str) -> None:
        from redis.asyncio import Redis

        self._me = secrets.token_hex(8)
        self._client = Redis.from_url(
            url, socket_timeout=_REDIS_SECONDS, socket_connect_timeout=_REDIS_SECONDS
        )

    async def tell(self, keys: list[str]) -> None:
        try:
            pipeline = self._client.pipeline(transaction=False)
            until = time.time() + _BELIEVED_SECONDS
            for key in keys:
                pipeline.zadd(_name(key), {self._me: until})
                pipeline.expire(_name(key), int(2 * _BELIEVED_SECONDS))
            await pipeline.execute()
        except Exception as error:  # noqa: BLE001 - Redis may fail in any way; the next beat tells
            logger.info("Redis cannot be told who is here: %s", error)

    async def is_seen(self, key: str) -> bool:
        """Whether another process sees a customer whom we no longer see, or may do so."""
        try:
            pipeline = self._client.pipeline(transaction=False)
            pipeline.zrem(_name(key), self._me)
            pipeline.zcount(_name(key), time.time(), "+inf")
            _, others = await cast("Awaitable[list[int]]", pipeline.execute())
        except Exception as error:  # noqa: BLE001 - as above
            logger.info("Redis cannot say who is here: %s", error)
            return True
        return others > 0


def _name(key: str) -> str:
    return f"holdfast:present:{hashlib.sha256(key.encode()).hexdigest()}"
