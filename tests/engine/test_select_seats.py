"""Lock on select: short holds, refreshed by selecting again, that become holds or are let go of."""

from datetime import timedelta

import pytest
from django.conf import LazySettings

from seats import availability, reservations
from seats.customers.guests import customer_of
from seats.domain import Customer, SeatNames, iso
from seats.errors import (
    HoldExpired,
    SalesClosed,
    SeatError,
    SeatLimit,
    SeatNotFound,
    SeatsUnavailable,
    ShowNotFound,
)
from seats.models import Hold, SeatEvent, ShowTime
from seats.reservations import Outcome, adopt_selections, release_selections, select_seats
from tests.engine.house import House, HouseClock, Poller, labels_of, looked_at_anew, once


def left(outcome: Outcome) -> int:
    return int(outcome.facts["hold"]["expires_in"])


# Selecting


def test_it_holds_seats_for_half_a_minute(house: House, owner: Customer) -> None:
    selected = house.select(owner, "A1", "A2")
    assert labels_of(selected) == selected.facts["new"] == ["A1", "A2"]
    assert left(selected) == 30
    assert house.seen() == {"A1": "HELD", "A2": "HELD"}
    assert house.told() == [("held", "A1 A2")]
    assert Hold.objects.get().by_selection


def test_it_works_for_a_guest(house: House, guest: Customer, rival: Customer) -> None:
    house.select(guest, "A1")
    with pytest.raises(SeatsUnavailable):
        house.select(rival, "A1")
    assert Hold.objects.get().user is None


def test_it_takes_all_or_none(house: House, owner: Customer, rival: Customer) -> None:
    house.select(rival, "A2")
    house.book(rival)
    house.select(rival, "A3")
    house.select(owner, "A1")
    with pytest.raises(SeatsUnavailable) as refused:
        house.select(owner, "A1", "A2", "A3", "A4")
    assert [seat["label"] for seat in refused.value.facts["conflicts"]] == ["A2", "A3"]
    assert house.seen() == {"A1": "HELD", "A2": "BOOKED", "A3": "HELD"}


def test_a_refused_one_refreshes_nothing(
    house: House, owner: Customer, rival: Customer, clock: HouseClock
) -> None:
    house.select(owner, "A1")
    house.hold(rival, "A2")
    clock.advance(10_000)
    with pytest.raises(SeatsUnavailable):
        house.select(owner, "A1", "A2")
    clock.advance(20_000)
    assert house.seen() == {"A2": "HELD"}


@pytest.mark.parametrize("early", [1, 0])
def test_it_ends_at_the_very_millisecond(
    house: House, owner: Customer, rival: Customer, clock: HouseClock, early: int
) -> None:
    house.select(owner, "A1")
    clock.advance(30_000 - early)
    if early:
        with pytest.raises(SeatsUnavailable):
            house.select(rival, "A1")
    else:
        assert house.seen() == {}
        house.select(rival, "A1")


def test_selecting_again_refreshes_all_of_it(
    house: House, owner: Customer, clock: HouseClock
) -> None:
    house.select(owner, "A1", "A2")
    clock.advance(20_000)
    again = house.select(owner, "A1")
    assert (labels_of(again), again.facts["new"], left(again)) == (["A1", "A2"], [], 30)
    assert again.changed
    assert house.told() == [("held", "A1 A2"), ("extended", "A1 A2")]


def test_selecting_more_refreshes_the_rest(
    house: House, owner: Customer, clock: HouseClock
) -> None:
    house.select(owner, "A1")
    clock.advance(20_000)
    more = house.select(owner, "A1", "A2")
    assert (labels_of(more), more.facts["new"], left(more)) == (["A1", "A2"], ["A2"], 30)
    assert house.told() == [("held", "A1"), ("held", "A1 A2")]
    clock.advance(29_999)
    assert house.seen() == {"A1": "HELD", "A2": "HELD"}


def test_selecting_twice_in_a_moment_changes_nothing(house: House, owner: Customer) -> None:
    house.select(owner, "A1")
    again = house.select(owner, "A1")
    assert not again.changed
    assert (labels_of(again), again.facts["new"], left(again)) == (["A1"], [], 30)


