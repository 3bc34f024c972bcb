"""A copy of the database that is late, wrong or away never makes anybody see anything untrue."""

from __future__ import annotations

import dataclasses
import threading
from typing import Any

import pytest

from seats import feed
from seats.feed import loading, replica, watched
from tests.engine.house import Poller, looked_at_anew, true_state

# Long enough for the next look to be due.
TICK = watched.FRESH_MS + 1


class Copy:
    """A copy that follows the database only when it is told to, and counts what it is asked."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.asked: list[str] = []
        self.is_away = False
        self._standing: loading.Standing | None = None
        self._whole: Any = None
        self._events: list[loading.Event] = []
        monkeypatch.setattr(replica, "is_configured", lambda: True)
        monkeypatch.setattr(replica, "is_there", lambda: not self.is_away)
        monkeypatch.setattr(replica, "ask", self._ask)

    def follow(self, show_id: int) -> None:
        self._standing = loading.standing(show_id)
        self._whole = loading.whole_show(show_id)
        self._events = loading.events_from(show_id, 0)

    def _ask(self, question: Any, show_id: int, *words: Any, patience: float = 1.0) -> Any:
        self.asked.append(question.__name__)
        if question is loading.standing:
            return self._standing
        if question is loading.whole_show:
            return self._whole
        return [event for event in self._events if event.version >= words[0]]


@pytest.fixture
def copy(monkeypatch, house) -> Copy:
    made = Copy(monkeypatch)
    made.follow(house.show_id)
    return made


@pytest.fixture
def afar(monkeypatch):
    """Changes are made on another machine: no hint says so."""
    monkeypatch.setattr(feed, "expect", lambda *_, **__: None)


def test_it_spares_the_database_most_looks(house, copy, clock, monkeypatch):
    watching = Poller(house.show_id)
    watching.look()
    calls: list[int] = []
    cursor = loading.database.cursor

    def counted(*given: Any) -> Any:
        calls.append(1)
        return cursor(*given)

    monkeypatch.setattr(loading.database, "cursor", counted)
    for _ in range(50):
        clock.advance(TICK)
        watching.look()
    assert len(copy.asked) >= 40
    # Once a second all the same, and nothing else: five seconds.
    assert 4 <= len(calls) <= 6


def test_changes_come_through_it(house, copy, clock, afar, owner):
    watching = Poller(house.show_id)
    watching.look()
    house.hold(owner, "A1")
    copy.follow(house.show_id)
    clock.advance(TICK)

    assert watching.look()["A1"][0] == "HELD"
    assert watching.body["full"] is False
    assert "events_from" in copy.asked


def test_a_cursor_never_goes_back(house, copy, clock, afar, owner):
    """One machine has told of a change; the next one's copy does not have it yet."""
    elsewhere = house.hold(owner, "A1")
    watching = Poller(house.show_id)
    watching.look()
    watching.cursor = elsewhere.cursor
    for _ in range(30):
        before = watching.body["cursor"]
        clock.advance(TICK)
        assert watching.look()["A1"][0] == "HELD"
        assert watching.body["cursor"] == before


