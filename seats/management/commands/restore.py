"""Puts a backup in the place of the database. What was there is kept in a file beside it."""

from __future__ import annotations

import itertools
import sqlite3
import time
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import Error, connection

from seats.errors import Busy
from seats.management import sqlite_copies
from seats.management.commands.backup import refuse_servers
from seats.wording import counted


class Command(BaseCommand):
    help = (
        "Makes the database what it was when FILE was written by `backup`. What is there now is"
        " kept in a file beside it. Asks first. Running servers notice within a moment, but"
        " what they sell until then is sold in the database that goes."
    )
    # The tables may be those of another release, or none.
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE", help="written by `backup`")
        parser.add_argument("--no-input", action="store_true", help="do not ask")

    def handle(self, *_args: Any, **options: Any) -> None:
        refuse_servers()
        try:
            found, wants_migrate = sqlite_copies.examine(options["file"])
            present = self._present()
            self._ask(options, found, present)
            kept = None if present is None else _free_name()
            sqlite_copies.copy_in(options["file"], kept)
        except (sqlite_copies.Unusable, OSError, Error) as error:
            raise CommandError(str(error)) from error
        except Busy as busy:
            raise CommandError("The database was too busy. Run this again.") from busy
        self.stdout.write(f"The database is that of {options['file']}.")
        if kept is not None:
            self.stdout.write(f"What was there before is in {kept}.")
        self.stdout.write(
            f"Now run: python manage.py {'migrate, and ' if wants_migrate else ''}verify_ledger"
        )

    def _present(self) -> int | None:
        try:
            return sqlite_copies.entries()
        except (Error, sqlite3.DatabaseError) as error:
            raise CommandError(
                f"The present database cannot be read ({error}). Stop the servers, move"
                f" {connection.settings_dict['NAME']} and what begins with its name out of the"
                " way, and run this again."
            ) from error

    def _ask(self, options: dict[str, Any], found: int, present: int | None) -> None:
        if present is None or options["no_input"]:
            return
        self.stdout.write(
            f"This replaces a database of {counted(present, 'change')} of seats by one of"
            f" {counted(found, 'change')}. What was sold in between will be on sale again."
        )
        try:
            answer = input("Type 'yes' to go on: ")
        except EOFError:
            raise CommandError("Nobody is there to be asked. Nothing was changed.") from None
        if answer.strip().lower() != "yes":
            raise CommandError("Nothing was changed.")


def _free_name() -> Path:
    """A name for what is there now, beside it."""
    name = Path(connection.settings_dict["NAME"])
    kept = name.with_name(f"{name.name}-before-restore-{time.strftime('%Y%m%d-%H%M%S')}")
    for number in itertools.count(2):
        if not kept.exists():
            break
        kept = kept.with_name(f"{kept.name.partition('~')[0]}~{number}")
    return kept
