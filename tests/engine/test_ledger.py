"""The ledger: every change once, in order, with all that is needed to replay it."""

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction

from seats import ledger
from seats.domain import Customer
from seats.errors import SeatError, ShowNotFound
from seats.ledger import Difference
from seats.models import Booking, Hold, Seat, SeatEvent, ShowTime
from tests.engine.house import STAFF, House, HouseClock, once


@pytest.fixture
def busy_evening(
    house: House, owner: Customer, rival: Customer, stranger: Customer, clock: HouseClock
) -> House:
    """A show to which everything has happened that can; 14 changes."""
    house.hold(owner, "A1", "A2")
    house.hold(owner, "A3")
    clock.advance(1000)
    house.extend(owner)
    house.book(owner, "A1")
    house.cancel(owner, house.book(owner))
    house.hold(rival, "A2", "B1")
    house.release(rival, "B1")
    house.hold(stranger, "B5")
    clock.advance(600_000)
    house.tidy()
    house.hold(rival, "B2", "B3")
    house.release_by_staff("B2")
    house.hold(stranger, "B5")
    house.unbook_by_staff("A1")
    return house


def test_it_has_one_entry_for_every_change(busy_evening: House) -> None:
    assert busy_evening.told() == [
        ("held", "A1 A2"),
        ("held", "A3"),
        ("extended", "A1 A2 A3"),
        ("booked", "A1"),
        ("booked", "A2 A3"),
        ("cancelled", "A2 A3"),
        ("held", "A2 B1"),
        ("released", "B1"),
        ("held", "B5"),
        ("expired", "A2 B5"),
        ("held", "B2 B3"),
        ("released", "B2"),
        ("held", "B5"),
        ("cancelled", "A1"),
    ]


def test_it_numbers_the_changes_of_a_show_without_a_gap(busy_evening: House) -> None:
    versions = [event.version for event in busy_evening.events()]
    assert versions == list(range(1, 15))
    show = ShowTime.objects.get(pk=busy_evening.show_id)
    assert (show.version, show.mark) == (14, busy_evening.events()[-1].mark)


def test_it_numbers_each_show_by_itself(house: House, owner: Customer) -> None:
    other = House.open()
    house.hold(owner, "A1")
    other.hold(owner, "A1")
    house.release(owner)
    assert [event.version for event in house.events()] == [1, 2]
    assert [event.version for event in other.events()] == [1]


def test_it_says_who_when_and_until_when(house: House, owner: Customer, clock: HouseClock) -> None:
    house.hold(owner, "A1")
    clock.advance(1)
    house.book(owner)
    held, booked = house.events()
    hold, booking = Hold.objects.get(), Booking.objects.get()
    assert held.at == clock.now - timedelta(milliseconds=1)
    assert held.held_until == held.at + timedelta(seconds=600)
    assert (held.actor, held.hold_id, held.booking_id) == (owner.key, hold.pk, None)
    assert (booked.at, booked.held_until) == (clock.now, None)
    assert (booked.actor, booked.hold_id, booked.booking_id) == (owner.key, hold.pk, booking.pk)


REFUSED_OR_IDLE: dict[str, Callable[[House, Customer, Customer], object]] = {
    "taken": lambda house, _, rival: house.hold(rival, "A1", "B1"),
    "too many": lambda house, _, rival: house.hold(rival, "B1", "B2", "B3", "B4", "B5"),
    "no such seat": lambda house, _, rival: house.hold(rival, "Z1"),
    "held already": lambda house, owner, _: house.hold(owner, "A1"),
    "nothing to extend": lambda house, _, rival: house.extend(rival),
    "extended twice": lambda house, owner, _: house.extend(owner),
    "nothing to book": lambda house, _, rival: house.book(rival),
    "others' seats": lambda house, _, rival: house.book(rival, "A1"),
    "nothing to release": lambda house, _, rival: house.release(rival),
    "others' hold": lambda house, _, rival: house.release(rival, "A1"),
    "nothing to tidy": lambda house, _, __: house.tidy(),
    "nobody's": lambda house, _, __: house.release_by_staff("B1"),
    "not booked": lambda house, _, __: house.unbook_by_staff("A1"),
    "refused by key": lambda house, _, rival: house.hold(rival, "A1", once=once(rival)),
    "idle by key": lambda house, owner, _: house.hold(owner, "A1", once=once(owner)),
}


