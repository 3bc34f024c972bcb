from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.contrib.auth import authenticate
from django.contrib.auth.models import User
from django.contrib.staticfiles import finders
from django.core.management import CommandError
from django.utils import timezone

from seats import reservations
from seats.domain import Customer, SeatNames
from seats.layout import read_plan
from seats.management import samples
from seats.models import Booking, Hold, IdempotencyRecord, Movie, Screen, Seat, SeatEvent, ShowTime
from seats.reservations import Once

pytestmark = pytest.mark.django_db

Command = Callable[..., str]


def everything() -> list[list[dict[str, Any]]]:
    return [
        list(model.objects.order_by("pk").values())
        for model in (Movie, Screen, ShowTime, Seat, Hold, Booking, SeatEvent, User)
    ]


def test_it_makes_four_shows_of_forty_seats(command: Command) -> None:
    command("seed_data")
    shows = ShowTime.objects.all()
    assert len(shows) == 4
    for show in shows:
        assert [seat.label for seat in show.seats.order_by("id")] == [
            f"{row}{number}" for row in "ABCD" for number in range(1, 11)
        ]
        assert {seat.price for seat in show.seats.all()} == {show.price}


def test_it_shows_each_of_the_four_films_with_its_poster(command: Command) -> None:
    command("seed_data")
    assert len({show.movie_id for show in ShowTime.objects.all()}) == 4
    for movie in Movie.objects.all():
        movie.full_clean()
        poster = finders.find(movie.poster)
        assert poster is not None
        with open(poster) as svg:
            assert f">{movie.title}</title>" in svg.read()


def test_it_plays_in_the_evenings_to_come(command: Command, settings: Any) -> None:
    settings.TIME_ZONE = "Pacific/Auckland"
    here = ZoneInfo("Pacific/Auckland")
    # Before the command, which may last until midnight.
    today = timezone.now().astimezone(here).date()
    command("seed_data", "--shows", "30")
    for show in ShowTime.objects.all():
        start = show.starts_at.astimezone(here)
        assert start.date() > today
        assert 17 <= start.hour <= 21
        assert Decimal("9.00") <= show.price <= Decimal("14.00")


def test_it_never_plays_two_films_in_one_hall_at_a_time(command: Command) -> None:
    command("seed_data", "--shows", "12")
    ends = None
    for show in ShowTime.objects.select_related("movie").order_by("starts_at"):
        assert ends is None or show.starts_at >= ends
        ends = show.starts_at + timedelta(minutes=show.movie.duration_minutes)


def test_it_changes_nothing_when_run_twice(command: Command) -> None:
    command("seed_data", "--showcase")
    before = everything()
    said = command("seed_data", "--showcase")
    assert everything() == before
    assert "Studio: 4 shows to come, nothing to do." in said


def test_it_leaves_a_programme_that_has_something_to_come(command: Command) -> None:
    command("seed_data")
    ShowTime.objects.filter(pk=ShowTime.objects.earliest("starts_at").pk).update(
        starts_at=timezone.now() - timedelta(hours=1)
    )
    before = everything()
    command("seed_data")
    assert everything() == before


def test_it_makes_new_shows_when_none_is_left(command: Command) -> None:
    command("seed_data")
    old = set(ShowTime.objects.values_list("pk", flat=True))
    ShowTime.objects.update(starts_at=timezone.now() - timedelta(days=1))
    command("seed_data")
    assert ShowTime.objects.exclude(pk__in=old).count() == 4
    assert Movie.objects.count() == 4
    assert Screen.objects.count() == 1


def test_it_adds_what_is_missing_to_the_number_asked_for(command: Command) -> None:
    command("seed_data", "--shows", "2")
    command("seed_data", "--shows", "5")
    command("seed_data", "--shows", "3")
    assert ShowTime.objects.count() == 5
    assert len(set(ShowTime.objects.values_list("starts_at", flat=True))) == 5


def test_it_keeps_a_hall_the_box_office_has_changed(command: Command) -> None:
    command("seed_data")
    Screen.objects.update(plan="tier S Standard\nA: SSS")
    command("seed_data", "--shows", "5")
    sizes = [show.seats.count() for show in ShowTime.objects.order_by("id")]
    assert sizes == [40, 40, 40, 40, 3]


def test_it_makes_halls_of_the_size_asked_for(command: Command) -> None:
    command("seed_data", "--shows", "1", "--rows", "30", "--seats-per-row", "3")
    show = ShowTime.objects.get()
    assert show.seats.count() == 90
    assert show.seats.filter(label="AD3").exists()


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["--shows", "0"], "--shows must be from 1 to 500, not 0."),
        (["--shows", "-3"], "--shows must be from 1 to 500, not -3."),
        (["--shows", "501"], "--shows must be from 1 to 500"),
        (["--rows", "0"], "--rows must be from 1 to 1,000"),
        (["--rows", "1001"], "--rows must be from 1 to 1,000"),
        (["--seats-per-row", "-1"], "--seats-per-row must be from 1 to 1,000"),
        (["--seats-per-row", "999999999999"], "--seats-per-row must be from 1 to 1,000"),
        (["--rows", "1000", "--seats-per-row", "1000"], "a hall of 1,000,000 seats"),
        (["--rows", "100", "--seats-per-row", "100", "--shows", "101"], "1,010,000 seats in all"),
        (["--rows", "1_0"], "'1_0' is no number"),
        (["--rows", "\uff14"], "is no number"),
        (["--rows", "four"], "'four' is no number"),
        (["--shows", "9" * 40], "--shows must be from 1 to 500"),
        (["--shows", "9" * 400], "is no number"),
    ],
)
def test_it_refuses_bad_numbers_and_changes_nothing(
    command: Command, words: list[str], complaint: str
) -> None:
    with pytest.raises(CommandError) as refused:
        command("seed_data", "--reset", "--no-input", *words)
    assert complaint in str(refused.value)
    assert not any(everything())


