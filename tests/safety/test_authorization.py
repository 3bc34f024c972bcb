"""Who may do what: every endpoint, asked by a stranger, the owner, a rival and the staff.

The owner holds A1 and A2 and has booked B1. Staff are customers like any other at the API; what
they may do beyond that, they do in the admin.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.apps import apps
from django.contrib.admin.utils import quote
from django.contrib.auth.models import Group, User
from django.contrib.contenttypes.models import ContentType
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from knox.models import AuthToken

from seats import reservations
from seats.api.urls import ENDPOINTS
from seats.domain import Customer, SeatNames
from seats.models import Booking, Hold, LoginSession, Seat, SeatEvent, ShowTime
from tests.safety.conftest import make_show, token_of

pytestmark = pytest.mark.django_db

PEOPLE = ("stranger", "owner", "rival", "staff")

# Ways to say it: everybody may; somebody has to be known; it is the owner's alone.
PUBLIC = (200, 200, 200, 200)
KNOWN = (401, 200, 200, 200)

SHOW = {"show_id": "{show}"}
A1 = {**SHOW, "seats": ["A1"]}
SELECTED_A1 = {"showId": "{show}", "seats": ["A1"]}
LOCKED_A1 = {"showtimeId": "{show}", "seatId": "A01", "sessionId": "of-whoever-is-asking"}

# method and route -> the body, and the statuses for PEOPLE
TABLE: dict[tuple[str, str], tuple[Any, tuple[int, int, int, int]]] = {
    ("get", "api/seats/shows/"): (None, PUBLIC),
    ("get", "api/seats/shows/<str:show_id>/layout/"): (None, PUBLIC),
    ("get", "api/seats/"): (None, PUBLIC),
    ("get", "api/seat-status/"): (None, PUBLIC),
    ("get", "api/seats/events/"): (None, PUBLIC),
    ("get", "api/schema/"): (None, PUBLIC),
    ("get", "healthz"): (None, PUBLIC),
    # Coming in is for everybody; these credentials are nobody's.
    ("post", "api/seats/register/"): ({"username": "a", "password": "1"}, (400, 400, 400, 400)),
    ("post", "api/seats/login/"): ({"username": "a", "password": "b"}, (401, 401, 401, 401)),
    ("post", "api/seats/logout/"): ({}, KNOWN),
    ("get", "api/seats/me/"): (None, KNOWN),
    ("get", "api/seats/my-holds/"): (None, KNOWN),
    ("get", "api/seats/my-bookings/"): (None, KNOWN),
    # What somebody else holds cannot be had, prolonged, bought or given away.
    ("post", "api/seats/hold-batch/"): (A1, (401, 200, 409, 409)),
    ("post", "api/seats/extend-hold/"): (SHOW, (401, 200, 409, 409)),
    ("post", "api/seats/book-batch/"): (A1, (401, 200, 409, 409)),
    ("post", "api/seats/release-hold-batch/"): (A1, KNOWN),
    # Where no proof of payment is asked for, there is nobody to upload one.
    ("post", "api/seats/payment-proofs/"): ({}, (404, 404, 404, 404)),
    ("get", "api/seats/payment-proofs/<str:proof_id>/file/"): (None, (401, 404, 404, 404)),
    # Somebody else's booking does not exist.
    ("get", "api/seats/bookings/<str:reference>/"): (None, (401, 200, 404, 404)),
    ("post", "api/seats/bookings/<str:reference>/cancel/"): ({}, (401, 200, 404, 404)),
    # Guests may lock seats, though not those that somebody else has.
    ("post", "api/bookings/select-seats/"): (SELECTED_A1, (409, 200, 409, 409)),
    ("post", "api/bookings/release-seats/"): (SELECTED_A1, PUBLIC),
    ("get", "api/bookings/locked-seats/<str:show_id>/"): (None, PUBLIC),
    ("post", "api/seat-locks/"): (LOCKED_A1, (409, 200, 409, 409)),
    # Without saying which: all locks of whoever asks, who has to be somebody.
    ("delete", "api/seat-locks/"): (None, (400, 200, 200, 200)),
}

# Answers of 200 that change nothing for anybody but the owner: there was nothing of theirs.
NOTHING_TO_DO = {
    ("post", "api/seats/release-hold-batch/"),
    ("post", "api/seats/logout/"),
    ("post", "api/bookings/release-seats/"),
    ("delete", "api/seat-locks/"),
}


@dataclass
class House:
    show: ShowTime
    reference: str
    tokens: dict[str, str]

    def ask(self, who: str, method: str, route: str, body: Any) -> Any:
        path = f"/{route}".replace("<str:show_id>", str(self.show.pk))
        path = path.replace("<str:reference>", self.reference)
        known = {"Authorization": f"Token {self.tokens[who]}"} if who in self.tokens else {}
        if method == "get":
            return Client().get(path, headers=known)
        for name in {"show_id", "showId", "showtimeId"} & (body or {}).keys():
            body = {**body, name: self.show.pk}
        return Client().generic(
            method.upper(), path, json.dumps(body), "application/json", headers=known
        )


@pytest.fixture
def house(db: None) -> House:
    show = make_show()
    tokens = {who: token_of(who, is_staff=who == "staff") for who in ("owner", "rival", "staff")}
    owner = Customer.of_user(User.objects.get(username="owner").pk)
    reservations.hold_seats(owner, show.pk, SeatNames.of("B1"))
    booked = reservations.book_seats(owner, show.pk, None)
    reservations.hold_seats(owner, show.pk, SeatNames.of("A1", "A2"))
    return House(show, booked.facts["booking"]["reference"], tokens)


def everything() -> list[Any]:
    tables = (Seat, Hold, Booking, SeatEvent, User, LoginSession)
    return [list(table.objects.order_by("pk").values()) for table in tables]


def endpoints() -> set[tuple[str, str]]:
    # The framework adds HEAD beside each GET, which answers the same without a body.
    return {
        (method, route)
        for route, (_, actions) in ENDPOINTS.items()
        for method in actions
        if method != "head"
    }


def test_every_endpoint_is_in_the_table() -> None:
    assert set(TABLE) == endpoints()


# Pages that are the same for everybody; what is no address of the API; what is asked for below.
PAGES = {"", "favicon.ico", "api/docs/", "^api(?:/|$)", "admin/"}


def test_every_route_is_in_a_table() -> None:
    """Those of the URL conf itself, so that nothing is served that nobody thought of here."""
    at_the_top = set()
    for it in get_resolver().url_patterns:
        below = it.url_patterns if isinstance(it, URLResolver) and not _is_admin(it) else [it]
        at_the_top |= {str(each.pattern) for each in below}

    tabled = {route for _, route in TABLE} | PAGES
    # Each answers with and without its last slash.
    assert at_the_top <= tabled | {route.rstrip("/") for route in tabled} | {"healthz/"}


@pytest.mark.parametrize("who", PEOPLE)
@pytest.mark.parametrize("page", ["", "api/docs/"])
def test_pages_are_the_same_for_everybody(house: House, page: str, who: str) -> None:
    assert house.ask(who, "get", page, None).content == Client().get(f"/{page}").content


@pytest.mark.parametrize("who", PEOPLE)
@pytest.mark.parametrize(("method", "route"), TABLE)
def test_who_may_do_what(house: House, method: str, route: str, who: str) -> None:
    body, statuses = TABLE[method, route]
    before = everything()

    answer = house.ask(who, method, route, body)

    assert answer.status_code == statuses[PEOPLE.index(who)], answer.content
    writes = method != "get" and (who == "owner" or (method, route) not in NOTHING_TO_DO)
    if not (writes and answer.status_code < 400):
        assert everything() == before


@pytest.mark.parametrize("who", ["stranger", "rival", "staff"])
@pytest.mark.parametrize(("method", "route"), [key for key in TABLE if key[0] == "get"])
def test_nobody_is_told_about_the_owner(house: House, method: str, route: str, who: str) -> None:
    answer = house.ask(who, method, route, None)

    assert b"owner" not in answer.content or route == "api/schema/"
    assert house.reference.encode() not in answer.content


@pytest.mark.parametrize("who", ["rival", "staff"])
def test_logging_out_is_for_oneself(house: House, who: str) -> None:
    house.ask(who, "post", "api/seats/logout/", {})

    assert AuthToken.objects.count() == 2
    assert house.ask("owner", "get", "api/seats/me/", None).status_code == 200


# The admin


def admin_addresses() -> Iterator[str]:
    """Every address of the admin that needs no id, made from the URL conf."""

    def below(prefix: str, patterns: Any) -> Iterator[str]:
        for it in patterns:
            route = prefix + str(it.pattern).removeprefix("^").removesuffix("$")
            if isinstance(it, URLResolver):
                yield from below(route, it.url_patterns)
            elif isinstance(it, URLPattern) and not set("<(") & set(route):
                yield f"/{route}"

    return below("", [it for it in get_resolver().url_patterns if _is_admin(it)])


def _is_admin(it: Any) -> bool:
    return isinstance(it, URLResolver) and it.app_name == "admin"


MADE_BY_NOBODY = ("/seat/add/", "/hold/add/", "/booking/add/", "/seatevent/add/")
OPEN = ("/admin/login/", "/admin/logout/", "/admin/jsi18n/", "/admin/autocomplete/")


@pytest.mark.parametrize("address", list(admin_addresses()))
@pytest.mark.parametrize("who", ["stranger", "owner", "clerk", "chief"])
def test_the_admin_is_for_those_who_were_let_in(client: Client, address: str, who: str) -> None:
    """Clerks are staff without a permission yet; the chief may do everything."""
    if who != "stranger":
        rank = {"is_staff": who != "owner", "is_superuser": who == "chief"}
        client.force_login(User.objects.create_user(who, **rank))

    answer = client.get(address)

    if address in OPEN:
        assert answer.status_code in {200, 302, 403, 405}
    elif who in ("stranger", "owner"):
        assert answer.status_code == 302
        assert answer.headers["Location"].startswith("/admin/login/")
    elif who == "clerk" and address not in (
        "/admin/",
        "/admin/password_change/",
        "/admin/password_change/done/",
    ):
        assert answer.status_code in {403, 404}
    else:
        # Holds, bookings and the ledger's entries are made by nobody, not even by the chief.
        made_elsewhere = address.endswith(MADE_BY_NOBODY)
        assert answer.status_code == (403 if made_elsewhere else 200)


def test_there_is_an_admin_to_be_asked() -> None:
    assert len(list(admin_addresses())) > 20


def admin_addresses_of_rows() -> Iterator[str]:
    """Every route of the admin that names a row, as it stands in the URL conf."""

    def below(prefix: str, patterns: Any) -> Iterator[str]:
        for it in patterns:
            route = prefix + str(it.pattern)
            if isinstance(it, URLResolver):
                yield from below(route, it.url_patterns)
            elif "<" in route and "^" not in route and "(?P" not in route:
                yield route

    return below("", [it for it in get_resolver().url_patterns if _is_admin(it)])


def some_row(route: str) -> tuple[str, str]:
    """The route with a row that is there, and what kind of row that is."""
    if route.startswith("admin/r/"):
        kind = ContentType.objects.get_for_model(Booking)
        return f"/admin/r/{kind.pk}/{Booking.objects.get().pk}/", "booking"
    _, app, model, *_ = route.split("/")
    pk = apps.get_model(app, model).objects.order_by("pk").first().pk
    return "/" + re.sub("<[^>]+>", str(quote(pk)), route), model


@pytest.mark.parametrize("route", list(admin_addresses_of_rows()))
def test_the_rows_of_the_admin_are_for_those_who_were_let_in(house: House, route: str) -> None:
    Group.objects.create(name="Ushers")
    clerk = User.objects.create_user("clerk", is_staff=True)
    address, _ = some_row(route)
    form = {"post": "yes", "reason": "because", "name": "mine"}
    for who in (None, User.objects.get(username="owner"), clerk):
        client = Client()
        if who is not None:
            client.force_login(who)
        before = all_of_the_admin()

        for answer in (client.get(address), client.post(address, form)):
            if answer.status_code == 302:
                to = answer.headers["Location"]
                # To the door, or from an address as it once was to the page asked for as well.
                is_old = who is clerk and to == f"{address}change/"
                assert to.startswith("/admin/login/") or is_old
            else:
                assert who is clerk
                assert answer.status_code in {403, 404}

        assert all_of_the_admin() == before


def all_of_the_admin() -> list[Any]:
    return [*everything(), list(AuthToken.objects.values()), list(Group.objects.values())]


@pytest.mark.parametrize("route", list(admin_addresses_of_rows()))
def test_the_chief_gets_at_them(house: House, client: Client, route: str) -> None:
    """The control: these addresses are there."""
    Group.objects.create(name="Ushers")
    client.force_login(User.objects.create_superuser("chief"))
    address, model = some_row(route)

    status = client.get(address, follow=True).status_code

    # Bookings, holds and the ledger are deleted by nobody; nobody reviews what is paid.
    if route.endswith("/delete/") and model in {"seat", "hold", "booking", "seatevent"}:
        assert status == 403
    else:
        assert status in {200, 405} or route.startswith("admin/r/")