@pytest.mark.parametrize("what", REFUSED_OR_IDLE)
def test_it_has_no_entry_for_what_was_refused_or_changed_nothing(
    house: House, owner: Customer, rival: Customer, what: str
) -> None:
    house.hold(owner, "A1")
    before = (
        list(ShowTime.objects.values("version", "mark")),
        list(Hold.objects.values()),
        list(Seat.objects.values()),
    )
    with suppress(SeatError):
        REFUSED_OR_IDLE[what](house, owner, rival)
    assert house.told() == [("held", "A1")]
    assert before == (
        list(ShowTime.objects.values("version", "mark")),
        list(Hold.objects.values()),
        list(Seat.objects.values()),
    )


# Held against the tables


def test_it_agrees_with_the_tables(busy_evening: House) -> None:
    assert busy_evening.books_agree() == 14


def test_it_agrees_before_anything_has_happened(house: House) -> None:
    assert house.books_agree() == 0


def test_it_agrees_however_long_it_is(
    house: House, owner: Customer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ledger, "_PAGE", 3)
    progress: list[int] = []
    for entries in range(8):
        assert ledger.verify(house.show_id, progress.append) == entries
        assert sum(progress) == entries
        progress.clear()
        if entries % 2:
            house.release(owner)
        else:
            house.hold(owner, "A1")


