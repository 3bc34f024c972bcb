"""Clears away holds whose time has run out. Nothing waits for it: such seats are free anyway."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from seats import customers, payments, reservations
from seats.errors import Busy
from seats.wording import counted


class Command(BaseCommand):
    help = (
        "Clears away holds whose time has run out, answers kept for repeated requests that are"
        " older than a day, and pictures of payments nobody used within a day."
        " May run at any time, and several times at once."
    )

    def handle(self, *_args: Any, **_options: Any) -> None:
        try:
            seats = reservations.tidy()
            answers = reservations.forget_old_answers()
            customers.forget_old()
            pictures = payments.tidy()
        except Busy as busy:
            raise CommandError(
                "The database was too busy. Nothing is wrong: run this again later."
            ) from busy
        self.stdout.write(
            f"Cleared {counted(seats, 'seat')} whose hold had run out,"
            f" forgot {counted(answers, 'old answer')},"
            f" deleted {counted(pictures, 'unused picture')}."
        )
