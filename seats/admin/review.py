"""Bookings whose payment the box office has to see: the picture, and a yes or a no."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html

from seats import database, reservations
from seats.admin.base import LookOnlyAdmin, address, customer_name, show_name
from seats.errors import SeatError
from seats.models import Booking
from seats.reservations import Outcome


class AcceptForm(forms.Form):
    """Nothing but the question itself."""


class RejectForm(forms.Form):
    reason = forms.CharField(
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 3, "maxlength": 200, "autofocus": True}),
        help_text="The customer is told, and the ledger keeps it beside your name."
        " At most 200 characters.",
    )


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the box office says of a booking in review."""

    title: str
    done: str
    warning: str
    form: type[forms.Form]
    carry_out: Callable[[int, str, str], Outcome]


VERDICTS = {
    "accept": Verdict(
        "Accept the payment",
        "Accepted",
        "The booking is confirmed.",
        AcceptForm,
        lambda user_id, reference, _: reservations.accept_booking(user_id, reference),
    ),
    "reject": Verdict(
        "Reject the payment",
        "Rejected",
        "Its seats go back on sale at once, and anybody can take them.",
        RejectForm,
        reservations.reject_booking,
    ),
}


def picture_of(booking: Booking) -> str:
    """The picture of a booking's payment, as large as the page allows; a dash without one."""
    proof = getattr(booking, "payment_proof", None)
    if proof is None:
        return "-"
    shown = reverse("seats-payment-proofs-file", args=[proof.pk])
    return format_html('<img class="payment-proof" src="{}" alt="The proof of payment">', shown)


class ReviewAdmin(LookOnlyAdmin[Booking]):
    """The pages on which a booking is accepted or rejected."""

    def has_sell_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("seats.change_seat")

    def get_urls(self) -> list[URLPattern]:
        return [
            path(
                f"<path:object_id>/{name}/",
                self.admin_site.admin_view(self.review_view),
                {"name": name},
                name=f"seats_booking_{name}",
            )
            for name in VERDICTS
        ] + super().get_urls()

    def review_view(self, request: HttpRequest, object_id: str, name: str) -> HttpResponse:
        """The page that asks, or what the answer to it comes to."""
        verdict = VERDICTS[name]
        booking = self.get_object(request, unquote(object_id))
        if booking is None:
            raise Http404
        if not (self.has_view_permission(request, booking) and self.has_sell_permission(request)):
            raise PermissionDenied
        back = address("booking_change", booking.pk)
        form = verdict.form(request.POST if request.method == "POST" else None)
        if form.is_valid():
            self._carry_out(request, verdict, booking, form.cleaned_data.get("reason", ""))
            return HttpResponseRedirect(back)
        if booking.status != Booking.Status.IN_REVIEW:
            messages.warning(request, f"Booking {booking.reference} is not in review.")
            return HttpResponseRedirect(back)
        return TemplateResponse(
            request,
            "admin/seats/review.html",
            {
                **self.admin_site.each_context(request),
                "title": f"{verdict.title} of {booking.reference}?",
                "opts": self.opts,
                "deed": verdict,
                "booking": booking,
                "show": show_name(booking.show),
                "whose": customer_name(booking),
                "labels": ", ".join(str(seat["label"]) for seat in booking.seats),
                "picture": picture_of(booking),
                "form": form,
                "back": back,
            },
        )

    def _carry_out(
        self, request: HttpRequest, verdict: Verdict, booking: Booking, reason: str
    ) -> None:
        assert request.user.pk is not None
        try:
            verdict.carry_out(request.user.pk, booking.reference, reason)
        except SeatError as error:
            messages.error(request, error.message)
            return
        messages.success(request, f"{verdict.done} the payment of {booking.reference}.")
        line = f"{verdict.done} the payment{f': {reason}' if reason else ''}"
        # For the people who look there; the ledger has it from the change's own transaction.
        database.write(lambda: self.log_change(request, booking, line))

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kw: Any) -> Any:
        booking = kw.get("obj")
        context["may_review"] = (
            isinstance(booking, Booking)
            and booking.status == Booking.Status.IN_REVIEW
            and self.has_sell_permission(request)
        )
        return super().render_change_form(request, context, *args, **kw)
