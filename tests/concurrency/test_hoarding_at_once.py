"""Limits on what is held in all shows together, under calls for many shows at once."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest
from django.conf import LazySettings
from django.contrib.auth.models import User
from django.db import connection

from seats import database
from seats.customers.addresses import origin_of
from seats.domain import Customer
from seats.errors import SeatLimit, SeatsUnavailable, TooOften
from seats.models import Hold
from seats.reservations import Outcome, holding, selecting
from tests.concurrency.crowd import PATIENCE, all_at_once
from tests.engine.house import House, customer

pytestmark = pytest.mark.race

SHOWS = 12
LIMIT = 5
ADDRESS = origin_of("192.0.2.7")

Take = Callable[[House, Customer], Outcome]


@pytest.fixture
def houses(transactional_db: None) -> list[House]:
    return [House.open(1, 2) for _ in range(SHOWS)]


@pytest.fixture(autouse=True)
def _limit(settings: LazySettings) -> None:
    settings.HOARD_MAX_SEATS = LIMIT
    settings.HOARD_SEAT_MINUTES = settings.HOARD_LAPSES = None
    # Selections too are there until all have come.
    settings.SELECT_TTL_SECONDS = 300


@pytest.fixture(autouse=True)
def _slowly(monkeypatch: pytest.MonkeyPatch) -> None:
    """Between the question and the hold there is time for everybody else's question."""
    refuse_hoarding = holding.refuse_hoarding

    def slowly(*args: Any) -> None:
        refuse_hoarding(*args)
        time.sleep(0.05)

    for door in (holding, selecting):
        monkeypatch.setattr(door, "refuse_hoarding", slowly)


@pytest.fixture
def repetitions(monkeypatch: pytest.MonkeyPatch) -> list[Exception]:
    """Every error for which the database wanted a transaction to be run again."""
    noticed: list[Exception] = []
    is_worth_repeating = database.is_worth_repeating

    def noticing(error: Any) -> bool:
        noticed.append(error)
        return is_worth_repeating(error)

    monkeypatch.setattr(database, "is_worth_repeating", noticing)
    return noticed


def hold(house: House, who: Customer) -> Outcome:
    return house.hold(who, "A1")


def select(house: House, who: Customer) -> Outcome:
    return house.select(who, "A1")


def everywhere(
    houses: Sequence[House], people: Sequence[Customer], take: Take = hold
) -> list[Outcome | Exception]:
    return all_at_once(
        [lambda at=at, who=who: take(at, who) for at, who in zip(houses, people, strict=True)]
    )


def held() -> int:
    return sum(len(hold.seat_ids) for hold in Hold.objects.filter(state="open"))


@pytest.mark.parametrize("take", [hold, select])
def test_a_customer_in_many_shows(
    houses: list[House], owner: Customer, take: Take, repetitions: list[Exception]
) -> None:
    came_to = everywhere(houses, [owner] * SHOWS, take)
    assert sum(isinstance(each, Outcome) for each in came_to) == held() == LIMIT
    assert sum(type(each) is SeatLimit for each in came_to) == SHOWS - LIMIT
    assert repetitions == []


def test_an_address_in_many_shows(
    houses: list[House], settings: LazySettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("seats.reservations.hoarding.ADDRESS_FACTOR", LIMIT)
    settings.HOARD_MAX_SEATS = 1
    guests = [replace(Customer(f"guest:{n}", None), origin=ADDRESS) for n in range(SHOWS)]
    came_to = everywhere(houses, guests)
    assert sum(isinstance(each, Outcome) for each in came_to) == held() == LIMIT
    assert sum(type(each) is TooOften for each in came_to) == SHOWS - LIMIT


def test_without_turnstiles_they_would_not_see_each_other(
    houses: list[House], owner: Customer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control. SQLite has one writer, who sees all that was written before."""
    monkeypatch.setattr(holding, "turnstiles_of", lambda _: ())
    is_sqlite = connection.vendor == "sqlite"
    all_have_asked = threading.Barrier(SHOWS)
    refuse_hoarding = holding.refuse_hoarding

    def before_anybody_holds(*args: Any) -> None:
        refuse_hoarding(*args)
        all_have_asked.wait(timeout=PATIENCE)

    if not is_sqlite:
        monkeypatch.setattr(holding, "refuse_hoarding", before_anybody_holds)
    everywhere(houses, [owner] * SHOWS)
    assert held() == (LIMIT if is_sqlite else SHOWS)


def test_nobody_waits_in_a_circle(
    houses: list[House], settings: LazySettings, repetitions: list[Exception]
) -> None:
    """Customers and addresses crosswise in every show, and accounts that are deleted meanwhile."""
    settings.HOARD_MAX_SEATS = 1000
    addresses = [origin_of(f"192.0.2.{n}") for n in range(3)]
    people = [customer(f"customer {n}") for n in range(8)]

    def evening(number: int) -> None:
        for turn in range(SHOWS):
            at = houses[(turn * (1 + number % 5) + number) % SHOWS]
            who = replace(people[(number + turn) % 4], origin=addresses[(number * turn) % 3])
            try:
                at.hold(who, "A1" if number % 2 else "A2")
            except SeatsUnavailable:
                continue
            at.release(who)

    def leave(who: Customer) -> None:
        for at in houses[:4]:
            try:
                at.hold(who, "A1")
            except SeatsUnavailable:
                continue
        # In turn, as the admin does.
        with database.without_writers(60):
            User.objects.get(pk=who.user_id).delete()

    came_to = all_at_once(
        [lambda n=n: evening(n) for n in range(8)] + [lambda w=w: leave(w) for w in people[4:]]
    )
    assert came_to == [None] * 12
    assert repetitions == []
    for house in houses:
        house.books_agree()
