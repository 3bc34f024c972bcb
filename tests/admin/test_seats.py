from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client

from seats import database
from seats.domain import Customer
from seats.models import Seat, ShowTime
from tests.admin.people import BoxOffice, book, hold, let_lapse, seat, states

pytestmark = pytest.mark.django_db

MakeShow = Callable[..., ShowTime]


def listed(chief: BoxOffice, **query: Any) -> list[str]:
    response = chief.get("seats_seat_changelist", **query)
    return [seat.label for seat in response.context["cl"].result_list]


def test_it_lists_the_seats_of_the_next_show_in_the_order_of_the_hall(
    chief: BoxOffice, show: ShowTime, make_show: MakeShow
) -> None:
    make_show(days=2)
    past = make_show(days=3)
    ShowTime.objects.filter(pk=past.pk).update(starts_at=database.now() - timedelta(days=1))
    response = chief.get("seats_seat_changelist")
    assert response.redirect_chain[0][0].endswith(f"?show={show.pk}")
    assert [row.label for row in response.context["cl"].result_list] == [
        "A1", "A2", "A3", "A4", "A5", "B1", "B2", "B3", "B4", "B5",
    ]  # fmt: skip


def test_it_lists_the_seats_of_the_show_that_is_chosen(
    chief: BoxOffice, show: ShowTime, make_show: MakeShow
) -> None:
    other = make_show("tier S Standard\nC: SS", hall="Kammer")
    assert listed(chief, show=other.pk) == ["C1", "C2"]


def test_it_works_before_there_is_any_show(chief: BoxOffice) -> None:
    assert chief.get("seats_seat_changelist").status_code == 200


@pytest.mark.parametrize("show_id", ["0", "-1", "abc", "9" * 30, "1%00", "\u0664", ""])
def test_it_lists_nothing_for_a_show_that_does_not_exist(
    chief: BoxOffice, show: ShowTime, show_id: str
) -> None:
    assert listed(chief, show=show_id) == []


def test_it_shows_a_hold_past_its_deadline_as_available(
    chief: BoxOffice, show: ShowTime, owner: Customer, rival: Customer
) -> None:
    hold(owner, show, "A1")
    hold(rival, show, "A2")
    let_lapse(owner, show)
    book(rival, show, "B1")
    assert listed(chief, show=show.pk, status="HELD") == ["A2"]
    assert listed(chief, show=show.pk, status="BOOKED") == ["B1"]
    assert len(listed(chief, show=show.pk, status="AVAILABLE")) == 8
    page = chief.get("seats_seat_change", seat(show, "A1").pk).content.decode()
    assert "Available" in page
    assert "owner" not in page


def test_it_tells_who_holds_a_seat_and_who_booked_it(
    chief: BoxOffice, show: ShowTime, owner: Customer, rival: Customer
) -> None:
    hold(owner, show, "A1")
    booking = book(rival, show, "B1")
    page = chief.get("seats_seat_changelist", show=show.pk).content.decode()
    assert "owner" in page
    assert "rival" in page
    assert booking.reference in page
    assert "8 available, 1 held, 1 booked" in page


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("A1", ["A1"]),
        ("a-01", ["A1"]),
        ("A1 B2, A3", ["A1", "A3", "B2"]),
        ("b", ["B1", "B2", "B3", "B4", "B5"]),
        ("A9", []),
        ("%", []),
    ],
)
def test_it_finds_seats_by_label_and_by_row(
    chief: BoxOffice, show: ShowTime, words: str, found: list[str]
) -> None:
    assert listed(chief, show=show.pk, q=words) == found


def test_it_lets_nobody_edit_add_or_delete_a_seat(
    chief: BoxOffice, show: ShowTime, owner: Customer
) -> None:
    booking = book(owner, show, "A1")
    row = seat(show, "A1")
    page = chief.get("seats_seat_change", row.pk).content.decode()
    assert 'name="status"' not in page
    assert booking.reference in page
    assert chief.post("seats_seat_change", row.pk, status="AVAILABLE").status_code == 403
    assert chief.post("seats_seat_delete", row.pk, post="yes").status_code == 403
    assert chief.post("seats_seat_add", label="Z1").status_code == 403
    assert chief.choose("delete_selected", row).status_code == 302
    assert states(show)["A1"] == "BOOKED"
    assert Seat.objects.count() == 10


def test_it_lets_only_those_release_and_unbook_who_may(
    client: Client, show: ShowTime, owner: Customer
) -> None:
    hold(owner, show, "A1")
    usher = User.objects.create_user("usher", is_staff=True)
    usher.user_permissions.add(Permission.objects.get(codename="view_seat"))
    office = BoxOffice(client, usher)
    page = office.get("seats_seat_changelist", show=show.pk).content.decode()
    assert "A1" in page
    assert "Release held seats" not in page
    office.choose("release", seat(show, "A1"), show=show.pk)
    assert states(show)["A1"] == "HELD"


def test_it_is_closed_to_customers(client: Client, show: ShowTime, owner: Customer) -> None:
    client.force_login(User.objects.get(username="owner"))
    response = client.get("/admin/seats/seat/")
    assert response.status_code == 302
    assert "login" in response.headers["Location"]
