"""What every kind of trial has: customers, a hall, a time limit, and looking on meanwhile."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from random import Random
from typing import Any

from proof.customers import Customer
from proof.hall import CouldNotRun, Hall, seen_in
from proof.journal import Journal, now
from proof.records import AVAILABLE, Poll, Seen, milliseconds
from proof.wire import NoAnswer, Switchboard

MOST_AT_ONCE = 256


@dataclass(slots=True)
class Trial:
    """One run against one show. ``stop`` ends it early, whoever sets it.

    ``kept`` is for how many milliseconds a cache before the server may hand out the same poll.
    """

    switchboard: Switchboard
    hall: Hall
    customers: list[Customer]
    journal: Journal
    seconds: float
    seats: int
    progress: Callable[[str, float], None]
    stop: threading.Event = field(default_factory=threading.Event)
    facts: dict[str, Any] = field(default_factory=dict)
    kept: float = 0.0

    def crowd(self) -> int:
        """How many customers ask at the same time."""
        return min(len(self.customers), MOST_AT_ONCE)

    def connect(self, group: list[Customer]) -> None:
        """Give customers who take turns one line."""
        line = self.switchboard.open()
        for customer in group:
            customer.line.close()
            customer.line = line

    def free_seats(self) -> list[str]:
        body = self.customers[0].look()
        return [seat["label"] for seat in body["seats"] if seat["status"] == AVAILABLE]

    def act(
        self,
        name: str,
        turn: Callable[[Customer, Random], bool],
        seconds: float,
        share: Callable[[], float] | None = None,
    ) -> None:
        """Let all customers take turns at once until the time is up, or a turn says it is enough.

        ``share`` tells how far it has come; without it, time tells.
        """
        begin = time.monotonic()
        end = begin + seconds
        for customer in self.customers:
            customer.patience_until = end
        groups = [self.customers[worker :: self.crowd()] for worker in range(self.crowd())]

        def work(group: list[Customer]) -> None:
            rng = Random()
            self.connect(group)
            while not self.stop.is_set():
                for customer in group:
                    if self.stop.is_set() or time.monotonic() >= end:
                        return
                    if not turn(customer, rng):
                        return

        with self.working([partial(work, group) for group in groups]) as jobs:
            while wait(jobs, timeout=0.1).not_done:
                passed = min(1.0, (time.monotonic() - begin) / seconds)
                self.progress(name, passed if share is None else share())

    @contextmanager
    def working(self, jobs: Sequence[Callable[[], None]]) -> Iterator[list[Future[None]]]:
        """Run jobs in threads. The first that fails stops the trial, and its error is raised."""

        def note(job: Future[None]) -> None:
            if job.exception() is not None:
                self.stop.set()

        with ThreadPoolExecutor(len(jobs)) as pool:
            futures = [pool.submit(job) for job in jobs]
            for future in futures:
                future.add_done_callback(note)
            try:
                yield futures
            except BaseException:
                self.stop.set()
                raise
        for future in futures:
            future.result()

    @contextmanager
    def watched(self, lookers: int) -> Iterator[None]:
        """Have some people poll the hall for as long as the block lasts.

        Where there is a cache, half of them go past it.
        """
        over = threading.Event()
        jobs = [
            partial(
                Poller(
                    self,
                    f"poller {number}",
                    by_changes=number % 2 == 0,
                    kept=self.kept if number % 4 < 2 else 0.0,
                ).watch,
                over,
            )
            for number in range(lookers)
        ]
        with self.working(jobs):
            try:
                yield
            finally:
                over.set()


class Poller:
    """Polls as the dashboard does: changes since the last answer, or the whole hall by ETag.

    Where a cache may keep answers (for ``kept`` milliseconds), a page that sends its cursor never
    goes back. Who asks without one begins a new page, which may be older than the one before, and
    is another looker.
    """

    def __init__(self, trial: Trial, name: str, *, by_changes: bool, kept: float) -> None:
        self.trial, self.name, self.by_changes, self.kept = trial, name, by_changes, kept
        self.pages = 0
        self.line = trial.switchboard.open()
        self.cursor: str | None = None
        self.tags: tuple[str | None, str] | None = None

    def watch(self, over: threading.Event) -> None:
        rng = Random()
        while not over.is_set():
            self.look()
            if rng.random() < 0.05:
                self.cursor = None
            over.wait(rng.uniform(0.02, 0.2))
        self.line.close()

    def look(self) -> None:
        journal = self.trial.journal
        since = self.cursor if self.by_changes else None
        headers = {}
        if self.tags is not None and self.tags[0] == since:
            headers["If-None-Match"] = self.tags[1]
        start = now()
        try:
            reply = self.line.get(
                "/api/seat-status/",
                headers,
                show_id=self.trial.hall.show_id,
                since=since,
                # No cache answers who would wait for news.
                wait=1 if self.trial.kept and not self.kept else None,
            )
        except NoAnswer as silence:
            journal.lost[str(silence)] += 1
            journal.note_answer("poll", "no answer", None)
            return
        end = now()
        journal.note_answer("poll", f"{reply.status} {reply.code}".strip(), end - start)
        if reply.status == 304 and self.cursor is not None:
            self._note(Poll(self.page, start, end, self.cursor, False, {}), None)
        elif reply.status == 200 and isinstance(reply.body, dict):
            body = reply.body
            if since is None and not body["full"]:
                raise CouldNotRun("a poll without a cursor was not answered in full")
            cursor: str = body["cursor"]
            self.cursor = cursor
            self.tags = (since, reply.headers["etag"]) if "etag" in reply.headers else None
            seats: dict[str, Seen] = seen_in(body)
            if since is None:
                self.pages += 1
            self._note(
                Poll(self.page, start, end, cursor, body["full"], seats, body["stats"]),
                milliseconds(body["server_time"]),
            )

    @property
    def page(self) -> str:
        return f"{self.name}, page {self.pages}" if self.kept else self.name

    def _note(self, poll: Poll, told: int | None) -> None:
        self.trial.journal.note_poll(replace(poll, kept=self.kept), told)
