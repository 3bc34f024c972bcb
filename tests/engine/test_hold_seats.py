"""Holding seats: all of them or none, one hold a customer and show, one deadline."""

from datetime import timedelta
from decimal import Decimal

import pytest

from seats import database, feed, reservations
from seats.domain import Customer, SeatNames, iso
from seats.errors import SalesClosed, SeatNotFound, SeatsUnavailable, ShowNotFound
from seats.models import Hold, Movie, Screen, ShowTime
from seats.reservations import hold_seats
from tests.engine.house import House, HouseClock, labels_of


def test_it_holds_free_seats_and_says_what_they_cost(
    house: House, owner: Customer, clock: HouseClock
) -> None:
    outcome = house.hold(owner, "A1", "A2")
    hold = outcome.facts["hold"]
    assert outcome.changed
    assert not outcome.replayed
    assert hold["show_id"] == house.show_id
    assert hold["seats"] == [
        {
            "id": house.ids[label],
            "row": "A",
            "number": number,
            "label": label,
            "tier": "S",
            "price": "9.50",
        }
        for number, label in ((1, "A1"), (2, "A2"))
    ]
    assert (hold["total_price"], hold["currency"]) == ("19.00", "EUR")
    assert hold["expires_at"] == iso(clock.now + timedelta(seconds=600))
    assert hold["expires_in"] == 600
    assert house.seen() == house.stored() == {"A1": "HELD", "A2": "HELD"}


def test_it_holds_all_of_them_or_none(house: House, owner: Customer, rival: Customer) -> None:
    house.hold(owner, "A2")
    with pytest.raises(SeatsUnavailable):
        house.hold(rival, "A1", "A2", "A3")
    assert house.seen() == {"A2": "HELD"}
    assert not Hold.objects.filter(customer=rival.key).exists()


def test_it_names_every_seat_in_the_way_and_no_other(
    house: House, owner: Customer, rival: Customer, clock: HouseClock
) -> None:
    house.hold(owner, "A1", "A2")
    house.book(owner, "A2")
    house.hold(rival, "B5")
    with pytest.raises(SeatsUnavailable) as refused:
        house.hold(rival, "A1", "A2", "A3")
    assert refused.value.facts["conflicts"] == [
        {
            "id": house.ids["A1"],
            "row": "A",
            "number": 1,
            "label": "A1",
            "status": "HELD",
            "held_until": iso(clock.now + timedelta(seconds=600)),
        },
        {
            "id": house.ids["A2"],
            "row": "A",
            "number": 2,
            "label": "A2",
            "status": "BOOKED",
            "held_until": None,
        },
    ]
    assert refused.value.message == "A1 and A2 were taken a moment ago."


def test_it_offers_free_seats_nearby_instead(
    house: House, owner: Customer, rival: Customer
) -> None:
    house.hold(owner, "A2")
    with pytest.raises(SeatsUnavailable) as refused:
        house.hold(rival, "A2")
    assert refused.value.facts["alternatives"] == [["A1"], ["A3"], ["A4"]]


def test_it_offers_no_seat_that_was_taken_meanwhile(
    house: House, owner: Customer, rival: Customer
) -> None:
    house.hold(owner, "A2")
    house.seen()
    house.hold(owner, "A1", "A3")
    with pytest.raises(SeatsUnavailable) as refused:
        house.hold(rival, "A2")
    assert refused.value.facts["alternatives"][0] == ["A4"]


