"""Whoever deletes an account leaves no seats behind."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db import transaction
from pytest_django import DjangoCaptureOnCommitCallbacks

from seats import feed
from seats.domain import Cursor, Customer
from seats.models import Booking, Hold
from seats.reservations import free_customer
from tests.engine.house import House, HouseClock, labels_of, looked_at_anew, reference


def delete(who: Customer) -> None:
    User.objects.get(pk=who.user_id).delete()


def test_it_frees_what_a_deleted_user_held_and_booked(
    house: House, owner: Customer, rival: Customer
) -> None:
    house.hold(owner, "A1", "A2")
    house.book(owner, "A1")
    house.hold(rival, "B1")
    delete(owner)
    assert house.seen() == house.stored() == {"B1": "HELD"}
    assert labels_of(house.hold(rival, "A1", "A2")) == ["A1", "A2", "B1"]


def test_it_does_so_in_every_show(house: House, owner: Customer) -> None:
    houses = [house, House.open(), House.open()]
    for each in houses:
        each.hold(owner, "A1", "A2")
        each.book(owner, "A2")
    delete(owner)
    for each in houses:
        assert each.stored() == {}
        assert each.told()[2:] == [("released", "A1"), ("cancelled", "A2")]
        each.books_agree()


def test_those_who_look_are_told_when_that_is_committed(
    house: House,
    owner: Customer,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    house.hold(owner, "A1", "A2")
    told: list[str] = []
    monkeypatch.setattr(feed, "expect", told.append)
    with django_capture_on_commit_callbacks(execute=True):
        delete(owner)
        assert told == []
    at = [Cursor.parse(cursor) for cursor in told]
    assert [(cursor.show_id, cursor.version) for cursor in at if cursor] == [(house.show_id, 2)]


def test_it_says_how_many_seats_it_freed(house: House, owner: Customer) -> None:
    house.hold(owner, "A1", "A2")
    house.book(owner, "A1")
    assert owner.user_id is not None
    with transaction.atomic():
        assert free_customer(owner.user_id) == 2
        assert free_customer(owner.user_id) == 0


def test_it_keeps_the_records_and_forgets_the_user(house: House, owner: Customer) -> None:
    house.hold(owner, "A1", "A2")
    booked = reference(house.book(owner, "A1"))
    delete(owner)
    booking = Booking.objects.get(reference=booked)
    assert (booking.status, booking.customer, booking.user_id) == ("cancelled", owner.key, None)
    hold = Hold.objects.get()
    assert (hold.state, hold.user_id) == ("released", None)
    assert {event.reason for event in house.events()[-2:]} == {"account deleted"}


def test_it_leaves_shows_of_the_past_as_they_were(owner: Customer, clock: HouseClock) -> None:
    house = House.open(starts_in=timedelta(minutes=5))
    house.hold(owner, "A1", "A2")
    house.book(owner, "A1")
    clock.advance(300_000)
    delete(owner)
    assert house.stored() == {"A1": "BOOKED"}
    assert house.told()[2:] == [("released", "A2")]
    house.books_agree()


def test_it_takes_nothing_from_who_holds_the_seat_now(
    house: House, owner: Customer, rival: Customer, clock: HouseClock
) -> None:
    house.hold(owner, "A1", "A2")
    clock.advance(600_000)
    house.hold(rival, "A1")
    delete(owner)
    assert house.seen() == {"A1": "HELD"}
    assert house.book(rival).changed


def test_it_frees_nothing_when_the_deletion_fails(house: House, owner: Customer) -> None:
    house.hold(owner, "A1")

    def delete_and_fail() -> None:
        with transaction.atomic():
            delete(owner)
            raise RuntimeError("the rest of it failed")

    with pytest.raises(RuntimeError):
        delete_and_fail()
    assert house.stored() == {"A1": "HELD"}
    assert house.told() == [("held", "A1")]
    assert house.book(owner).changed


def test_it_shows_pollers_the_freed_seats(house: House, owner: Customer, clock: HouseClock) -> None:
    house.hold(owner, "A1")
    assert looked_at_anew(house.show_id)["A1"][0] == "HELD"
    delete(owner)
    clock.advance(101)
    assert looked_at_anew(house.show_id)["A1"][0] == "AVAILABLE"


def test_it_frees_the_seats_of_several_deleted_at_once(
    house: House, owner: Customer, rival: Customer
) -> None:
    house.hold(owner, "A1")
    house.hold(rival, "A2")
    User.objects.filter(pk__in=[owner.user_id, rival.user_id]).delete()
    assert house.stored() == {}
    assert house.told()[2:] == [("released", "A1"), ("released", "A2")]


def test_it_does_nothing_for_who_never_held_a_seat(house: House, owner: Customer) -> None:
    delete(owner)
    assert house.events() == []
