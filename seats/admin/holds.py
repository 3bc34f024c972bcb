"""Holds, past and present, to look at."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from seats.admin.base import SHOW, LookOnlyAdmin, customer_name, link, show_name, to_the_second
from seats.admin.labels import LabelledList, labels_of
from seats.admin.standing import ShowFilter, with_hold_standing
from seats.domain import HoldState
from seats.models import Hold


@admin.register(Hold)
class HoldAdmin(LookOnlyAdmin[Hold]):
    list_display = ("number", "show_called", "whose", "seats", "now", "started", "ends")
    list_filter = (ShowFilter,)
    list_select_related = (*SHOW, "user")
    search_fields = ("user__username",)
    search_help_text = "The name of a customer."
    ordering = ("-id",)
    fields = ("number", "show_link", "whose", "seats", "now", "started", "ends", "reference")
    readonly_fields = fields

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[LabelledList]:
        return LabelledList

    def get_queryset(self, request: HttpRequest) -> QuerySet[Hold]:
        return with_hold_standing(super().get_queryset(request))

    @admin.display(description="hold", ordering="id")
    def number(self, hold: Hold) -> str:
        return str(hold.pk)

    @admin.display(description="show", ordering="show__starts_at")
    def show_called(self, hold: Hold) -> str:
        return show_name(hold.show)

    @admin.display(description="show")
    def show_link(self, hold: Hold) -> str:
        return link(show_name(hold.show), "showtime_change", hold.show_id)

    @admin.display(description="customer", ordering="user__username")
    def whose(self, hold: Hold) -> str:
        return customer_name(hold)

    @admin.display(description="seats")
    def seats(self, hold: Hold) -> str:
        return labels_of(hold)

    @admin.display(description="state", ordering="standing")
    def now(self, hold: Any) -> str:
        is_selection = hold.by_selection and hold.standing == HoldState.OPEN
        return "Selected" if is_selection else str(hold.standing).capitalize()

    @admin.display(description="started", ordering="started_at")
    def started(self, hold: Hold) -> str:
        return to_the_second(hold.started_at)

    @admin.display(description="ends", ordering="expires_at")
    def ends(self, hold: Hold) -> str:
        return to_the_second(hold.expires_at)

    @admin.display(description="booking")
    def reference(self, hold: Hold) -> str:
        if hold.booking is None:
            return "-"
        return link(hold.booking.reference, "booking_change", hold.booking_id)
