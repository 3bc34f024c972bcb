"""A hold past its deadline is over, tidied or not; exactly at the deadline too."""

import pytest

from seats import availability
from seats.domain import Customer
from seats.errors import HoldExpired, SeatsUnavailable
from tests.engine.house import House, HouseClock, labels_of, looked_at_anew

around_the_deadline = pytest.mark.parametrize(
    ("before_ms", "is_live"), [(1, True), (0, False), (-1, False)]
)


@pytest.fixture
def at_deadline(house: House, owner: Customer, clock: HouseClock, before_ms: int) -> None:
    """A1 and A2 are held by the owner, and it is that long before their deadline."""
    house.hold(owner, "A1", "A2")
    clock.advance(600_000 - before_ms)


@around_the_deadline
@pytest.mark.usefixtures("at_deadline")
def test_it_shows_the_seat_as_it_is(house: House, owner: Customer, is_live: bool) -> None:
    held = {"A1": "HELD", "A2": "HELD"} if is_live else {}
    assert house.seen() == held
    seats = availability.show_seats(house.show_id, owner)
    assert seats["stats"]["held"] == len(held)
    assert seats["stats"]["available"] == 10 - len(held)
    assert [seat["label"] for seat in seats["seats"] if seat["mine"]] == list(held)
    polled = looked_at_anew(house.show_id)
    assert {label: state for label, (state, _) in polled.items() if state != "AVAILABLE"} == held
    assert [seat for _, seat in polled.values() if seat] == (
        [seats["seats"][0]["held_until"]] * 2 if is_live else []
    )
    assert len(availability.holds_of(owner)) == is_live
    assert availability.upcoming_shows()[0]["stats"]["held"] == len(held)
    assert house.stored() == {"A1": "HELD", "A2": "HELD"}


@around_the_deadline
@pytest.mark.usefixtures("at_deadline")
def test_it_is_booked_in_time_only(house: House, owner: Customer, is_live: bool) -> None:
    if is_live:
        assert labels_of(house.book(owner)) == ["A1", "A2"]
        return
    with pytest.raises(HoldExpired):
        house.book(owner)
    with pytest.raises(HoldExpired):
        house.book(owner, "A1")
    assert house.seen() == {}


@around_the_deadline
@pytest.mark.usefixtures("at_deadline")
def test_it_is_extended_in_time_only(house: House, owner: Customer, is_live: bool) -> None:
    if is_live:
        assert house.extend(owner).changed
        return
    with pytest.raises(HoldExpired):
        house.extend(owner)


@around_the_deadline
@pytest.mark.usefixtures("at_deadline")
def test_it_is_somebody_elses_from_the_deadline_on(
    house: House, rival: Customer, owner: Customer, is_live: bool
) -> None:
    if is_live:
        with pytest.raises(SeatsUnavailable):
            house.hold(rival, "A1")
        return
    assert house.hold(rival, "A1").changed
    assert house.book(rival).changed
    with pytest.raises(HoldExpired):
        house.book(owner)


@around_the_deadline
@pytest.mark.usefixtures("at_deadline")
def test_it_is_released_in_time_only(house: House, owner: Customer, is_live: bool) -> None:
    outcome = house.release(owner)
    assert outcome.changed is is_live
    assert outcome.facts["released"] == (["A1", "A2"] if is_live else [])


@around_the_deadline
@pytest.mark.usefixtures("at_deadline")
def test_it_is_a_new_hold_from_the_deadline_on(
    house: House, owner: Customer, is_live: bool
) -> None:
    outcome = house.hold(owner, "A1")
    assert outcome.changed is not is_live
    assert labels_of(outcome) == (["A1", "A2"] if is_live else ["A1"])
    assert outcome.facts["hold"]["expires_in"] == (0 if is_live else 600)


@around_the_deadline
@pytest.mark.usefixtures("at_deadline")
def test_it_is_not_in_the_way_of_alternatives(
    house: House, owner: Customer, rival: Customer, is_live: bool
) -> None:
    house.hold(rival, "A3")
    with pytest.raises(SeatsUnavailable) as refused:
        house.hold(owner, "A3")
    offered = [label for group in refused.value.facts["alternatives"] for label in group]
    assert ("A2" in offered) is not is_live


@around_the_deadline
@pytest.mark.usefixtures("at_deadline")
def test_it_is_not_the_box_offices_to_release(house: House, is_live: bool) -> None:
    assert house.release_by_staff("A1") == (["A1"] if is_live else [])


def test_it_ends_at_whole_seconds_as_at_others(
    house: House, owner: Customer, rival: Customer, clock: HouseClock
) -> None:
    """Some databases write times as text, with and without a fraction."""
    clock.ms = clock.ms // 1000 * 1000
    house.hold(owner, "A1")
    clock.advance(599_999)
    assert house.seen() == {"A1": "HELD"}
    clock.advance(1)
    assert house.seen() == {}
    with pytest.raises(HoldExpired):
        house.book(owner)
    assert house.hold(rival, "A1").changed
