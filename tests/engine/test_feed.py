"""What pollers see: a full answer, then what changed, always the state of a real moment."""

from __future__ import annotations

import gzip
import json
import random
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from typing import Any

import brotli
import pytest
from django.conf import LazySettings
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from seats import feed
from seats.domain import Cursor, Customer
from seats.errors import SeatError, ShowNotFound
from seats.feed import hints, watched
from seats.feed import memory as feed_memory
from seats.models import Hold, Seat, SeatEvent, ShowTime
from tests.engine.house import (
    House,
    HouseClock,
    Poller,
    Process,
    customer,
    looked_at_anew,
    true_state,
)
from tests.engine.profile import CAREFULLY, UNCHECKED


@pytest.fixture(params=["one machine", "several machines"])
def _machines(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """On one machine processes tell each other of changes; several machines share only the data."""
    if request.param == "several machines":
        monkeypatch.setattr(hints, "_slots", lambda _: None)


def free(count: int = 10) -> dict[str, int]:
    return {"available": count, "held": 10 - count, "booked": 0, "total": 10}


# One process


def test_it_begins_with_every_seat(house: House, owner: Customer, clock: HouseClock) -> None:
    house.hold(owner, "A1")
    poller = Poller(house.show_id)
    poller.look()
    assert poller.body["full"] is True
    assert poller.body["show_id"] == house.show_id
    assert poller.body["stats"] == free(9)
    assert poller.body["server_time"] == "2026-11-21T19:30:00.250Z"
    assert len(poller.body["seats"]) == 10
    assert poller.body["seats"][0] == {
        "id": house.ids["A1"],
        "row": "A",
        "number": 1,
        "label": "A1",
        "status": "HELD",
        "held_until": "2026-11-21T19:40:00.250Z",
    }
    assert poller.seats == true_state(house)


def test_it_goes_on_with_what_changed(house: House, owner: Customer) -> None:
    poller = Poller(house.show_id)
    poller.look()
    house.hold(owner, "A1", "A2")
    house.book(owner, "A1")
    poller.look()
    assert poller.body["full"] is False
    assert poller.changed == ["A1", "A2"]
    assert poller.body["stats"] == {"available": 8, "held": 1, "booked": 1, "total": 10}
    assert poller.seats == true_state(house)
    poller.look()
    assert poller.changed == []


def test_it_leaves_out_what_is_again_as_it_was(house: House, owner: Customer) -> None:
    poller = Poller(house.show_id)
    poller.look()
    house.hold(owner, "A1")
    house.release(owner)
    poller.look()
    assert poller.body["full"] is False
    assert poller.changed == []


def test_it_shows_a_longer_deadline(house: House, owner: Customer, clock: HouseClock) -> None:
    house.hold(owner, "A1")
    poller = Poller(house.show_id)
    poller.look()
    clock.advance(1000)
    house.extend(owner)
    assert poller.look()["A1"] == ("HELD", "2026-11-21T19:40:01.250Z")


@pytest.mark.parametrize("before_ms", [1, 0, -1])
def test_it_frees_seats_by_time_alone(
    house: House, owner: Customer, clock: HouseClock, before_ms: int
) -> None:
    house.hold(owner, "A1")
    poller = Poller(house.show_id)
    poller.look()
    before = feed.status_answer(house.show_id, None).etag
    clock.advance(600_000 - before_ms)
    poller.look()
    after = feed.status_answer(house.show_id, None).etag
    assert poller.changed == ([] if before_ms > 0 else ["A1"])
    assert (after == before) is (before_ms > 0)
    assert poller.body["stats"] == free(9 if before_ms > 0 else 10)
    assert len(house.events()) == 1


def test_it_frees_seats_once_when_they_are_tidied(
    house: House, owner: Customer, clock: HouseClock
) -> None:
    house.hold(owner, "A1")
    poller = Poller(house.show_id)
    poller.look()
    clock.advance(600_000)
    poller.look()
    house.tidy()
    poller.look()
    assert poller.changed == []
    assert poller.seats == true_state(house)


def test_it_has_one_etag_for_one_state(house: House, owner: Customer, clock: HouseClock) -> None:
    house.hold(owner, "A1")
    first = feed.status_answer(house.show_id, None)
    clock.advance(101)
    second = feed.status_answer(house.show_id, None)
    assert second.etag == first.etag
    house.book(owner)
    third = feed.status_answer(house.show_id, None)
    since = feed.status_answer(house.show_id, json.loads(first.body)["cursor"])
    assert len({first.etag, third.etag, since.etag}) == 3
    assert all(etag.startswith('W/"') and etag.endswith('"') for etag in (first.etag, since.etag))


def test_it_says_the_same_compressed(house: House, owner: Customer) -> None:
    house.hold(owner, "A1")
    answer = feed.status_answer(house.show_id, None)
    assert answer.gzipped is not None
    assert gzip.decompress(answer.gzipped) == answer.body
    assert answer.brotlied is not None
    assert brotli.decompress(answer.brotlied) == answer.body
    house.release(owner)
    changed = feed.status_answer(house.show_id, json.loads(answer.body)["cursor"])
    assert changed.gzipped is None
    assert changed.brotlied is None


@pytest.mark.parametrize(
    ("codings", "coding"),
    [((), ""), (("gzip",), "gzip"), (("br",), "br"), (("br", "gzip"), "br")],
)
def test_it_speaks_the_first_coding_that_the_caller_reads(
    house: House, codings: tuple[str, ...], coding: str
) -> None:
    answer = feed.status_answer(house.show_id, None)
    read = {"": bytes, "gzip": gzip.decompress, "br": brotli.decompress}[coding]
    assert answer.coded(codings) == (coding, answer.coded(codings)[1])
    assert read(answer.coded(codings)[1]) == answer.body
    delta = feed.status_answer(house.show_id, json.loads(answer.body)["cursor"])
    assert delta.coded(codings) == ("", delta.body)


def test_it_says_the_same_in_a_hall_of_several_blocks(
    owner: Customer, clock: HouseClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed_memory, "BLOCK", 3)
    house = House.open(rows=2, seats_per_row=4)
    poller = Poller(house.show_id)
    poller.look()
    for label in ("A1", "A4", "B4"):
        house.hold(owner, label)
        assert poller.look() == looked_at_anew(house.show_id) == true_state(house)
    answer = feed.status_answer(house.show_id, None)
    assert gzip.decompress(answer.gzipped or b"") == answer.body


def test_it_asks_for_more_patience_when_nothing_happens(
    house: House, owner: Customer, clock: HouseClock, settings: LazySettings
) -> None:
    settings.POLL_INTERVAL_MS = 5000
    house.hold(owner, "A1")
    waits = []
    for _ in range(3):
        poller = Poller(house.show_id)
        poller.look()
        waits.append(poller.body["poll_after_ms"])
        clock.advance(700_000)
    assert waits == sorted(waits)
    assert waits[0] < waits[-1]


def test_it_knows_no_show_that_is_not_there(house: House) -> None:
    for since in (None, "1.2.3.4"):
        with pytest.raises(ShowNotFound):
            feed.status_answer(house.show_id + 1000, since)
    with pytest.raises(ShowNotFound):
        feed.snapshot(house.show_id + 1000)
    assert house.show_id + 1000 not in feed._shows


# Cursors


def odd_cursors(house: House) -> Iterator[str]:
    cursor = Cursor.parse(json.loads(feed.status_answer(house.show_id).body)["cursor"])
    assert cursor is not None
    show, version, mark, moment = cursor.show_id, cursor.version, cursor.mark, cursor.moment_ms
    yield from ("", "x", "1.2.3", "\0", "9" * 300, "🪑", "1.2.3.4\n", "-1.-1.-1.-1")
    yield str(Cursor(show + 1, version, mark, moment))
    yield str(Cursor(show, version + 1, mark, moment))
    yield str(Cursor(show, 2**63, mark, moment))
    yield str(Cursor(show, version, mark ^ 1, moment))
    yield str(Cursor(show, version, mark, moment + 10**9))
    yield str(Cursor(show, version, mark, 2**47))
    yield str(Cursor(show, 0, 0, 0))


def test_it_gives_everything_for_a_cursor_it_does_not_know(
    house: House, owner: Customer, clock: HouseClock
) -> None:
    house.hold(owner, "A1")
    for odd in odd_cursors(house):
        before = clock.ms
        poller = Poller(house.show_id)
        poller.cursor = odd
        poller.look()
        assert poller.body["full"] is True, odd
        assert poller.seats == true_state(house)
        assert clock.ms == before, f"{odd} made it wait"


def test_it_keeps_nobody_else_waiting_for_a_cursor_from_the_future(
    house: House, owner: Customer, clock: HouseClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.hold(owner, "A1")
    poller = Poller(house.show_id)
    poller.look()
    cursor = Cursor.parse(poller.cursor or "")
    assert cursor is not None
    waited: list[bool] = []
    sleep = clock._sleep

    def noticed(seconds: float) -> None:
        waited.append(feed._shows[house.show_id].lock.locked())
        sleep(seconds)

    monkeypatch.setattr(feed.time, "sleep", noticed)
    ahead = Cursor(cursor.show_id, cursor.version, cursor.mark, clock.ms + 30)
    poller.cursor = str(ahead)
    poller.look()
    assert waited == [False]
    assert poller.body["full"] is False


def test_it_gives_everything_to_who_was_away_for_long(
    house: House, owner: Customer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed_memory, "HISTORY_LIMIT", 6)
    away, recent = Poller(house.show_id), Poller(house.show_id)
    away.look()
    for _ in range(10):
        recent.look()
        assert recent.seats == true_state(house)
        house.hold(owner, "A1")
        recent.look()
        assert recent.body["full"] is False
        house.release(owner)
    assert away.look() == true_state(house)
    assert away.body["full"] is True


def test_it_catches_up_with_more_than_it_reads_at_once(
    house: House, owner: Customer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watched, "TAIL_LIMIT", 5)
    poller = Poller(house.show_id)
    poller.look()
    for _ in range(5):
        house.hold(owner, "A1")
        house.book(owner, "A1")
        house.unbook_by_staff("A1")
    house.hold(owner, "A2")
    assert poller.look() == true_state(house)


def _restore(show_id: int, rows: dict[Any, list[dict[str, Any]]]) -> None:
    """The database as it was when these rows were kept."""
    for model in (SeatEvent, Seat, Hold):
        model.objects.filter(show_id=show_id).delete()
        model.objects.bulk_create(model(**row) for row in rows[model])
    show = rows[ShowTime][0]
    ShowTime.objects.filter(pk=show_id).update(version=show["version"], mark=show["mark"])


def _kept(show_id: int) -> dict[Any, list[dict[str, Any]]]:
    rows: dict[Any, list[dict[str, Any]]] = {
        model: list(model.objects.filter(show_id=show_id).values())
        for model in (SeatEvent, Seat, Hold)
    }
    return {**rows, ShowTime: list(ShowTime.objects.filter(pk=show_id).values())}


@pytest.mark.parametrize("changes_after", range(5))
def test_it_notices_that_the_database_was_restored(
    house: House, owner: Customer, rival: Customer, clock: HouseClock, changes_after: int
) -> None:
    """However many changes follow: fewer than were lost, as many, more."""
    house.hold(owner, "A1")
    kept = _kept(house.show_id)
    house.hold(owner, "A2")
    house.release(owner, "A1")
    poller = Poller(house.show_id)
    poller.look()
    _restore(house.show_id, kept)
    for number in range(changes_after):
        house.hold(rival, f"B{number + 1}")
    clock.advance(101)
    assert poller.look() == true_state(house)
    assert poller.body["full"] is True
    with Process():
        assert poller.look() == true_state(house)


def test_it_notices_that_a_show_was_deleted_and_made_anew(
    house: House, owner: Customer, clock: HouseClock
) -> None:
    house.hold(owner, "A1")
    poller = Poller(house.show_id)
    poller.look()
    kept = ShowTime.objects.filter(pk=house.show_id).values().get()
    for model in (SeatEvent, Seat, Hold):
        model.objects.filter(show_id=house.show_id).delete()
    ShowTime.objects.filter(pk=house.show_id).delete()
    clock.advance(101)
    with pytest.raises(ShowNotFound):
        poller.look()
    again = House.open()
    born = ShowTime.objects.filter(pk=again.show_id).values("version", "mark", "born").get()
    ShowTime.objects.create(**{**kept, **born})
    Seat.objects.filter(show_id=again.show_id).update(show_id=kept["id"])
    ShowTime.objects.filter(pk=again.show_id).delete()
    poller.look()
    assert poller.body["full"] is True
    assert [seat["id"] for seat in poller.body["seats"]] == sorted(again.ids.values())
    house.ids = again.ids


def test_it_notices_a_new_show_under_an_old_id_at_once(house: House, clock: HouseClock) -> None:
    poller = Poller(house.show_id)
    poller.look()
    ShowTime.objects.filter(pk=house.show_id).update(born=1, mark=2)
    clock.advance(101)
    poller.look()
    assert poller.body["full"] is True


# Several processes


@pytest.mark.usefixtures("_machines")
def test_everybody_sees_their_own_change_whoever_answers(house: House, owner: Customer) -> None:
    elsewhere = Process()
    with elsewhere:
        poller = Poller(house.show_id)
        poller.look()
    held = house.hold(owner, "A1")
    with elsewhere:
        poller.cursor, poller.seats = held.cursor, true_state(house)
        poller.look()
        assert poller.body["full"] is False
        assert poller.seats == true_state(house)
        assert looked_at_anew(house.show_id) == true_state(house)
        assert house.seen() == {"A1": "HELD"}


@pytest.mark.usefixtures("_machines")
def test_it_sees_changes_of_others_within_a_tenth_of_a_second(
    house: House, owner: Customer, clock: HouseClock
) -> None:
    elsewhere = Process()
    with elsewhere:
        poller = Poller(house.show_id)
        poller.look()
    house.hold(owner, "A1")
    clock.advance(101)
    with elsewhere:
        assert poller.look() == true_state(house)


@pytest.mark.usefixtures("_machines")
@pytest.mark.parametrize("change", ["extend", "book"])
def test_it_looks_before_it_lets_a_hold_end(
    house: House, owner: Customer, clock: HouseClock, change: str
) -> None:
    """A moment before the deadline somebody else may have extended or booked."""
    house.hold(owner, "A1")
    elsewhere = Process()
    clock.advance(599_950)
    with elsewhere:
        poller = Poller(house.show_id)
        poller.look()
    getattr(house, change)(owner)
    clock.advance(60)
    with elsewhere:
        assert poller.look()["A1"][0] == ("HELD" if change == "extend" else "BOOKED")


class LateCommit:
    """A change that is made at one moment and can be seen only later."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.before = _kept(house.show_id)

    def hide(self) -> None:
        self.after = _kept(self.house.show_id)
        _restore(self.house.show_id, self.before)

    def commit(self) -> None:
        _restore(self.house.show_id, self.after)


@pytest.mark.parametrize("change", ["extend", "book", "release"])
def test_it_puts_a_deadline_after_a_change_that_was_made_before_it(
    house: House, owner: Customer, rival: Customer, clock: HouseClock, change: str
) -> None:
    """A change dated before a deadline and committed after it: no process may lose either."""
    house.hold(owner, "A1")
    house.hold(rival, "B1")
    early, late = Process(), Process()
    clock.advance(599_990)
    pollers = [Poller(house.show_id) for _ in range(4)]
    with early:
        for poller in pollers:
            poller.look()
    commit = LateCommit(house)
    getattr(house, change)(owner)
    commit.hide()
    clock.advance(20)
    with early:
        assert pollers[0].look()["B1"] == ("AVAILABLE", None)
        looked_at_anew(house.show_id)
    commit.commit()
    clock.ms -= 15
    with late:
        # Sees the change, while B1 is held still: its clock is a few milliseconds behind.
        assert pollers[1].look()["B1"][0] == "HELD"
    clock.ms += 15 + 101
    with early:
        for poller in pollers:
            assert poller.look() == true_state(house)
            assert poller.body["full"] is False
    with late:
        for poller in pollers:
            assert poller.look() == true_state(house)


def test_it_loads_a_show_as_others_remember_it(
    house: House, owner: Customer, rival: Customer, clock: HouseClock
) -> None:
    """A process that starts between a deadline and a change that was made before it."""
    house.hold(owner, "A1")
    house.hold(rival, "B1")
    clock.advance(599_990)
    commit = LateCommit(house)
    house.extend(owner)
    extended = looked_at_anew(house.show_id)
    poller = Poller(house.show_id)
    poller.look()
    assert extended["B1"][0] == "HELD"
    commit.hide()
    clock.advance(20)
    starting = Process()
    with starting:
        assert looked_at_anew(house.show_id)["B1"][0] == "AVAILABLE"
    commit.commit()
    with starting:
        assert poller.look() == true_state(house)


def test_it_waits_a_moment_for_a_clock_that_is_behind(
    house: House, owner: Customer, clock: HouseClock
) -> None:
    """Who saw a hold end, and is answered by a process that has not come so far, sees it ended."""
    house.hold(owner, "A1")
    behind = Process()
    with behind:
        looked_at_anew(house.show_id)
    poller = Poller(house.show_id)
    clock.advance(600_000)
    poller.look()
    assert poller.seats["A1"][0] == "AVAILABLE"
    clock.advance(-20)
    with behind:
        poller.look()
    assert poller.seats["A1"][0] == "AVAILABLE"
    assert poller.body["full"] is False


# Room


def test_it_forgets_the_shows_nobody_asks_about(
    db: None, clock: HouseClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed, "MAX_SHOWS", 2)
    houses = [House.open(1, 3) for _ in range(3)]
    pollers = [Poller(house.show_id) for house in houses]
    for number in (0, 1, 0, 2):
        pollers[number].look()
    assert list(feed._shows) == [houses[0].show_id, houses[2].show_id]
    for poller, house in zip(pollers, houses, strict=True):
        assert poller.look() == true_state(house)


def test_it_keeps_no_more_seats_than_it_has_room_for(
    db: None, clock: HouseClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed, "MAX_SEATS_IN_MEMORY", 5)
    houses = [House.open(1, 3) for _ in range(3)]
    for house in houses:
        looked_at_anew(house.show_id)
    assert len(feed._shows) < 3
    assert looked_at_anew(houses[0].show_id) == true_state(houses[0])


def test_it_sees_nothing_of_a_change_that_is_undone(
    house: House, owner: Customer, clock: HouseClock
) -> None:
    poller = Poller(house.show_id)
    poller.look()
    undone = transaction.savepoint()
    house.hold(owner, "A1")
    transaction.savepoint_rollback(undone)
    clock.advance(101)
    assert poller.look() == true_state(house)
    assert poller.changed == []


# Anything may happen

STEPS_MS = st.sampled_from([0, 0, 0, 1, 40, 99, 101, 5000, 290_000, 299_999, 300_000])
STEP = st.tuples(
    st.sampled_from(
        ["hold", "hold", "hold", "extend", "book", "release", "cancel", "tidy", "look"]
    ),
    st.integers(0, 2),
    st.sets(st.sampled_from(["A1", "A2", "A3", "A4"]), min_size=1, max_size=2),
    STEPS_MS,
    st.booleans(),
)


@settings(
    CAREFULLY,
    max_examples=20,
    suppress_health_check=(*UNCHECKED, HealthCheck.function_scoped_fixture),
)
@given(steps=st.lists(STEP, min_size=3, max_size=14), seed=st.integers(0, 99))
@pytest.mark.usefixtures("_machines", "db", "clock")
def test_it_leads_from_any_moment_to_the_state_that_is_true(
    steps: list[Any], seed: int, clock: HouseClock, settings: LazySettings
) -> None:
    settings.HOLD_TTL_SECONDS = 300
    house = House.open(1, 4)
    people = [customer(name) for name in ("owner", "rival", "stranger")]
    processes = [Process(), Process()]
    chance = random.Random(seed)
    pollers = [Poller(house.show_id) for _ in range(3)]
    seen: list[tuple[str | None, dict[str, tuple[str, str | None]]]] = []
    booked: list[tuple[Customer, Any]] = []
    truths = [true_state(house)]
    for deed, number, labels, pause, second in steps:
        clock.advance(pause)
        truths.append(true_state(house))
        who = people[number]
        with processes[second], suppress(SeatError):
            if deed == "cancel" and booked:
                house.cancel(*booked.pop())
            elif deed == "tidy":
                house.tidy()
            elif deed == "extend":
                house.extend(who)
            elif deed in ("hold", "release"):
                getattr(house, deed)(who, *labels)
            elif deed == "book":
                booked.append((who, house.book(who)))
        truths.append(true_state(house))
        with chance.choice(processes):
            poller = chance.choice(pollers)
            assert poller.look() in truths
            seen.append((poller.cursor, dict(poller.seats)))
    clock.advance(101)
    for process in processes:
        with process:
            truth = true_state(house)
            assert looked_at_anew(house.show_id) == truth
            for cursor, state in seen:
                late = Poller(house.show_id)
                late.cursor, late.seats = cursor, dict(state)
                assert late.look() == truth, cursor
    assert ShowTime.objects.get(pk=house.show_id).starts_at > clock.now + timedelta(hours=1)
    house.books_agree()
