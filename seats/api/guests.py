"""The cookie by which a browser is known before anybody has logged in, and what becomes of it."""

from __future__ import annotations

from contextlib import suppress

from django.conf import settings
from django.http.response import HttpResponseBase
from rest_framework.request import Request

from seats import reservations
from seats.customers import guests
from seats.domain import Customer
from seats.errors import SeatError


def guest_of(request: Request) -> Customer | None:
    """The guest whose cookie came along; None without one, or with one that is none of ours."""
    session_id = request.COOKIES.get(guests.COOKIE)
    if session_id is None:
        return None
    try:
        return guests.customer_of(session_id)
    except ValueError:
        return None


def make_known(response: HttpResponseBase, session_id: str) -> None:
    """Gives a browser its cookie. It lasts until the browser is closed."""
    response.set_cookie(
        guests.COOKIE,
        session_id,
        httponly=True,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )


def take_over(request: Request, customer: Customer, show_id: int) -> None:
    """What this browser selected in a show as a guest is the customer's."""
    guest = guest_of(request)
    if guest is not None:
        reservations.adopt_selections(guest, customer, show_id)


def keep_seats_through_login(
    request: Request, customer: Customer, response: HttpResponseBase
) -> None:
    """The same for all shows, at the moment of logging in; then the guest is forgotten."""
    guest = guest_of(request)
    if guest is None:
        return
    # Nobody has to stay outside because of that. The cookie stays, and it is made up for later.
    with suppress(SeatError):
        reservations.adopt_selections(guest, customer)
        response.delete_cookie(guests.COOKIE, samesite="Lax")