def test_it_is_refreshed_for_no_longer_than_any_hold_lasts(
    house: House, owner: Customer, rival: Customer, clock: HouseClock, settings: LazySettings
) -> None:
    settings.HOLD_MAX_SECONDS = 70
    house.select(owner, "A1")
    lasting = []
    for _ in range(3):
        clock.advance(20_000)
        lasting.append(left(house.select(owner, "A1")))
    assert lasting == [30, 30, 10]
    clock.advance(5000)
    again = house.select(owner, "A1")
    assert (left(again), again.changed) == (5, False)
    assert left(house.select(owner, "A2")) == 5
    clock.advance(5000)
    assert house.seen() == {}
    # A new one is another matter, and so is anybody else's.
    house.select(rival, "A1")


def test_one_that_has_run_out_begins_anew(house: House, owner: Customer, clock: HouseClock) -> None:
    house.select(owner, "A1")
    clock.advance(30_000)
    anew = house.select(owner, "A2")
    assert labels_of(anew) == ["A2"]
    assert house.seen() == {"A2": "HELD"}


def test_it_never_gets_shorter(
    house: House, owner: Customer, clock: HouseClock, settings: LazySettings
) -> None:
    settings.SELECT_TTL_SECONDS = 100
    house.select(owner, "A1")
    settings.SELECT_TTL_SECONDS = 30
    clock.advance(10_000)
    assert left(house.select(owner, "A1")) == 90
    assert left(house.select(owner, "A2")) == 90


def test_no_more_seats_than_a_hold_may_have(house: House, owner: Customer) -> None:
    house.select(owner, "A1", "A2", "A3")
    with pytest.raises(SeatLimit):
        house.select(owner, "A4", "A5")
    with pytest.raises(SeatLimit):
        house.hold(owner, "A4", "A5")
    assert labels_of(house.select(owner, "A4")) == ["A1", "A2", "A3", "A4"]


def test_what_is_held_may_be_selected_where_the_limit_has_been_lowered(
    house: House, owner: Customer, settings: LazySettings, clock: HouseClock
) -> None:
    house.select(owner, "A1", "A2")
    settings.MAX_SEATS_PER_HOLD = 1
    clock.advance(1000)
    assert left(house.select(owner, "A1", "A2")) == 30


def test_it_knows_its_shows_and_seats(house: House, owner: Customer) -> None:
    with pytest.raises(SeatNotFound):
        house.select(owner, "Z1")
    with pytest.raises(ShowNotFound):
        select_seats(owner, 10**15, SeatNames.of("A1"))


def test_not_once_the_show_has_begun(owner: Customer, house: House, clock: HouseClock) -> None:
    clock.set(ShowTime.objects.get(pk=house.show_id).starts_at)
    with pytest.raises(SalesClosed):
        house.select(owner, "A1")


def test_a_key_makes_it_happen_once(house: House, owner: Customer, clock: HouseClock) -> None:
    house.select(owner, "A1", once=once(owner))
    clock.advance(5000)
    again = house.select(owner, "A1", once=once(owner))
    assert again.replayed
    assert left(again) == 30
    assert house.told() == [("held", "A1")]


def test_pollers_see_it_come_stay_and_go(house: House, owner: Customer, clock: HouseClock) -> None:
    poller = Poller(house.show_id)
    poller.look()
    house.select(owner, "A1")
    assert poller.look()["A1"][0] == "HELD"
    clock.advance(20_000)
    house.select(owner, "A2")
    assert poller.look()["A1"] == ("HELD", iso(clock.now + timedelta(seconds=30)))
    assert poller.look() == looked_at_anew(house.show_id)
    clock.advance(30_000)
    assert poller.look()["A1"] == poller.look()["A2"] == ("AVAILABLE", None)


# Beside a hold


def test_selecting_does_not_shorten_a_hold(
    house: House, owner: Customer, clock: HouseClock
) -> None:
    house.hold(owner, "A1")
    clock.advance(1000)
    assert not house.select(owner, "A1").changed
    more = house.select(owner, "A2")
    assert (labels_of(more), more.facts["new"], left(more)) == (["A1", "A2"], ["A2"], 599)
    assert not Hold.objects.get().by_selection


def test_holding_makes_a_full_hold_of_what_was_selected(
    house: House, owner: Customer, clock: HouseClock
) -> None:
    house.select(owner, "A1", "A2")
    clock.advance(10_000)
    held = house.hold(owner, "A1", "A2")
    assert (labels_of(held), left(held), held.changed) == (["A1", "A2"], 600, True)
    assert house.told() == [("held", "A1 A2"), ("held", "A1 A2")]
    assert not Hold.objects.get().by_selection
    clock.advance(1000)
    assert left(house.select(owner, "A1")) == 599


