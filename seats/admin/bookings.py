"""Bookings: found by reference or customer, looked at, and given back."""

from __future__ import annotations

import re
from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from seats.admin.base import SHOW, customer_name, link, show_name, to_the_second
from seats.admin.desk import UNBOOK, give_back, ticked
from seats.admin.ledger import history
from seats.admin.review import ReviewAdmin, picture_of
from seats.admin.standing import ShowFilter
from seats.models import Booking, Seat

_LISTED = 8
_MOST_BOOKINGS = 1000
_REFERENCE = re.compile(r"([A-Z0-9]{4})-?([A-Z0-9]{4})", re.ASCII)


@admin.register(Booking)
class BookingAdmin(ReviewAdmin):
    list_display = ("reference", "show_called", "whose", "labels", "price", "status", "booked")
    list_filter = (ShowFilter, "status")
    list_select_related = (*SHOW, "user")
    search_fields = ("reference", "user__username")
    search_help_text = "A reference, with or without its hyphen, or the name of a customer."
    actions = ("unbook",)
    change_form_template = "admin/seats/booking.html"
    fields = (
        "reference",
        "status",
        "show_link",
        "whose",
        "seats_sold",
        "price",
        "booked",
        "cancelled",
        "payment",
        "reviewed",
        "rejection_reason",
        "history",
    )
    readonly_fields = fields

    @admin.display(description="show", ordering="show__starts_at")
    def show_called(self, booking: Booking) -> str:
        return show_name(booking.show)

    @admin.display(description="show")
    def show_link(self, booking: Booking) -> str:
        return link(show_name(booking.show), "showtime_change", booking.show_id)

    @admin.display(description="customer", ordering="user__username")
    def whose(self, booking: Booking) -> str:
        return customer_name(booking)

    @admin.display(description="seats")
    def labels(self, booking: Booking) -> str:
        labels = [str(seat["label"]) for seat in booking.seats]
        more = f" and {len(labels) - _LISTED} more" if len(labels) > _LISTED else ""
        return ", ".join(labels[:_LISTED]) + more

    @admin.display(description="seats")
    def seats_sold(self, booking: Booking) -> str:
        return format_html_join(
            SafeString("<br>"),
            "{}: {} {}",
            ((seat["label"], seat["price"], booking.currency) for seat in booking.seats),
        )

    @admin.display(description="total", ordering="total_price")
    def price(self, booking: Booking) -> str:
        return f"{booking.total_price} {booking.currency}"

    @admin.display(description="booked", ordering="booked_at")
    def booked(self, booking: Booking) -> str:
        return to_the_second(booking.booked_at)

    @admin.display(description="cancelled")
    def cancelled(self, booking: Booking) -> str:
        return to_the_second(booking.cancelled_at)

    @admin.display(description="proof of payment")
    def payment(self, booking: Booking) -> str:
        return picture_of(booking)

    @admin.display(description="reviewed")
    def reviewed(self, booking: Booking) -> str:
        return to_the_second(booking.reviewed_at)

    @admin.display(description="what happened")
    def history(self, booking: Booking) -> str:
        return history(booking)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Booking], search_term: str
    ) -> tuple[QuerySet[Booking], bool]:
        reference = _REFERENCE.fullmatch(search_term.strip().upper())
        if reference is not None:
            called = Q(reference=f"{reference[1]}-{reference[2]}")
            return queryset.filter(called | Q(user__username__icontains=search_term.strip())), False
        return super().get_search_results(request, queryset, search_term)

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kw: Any) -> Any:
        booking = kw.get("obj")
        context["may_unbook"] = (
            isinstance(booking, Booking)
            and booking.status in (Booking.Status.CONFIRMED, Booking.Status.IN_REVIEW)
            and self.has_sell_permission(request)
        )
        return super().render_change_form(request, context, *args, **kw)

    @admin.action(description="Unbook all seats of these bookings", permissions=["sell"])
    def unbook(self, request: HttpRequest, queryset: QuerySet[Booking]) -> TemplateResponse | None:
        # By the seats' own ids: nothing finds a seat by its booking without looking at them all.
        chosen = list(queryset.values_list("pk", "seats")[:_MOST_BOOKINGS])
        seat_ids = [seat["id"] for _, seats in chosen for seat in seats]
        seats = Seat.objects.filter(pk__in=seat_ids, booking__in=[pk for pk, _ in chosen])
        return give_back(self, request, UNBOOK, seats, ticked(request))