def test_it_makes_the_demo_user_where_that_is_allowed(command: Command, settings: Any) -> None:
    settings.DEMO_USER = True
    assert "demo_user_123" in command("seed_data")
    user = authenticate(username="demo_user_123", password="demo123")
    assert user is not None
    assert not user.is_staff
    assert not user.is_superuser


def test_it_leaves_the_demo_user_with_a_password_of_their_own(
    command: Command, settings: Any
) -> None:
    settings.DEMO_USER = True
    User.objects.create_user("demo_user_123", password="another one")
    command("seed_data")
    assert authenticate(username="demo_user_123", password="another one") is not None


def test_it_says_that_there_is_no_demo_user_where_it_is_not_allowed(
    command: Command, settings: Any
) -> None:
    settings.DEMO_USER = False
    assert "No demo user, because DEMO_USER is off." in command("seed_data")
    assert not User.objects.exists()


class Terminal:
    """Somebody who answers."""

    def __init__(self, answer: str) -> None:
        self.answer = answer

    def isatty(self) -> bool:
        return True

    def readline(self) -> str:
        return f"{self.answer}\n"


@pytest.fixture
def sold() -> ShowTime:
    """A show of our own that somebody holds and has booked seats of."""
    movie = Movie.objects.create(title="Our own", duration_minutes=90)
    screen = Screen.objects.create(name="Our hall", plan="tier S Standard\nA: SSSS")
    show = reservations.open_show(
        movie, screen, timezone.now() + timedelta(days=1), Decimal("8.00")
    )
    owner = Customer.of_user(User.objects.create_user("owner").pk)
    once = Once(owner.key, "a key", "0" * 64)
    reservations.hold_seats(owner, show.pk, SeatNames.of("A1", "A2"), once=once)
    reservations.book_seats(owner, show.pk, SeatNames.of("A1"))
    return show


def test_it_removes_everything_but_the_users_on_reset(command: Command, sold: ShowTime) -> None:
    said = command("seed_data", "--reset", "--no-input")
    assert "Removed 1 film, 1 hall, 1 show, 4 seats, 1 booking." in said
    assert not ShowTime.objects.filter(pk=sold.pk).exists()
    assert not Movie.objects.filter(title="Our own").exists()
    assert not Screen.objects.filter(name="Our hall").exists()
    for model in (Hold, Booking, SeatEvent, IdempotencyRecord):
        assert not model._default_manager.exists()
    assert ShowTime.objects.count() == 4
    assert User.objects.filter(username="owner").exists()


def test_it_asks_before_it_removes(
    command: Command, sold: ShowTime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", Terminal("no"))
    before = everything()
    with pytest.raises(CommandError, match=r"Nothing was removed\."):
        command("seed_data", "--reset")
    assert everything() == before
    monkeypatch.setattr(sys, "stdin", Terminal("yes"))
    command("seed_data", "--reset")
    assert not ShowTime.objects.filter(pk=sold.pk).exists()


def test_it_removes_nothing_where_nobody_can_be_asked(
    command: Command, sold: ShowTime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Terminal, "isatty", lambda _self: False)
    monkeypatch.setattr(sys, "stdin", Terminal("yes"))
    with pytest.raises(CommandError, match="--no-input"):
        command("seed_data", "--reset")
    assert ShowTime.objects.filter(pk=sold.pk).exists()


def test_it_does_not_ask_when_there_is_nothing_to_remove(command: Command) -> None:
    command("seed_data", "--reset")
    assert ShowTime.objects.count() == 4


def test_it_sells_parts_of_the_larger_halls(command: Command) -> None:
    command("seed_data", "--showcase")

    def shares(name: str) -> list[float]:
        shows = ShowTime.objects.filter(screen__name=name).order_by("starts_at")
        return [show.seats.filter(status="BOOKED").count() / show.seats.count() for show in shows]

    fresh, half, full = shares("Saal 1")
    assert (fresh, full) == (0, 1)
    assert 0.35 < half < 0.65
    half, nearly_full = shares("Theatre")
    assert 0.35 < half < 0.65
    assert 0.85 < nearly_full < 1
    sold_by_ledger = sum(len(event.seat_ids) for event in SeatEvent.objects.filter(kind="booked"))
    assert sold_by_ledger == Seat.objects.filter(status="BOOKED").count()


def test_its_halls_are_what_they_say() -> None:
    saal = read_plan(samples.saal_1().plan)
    assert len(saal.seats) == 182
    assert len(saal.tiers) == 3
    assert sum("wheelchair" in seat.features for seat in saal.seats) == 4
    assert sum("companion" in seat.features for seat in saal.seats) == 2
    house = read_plan(samples.theatre().plan)
    assert len(house.seats) == 618
    assert {seat.section for seat in house.seats} == {"Stalls", "Circle"}
    assert len(read_plan(samples.arena().plan).seats) == 50_000


def test_it_fills_an_arena(command: Command) -> None:
    assert "Arena: 1 new show with 50,000 seats." in command("seed_data", "--arena")
    assert Seat.objects.filter(show__screen__name="Arena").count() == 50_000
