"""Writes a copy of the database into a file, while tickets are sold."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection

from seats.management import sqlite_copies

THEIR_OWN = {
    "mysql": "mysqldump --single-transaction",
    "postgresql": "pg_dump --format=custom",
}


class Command(BaseCommand):
    help = (
        "Writes the database as it is at one moment into FILE, checked and complete. For SQLite;"
        " servers may go on selling tickets meanwhile."
    )
    # A backup is wanted most when something is amiss.
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE", help="a file that is not there yet")

    def handle(self, *_args: Any, **options: Any) -> None:
        refuse_servers()
        try:
            size = sqlite_copies.copy_out(options["file"])
        except (sqlite_copies.Unusable, OSError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{options['file']}: {size / 1e6:,.1f} MB, checked.")


def refuse_servers() -> None:
    """Database servers have tools of their own, which know them better."""
    if connection.vendor in THEIR_OWN:
        raise CommandError(
            f"This is for SQLite. For your database use: {THEIR_OWN[connection.vendor]}"
            " (docs/upgrade.md has the whole lines)."
        )
