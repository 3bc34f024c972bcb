"""Holds the ledger against seats, holds and bookings, and says where they first disagree."""

from __future__ import annotations

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from seats import ledger
from seats.errors import Busy, ShowNotFound
from seats.wording import counted

_WIDTH = 30
_BLINK_SECONDS = 0.1


class Command(BaseCommand):
    help = (
        "Replays the ledger of every show and compares where it ends with the seats, holds and"
        " bookings that are stored. Changes nothing, and may run while tickets are sold. Ends with"
        " status 1 and the first difference if they disagree."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--show", type=int, metavar="ID", help="only this show")

    def handle(self, *_args: Any, **options: Any) -> None:
        shows = ledger.shows_with_versions()
        if options["show"] is not None:
            shows = [show for show in shows if show[0] == options["show"]]
            if not shows:
                raise CommandError(f"There is no show {options['show']}.")
        self._bar = _Bar(self.stderr, sum(version for _, version in shows))
        started = time.monotonic()
        entries = 0
        for show_id, _ in shows:
            entries += self._verified(show_id)
        self._bar.clear()
        seconds = time.monotonic() - started
        self.stdout.write(
            f"{counted(len(shows), 'show')}, {counted(entries, 'event')}:"
            f" the ledger and the tables agree ({seconds:.1f} s)."
        )

    def _verified(self, show_id: int) -> int:
        try:
            return ledger.verify(show_id, self._bar.advance)
        except ledger.Difference as difference:
            self._bar.clear()
            raise CommandError(f"Show {show_id}: {difference}.") from difference
        except ShowNotFound:
            # Deleted since the list was made, and its ledger with it.
            return 0
        except Busy as busy:
            self._bar.clear()
            raise CommandError("The database was too busy. Run this again later.") from busy


class _Bar:
    """A progress bar on a terminal; elsewhere nothing."""

    def __init__(self, out: Any, total: int) -> None:
        self._out = out
        self._total = max(total, 1)
        self._done = 0
        self._shown_at = 0.0
        self._is_on = out.isatty()

    def advance(self, entries: int) -> None:
        self._done += entries
        now = time.monotonic()
        if self._is_on and now - self._shown_at >= _BLINK_SECONDS:
            self._shown_at = now
            share = min(self._done / self._total, 1.0)
            filled = "█" * int(share * _WIDTH)
            self._out.write(f"\r{filled:░<{_WIDTH}} {share:4.0%} {self._done:,}", ending="")
            self._out.flush()

    def clear(self) -> None:
        if self._is_on:
            self._out.write(f"\r{'':{_WIDTH + 20}}\r", ending="")
            self._out.flush()
