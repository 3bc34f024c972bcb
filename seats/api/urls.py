"""The addresses of the API. Each answers with and without its last slash."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from django.urls import URLPattern, path, re_path
from django.views.decorators.gzip import gzip_page

from seats.api.base import Endpoint
from seats.api.problems import nothing_here
from seats.api.views.accounts import Account, Entrance
from seats.api.views.bookings import Bookings
from seats.api.views.events import Events
from seats.api.views.health import Health
from seats.api.views.holds import Holds
from seats.api.views.payment_proofs import PaymentProofFiles, PaymentProofs
from seats.api.views.schema import Docs, Schema
from seats.api.views.seat_locks import SeatLocks
from seats.api.views.seats import Seats
from seats.api.views.selections import Selections
from seats.api.views.shows import Layouts, Shows
from seats.api.views.status import Status

Table = Mapping[str, tuple[type[Endpoint], dict[str, Any]]]

ENDPOINTS: Table = {
    "api/seats/shows/": (Shows, {"get": "list_shows"}),
    "api/seats/shows/<str:show_id>/layout/": (Layouts, {"get": "show_layout"}),
    "api/seats/": (Seats, {"get": "list_seats"}),
    "api/seat-status/": (Status, {"get": "poll_status"}),
    "api/seats/register/": (Entrance, {"post": "register"}),
    "api/seats/login/": (Entrance, {"post": "login"}),
    "api/seats/logout/": (Account, {"post": "logout"}),
    "api/seats/me/": (Account, {"get": "me"}),
    "api/seats/hold-batch/": (Holds, {"post": "hold_batch"}),
    "api/seats/extend-hold/": (Holds, {"post": "extend_hold"}),
    "api/seats/release-hold-batch/": (Holds, {"post": "release_hold_batch"}),
    "api/seats/my-holds/": (Holds, {"get": "list_holds"}),
    "api/seats/book-batch/": (Bookings, {"post": "book_batch"}),
    "api/seats/my-bookings/": (Bookings, {"get": "list_bookings"}),
    "api/seats/bookings/<str:reference>/": (Bookings, {"get": "show_booking"}),
    "api/seats/bookings/<str:reference>/cancel/": (Bookings, {"post": "cancel_booking"}),
    "api/seats/payment-proofs/": (PaymentProofs, {"post": "keep_payment_proof"}),
    "api/seats/payment-proofs/<str:proof_id>/file/": (
        PaymentProofFiles,
        {"get": "show_payment_proof"},
    ),
    "api/seats/events/": (Events, {"get": "list_events"}),
    "api/bookings/select-seats/": (Selections, {"post": "select_seats"}),
    "api/bookings/release-seats/": (Selections, {"post": "release_selected"}),
    "api/bookings/locked-seats/<str:show_id>/": (Selections, {"get": "locked_seats"}),
    "api/seat-locks/": (SeatLocks, {"post": "lock_seat", "delete": "unlock_seats"}),
    "api/schema/": (Schema, {"get": "show_schema"}),
    "healthz": (Health, {"get": "health"}),
}


def _routes() -> Iterator[URLPattern]:
    for route, (endpoint, actions) in ENDPOINTS.items():
        view = endpoint.as_view(actions)
        # Public answers only: what is private could be guessed at from its compressed length.
        compressed = gzip_page(view) if endpoint in {Shows, Layouts} else view
        yield from _both(route, compressed, _name(route))
    yield from _both("api/docs/", Docs.as_view(), "docs")


def _both(route: str, view: Callable[..., Any], name: str) -> Iterator[URLPattern]:
    yield path(route, view, name=name)
    yield path(route.removesuffix("/") if route.endswith("/") else f"{route}/", view)


def _name(route: str) -> str:
    words = [part for part in route.strip("/").split("/") if not part.startswith("<")]
    return "-".join(words).removeprefix("api-")


urlpatterns = [*_routes(), re_path(r"^api(?:/|$)", nothing_here)]