def test_holding_a_part_of_it_keeps_the_rest(
    house: House, owner: Customer, clock: HouseClock
) -> None:
    house.select(owner, "A1", "A2")
    held = house.hold(owner, "A2", "A3")
    assert (labels_of(held), left(held)) == (["A1", "A2", "A3"], 600)


def test_a_refused_hold_leaves_the_selection(
    house: House, owner: Customer, rival: Customer, clock: HouseClock
) -> None:
    house.select(owner, "A1")
    house.hold(rival, "A2")
    with pytest.raises(SeatsUnavailable) as refused:
        house.hold(owner, "A1", "A2")
    assert [seat["label"] for seat in refused.value.facts["conflicts"]] == ["A2"]
    assert Hold.objects.filter(by_selection=True).count() == 1
    clock.advance(30_000)
    assert house.seen() == {"A2": "HELD"}


def test_a_hold_counts_from_the_first_click(
    house: House, owner: Customer, clock: HouseClock, settings: LazySettings
) -> None:
    settings.HOLD_MAX_SECONDS = 610
    house.select(owner, "A1")
    clock.advance(20_000)
    assert left(house.hold(owner, "A1")) == 590


def test_it_becomes_a_hold_even_where_no_time_is_left_to_add(
    house: House, owner: Customer, clock: HouseClock, settings: LazySettings
) -> None:
    settings.HOLD_MAX_SECONDS = 30
    house.select(owner, "A1")
    clock.advance(10_000)
    assert left(house.hold(owner, "A1")) == 20
    assert not Hold.objects.get().by_selection
    assert release_selections(owner) == 0


def test_it_cannot_be_held_once_it_has_run_out(
    house: House, owner: Customer, rival: Customer, clock: HouseClock
) -> None:
    house.select(owner, "A1")
    clock.advance(30_000)
    house.select(rival, "A1")
    with pytest.raises(SeatsUnavailable):
        house.hold(owner, "A1")


def test_extending_it_makes_a_hold_of_it(house: House, owner: Customer, clock: HouseClock) -> None:
    house.select(owner, "A1")
    clock.advance(10_000)
    assert left(house.extend(owner)) == 600
    assert release_selections(owner) == 0


def test_it_is_booked_like_any_hold(house: House, owner: Customer) -> None:
    house.select(owner, "A1", "A2")
    assert labels_of(house.book(owner, "A1")) == ["A1"]
    assert labels_of(house.book(owner)) == ["A2"]
    assert house.seen() == {"A1": "BOOKED", "A2": "BOOKED"}


def test_it_cannot_be_booked_at_its_deadline(
    house: House, owner: Customer, clock: HouseClock
) -> None:
    house.select(owner, "A1")
    clock.advance(30_000)
    with pytest.raises(HoldExpired):
        house.book(owner)


def test_it_is_listed_among_the_holds(house: House, owner: Customer) -> None:
    house.select(owner, "A1")
    (hold,) = availability.holds_of(owner)
    assert (hold["seats"][0]["label"], hold["expires_in"]) == ("A1", 30)


# Letting go


def test_seats_are_let_go_one_by_one_or_all(house: House, owner: Customer) -> None:
    house.select(owner, "A1", "A2", "A3")
    assert house.release(owner, "A2", "B1").facts["released"] == ["A2"]
    assert house.release(owner).facts["released"] == ["A1", "A3"]
    assert not house.release(owner).changed


def test_what_is_left_can_be_refreshed(house: House, owner: Customer, clock: HouseClock) -> None:
    house.select(owner, "A1", "A2")
    house.release(owner, "A1")
    clock.advance(20_000)
    assert labels_of(house.select(owner, "A2")) == ["A2"]


def test_who_goes_away_lets_go_in_every_show(
    house: House, owner: Customer, rival: Customer
) -> None:
    other, third = House.open(), House.open()
    house.select(owner, "A1", "A2")
    other.select(owner, "B1")
    third.hold(owner, "B2")
    house.select(rival, "A5")
    assert release_selections(owner) == 3
    assert (house.seen(), other.seen()) == ({"A5": "HELD"}, {})
    assert third.seen() == {"B2": "HELD"}
    assert house.told()[-1] == ("released", "A1 A2")
    assert release_selections(owner) == 0
    assert (other.books_agree(), third.books_agree()) == (2, 1)