def test_it_takes_in_what_happens_while_it_is_read(
    house: House, owner: Customer, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.hold(owner, "A1")
    follow = ledger._follow

    def slowly(*args: Any) -> None:
        follow(*args)
        if len(house.events()) == 1:
            house.book(owner)

    monkeypatch.setattr(ledger, "_follow", slowly)
    assert house.books_agree() == 2


def test_it_has_no_books_of_a_show_that_is_gone(house: House) -> None:
    with pytest.raises(ShowNotFound):
        ledger.verify(house.show_id + 1000)


def _seat(house: House, label: str, **columns: Any) -> None:
    Seat.objects.filter(pk=house.ids[label]).update(**columns)


def _event(house: House, version: int, **columns: Any) -> None:
    SeatEvent.objects.filter(show_id=house.show_id, version=version).update(**columns)


FREE = {"status": "AVAILABLE", "held_until": None, "hold": None, "booking": None}
# What was done to the books behind the desk's back, and what is said about it.
TAMPERED: dict[str, tuple[Callable[[House], object], str]] = {
    "a seat freed": (lambda h: _seat(h, "B5", **FREE), "B5 is stored as available; the ledger"),
    "a seat sold": (
        lambda h: _seat(h, "A5", status="BOOKED", booking_id=Booking.objects.first().pk),
        "A5 is stored as booked in booking",
    ),
    "a hold prolonged": (
        lambda h: _seat(h, "B5", held_until=Seat.objects.get(pk=h.ids["B5"]).held_until
                        + timedelta(milliseconds=1)),
        "B5 is stored as held by hold",
    ),
    "a hold row changed": (
        lambda h: Hold.objects.filter(state="open").update(customer="user:99"),
        "is stored as StoredHold",
    ),
    "a hold row gone": (
        lambda h: Hold.objects.filter(state="booked").delete(),
        "which is not stored",
    ),
    "a hold ended early": (
        lambda h: Hold.objects.filter(pk=h.events()[12].hold_id).update(state="expired"),
        "is stored as StoredHold",
    ),
    "a booking gone": (lambda h: Booking.objects.last().delete(), "which is not stored"),
    "a booking revived": (
        lambda h: Booking.objects.update(status="confirmed", cancelled_at=None),
        "is stored as Sale",
    ),
    "a price changed": (
        lambda h: Booking.objects.update(total_price="0.01"),
        "is stored as Sale",
    ),
    "an entry lost": (
        lambda h: SeatEvent.objects.filter(show_id=h.show_id, version=5).delete(),
        "after version 4 comes version 6",
    ),
    "the last entry lost": (
        lambda h: SeatEvent.objects.filter(show_id=h.show_id, version=14).delete(),
        "the show counts 14 changes, the ledger 13",
    ),
    "the last entry replaced": (lambda h: _event(h, 14, mark=0), "different marks"),
    "an unknown kind": (lambda h: _event(h, 8, kind="swapped"), "no such change"),
    "no seats": (lambda h: _event(h, 8, seat_ids=[]), "it names the seats"),
    "a seat twice": (lambda h: _event(h, 8, seat_ids=[h.ids["B1"]] * 2), "it names the seats"),
    "a strange seat": (lambda h: _event(h, 8, seat_ids=[10**9]), "has no seats"),
    "held though taken": (
        lambda h: _event(h, 2, seat_ids=[h.ids["A2"]]),
        r"version 2 \(held, .*: A2 was held by hold",
    ),
    "held in the past": (
        lambda h: _event(h, 1, held_until=h.events()[0].at),
        "its deadline is not ahead",
    ),
    "the deadline moved": (
        lambda h: _event(h, 2, held_until=h.events()[1].held_until + timedelta(seconds=1)),
        "adding seats moved the deadline",
    ),
    "another's hold joined": (lambda h: _event(h, 2, actor="user:99"), "to add to"),
    "two holds at once": (lambda h: _event(h, 2, hold_id=10**9), "already"),
    "extended in part": (
        lambda h: _event(h, 3, seat_ids=[h.ids["A1"]]),
        "only some of the hold's seats",
    ),
    "extended backwards": (
        lambda h: _event(h, 3, held_until=h.events()[0].held_until),
        "lasted until",
    ),
    "booked by another": (lambda h: _event(h, 4, actor="user:99"), "user:99 has no hold"),
    "booked after the deadline": (
        lambda h: _event(h, 5, at=h.events()[2].held_until),
        r"version 5 \(booked, .*ended at",
    ),
    "booked though not held": (
        lambda h: _event(h, 4, seat_ids=[h.ids["A5"]]),
        "A5 was available, and not in hold",
    ),
    "booked twice": (
        lambda h: _event(h, 5, booking_id=h.events()[3].booking_id),
        "of no booking of its own",
    ),
    "released though free": (
        lambda h: _event(h, 12, seat_ids=[h.ids["A5"]]),
        "A5 was available, and not held",
    ),
    "released by another": (lambda h: _event(h, 8, actor="user:99"), "user:99 has no hold"),
    "cancelled though not sold": (
        lambda h: _event(h, 14, seat_ids=[h.ids["A5"]]),
        "not of that booking",
    ),
    "expired too early": (
        lambda h: _event(h, 10, at=h.events()[8].held_until - timedelta(milliseconds=1)),
        "no deadline of it has passed",
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", TAMPERED)
@pytest.mark.usefixtures("owner")
def test_it_notices_what_happened_behind_its_back(busy_evening: House, what: str) -> None:
    tamper, complaint = TAMPERED[what]
    as_it_was = transaction.savepoint()
    tamper(busy_evening)
    with pytest.raises(Difference, match=complaint):
        busy_evening.books_agree()
    transaction.savepoint_rollback(as_it_was)


SELECTION: dict[str, tuple[Callable[[House], object], str]] = {
    "prolonged in part": (
        lambda h: _event(h, 2, seat_ids=[h.ids["A2"]]),
        r"version 2 .*adding seats moved the deadline",
    ),
    "shortened": (
        lambda h: _event(h, 2, held_until=h.events()[1].at + timedelta(seconds=1)),
        r"version 2 .*adding seats moved the deadline",
    ),
    "confirmed by another": (lambda h: _event(h, 3, actor="user:99"), "to add to"),
    "held anew in part": (
        lambda h: _event(h, 3, seat_ids=[h.ids["A1"]]),
        r"version 3 .*A1 was held by hold",
    ),
}


@pytest.mark.parametrize("what", SELECTION)
def test_it_notices_what_happened_to_a_selection(
    house: House, owner: Customer, clock: HouseClock, what: str
) -> None:
    house.select(owner, "A1")
    clock.advance(20_000)
    house.select(owner, "A2")
    house.hold(owner, "A1")
    assert house.books_agree() == 3
    tamper, complaint = SELECTION[what]
    as_it_was = transaction.savepoint()
    tamper(house)
    with pytest.raises(Difference, match=complaint):
        house.books_agree()
    transaction.savepoint_rollback(as_it_was)


def test_it_is_signed_by_staff_for_staff(busy_evening: House) -> None:
    actors = {event.actor for event in busy_evening.events()}
    assert f"staff:{STAFF}" in actors
    assert "housekeeping" in actors
