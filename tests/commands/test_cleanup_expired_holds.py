from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.management import CommandError
from django.db import connection
from django.utils import timezone

from seats import database, reservations
from seats.domain import Customer, SeatNames
from seats.errors import Busy
from seats.layout import rectangle
from seats.models import Hold, IdempotencyRecord, Movie, Screen, Seat, SeatEvent, ShowTime
from seats.reservations import Once

Command = Callable[..., str]

OWNER = Customer("guest:owner", None)
RIVAL = Customer("guest:rival", None)


def show() -> ShowTime:
    screen, _ = Screen.objects.get_or_create(name="Studio", defaults={"plan": rectangle(2, 5)})
    movie = Movie.objects.create(title="A film", duration_minutes=90)
    start = timezone.now() + timedelta(days=1)
    return reservations.open_show(movie, screen, start, Decimal("9.00"))


def let_lapse(customer: Customer, show_id: int, *labels: str) -> None:
    reservations.hold_seats(customer, show_id, SeatNames.of(*labels))
    past = database.now() - timedelta(milliseconds=1)
    Hold.objects.filter(customer=customer.key, show=show_id).update(expires_at=past)
    Seat.objects.filter(show=show_id, label__in=labels).update(held_until=past)


@pytest.mark.django_db
def test_it_clears_holds_that_are_over_and_no_others(command: Command) -> None:
    mine = show()
    let_lapse(OWNER, mine.pk, "A1", "A2")
    reservations.hold_seats(RIVAL, mine.pk, SeatNames.of("B1"))
    said = command("cleanup_expired_holds")
    assert "Cleared 2 seats whose hold had run out" in said
    states = dict(mine.seats.values_list("label", "status"))
    assert (states["A1"], states["A2"], states["B1"]) == ("AVAILABLE", "AVAILABLE", "HELD")
    assert SeatEvent.objects.filter(show=mine, kind="expired").count() == 1
    assert Hold.objects.get(customer=OWNER.key).state == "expired"


@pytest.mark.django_db
def test_it_does_nothing_the_second_time(command: Command) -> None:
    mine = show()
    let_lapse(OWNER, mine.pk, "A1")
    command("cleanup_expired_holds")
    before = ShowTime.objects.get(pk=mine.pk).version
    assert "Cleared 0 seats" in command("cleanup_expired_holds")
    assert ShowTime.objects.get(pk=mine.pk).version == before


@pytest.mark.django_db
def test_it_forgets_answers_older_than_a_day(command: Command) -> None:
    mine = show()
    for label, age in (("A1", timedelta(hours=25)), ("A2", timedelta(hours=23))):
        once = Once(OWNER.key, label, "0" * 64)
        reservations.hold_seats(OWNER, mine.pk, SeatNames.of(label), once=once)
        IdempotencyRecord.objects.filter(digest=once.digest).update(created_at=database.now() - age)
    assert "forgot 1 old answer," in command("cleanup_expired_holds")
    assert IdempotencyRecord.objects.count() == 1


@pytest.mark.django_db
def test_it_says_so_when_the_database_is_busy(
    command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy() -> Any:
        raise Busy

    monkeypatch.setattr(reservations, "tidy", busy)
    with pytest.raises(CommandError, match="run this again later"):
        command("cleanup_expired_holds")


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_it_counts_each_seat_once_when_run_several_times_at_once(command: Command) -> None:
    shows = [show() for _ in range(3)]
    for each in shows:
        let_lapse(OWNER, each.pk, "A1", "A2", "B5")
    start = threading.Barrier(4)
    said: list[str] = []

    def run() -> None:
        start.wait()
        try:
            said.append(command("cleanup_expired_holds"))
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(int(line.split()[1]) for line in said) == 9
    assert len(said) == 4
    assert not Seat.objects.exclude(status="AVAILABLE").exists()
    assert SeatEvent.objects.filter(kind="expired").count() == 3
