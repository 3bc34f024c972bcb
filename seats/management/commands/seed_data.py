"""A programme to try things out with: films, halls, shows, and somebody to log in as."""

from __future__ import annotations

import re
import sys
from argparse import ArgumentTypeError
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError, CommandParser

from seats import database
from seats.errors import Busy
from seats.layout import MAX_SEATS
from seats.management import programme, samples
from seats.wording import counted

DEMO_NAME = "demo_user_123"
DEMO_PASSWORD = "demo123"  # noqa: S105 - printed on the page it is for
SHOWS = 4
MAX_SHOWS = 500
MAX_ROWS = 1000
MAX_SEATS_PER_ROW = 1000
MAX_SEATS_IN_ALL = 1_000_000


class Command(BaseCommand):
    help = "Creates sample data. What is there already is left as it is."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--shows",
            type=_number,
            metavar="N",
            help=f"so many shows to come (1 to {MAX_SHOWS}; {SHOWS} if none are left)",
        )
        parser.add_argument(
            "--rows",
            type=_number,
            default=samples.ROWS,
            metavar="R",
            help=f"rows of the hall (1 to {MAX_ROWS:,}; default {samples.ROWS})",
        )
        parser.add_argument(
            "--seats-per-row",
            type=_number,
            default=samples.SEATS_PER_ROW,
            metavar="C",
            help=f"seats in a row (1 to {MAX_SEATS_PER_ROW:,}; default {samples.SEATS_PER_ROW})",
        )
        parser.add_argument(
            "--showcase",
            action="store_true",
            help="also larger halls: fresh, half sold and sold out",
        )
        parser.add_argument(
            "--arena", action="store_true", help="also a show in a hall of 50,000 seats"
        )
        parser.add_argument(
            "--reset",
            action="store_true",
            help="first remove all films, halls, shows and bookings, samples or not",
        )
        parser.add_argument(
            "--noinput",
            "--no-input",
            action="store_false",
            dest="interactive",
            help="never ask",
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        shows, rows, seats_per_row = _within_limits(
            options["shows"], options["rows"], options["seats_per_row"]
        )
        try:
            if options["reset"]:
                self._reset(interactive=options["interactive"])
            self._ensure(samples.studio(rows, seats_per_row), shows)
            if options["showcase"]:
                self._showcase()
            if options["arena"]:
                self._ensure(samples.arena(), 1)
            self._demo_user()
        except Busy as busy:
            raise CommandError("The database was too busy. Run this again later.") from busy

    def _ensure(self, hall: samples.SampleHall, shows: int | None) -> list[int]:
        """Shows to come in a hall: those there are, or new ones; says which, returns the new."""
        wanted = SHOWS if shows is None else shows
        there, new = programme.ensure_shows(hall, wanted, top_up=shows is not None)
        seats = counted(programme.seats_of(hall.name), "seat")
        if new:
            each = " each" if len(new) > 1 else ""
            self.stdout.write(f"{hall.name}: {counted(len(new), 'new show')} with {seats}{each}.")
        else:
            self.stdout.write(f"{hall.name}: {counted(there, 'show')} to come, nothing to do.")
        return new

    def _showcase(self) -> None:
        for hall, shares in (
            (samples.saal_1(), (0.0, 0.5, 1.0)),
            (samples.theatre(), (0.5, 0.95)),
        ):
            for show_id, share in zip(self._ensure(hall, len(shares)), shares, strict=False):
                sold = programme.sell(show_id, share)
                if sold:
                    self.stdout.write(f"{hall.name}: sold {counted(sold, 'seat')} of a show.")

    def _demo_user(self) -> None:
        if not settings.DEMO_USER:
            self.stdout.write("No demo user, because DEMO_USER is off.")
            return
        # Slow on purpose, so before the transaction.
        password = make_password(DEMO_PASSWORD)

        def work() -> bool:
            _, is_new = User.objects.get_or_create(
                username=DEMO_NAME, defaults={"password": password}
            )
            return is_new

        if database.write(work):
            self.stdout.write(f"Demo user {DEMO_NAME}, password {DEMO_PASSWORD}.")
        else:
            self.stdout.write(f"Demo user {DEMO_NAME} is there already.")

    def _reset(self, *, interactive: bool) -> None:
        there = programme.inventory()
        listed = ", ".join(counted(number, noun) for noun, number in there.items() if number)
        if not listed:
            return
        if interactive:
            if not sys.stdin.isatty():
                raise CommandError("Nobody is there to be asked. Add --no-input to remove all.")
            self.stdout.write(f"This removes everything but the users: {listed}.")
            if input("Type 'yes' to go on: ").strip().lower() != "yes":
                raise CommandError("Nothing was removed.")
        programme.remove_all()
        self.stdout.write(f"Removed {listed}.")


def _number(text: str) -> int:
    # Not int() alone, which also takes "1_0", " 4" and digits of other scripts.
    if re.fullmatch(r"-?[0-9]{1,100}", text, re.ASCII) is None:
        raise ArgumentTypeError(f"{text[:30]!r} is no number.")
    return int(text)


def _within_limits(shows: int | None, rows: int, seats_per_row: int) -> tuple[int | None, int, int]:
    for option, number, most in (
        ("--shows", SHOWS if shows is None else shows, MAX_SHOWS),
        ("--rows", rows, MAX_ROWS),
        ("--seats-per-row", seats_per_row, MAX_SEATS_PER_ROW),
    ):
        if not 1 <= number <= most:
            raise CommandError(f"{option} must be from 1 to {most:,}, not {number}.")
    seats = rows * seats_per_row
    if seats > MAX_SEATS:
        raise CommandError(
            f"--rows {rows} with --seats-per-row {seats_per_row} make a hall of {seats:,} seats;"
            f" {MAX_SEATS:,} are possible."
        )
    in_all = seats * (SHOWS if shows is None else shows)
    if in_all > MAX_SEATS_IN_ALL:
        raise CommandError(
            f"That would be {in_all:,} seats in all; {MAX_SEATS_IN_ALL:,} at a time are possible."
        )
    return shows, rows, seats_per_row
