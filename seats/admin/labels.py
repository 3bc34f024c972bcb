"""The names of seats that a row knows by id, looked up once for a page and not once for a row."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib.admin.views.main import ChangeList
from django.http import HttpRequest

from seats.models import Hold, Seat, SeatEvent

_LISTED = 12


class LabelledList(ChangeList):
    """A list of rows with ``seat_ids``."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        name_seats(self.result_list)


def name_seats(rows: Iterable[Any]) -> None:
    """Gives each row its ``seat_labels``: the first of them, and how many more there are."""
    wanted = {seat_id for row in rows for seat_id in row.seat_ids[:_LISTED]}
    labels = dict(Seat.objects.filter(pk__in=wanted).values_list("pk", "label"))
    for row in rows:
        listed = ", ".join(labels.get(seat_id, "?") for seat_id in row.seat_ids[:_LISTED])
        beyond = len(row.seat_ids) - _LISTED
        row.seat_labels = f"{listed} and {beyond:,} more" if beyond > 0 else listed


def labels_of(row: Hold | SeatEvent) -> str:
    """The seats of a row, on a list or by itself."""
    if not hasattr(row, "seat_labels"):
        name_seats([row])
    return str(getattr(row, "seat_labels", ""))
