"""Keeping seats from others without buying any: limited for a customer and for an address."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.conf import LazySettings
from django.db import connection
from django.test.utils import CaptureQueriesContext

from seats.customers.addresses import origin_of
from seats.domain import Customer
from seats.errors import SeatLimit, TooOften
from seats.models import Booking, Hold, SeatEvent, Turnstile
from seats.reservations import adopt_selections
from seats.reservations.hoarding import TURNSTILES
from tests.engine.house import House, HouseClock, once

MINUTE = 60_000
ADDRESS = origin_of("192.0.2.7")


@pytest.fixture(autouse=True)
def _unlimited(settings: LazySettings) -> None:
    """Each test is about one of the limits."""
    settings.HOARD_MAX_SEATS = settings.HOARD_SEAT_MINUTES = settings.HOARD_LAPSES = None


@pytest.fixture
def elsewhere(house: House) -> House:
    """Another show."""
    return House.open(3, 5)


class TestSeatsAtATime:
    @pytest.fixture(autouse=True)
    def _limit(self, settings: LazySettings) -> None:
        settings.HOARD_MAX_SEATS = 5

    def test_they_are_counted_over_all_shows(
        self, house: House, elsewhere: House, owner: Customer, rival: Customer
    ) -> None:
        house.hold(owner, "A1", "A2", "A3")
        elsewhere.hold(owner, "A1", "A2")

        with pytest.raises(SeatLimit) as refused:
            elsewhere.hold(owner, "A3")

        assert refused.value.facts == {"limit": 5}
        assert "all shows together" in refused.value.message
        elsewhere.hold(rival, "A3")
        house.books_agree()

    def test_selections_count(self, house: House, elsewhere: House, owner: Customer) -> None:
        house.select(owner, "A1", "A2", "A3")

        with pytest.raises(SeatLimit):
            elsewhere.select(owner, "A1", "A2", "A3")

    def test_what_is_bought_or_let_go_does_not(
        self, house: House, elsewhere: House, owner: Customer, clock: HouseClock
    ) -> None:
        house.hold(owner, "A1", "A2", "A3", "A4")
        house.book(owner, "A1", "A2")
        elsewhere.hold(owner, "A1", "A2", "A3")
        house.release(owner)
        elsewhere.hold(owner, "A4")

        clock.advance(10 * MINUTE)

        house.hold(owner, "A3", "A4")

    def test_bookings_that_nobody_may_have_paid_for_do(
        self, house: House, elsewhere: House, owner: Customer, settings: LazySettings
    ) -> None:
        """Any picture will do for a proof of payment, until somebody has looked at it."""
        house.hold(owner, "A1", "A2", "A3", "A4")
        settings.PAYMENT_MODE = "none"
        house.book(owner)
        settings.PAYMENT_MODE = "proof"
        Booking.objects.update(status="in_review")

        with pytest.raises(SeatLimit):
            elsewhere.hold(owner, "A1", "A2")

        elsewhere.hold(owner, "A1")
        Booking.objects.update(status="confirmed")
        elsewhere.hold(owner, "A2", "A3")

    def test_what_one_holds_already_is_had_again(self, house: House, owner: Customer) -> None:
        house.hold(owner, "A1", "A2", "A3")

        assert not house.hold(owner, "A1", "A2", "A3").changed


class TestSeatMinutes:
    @pytest.fixture(autouse=True)
    def _limit(self, settings: LazySettings) -> None:
        settings.HOARD_SEAT_MINUTES = 30

    def test_letting_go_just_in_time_does_not_help(
        self, house: House, owner: Customer, clock: HouseClock
    ) -> None:
        for _ in range(2):
            house.hold(owner, "A1", "A2")
            clock.advance(9 * MINUTE)
            house.release(owner)

        with pytest.raises(TooOften) as refused:
            house.hold(owner, "A1")

        # The first of the two began 18 minutes ago.
        assert refused.value.retry_after == 42 * 60
        clock.advance(42 * MINUTE - 1)
        with pytest.raises(TooOften):
            house.hold(owner, "A1")
        clock.advance(1)
        house.hold(owner, "A1")
        house.books_agree()

    def test_nor_does_letting_go_one_by_one(
        self, house: House, owner: Customer, clock: HouseClock
    ) -> None:
        house.hold(owner, "A1")
        house.hold(owner, "A2", "A3", "A4")
        clock.advance(9 * MINUTE)
        house.release(owner, "A2", "A3", "A4")
        house.release(owner)

        with pytest.raises(TooOften):
            house.hold(owner, "A1")

    def test_holds_that_are_open_count(
        self, house: House, elsewhere: House, owner: Customer, clock: HouseClock
    ) -> None:
        house.hold(owner, "A1", "A2", "A3", "A4")
        clock.advance(8 * MINUTE)

        with pytest.raises(TooOften):
            elsewhere.hold(owner, "A1")
        with pytest.raises(TooOften):
            elsewhere.select(owner, "A1")

    def test_holds_that_were_bought_do_not(
        self, house: House, elsewhere: House, owner: Customer, clock: HouseClock
    ) -> None:
        for show in (house, elsewhere):
            show.hold(owner, "A1", "A2", "A3", "A4")
            clock.advance(9 * MINUTE)
            show.book(owner)

        house.hold(owner, "B1")

    def test_changing_ones_mind_costs_little(self, house: House, owner: Customer) -> None:
        for _ in range(20):
            house.hold(owner, "A1", "A2", "A3", "A4")
            house.release(owner)

        house.hold(owner, "A1")


class TestLapses:
    @pytest.fixture(autouse=True)
    def _limit(self, settings: LazySettings) -> None:
        settings.HOARD_LAPSES = 2

    def let_lapse(self, house: House, who: Customer, clock: HouseClock) -> None:
        house.hold(who, "A1")
        clock.advance(10 * MINUTE)

    @pytest.mark.parametrize("tidied", [False, True])
    def test_holds_that_ran_out(
        self, house: House, owner: Customer, rival: Customer, clock: HouseClock, tidied: bool
    ) -> None:
        from seats import reservations

        self.let_lapse(house, owner, clock)
        self.let_lapse(house, owner, clock)
        if tidied:
            reservations.tidy()

        with pytest.raises(TooOften) as refused:
            house.hold(owner, "A1")

        # The first of them ran out ten minutes ago.
        assert refused.value.retry_after == 50 * 60
        assert "Many seats were kept from others" in refused.value.message
        house.hold(rival, "A1")
        clock.advance(50 * MINUTE)
        house.hold(owner, "A2")

    def test_selections_may_run_out(self, house: House, owner: Customer, clock: HouseClock) -> None:
        for _ in range(5):
            house.select(owner, "A1")
            clock.advance(MINUTE)

        house.hold(owner, "A1")

    def test_a_refusal_is_not_stored(
        self, house: House, owner: Customer, clock: HouseClock
    ) -> None:
        self.let_lapse(house, owner, clock)
        self.let_lapse(house, owner, clock)
        key = once(owner)
        with pytest.raises(TooOften):
            house.hold(owner, "A1", once=key)
        clock.advance(50 * MINUTE)

        assert not house.hold(owner, "A1", once=key).replayed

    def test_a_refusal_changes_nothing(
        self, house: House, owner: Customer, clock: HouseClock
    ) -> None:
        self.let_lapse(house, owner, clock)
        self.let_lapse(house, owner, clock)
        before = SeatEvent.objects.count(), Hold.objects.count()

        with pytest.raises(TooOften):
            house.hold(owner, "A1")

        assert (SeatEvent.objects.count(), Hold.objects.count()) == before


class TestAddresses:
    """Whoever can be anybody: guests make themselves up."""

    def crowd(self, count: int, origin: str = ADDRESS) -> list[Customer]:
        return [replace(Customer(f"guest:{n}", None), origin=origin) for n in range(count)]

    def test_lapses(self, house: House, settings: LazySettings, clock: HouseClock) -> None:
        settings.HOARD_LAPSES = 1
        *many, last = self.crowd(11)
        for n, guest in enumerate(many):
            house.hold(guest, f"{'AB'[n // 5]}{n % 5 + 1}")
        clock.advance(10 * MINUTE)

        with pytest.raises(TooOften) as refused:
            house.hold(last, "A1")

        assert refused.value.retry_after == 3600
        house.hold(replace(last, origin=origin_of("192.0.2.8")), "A1")

    def test_seats(self, house: House, settings: LazySettings, clock: HouseClock) -> None:
        settings.HOARD_MAX_SEATS = 1
        large = House.open(3, 5)
        *many, last = self.crowd(11)
        for n, guest in enumerate(many):
            large.hold(guest, f"{'ABC'[n // 5]}{n % 5 + 1}")

        with pytest.raises(TooOften) as refused:
            large.hold(last, "C5")

        assert refused.value.retry_after == 600
        large.hold(replace(last, origin=origin_of("192.0.2.8")), "C5")

    def test_nobody_shares_an_address_that_says_nothing(
        self, house: House, settings: LazySettings
    ) -> None:
        settings.HOARD_MAX_SEATS = 1
        large = House.open(3, 5)
        for n, guest in enumerate(self.crowd(12, origin="")):
            large.hold(guest, f"{'ABC'[n // 5]}{n % 5 + 1}")

    @pytest.mark.parametrize("address", ["127.0.0.1", "::1", "127.9.9.9", ""])
    def test_which_addresses_say_nothing(self, address: str) -> None:
        assert origin_of(address) == ""

    def test_an_address_is_kept_as_a_digest(self) -> None:
        assert len(ADDRESS) == 64
        assert origin_of("192.0.2.8") not in ("", ADDRESS)


class TestLoggingIn:
    """What a guest has selected becomes the customer's only as far as they might take it now."""

    @pytest.fixture
    def guest(self) -> Customer:
        return Customer("guest:1", None)

    def test_not_past_the_limit_of_all_shows(
        self,
        house: House,
        elsewhere: House,
        owner: Customer,
        guest: Customer,
        settings: LazySettings,
    ) -> None:
        settings.HOARD_MAX_SEATS = 5
        house.hold(owner, "A1", "A2", "A3", "A4")
        elsewhere.select(guest, "A1", "A2")

        assert adopt_selections(guest, owner) == 0

        assert elsewhere.seen() == {}
        elsewhere.select(guest, "A1")
        assert adopt_selections(guest, owner) == 1
        elsewhere.books_agree()

    def test_not_while_others_wait_for_what_one_let_lapse(
        self,
        house: House,
        owner: Customer,
        guest: Customer,
        settings: LazySettings,
        clock: HouseClock,
    ) -> None:
        settings.HOARD_LAPSES = 1
        house.hold(owner, "A1")
        clock.advance(10 * MINUTE)
        house.select(guest, "A1")

        assert adopt_selections(guest, owner) == 0

        assert house.seen() == {}
        clock.advance(60 * MINUTE)
        house.select(guest, "A1")
        assert adopt_selections(guest, owner) == 1

    def test_nobody_loses_seats_because_of_the_address_that_has_them_already(
        self,
        house: House,
        owner: Customer,
        guest: Customer,
        settings: LazySettings,
        clock: HouseClock,
    ) -> None:
        large = House.open(2, 5)
        owner, guest = replace(owner, origin=ADDRESS), replace(guest, origin=ADDRESS)
        others = [replace(Customer(f"guest:at {n}", None), origin=ADDRESS) for n in range(10)]
        settings.HOARD_LAPSES = 1
        for n, other in enumerate(others):
            large.hold(other, f"{'AB'[n // 5]}{n % 5 + 1}")
        clock.advance(10 * MINUTE - 1)
        house.select(guest, "A1", "A2")
        clock.advance(1)
        with pytest.raises(TooOften):
            house.hold(owner, "B1")

        assert adopt_selections(guest, owner) == 2

    def test_an_address_is_asked_about_what_comes_from_another(
        self, house: House, owner: Customer, guest: Customer, settings: LazySettings
    ) -> None:
        settings.HOARD_MAX_SEATS = 2
        large = House.open(4, 6)
        for n in range(10):
            there = replace(Customer(f"guest:at {n}", None), origin=ADDRESS)
            large.hold(
                there, f"{'ABCD'[n // 3]}{n % 3 * 2 + 1}", f"{'ABCD'[n // 3]}{n % 3 * 2 + 2}"
            )
        house.select(replace(guest, origin=origin_of("192.0.2.8")), "A1")

        assert adopt_selections(guest, replace(owner, origin=ADDRESS)) == 0


def test_all_of_it_is_one_question(
    house: House, elsewhere: House, owner: Customer, settings: LazySettings
) -> None:
    elsewhere.hold(owner, "A1")
    with CaptureQueriesContext(connection) as without:
        house.hold(owner, "A1")
    house.release(owner)
    settings.HOARD_MAX_SEATS = settings.HOARD_SEAT_MINUTES = settings.HOARD_LAPSES = 1000
    with CaptureQueriesContext(connection) as limited:
        house.hold(replace(owner, origin=ADDRESS), "A1")

    # And on a database server one for the turnstiles, after which PostgreSQL is asked the time.
    more = {"sqlite": 1, "mysql": 2, "postgresql": 3}[connection.vendor]
    assert len(limited) == len(without) + more


def test_there_are_as_many_turnstiles_as_the_desk_knows(db: None) -> None:
    numbers = Turnstile.objects.order_by("number").values_list("number", flat=True)

    assert list(numbers) == list(range(TURNSTILES))
