from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from seats import database, reservations
from seats.admin.shows import ShowAdmin
from seats.domain import Customer
from seats.layout import rectangle
from seats.models import Booking, Movie, Screen, Seat, ShowTime
from tests.admin.people import BoxOffice, book, hold, said, states

pytestmark = pytest.mark.django_db

MakeShow = Callable[..., ShowTime]


@pytest.fixture
def movie() -> Movie:
    return Movie.objects.create(title="A long film", duration_minutes=180)


@pytest.fixture
def screen() -> Screen:
    return Screen.objects.create(name="Kammer", plan=f"tier P Premium +3.00\n{rectangle(2, 5)}")


def typed(
    movie: Movie, screen: Screen, starts_at: datetime | None = None, **changes: str
) -> dict[str, str]:
    here = timezone.localtime(starts_at or database.now() + timedelta(days=3))
    return {
        "movie": str(movie.pk),
        "screen": str(screen.pk),
        "starts_at_0": f"{here:%Y-%m-%d}",
        "starts_at_1": f"{here:%H:%M:%S}",
        "price": "9.50",
        "currency": "EUR",
        **changes,
    }


def complaint(response: Any) -> str:
    assert response.status_code == 200
    page: str = response.content.decode()
    return page.partition("errorlist")[2][:400]


def test_it_lays_out_the_seats_of_a_new_show(
    chief: BoxOffice, movie: Movie, screen: Screen
) -> None:
    response = chief.post("seats_showtime_add", **typed(movie, screen))
    show = ShowTime.objects.get()
    assert set(states(show).values()) == {"AVAILABLE"}
    assert len(states(show)) == 10
    assert show.tiers == [{"id": "S", "name": "Standard", "price": "9.50"}]
    assert "10 seats of “Kammer” are on sale." in said(response)


def test_it_leaves_no_show_without_seats_behind(
    chief: BoxOffice, movie: Movie, screen: Screen, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_show: ShowTime) -> int:
        raise RuntimeError("the disk is full")

    monkeypatch.setattr(reservations, "lay_out", fail)
    with pytest.raises(RuntimeError, match="the disk is full"):
        chief.post("seats_showtime_add", **typed(movie, screen))
    assert not ShowTime.objects.exists()


def test_it_refuses_a_hall_whose_plan_cannot_be_read(chief: BoxOffice, movie: Movie) -> None:
    screen = Screen.objects.create(name="Old", plan="A: XX")
    response = chief.post("seats_showtime_add", **typed(movie, screen))
    assert "Line 1: “X” is no tier" in complaint(response)
    assert not ShowTime.objects.exists()


def test_it_refuses_a_price_that_tiers_lift_out_of_range(chief: BoxOffice, movie: Movie) -> None:
    screen = Screen.objects.create(name="Dear", plan="tier P Premium +99999.99\nA: PP")
    response = chief.post("seats_showtime_add", **typed(movie, screen, price="999999.00"))
    assert "that is too much" in complaint(response)


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("price", "-1", "greater than or equal to 0"),
        ("price", "NaN", "Enter a number"),
        ("currency", "euro", "at most 3 characters"),
        ("currency", "eur", "Three capital letters"),
        ("starts_at_0", "2020-01-01", "A show begins in the future."),
        ("starts_at_1", "25:00", "Enter a valid time"),
        ("screen", "999999", "Select a valid choice"),
    ],
)
def test_it_refuses_what_makes_no_show(
    chief: BoxOffice, movie: Movie, screen: Screen, field: str, value: str, said: str
) -> None:
    fields = {**typed(movie, screen), field: value}
    response = chief.post("seats_showtime_add", **fields)
    assert said in complaint(response)
    assert not ShowTime.objects.exists()


def test_it_refuses_two_films_in_a_hall_at_a_time(
    chief: BoxOffice, movie: Movie, screen: Screen
) -> None:
    chief.post("seats_showtime_add", **typed(movie, screen))
    first = ShowTime.objects.get()
    for minutes in (-179, 0, 179):
        at = first.starts_at + timedelta(minutes=minutes)
        response = chief.post("seats_showtime_add", **typed(movie, screen, starts_at=at))
        assert "“A long film” plays in this hall then" in complaint(response)
    for minutes in (-180, 180):
        at = first.starts_at + timedelta(minutes=minutes)
        response = chief.post("seats_showtime_add", **typed(movie, screen, starts_at=at))
        assert response.status_code == 302
    assert ShowTime.objects.count() == 3


