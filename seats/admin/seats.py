"""The seats of one show, as they stand at this moment."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse

from seats import database
from seats.admin.base import (
    SHOW,
    LookOnlyAdmin,
    customer_name,
    link,
    named_shows,
    show_name,
    to_the_second,
)
from seats.admin.desk import RELEASE, UNBOOK, give_back, ticked
from seats.admin.shows import seat_counts
from seats.admin.standing import (
    OneShowFilter,
    StandingFilter,
    next_show_id,
    with_seat_standing,
)
from seats.domain import SeatStatus, parse_label
from seats.models import Seat


@admin.register(Seat)
class SeatAdmin(LookOnlyAdmin[Seat]):
    list_display = ("place", "section", "tier_name", "price", "now", "until", "whose", "reference")
    list_filter = (OneShowFilter, StandingFilter)
    list_select_related = (*SHOW, "hold__user", "booking__user")
    search_fields = ("label",)
    search_help_text = "Seats such as A1, or whole rows such as B; several at once."
    ordering = ("id",)
    actions = ("release", "unbook")
    fields = (
        "label",
        "show_link",
        "section",
        "tier_name",
        "price",
        "features",
        "now",
        "until",
        "whose",
        "reference",
    )
    readonly_fields = ("show_link", "tier_name", "now", "until", "whose", "reference")

    @admin.display(description="seat", ordering="id")
    def place(self, seat: Seat) -> str:
        return seat.label

    @admin.display(description="show")
    def show_link(self, seat: Seat) -> str:
        return link(show_name(seat.show), "showtime_change", seat.show_id)

    @admin.display(description="tier", ordering="tier")
    def tier_name(self, seat: Seat) -> str:
        names = {tier["id"]: tier["name"] for tier in seat.show.tiers}
        return str(names.get(seat.tier, seat.tier))

    @admin.display(description="status", ordering="standing")
    def now(self, seat: Any) -> str:
        return str(seat.standing).capitalize()

    @admin.display(description="held until")
    def until(self, seat: Any) -> str:
        return to_the_second(seat.held_until) if seat.standing == SeatStatus.HELD else "-"

    @admin.display(description="customer")
    def whose(self, seat: Any) -> str:
        owner = {SeatStatus.HELD: seat.hold, SeatStatus.BOOKED: seat.booking}.get(seat.standing)
        if owner is None:
            return "-"
        return customer_name(owner)

    @admin.display(description="booking")
    def reference(self, seat: Any) -> str:
        if seat.standing != SeatStatus.BOOKED or seat.booking is None:
            return "-"
        return link(seat.booking.reference, "booking_change", seat.booking_id)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Seat]:
        return with_seat_standing(super().get_queryset(request))

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Seat], search_term: str
    ) -> tuple[QuerySet[Seat], bool]:
        labels, rows = [], []
        for word in search_term.replace(",", " ").split():
            try:
                labels.append(parse_label(word))
            except ValueError:
                rows.append(word.upper()[:4])
        if not labels and not rows:
            return queryset, False
        return queryset.filter(Q(label__in=labels) | Q(row__in=rows)), False

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        asked = request.GET.get("show")
        if asked is None:
            # Written into the address, so that an answer is about the show the question was about.
            show_id = next_show_id(database.now())
            if show_id is not None and request.method == "GET":
                query = request.GET.copy()
                query["show"] = str(show_id)
                return HttpResponseRedirect(f"{request.path}?{query.urlencode()}")
        show = None
        if asked is not None and asked.isascii() and asked.isdigit() and len(asked) <= 18:
            show = named_shows().filter(pk=asked).first()
        title = "Seats"
        if show is not None:
            counts = seat_counts(show.pk)
            words = ", ".join(f"{counts[status]:,} {status.lower()}" for status in SeatStatus)
            title = f"{show_name(show)}: {words}"
        return super().changelist_view(request, {"title": title, **(extra_context or {})})

    def has_sell_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("seats.change_seat")

    @admin.action(description="Release held seats", permissions=["sell"])
    def release(self, request: HttpRequest, queryset: QuerySet[Seat]) -> TemplateResponse | None:
        return give_back(self, request, RELEASE, queryset, ticked(request))

    @admin.action(description="Unbook booked seats", permissions=["sell"])
    def unbook(self, request: HttpRequest, queryset: QuerySet[Seat]) -> TemplateResponse | None:
        return give_back(self, request, UNBOOK, queryset, ticked(request))
