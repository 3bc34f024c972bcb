"""The box office and its customers, as the tests of the admin know them."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

from django.contrib.auth.models import User
from django.contrib.messages import get_messages
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from seats import database, reservations
from seats.domain import Customer, SeatNames
from seats.models import Booking, Hold, Seat, ShowTime


class BoxOffice:
    """Somebody at the box office, with a browser."""

    def __init__(self, client: Client, user: User) -> None:
        self.client = client
        self.user = user
        client.force_login(user)

    def get(self, page: str, *args: Any, **query: Any) -> Any:
        return self.client.get(reverse(f"admin:{page}", args=args), query, follow=True)

    def post(self, page: str, *args: Any, **data: Any) -> Any:
        return self.client.post(reverse(f"admin:{page}", args=args), data)

    def choose(self, action: str, *rows: Any, **query: Any) -> Any:
        """Ticks rows of a list and chooses an action: the page that asks why, or a redirect."""
        model = type(rows[0])._meta.model_name
        return self.client.post(
            reverse(f"admin:seats_{model}_changelist", query=query or None),
            {"action": action, "index": "0", "_selected_action": [row.pk for row in rows]},
        )

    def answer(self, page: Any, reason: str) -> Any:
        """Fills in the page that asks why, as it is, and sends it."""
        hidden = dict(
            re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page.content.decode())
        )
        return self.client.post(page.wsgi_request.get_full_path(), {**hidden, "reason": reason})


def said(response: HttpResponse) -> list[str]:
    """The messages an answer leaves for the next page."""
    return [str(message) for message in get_messages(response.wsgi_request)]  # type: ignore[attr-defined]


def seat(show: ShowTime, label: str) -> Seat:
    return Seat.objects.get(show=show, label=label)


def hold(customer: Customer, show: ShowTime, *labels: str) -> None:
    reservations.hold_seats(customer, show.pk, SeatNames.of(*labels))


def book(customer: Customer, show: ShowTime, *labels: str) -> Booking:
    hold(customer, show, *labels)
    booked = reservations.book_seats(customer, show.pk, SeatNames.of(*labels))
    return Booking.objects.get(reference=booked.facts["booking"]["reference"])


def let_lapse(customer: Customer, show: ShowTime) -> None:
    """The clock goes on until a hold is over."""
    past = database.now() - timedelta(milliseconds=1)
    holds = Hold.objects.filter(customer=customer.key, show=show, state="open")
    Seat.objects.filter(show=show, hold__in=list(holds)).update(held_until=past)
    holds.update(expires_at=past)


def states(show: ShowTime) -> dict[str, str]:
    return dict(Seat.objects.filter(show=show).values_list("label", "status"))
