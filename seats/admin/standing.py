"""How seats and holds stand at this moment, and the filters that ask for it.

A hold past its deadline is over, whatever is stored: the same rule as everywhere, as an expression.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import Case, CharField, F, QuerySet, Value, When
from django.http import HttpRequest

from seats import database
from seats.admin.base import named_shows, show_name
from seats.domain import HoldState, SeatStatus
from seats.models import Hold, Seat, ShowTime

_NEXT_SHOWS = 25


def with_seat_standing(seats: QuerySet[Seat]) -> QuerySet[Any]:
    """Seats with ``standing``: their status at this moment."""
    return seats.alias(now=Value(database.now())).annotate(
        standing=Case(
            When(
                status=SeatStatus.HELD.value,
                held_until__lte=F("now"),
                then=Value(SeatStatus.AVAILABLE.value),
            ),
            default=F("status"),
            output_field=CharField(),
        )
    )


def with_hold_standing(holds: QuerySet[Hold]) -> QuerySet[Any]:
    """Holds with ``standing``: their state at this moment."""
    return holds.alias(now=Value(database.now())).annotate(
        standing=Case(
            When(
                state=HoldState.OPEN.value,
                expires_at__lte=F("now"),
                then=Value(HoldState.EXPIRED.value),
            ),
            default=F("state"),
            output_field=CharField(),
        )
    )


def next_show_id(now: datetime) -> int | None:
    """The show at the top of the programme: the next one, or else the last one."""
    shows = ShowTime.objects.order_by("starts_at", "id").values_list("pk", flat=True)
    return shows.filter(starts_at__gt=now).first() or shows.last()


class ShowFilter(admin.SimpleListFilter):
    """One show. Offers the next ones, and the one that was chosen."""

    title = "show"
    parameter_name = "show"

    def lookups(
        self,
        request: HttpRequest,
        model_admin: admin.ModelAdmin[Any],
    ) -> list[tuple[str, str]]:
        shows = named_shows().order_by("starts_at", "id")
        offered = {
            show.pk: show for show in shows.filter(starts_at__gt=database.now())[:_NEXT_SHOWS]
        }
        chosen = self.chosen_id()
        if chosen is not None and chosen not in offered:
            offered.update((show.pk, show) for show in shows.filter(pk=chosen))
        return [(str(pk), show_name(show)) for pk, show in offered.items()]

    def has_output(self) -> bool:
        return True

    def chosen_id(self) -> int | None:
        value = self.value()
        # As many digits as any id has: more would not fit into the database's integers.
        if value is None or not (value.isascii() and value.isdigit() and len(value) <= 18):
            return None
        return int(value)

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() is None:
            return queryset
        return queryset.filter(show=self.chosen_id())


class OneShowFilter(ShowFilter):
    """Always one show: the seats of all shows together are too many to be of use."""

    def choices(self, changelist: ChangeList) -> Iterator[Any]:
        choices = super().choices(changelist)
        next(choices)
        yield from choices


class StandingFilter(admin.SimpleListFilter):
    """The status of seats at this moment."""

    title = "status"
    parameter_name = "status"

    def lookups(
        self,
        request: HttpRequest,
        model_admin: admin.ModelAdmin[Any],
    ) -> list[tuple[str, str]]:
        return [(status.value, status.value.capitalize()) for status in SeatStatus]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        value = self.value()
        return queryset if value is None else queryset.filter(standing=value)
