"""Lists must cost the same whether a house has ten seats or fifty thousand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from seats.domain import Customer
from seats.layout import rectangle
from seats.models import Seat, ShowTime
from tests.admin.people import BoxOffice, book, hold

pytestmark = pytest.mark.django_db

MakeShow = Callable[..., ShowTime]


def queries(chief: BoxOffice, page: str, **query: Any) -> tuple[int, int]:
    """How many queries a page takes, and how many rows it lists."""
    with CaptureQueriesContext(connection) as captured:
        response = chief.get(page, **query)
    assert response.status_code == 200
    return len(captured), len(response.context["cl"].result_list)


@pytest.mark.parametrize(
    "model", ["showtime", "seat", "booking", "hold", "seatevent", "movie", "screen"]
)
def test_it_takes_as_many_queries_for_many_rows_as_for_few(
    chief: BoxOffice, owner: Customer, rival: Customer, make_show: MakeShow, model: str
) -> None:
    show = make_show(rectangle(3, 20))
    query = {"show": show.pk} if model == "seat" else {}
    book(owner, show, "A1", "A2")
    hold(rival, show, "B1")
    page = f"seats_{model}_changelist"
    # The first look at a model also looks up its content type.
    queries(chief, page, **query)
    few, few_rows = queries(chief, page, **query)
    for number in range(3, 19):
        book(owner, show, f"A{number}")
        if number < 9:
            hold(rival, show, f"B{number}")
            other = make_show(days=number, hall=f"Hall {number}", title=f"Film {number}")
            book(rival, other, "A1")
    many, many_rows = queries(chief, page, **query)
    assert many == few <= 12
    assert many_rows > few_rows or model == "seat"


@pytest.fixture
def theatre(make_show: MakeShow) -> ShowTime:
    """More seats than a page lists, or than are unbooked at a time."""
    return make_show(rectangle(40, 50), hall="Theatre")


def test_it_stays_usable_with_50_000_seats(
    chief: BoxOffice, make_show: MakeShow, owner: Customer
) -> None:
    arena = make_show(rectangle(200, 250), hall="Arena")
    book(owner, arena, "CV7")
    pages: list[tuple[str, tuple[Any, ...], dict[str, Any]]] = [
        ("seats_seat_changelist", (), {"show": arena.pk}),
        ("seats_seat_changelist", (), {"show": arena.pk, "status": "BOOKED"}),
        ("seats_seat_changelist", (), {"show": arena.pk, "q": "CV7"}),
        ("seats_showtime_change", (arena.pk,), {}),
        ("seats_screen_change", (arena.screen_id,), {}),
        ("seats_screen_changelist", (), {}),
    ]
    for page, args, query in pages:
        with CaptureQueriesContext(connection) as captured:
            response = chief.get(page, *args, **query)
        assert len(captured) < 20, page
        assert len(response.content) < 500_000, page
    listed = chief.get("seats_seat_changelist", show=arena.pk, status="BOOKED")
    assert [seat.label for seat in listed.context["cl"].result_list] == ["CV7"]


def test_it_never_reads_plans_for_a_list(chief: BoxOffice, show: ShowTime, owner: Customer) -> None:
    hold(owner, show, "A1")
    for model in ("showtime", "screen", "booking", "hold", "seatevent", "seat"):
        query = {"show": show.pk} if model == "seat" else {}
        with CaptureQueriesContext(connection) as captured:
            chief.get(f"seats_{model}_changelist", **query)
        assert not [each for each in captured if "plan" in each["sql"]], model


def test_it_deletes_a_large_show_without_listing_its_seats(
    chief: BoxOffice, theatre: ShowTime
) -> None:
    page = chief.get("seats_showtime_delete", theatre.pk)
    assert "2,000 seats" in page.content.decode()
    assert len(page.content) < 20_000
    with CaptureQueriesContext(connection) as captured:
        chief.post("seats_showtime_delete", theatre.pk, post="yes")
    assert len(captured) < 30
    assert not Seat.objects.exists()


def test_it_refuses_to_unbook_a_whole_house_at_a_click(
    chief: BoxOffice, theatre: ShowTime, owner: Customer
) -> None:
    booking = book(owner, theatre, "A1")
    Seat.objects.filter(show=theatre).update(
        status="BOOKED", booking=booking, hold=None, held_until=None
    )
    with CaptureQueriesContext(connection) as captured:
        response = chief.client.post(
            f"/admin/seats/seat/?show={theatre.pk}",
            {
                "action": "unbook",
                "index": "0",
                "select_across": "1",
                "_selected_action": Seat.objects.first().pk,  # type: ignore[union-attr]
            },
            follow=True,
        )
    assert "at most 1,000 seats at a time" in response.content.decode()
    assert len(captured) < 30