def test_a_copy_that_stands_still_is_found_out_within_a_second(house, copy, clock, afar, owner):
    watching = Poller(house.show_id)
    watching.look()
    house.hold(owner, "A1")
    for _ in range(watched.SURE_MS // TICK + 1):
        clock.advance(TICK)
        watching.look()
    assert watching.seats["A1"][0] == "HELD"


def test_the_second_begins_when_the_database_is_asked(house, copy, clock, afar, owner, monkeypatch):
    """Its answer may take its time, and is as old as that when it arrives."""
    watching = Poller(house.show_id)

    def slowly(show_id: int) -> Any:
        found = loading.standing(show_id)
        clock.advance(watched.SURE_MS - TICK)
        return found

    with monkeypatch.context() as slow:
        slow.setattr(watched, "standing", slowly)
        watching.look()
    house.hold(owner, "A1")
    clock.advance(TICK)

    assert watching.look()["A1"][0] == "HELD"


@pytest.mark.parametrize("is_ready", [True, False], ids=["ready", "due"])
def test_what_a_cache_keeps_is_not_the_word_of_a_late_copy(
    house, copy, clock, afar, owner, is_ready
):
    """It would be a second late when it is kept, and two more when it is handed out."""
    watching, cache = Poller(house.show_id), Poller(house.show_id, is_kept=True)
    watching.look()
    cache.look()
    house.hold(owner, "A1")
    clock.advance(TICK)
    if is_ready:
        assert watching.look()["A1"][0] == "AVAILABLE", "the control: who keeps nothing can wait"
    assert cache.look()["A1"][0] == "HELD"
    assert watching.look()["A1"][0] == "HELD"


def test_whoever_looks_for_the_first_time_sees_what_is_true(house, copy, clock, afar, owner):
    looked_at_anew(house.show_id)
    clock.advance(TICK)
    Poller(house.show_id).look()
    house.hold(owner, "A1")
    clock.advance(TICK)
    assert looked_at_anew(house.show_id) == true_state(house)


def test_whoever_has_no_cursor_may_come_from_another_machine(house, copy, clock, afar, owner):
    """They have just seen there what is not known here yet, and must not see it undone."""
    for label in ("A1", "A2", "A3"):
        house.hold(owner, label)
        assert looked_at_anew(house.show_id) == true_state(house)
        clock.advance(10)


def test_a_copy_that_is_behind_is_passed_by(house, copy, clock, afar, owner):
    """It has nothing to tell, so the database is asked as often as without it."""
    watching = Poller(house.show_id)
    watching.look()
    watching.cursor = house.hold(owner, "A1").cursor
    watching.look()
    house.hold(owner, "A2")
    clock.advance(TICK)
    assert watching.look()["A2"][0] == "HELD"


def test_no_hold_ends_by_its_word(house, copy, clock, afar, owner):
    """The hold was extended, and the copy has not heard of it when the old deadline comes."""
    house.hold(owner, "A1")
    copy.follow(house.show_id)
    watching = Poller(house.show_id)
    watching.look()
    clock.advance(599_950)
    watching.look()
    house.extend(owner)
    seen = []
    for _ in range(10):
        clock.advance(30)
        seen.append(watching.look()["A1"][0])
    assert set(seen) == {"HELD"}


@pytest.mark.parametrize("change", [{"mark": 1}, {"born": 1}, {"version": 0, "mark": 1}])
def test_a_copy_of_something_else_is_not_believed(house, copy, clock, owner, change):
    house.hold(owner, "A1")
    copy.follow(house.show_id)
    copy._standing = dataclasses.replace(copy._standing, **change)
    copy._whole = (copy._standing, *copy._whole[1:])
    watching = Poller(house.show_id)
    for _ in range(5):
        assert watching.look() == true_state(house)
        clock.advance(TICK)


def test_one_that_is_away(house, copy, clock, owner):
    copy.is_away = True
    watching = Poller(house.show_id)
    watching.look()
    house.hold(owner, "A1")
    clock.advance(TICK)
    assert watching.look()["A1"][0] == "HELD"
    assert copy.asked == []


class TestAsking:
    @pytest.fixture(autouse=True)
    def _there(self, monkeypatch, settings):
        monkeypatch.setitem(settings.DATABASES, "replica", {})
        monkeypatch.setattr(replica, "_away_until", 0.0)
        monkeypatch.setattr(replica, "PATIENCE_SECONDS", 60)
        monkeypatch.setattr(replica, "_asked", lambda question, words: question(*words))

    def test_an_answer(self):
        assert replica.ask(lambda number: number + 1, 1) == 2
        assert replica.is_there()

    def test_an_error_sends_it_away_for_a_while(self, monkeypatch):
        def broken() -> None:
            raise OSError

        assert replica.ask(broken) is None
        assert not replica.is_there()
        monkeypatch.setattr(replica, "_away_until", 0.0)
        assert replica.is_there()

    def test_nobody_hangs_with_it(self, monkeypatch):
        release = threading.Event()
        assert replica.ask(release.wait, patience=0.001) is None
        assert not replica.is_there()
        # When its time comes again and it still hangs, it is not even asked.
        monkeypatch.setattr(replica, "_away_until", 0.0)
        assert replica.ask(lambda: 1) is None
        release.set()
        for _ in range(6000):
            monkeypatch.setattr(replica, "_away_until", 0.0)
            if replica.ask(lambda: 1) == 1:
                break
            threading.Event().wait(0.01)
        else:
            raise AssertionError("It answers again, and is not asked.")
