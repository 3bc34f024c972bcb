"""Giving seats back at the box office: a page that asks why, the change, and a line about it.

What was chosen is remembered as it stood when the page was made. A seat that has changed hands by
the time the answer comes is left alone: nobody loses a seat they took a moment ago.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from django import forms
from django.contrib import messages
from django.contrib.admin import helpers
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.response import TemplateResponse

from seats import database, reservations, wording
from seats.admin.base import SHOW, ModelAdmin, show_name
from seats.admin.standing import with_seat_standing
from seats.domain import SeatStatus
from seats.errors import SeatError
from seats.models import Booking, Seat
from seats.reservations import Outcome

MOST_SEATS = 1000

_SEEN = re.compile(r"[0-9]{1,18}:[0-9]{1,18}(?: [0-9]{1,18}:[0-9]{1,18})*", re.ASCII)


@dataclass(frozen=True, slots=True)
class Deed:
    """Something the box office does to seats."""

    action: str
    title: str
    status: SeatStatus
    adjective: str
    done: str
    warning: str
    carry_out: Callable[[int, int, Sequence[int], str], Outcome]


def _release(user_id: int, show_id: int, seat_ids: Sequence[int], reason: str) -> Outcome:
    return reservations.release_by_staff(user_id, show_id, seat_ids, reason)


def _unbook(user_id: int, show_id: int, seat_ids: Sequence[int], reason: str) -> Outcome:
    return reservations.unbook_by_staff(user_id, show_id, seat_ids, reason)


RELEASE = Deed(
    "release",
    "Release seats",
    SeatStatus.HELD,
    "held",
    "Released",
    "Whoever holds them loses them at once, and anybody can take them.",
    _release,
)
UNBOOK = Deed(
    "unbook",
    "Unbook seats",
    SeatStatus.BOOKED,
    "booked",
    "Unbooked",
    "They go back on sale at once. A booking that loses its last seat is cancelled.",
    _unbook,
)


class ReasonForm(forms.Form):
    """Why, and for which seats; ``seen`` is "seat:hold or booking" for each of them."""

    reason = forms.CharField(
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 3, "maxlength": 200, "autofocus": True}),
        help_text="Kept in the ledger beside your name. At most 200 characters.",
    )
    seen = forms.CharField(widget=forms.HiddenInput)

    def clean_seen(self) -> dict[int, int]:
        text: str = self.cleaned_data["seen"]
        if _SEEN.fullmatch(text) is None:
            raise ValidationError("Please choose the seats again.")
        pairs = (pair.split(":") for pair in text.split(" "))
        seen = {int(seat): int(owner) for seat, owner in pairs}
        if len(seen) > MOST_SEATS:
            raise ValidationError(f"Please choose at most {MOST_SEATS:,} seats at a time.")
        return seen


def give_back(
    admin: ModelAdmin[Seat] | ModelAdmin[Booking],
    request: HttpRequest,
    deed: Deed,
    chosen: QuerySet[Seat],
    selected: Iterable[str],
) -> TemplateResponse | None:
    """One step of a deed: the page that asks, or what the answer to it comes to.

    ``chosen`` are the seats to ask about. ``selected`` are the rows ticked on the list: the page
    sends one along, for the list to know that it is meant.
    """
    if "reason" in request.POST:
        form = ReasonForm(request.POST)
        if form.is_valid():
            _carry_out(request, deed, form.cleaned_data["seen"], form.cleaned_data["reason"])
            return None
        if "seen" in form.errors:
            messages.error(request, str(form.errors["seen"][0]))
            return None
        seats = _as_seen(deed, form.cleaned_data["seen"])
    else:
        seats = _standing(deed, chosen)
        form = ReasonForm(
            initial={"seen": " ".join(f"{seat.pk}:{_owner(deed, seat)}" for seat in seats)}
        )
    if not seats:
        messages.warning(request, f"None of these seats is {deed.adjective} at this moment.")
        return None
    if len(seats) > MOST_SEATS:
        messages.error(request, f"Please choose at most {MOST_SEATS:,} seats at a time.")
        return None
    return TemplateResponse(
        request,
        "admin/seats/reason.html",
        {
            **admin.admin_site.each_context(request),
            "title": f"{deed.title}: why?",
            "opts": admin.opts,
            "deed": deed,
            "back": request.get_full_path(),
            "groups": [
                (
                    show_name(group[0].show),
                    wording.counted(len(group), "seat"),
                    [s.label for s in group],
                )
                for group in _by_show(seats)
            ],
            "form": form,
            "selected": next(iter(selected), ""),
            "action_checkbox_name": helpers.ACTION_CHECKBOX_NAME,
            "media": admin.media,
        },
    )


def _standing(deed: Deed, seats: QuerySet[Seat]) -> list[Seat]:
    """Those of the seats the deed is for, a show after the other; one more than allowed at most."""
    return list(
        with_seat_standing(seats)
        .filter(standing=deed.status.value)
        .select_related(*SHOW, "hold", "booking")
        .defer("show__screen__plan")
        .order_by("show_id", "id")[: MOST_SEATS + 1]
    )


def _as_seen(deed: Deed, seen: dict[int, int]) -> list[Seat]:
    """Those of the seats that still belong to whom they did when the page was made."""
    seats = _standing(deed, Seat.objects.filter(pk__in=seen))
    return [seat for seat in seats if _owner(deed, seat) == seen[seat.pk]]


def _owner(deed: Deed, seat: Seat) -> int | None:
    return seat.hold_id if deed.status is SeatStatus.HELD else seat.booking_id


def _by_show(seats: Iterable[Seat]) -> list[list[Seat]]:
    return [list(group) for _, group in groupby(seats, key=lambda seat: seat.show_id)]


def _carry_out(request: HttpRequest, deed: Deed, seen: dict[int, int], reason: str) -> None:
    assert request.user.pk is not None
    freed: list[Seat] = []
    for seats in _by_show(_as_seen(deed, seen)):
        show = seats[0].show
        try:
            outcome = deed.carry_out(request.user.pk, show.pk, [seat.pk for seat in seats], reason)
        except SeatError as error:
            messages.error(request, f"{show_name(show)}: {wording.refusal(error)}")
            continue
        labels = set(outcome.facts["seats"])
        done = [seat for seat in seats if seat.label in labels]
        if done:
            listed = ", ".join(seat.label for seat in done)
            messages.success(request, f"{deed.done} {listed} of {show_name(show)}.")
        freed += done
    spared = len(seen) - len(freed)
    if spared:
        messages.warning(
            request,
            f"{wording.counted(spared, 'seat')} left alone: no longer {deed.adjective} by the same"
            " customer, or refused.",
        )
    _audit(request, deed, freed, reason)


def _audit(request: HttpRequest, deed: Deed, seats: Sequence[Seat], reason: str) -> None:
    """A line in the admin's history of each seat and booking.

    For the people who look there. The ledger has who and why too, from the same transaction as the
    change itself, so nothing is lost if this does not come to pass.
    """
    lines: list[tuple[Seat | Booking, str, str]] = [
        (seat, f"{seat.label}, {show_name(seat.show)}", f"{deed.done}: {reason}") for seat in seats
    ]
    labels: dict[int, list[str]] = {}
    bookings: dict[int, Booking] = {}
    for seat in seats:
        if deed.status is SeatStatus.BOOKED and seat.booking is not None:
            bookings[seat.booking.pk] = seat.booking
            labels.setdefault(seat.booking.pk, []).append(seat.label)
    lines += [
        (booking, booking.reference, f"{deed.done} {', '.join(labels[pk])}: {reason}")
        for pk, booking in bookings.items()
    ]
    assert request.user.pk is not None
    entries = [
        LogEntry(
            user_id=request.user.pk,
            content_type=ContentType.objects.get_for_model(row),
            object_id=str(row.pk),
            object_repr=name[:200],
            action_flag=CHANGE,
            change_message=message,
        )
        for row, name, message in lines
    ]
    database.write(lambda: LogEntry.objects.bulk_create(entries))


def ticked(request: HttpRequest) -> list[str]:
    """The rows of a list that somebody ticked."""
    return request.POST.getlist(helpers.ACTION_CHECKBOX_NAME)
