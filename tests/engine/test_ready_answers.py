"""Most polls are answered with what was said a moment ago, without looking or waiting."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from seats import feed
from seats.domain import Customer
from seats.feed import hints, watched
from tests.engine.house import House, HouseClock, Poller, customer


def test_it_waits_for_nobody_who_looks(house: House) -> None:
    poller = Poller(house.show_id)
    poller.look()
    poller.look()
    with feed._shows[house.show_id].lock:
        poller.look()
        assert feed.status_answer(house.show_id).full


def test_it_is_the_same_answer(house: House) -> None:
    assert feed.status_answer(house.show_id) is feed.status_answer(house.show_id)


def test_it_looks_again_after_a_tenth_of_a_second(house: House, clock: HouseClock) -> None:
    feed.status_answer(house.show_id)
    with CaptureQueriesContext(connection) as queries:
        clock.advance(watched.FRESH_MS - 2)
        feed.status_answer(house.show_id)
        assert len(queries) == 0
        clock.advance(4)
        feed.status_answer(house.show_id)
        assert len(queries) == 1


def test_it_looks_again_when_a_hold_ends(house: House, owner: Customer, clock: HouseClock) -> None:
    house.hold(owner, "A1")
    clock.advance(600_000 - 30)
    before = feed.status_answer(house.show_id)
    clock.advance(29)
    assert feed.status_answer(house.show_id) is before
    clock.advance(1)
    assert feed.status_answer(house.show_id) is not before
    assert house.seen() == {}


def test_a_hold_ends_at_its_millisecond_whatever_the_time_is(
    house: House, clock: HouseClock
) -> None:
    for number in range(100):
        clock.advance(7)
        house.hold(customer(f"customer {number}"), "A1")
        clock.advance(600_000 - 30 - number % 40)
        poller = Poller(house.show_id)
        poller.look()
        clock.advance(29 + number % 40)
        assert poller.look()["A1"][0] == "HELD"
        clock.advance(1)
        assert poller.look()["A1"][0] == "AVAILABLE"


@pytest.mark.parametrize("hinted", [True, False])
def test_it_is_not_given_to_somebody_who_has_just_changed_the_show(
    house: House, owner: Customer, monkeypatch: pytest.MonkeyPatch, hinted: bool
) -> None:
    if not hinted:
        monkeypatch.setattr(hints, "_slots", lambda _: None)
    before = feed.status_answer(house.show_id)
    house.hold(owner, "A1")
    assert feed.status_answer(house.show_id) is not before


def test_it_is_not_given_once_another_process_says_there_is_more(house: House) -> None:
    before = feed.status_answer(house.show_id)
    hints.Slot(house.show_id).notice()
    assert feed.status_answer(house.show_id) is not before


def test_it_is_not_given_after_a_look_that_failed(
    house: House, clock: HouseClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    feed.status_answer(house.show_id)

    def gone(_: int) -> None:
        raise ConnectionError

    with monkeypatch.context() as patched:
        patched.setattr(watched, "standing", gone)
        hints.Slot(house.show_id).notice()
        for _ in range(2):
            with pytest.raises(ConnectionError):
                feed.status_answer(house.show_id)
    assert feed.status_answer(house.show_id).full
