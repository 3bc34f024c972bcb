"""The ledger: every change of every seat, with who and why. Nobody can change it here."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from seats.admin.base import LookOnlyAdmin, link, show_name, to_the_second
from seats.admin.labels import LabelledList, labels_of, name_seats
from seats.admin.standing import ShowFilter
from seats.models import Booking, SeatEvent

_LATEST = 50


class LedgerList(LabelledList):
    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        name_actors(self.result_list)


def name_actors(events: Iterable[Any]) -> None:
    """Gives each event its ``actor_name``, with one look at the accounts."""
    keys = {event.actor for event in events}
    ids = {int(key.partition(":")[2]) for key in keys if key.partition(":")[2].isdecimal()}
    names = dict(User.objects.filter(pk__in=ids).values_list("pk", "username"))
    for event in events:
        event.actor_name = _called(event.actor, names)


def _called(actor: str, names: dict[int, str]) -> str:
    kind, _, key = actor.partition(":")
    if kind in ("user", "staff") and key.isdecimal():
        name = names.get(int(key), f"a deleted account ({key})")
        return f"{name}, box office" if kind == "staff" else name
    return "a guest" if kind == "guest" else kind


def history(booking: Booking) -> str:
    """The latest entries about a booking, as a list."""
    events = list(
        SeatEvent.objects.filter(show=booking.show_id, booking_id=booking.pk).order_by("-version")[
            :_LATEST
        ]
    )
    name_seats(events)
    name_actors(events)
    return format_html_join(
        SafeString("<br>"),
        "{}: {} {}, by {}{}",
        (
            (
                to_the_second(event.at),
                event.kind,
                labels_of(event),
                getattr(event, "actor_name", ""),
                f": {event.reason}" if event.reason else "",
            )
            for event in events
        ),
    )


@admin.register(SeatEvent)
class LedgerAdmin(LookOnlyAdmin[SeatEvent]):
    list_display = ("when", "show_called", "version", "kind", "seats", "who", "reason")
    list_display_links = ("when",)
    list_filter = (ShowFilter, "kind")
    search_fields = ("actor",)
    search_help_text = "The name of whoever did it: a customer, or somebody at the box office."
    ordering = ("-id",)
    fields = (
        "show_link",
        "version",
        "kind",
        "seats",
        "when",
        "held_until",
        "who",
        "reason",
        "hold_id",
        "booking_link",
    )
    readonly_fields = ("show_link", "seats", "when", "who", "booking_link")

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[LedgerList]:
        return LedgerList

    @admin.display(description="at", ordering="id")
    def when(self, event: SeatEvent) -> str:
        return to_the_second(event.at)

    @admin.display(description="show")
    def show_called(self, event: SeatEvent) -> str:
        return show_name(event.show)

    @admin.display(description="show")
    def show_link(self, event: SeatEvent) -> str:
        return link(show_name(event.show), "showtime_change", event.show_id)

    @admin.display(description="seats")
    def seats(self, event: SeatEvent) -> str:
        return labels_of(event)

    @admin.display(description="by")
    def who(self, event: SeatEvent) -> str:
        if not hasattr(event, "actor_name"):
            name_actors([event])
        return str(getattr(event, "actor_name", event.actor))

    @admin.display(description="booking")
    def booking_link(self, event: SeatEvent) -> str:
        booking = Booking.objects.filter(pk=event.booking_id or 0).first()
        return "-" if booking is None else link(booking.reference, "booking_change", booking.pk)

    def get_search_results(
        self,
        request: HttpRequest,
        queryset: QuerySet[SeatEvent],
        search_term: str,
    ) -> tuple[QuerySet[SeatEvent], bool]:
        name = search_term.strip()
        if not name:
            return queryset, False
        ids = User.objects.filter(username__icontains=name).values_list("id", flat=True)[:100]
        actors = [f"{kind}:{pk}" for pk in ids for kind in ("user", "staff")]
        return queryset.filter(actor__in=[*actors, name]), False