def test_it_settles_hall_and_price_once_there_are_seats(
    chief: BoxOffice, show: ShowTime, movie: Movie, screen: Screen
) -> None:
    fields = typed(movie, screen, price="1.00", currency="USD")
    assert chief.post("seats_showtime_change", show.pk, **fields).status_code == 302
    changed = ShowTime.objects.get(pk=show.pk)
    assert (changed.screen_id, changed.price, changed.currency) == (
        show.screen_id,
        show.price,
        "EUR",
    )
    assert changed.movie_id == movie.pk


def test_it_lays_out_a_show_that_has_no_seats_yet(
    chief: BoxOffice, movie: Movie, screen: Screen
) -> None:
    bare = ShowTime.objects.create(
        movie=movie, screen=screen, starts_at=database.now() + timedelta(days=3), price="5.00"
    )
    chief.post("seats_showtime_change", bare.pk, **typed(movie, screen, price="7.00"))
    assert {str(price) for price in bare.seats.values_list("price", flat=True)} == {"7.00"}


def test_it_never_sets_the_version_of_a_show_back(
    chief: BoxOffice,
    show: ShowTime,
    movie: Movie,
    screen: Screen,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    read = ShowAdmin.get_object

    def read_before_a_customer_writes(self: ShowAdmin, *args: Any) -> ShowTime | None:
        found = read(self, *args)
        ShowTime.objects.filter(pk=show.pk).update(version=17, mark=4711)
        return found

    monkeypatch.setattr(ShowAdmin, "get_object", read_before_a_customer_writes)
    chief.post("seats_showtime_change", show.pk, **typed(movie, screen))
    changed = ShowTime.objects.get(pk=show.pk)
    assert changed.movie_id == movie.pk
    assert (changed.version, changed.mark) == (17, 4711)


def test_it_tells_how_many_seats_stand_how(
    chief: BoxOffice, show: ShowTime, owner: Customer
) -> None:
    book(owner, show, "A1", "A2")
    hold(owner, show, "B1")
    page = chief.get("seats_showtime_change", show.pk).content.decode()
    assert "7 available, 1 held, 2 booked, 10 in all" in page


def test_it_lists_the_programme_to_come_unless_asked_otherwise(
    chief: BoxOffice, show: ShowTime, make_show: MakeShow
) -> None:
    past = make_show(title="An old film")
    ShowTime.objects.filter(pk=past.pk).update(starts_at=database.now() - timedelta(days=1))

    def listed(**query: str) -> list[int]:
        shows = chief.get("seats_showtime_changelist", **query).context["cl"].result_list
        return sorted(each.pk for each in shows)

    assert listed() == [show.pk]
    assert listed(when="past") == [past.pk]
    assert listed(when="all") == sorted([show.pk, past.pk])


def test_it_deletes_a_show_with_all_its_seats_and_says_how_many(
    chief: BoxOffice, show: ShowTime, owner: Customer
) -> None:
    hold(owner, show, "A1", "A2")
    page = chief.get("seats_showtime_delete", show.pk).content.decode()
    assert "10 seats" in page
    assert "2 seats that customers hold at this moment" in page
    chief.post("seats_showtime_delete", show.pk, post="yes")
    assert not ShowTime.objects.exists()
    assert not Seat.objects.exists()


def test_it_keeps_a_show_that_has_bookings_and_says_why(
    chief: BoxOffice, show: ShowTime, owner: Customer
) -> None:
    book(owner, show, "A1")
    response = chief.post("seats_showtime_delete", show.pk, post="yes")
    assert "has 1 booking" in said(response)[0]
    assert "unbook its seats" in said(response)[0]
    assert ShowTime.objects.filter(pk=show.pk).exists()
    assert states(show)["A1"] == "BOOKED"


def test_it_keeps_a_show_that_is_booked_while_its_deletion_is_being_confirmed(
    chief: BoxOffice, show: ShowTime, owner: Customer, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask = ShowAdmin.get_deleted_objects

    def booked_meanwhile(self: ShowAdmin, *args: Any) -> Any:
        found = ask(self, *args)
        Booking.objects.create(
            reference="XXXX-YYYY",
            show=show,
            customer=owner.key,
            seats=[],
            total_price=0,
            currency="EUR",
            booked_at=database.now(),
        )
        return found

    monkeypatch.setattr(ShowAdmin, "get_deleted_objects", booked_meanwhile)
    response = chief.post("seats_showtime_delete", show.pk, post="yes")
    assert response.status_code == 302
    assert ShowTime.objects.filter(pk=show.pk).exists()