def test_who_goes_away_keeps_what_they_hold(house: House, owner: Customer) -> None:
    house.select(owner, "A1")
    house.hold(owner, "A1")
    assert release_selections(owner) == 0
    assert house.seen() == {"A1": "HELD"}


def test_what_has_run_out_is_not_let_go_of_again(
    house: House, owner: Customer, rival: Customer, clock: HouseClock
) -> None:
    house.select(owner, "A1")
    clock.advance(30_000)
    house.select(rival, "A1")
    assert release_selections(owner) == 0
    assert house.seen() == {"A1": "HELD"}


# A guest who logs in


def test_a_guest_who_logs_in_keeps_the_seats(
    house: House, guest: Customer, owner: Customer, rival: Customer, clock: HouseClock
) -> None:
    house.select(guest, "A1", "A2")
    poller = Poller(house.show_id)
    before = poller.look()
    clock.advance(10_000)
    assert adopt_selections(guest, owner) == 2
    assert poller.look() == before
    assert house.told() == [("held", "A1 A2"), ("released", "A1 A2"), ("held", "A1 A2")]
    assert availability.holds_of(guest) == []
    (hold,) = availability.holds_of(owner)
    assert hold["expires_in"] == 20
    assert left(house.hold(owner, "A1", "A2")) == 600
    assert adopt_selections(guest, owner) == 0


def test_they_join_what_the_customer_has_already(
    house: House, guest: Customer, owner: Customer, clock: HouseClock
) -> None:
    house.hold(owner, "A1")
    house.select(guest, "A2")
    adopt_selections(guest, owner)
    (hold,) = availability.holds_of(owner)
    assert ([seat["label"] for seat in hold["seats"]], hold["expires_in"]) == (["A1", "A2"], 600)


def test_two_selections_last_as_long_as_the_longer_one(
    house: House, guest: Customer, owner: Customer, clock: HouseClock
) -> None:
    house.select(owner, "A1")
    clock.advance(10_000)
    house.select(guest, "A2")
    adopt_selections(guest, owner)
    clock.advance(29_999)
    assert house.seen() == {"A1": "HELD", "A2": "HELD"}


def test_what_is_too_much_for_one_is_let_go_of(
    house: House, guest: Customer, owner: Customer
) -> None:
    house.hold(owner, "A1", "A2", "A3")
    house.select(guest, "A4", "A5")
    assert adopt_selections(guest, owner) == 0
    assert house.seen() == {"A1": "HELD", "A2": "HELD", "A3": "HELD"}
    assert house.books_agree() == 3


def test_only_live_selections_are_handed_over(
    house: House, guest: Customer, owner: Customer, clock: HouseClock
) -> None:
    other = House.open()
    house.select(guest, "A1")
    clock.advance(15_000)
    other.select(guest, "B1")
    clock.advance(15_000)
    assert adopt_selections(guest, owner, house.show_id) == 0
    assert adopt_selections(guest, owner) == 1
    assert house.seen() == {}
    assert other.books_agree() == 3


# The ledger


def test_the_ledger_has_no_names_of_guests_sessions(house: House) -> None:
    secret = "a-secret-of-the-guest"
    house.select(customer_of(secret), "A1")
    actor = SeatEvent.objects.get().actor
    assert actor.startswith("guest:")
    assert secret not in actor
    assert len(actor) == len("guest:") + 64


@pytest.mark.parametrize(
    "wrong",
    ["", "fifteen-letters", "x" * 129, "a-nul-in-between\0", "\ud800" * 16, "tab\t" * 8, "ä" * 16],
)
def test_session_ids_are_long_and_printable(wrong: str) -> None:
    with pytest.raises(ValueError, match="16 to 128"):
        customer_of(wrong)


def test_different_session_ids_are_different_guests() -> None:
    names = ["a-session-of-mine", "A-session-of-mine", "a-session-of-mine ", "x" * 128]
    assert len({customer_of(name).key for name in names}) == len(names)
    assert customer_of(names[0]) == customer_of(names[0])


def test_errors_are_of_the_engine(house: House, owner: Customer) -> None:
    with pytest.raises(SeatError):
        reservations.select_seats(owner, house.show_id, SeatNames.of(10**15))