def test_it_offers_no_seat_whose_change_is_committed_and_not_yet_told(
    house: House, owner: Customer, rival: Customer, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.seen()
    with monkeypatch.context() as patch:
        # Between a commit and its notice, the rival gets the lock and is refused.
        patch.setattr(feed, "expect", lambda cursor: None)
        house.hold(owner, "A2", "A3")
        with pytest.raises(SeatsUnavailable) as refused:
            house.hold(rival, "A2", "A3")
    offered = [label for group in refused.value.facts["alternatives"] for label in group]
    assert offered
    assert not {"A2", "A3"} & set(offered)


def test_it_takes_ids_and_labels_for_the_same_seats(house: House, owner: Customer) -> None:
    outcome = house.hold(owner, house.ids["A1"], "A-1", "a01", "A2", house.ids["A2"], "A3")
    assert labels_of(outcome) == ["A1", "A2", "A3"]


def test_it_adds_seats_under_the_same_deadline(
    house: House, owner: Customer, clock: HouseClock
) -> None:
    first = house.hold(owner, "A1").facts["hold"]
    clock.advance(60_000)
    second = house.hold(owner, "A2").facts["hold"]
    assert (second["id"], second["expires_at"]) == (first["id"], first["expires_at"])
    assert [seat["label"] for seat in second["seats"]] == ["A1", "A2"]
    assert second["expires_in"] == 540


def test_it_changes_nothing_for_seats_held_already(
    house: House, owner: Customer, clock: HouseClock
) -> None:
    first = house.hold(owner, "A1", "A2")
    clock.advance(60_000)
    again = house.hold(owner, "A2")
    assert not again.changed
    assert labels_of(again) == ["A1", "A2"]
    assert again.facts["hold"]["expires_at"] == first.facts["hold"]["expires_at"]
    assert len(house.events()) == 1


def test_it_leaves_the_hold_as_it_was_when_more_seats_are_not_to_be_had(
    house: House, owner: Customer, rival: Customer
) -> None:
    house.hold(owner, "A1")
    house.hold(rival, "A2")
    with pytest.raises(SeatsUnavailable) as refused:
        house.hold(owner, "A1", "A2", "A3")
    assert [seat["label"] for seat in refused.value.facts["conflicts"]] == ["A2"]
    assert labels_of(house.hold(owner, "A1")) == ["A1"]
    assert house.seen() == {"A1": "HELD", "A2": "HELD"}


def test_it_never_gains_time_by_holding_again(
    house: House, owner: Customer, clock: HouseClock
) -> None:
    deadline = house.hold(owner, "A1").facts["hold"]["expires_at"]
    for label in ("A1", "A2", "A1", "A3"):
        clock.advance(120_000)
        assert house.hold(owner, label).facts["hold"]["expires_at"] == deadline


def test_it_begins_a_new_hold_after_the_last_one_was_booked(house: House, owner: Customer) -> None:
    first = house.hold(owner, "A1").facts["hold"]["id"]
    house.book(owner)
    second = house.hold(owner, "A2").facts["hold"]
    assert second["id"] != first
    assert [seat["label"] for seat in second["seats"]] == ["A2"]


def test_it_keeps_holds_of_two_shows_apart(house: House, owner: Customer) -> None:
    other = House.open()
    house.hold(owner, "A1")
    assert labels_of(other.hold(owner, "A1", "A2")) == ["A1", "A2"]
    other.release(owner)
    assert house.seen() == {"A1": "HELD"}


@pytest.mark.parametrize(("starts_in_ms", "is_open"), [(1, True), (0, False), (-1, False)])
def test_it_holds_nothing_once_the_show_begins(
    house: House, owner: Customer, clock: HouseClock, starts_in_ms: int, is_open: bool
) -> None:
    starts_at = ShowTime.objects.get(pk=house.show_id).starts_at
    clock.set(starts_at - timedelta(milliseconds=starts_in_ms))
    if is_open:
        assert house.hold(owner, "A1").changed
        return
    with pytest.raises(SalesClosed):
        house.hold(owner, "A1")


def test_it_knows_no_seats_of_other_shows(house: House, owner: Customer) -> None:
    other = House.open()
    foreign = other.ids["A1"]
    with pytest.raises(SeatNotFound) as refused:
        house.hold(owner, "A1", foreign, "Z9")
    assert refused.value.facts["unknown"] == [foreign, "Z9"]
    assert house.stored() == other.stored() == {}


def test_it_says_when_there_is_no_such_show(house: House, owner: Customer) -> None:
    with pytest.raises(ShowNotFound):
        hold_seats(owner, house.show_id + 1000, SeatNames.of("A1"))


def test_it_refuses_to_hold_nothing(house: House, owner: Customer) -> None:
    with pytest.raises(ValueError, match="no seats"):
        house.hold(owner)
    assert house.events() == []


@pytest.mark.django_db
def test_it_offers_a_wheelchair_place_to_a_customer_who_came_too_late_for_one() -> None:
    plan = (
        "tier S Standard\n"
        "A: SSSSSS | wheelchair 1-2; companion 3\n"
        "B: SSSSSS | wheelchair 5; companion 6"
    )
    screen = Screen.objects.create(name="Kammer", plan=plan)
    movie = Movie.objects.create(title="A film", duration_minutes=90)
    starts_at = database.now() + timedelta(days=1)
    show = reservations.open_show(movie, screen, starts_at, Decimal("9.00"))
    reservations.hold_seats(Customer("guest:rival", None), show.pk, SeatNames.of("A2"))
    with pytest.raises(SeatsUnavailable) as refused:
        reservations.hold_seats(Customer("guest:owner", None), show.pk, SeatNames.of("A2", "A3"))
    assert refused.value.facts["alternatives"] == [["B4", "B5"]]
