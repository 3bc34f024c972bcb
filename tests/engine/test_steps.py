"""What happened to a show, one thing after another."""

from __future__ import annotations

import json

import pytest

from seats import feed
from seats.domain import SeatStatus
from tests.engine.house import Process, looked_at_anew


def told(progress):
    return [
        [(it.seat.label, it.status.value.lower(), it.actor) for it in step.changes]
        for step in progress.steps
    ]


def test_a_stranger_is_given_every_seat(house, owner):
    house.hold(owner, "A1")
    progress = feed.follow(house.show_id, None)
    assert progress.steps == ()
    assert {it.seat.label: it.status.value for it in progress.whole} == {
        label: status for label, (status, _) in looked_at_anew(house.show_id).items()
    }


def test_each_change_is_a_step_with_its_cursor_and_who_made_it(house, owner, rival, clock):
    start = feed.follow(house.show_id, None).cursor
    house.hold(owner, "A1", "A2")
    clock.advance(10)
    house.book(owner, "A1")
    clock.advance(10)
    house.hold(rival, "B1")
    house.release(owner)

    progress = feed.follow(house.show_id, start, with_actors=True)

    assert progress.whole is None
    assert told(progress) == [
        [("A1", "held", owner.key), ("A2", "held", owner.key)],
        [("A1", "booked", owner.key)],
        [("B1", "held", rival.key)],
        [("A2", "available", owner.key)],
    ]
    assert [step.version for step in progress.steps] == [1, 2, 3, 4]
    # Whoever stops after any of them goes on with the next.
    for number, step in enumerate(progress.steps, 1):
        again = feed.follow(house.show_id, step.cursor, with_actors=True)
        assert told(again) == told(progress)[number:]
    assert progress.steps[-1].cursor == progress.cursor
    assert told(feed.follow(house.show_id, start))[0] == [("A1", "held", ""), ("A2", "held", "")]


def test_a_deadline_is_a_step_of_nobody(house, owner, rival, clock):
    start = feed.follow(house.show_id, None).cursor
    house.hold(owner, "A1")
    clock.advance(100_000)
    house.hold(rival, "B1")
    clock.advance(500_000)

    progress = feed.follow(house.show_id, start, with_actors=True)

    assert told(progress) == [
        [("A1", "held", owner.key)],
        [("B1", "held", rival.key)],
        [("A1", "available", "")],
    ]
    assert progress.look_in_ms == 100_000
    clock.advance(100_000)
    assert told(feed.follow(house.show_id, progress.cursor)) == [[("B1", "available", "")]]


def test_what_was_undone_meanwhile_is_told_all_the_same(house, owner):
    start = feed.follow(house.show_id, None).cursor
    house.hold(owner, "A1")
    house.release(owner)
    assert told(feed.follow(house.show_id, start)) == [
        [("A1", "held", "")],
        [("A1", "available", "")],
    ]
    assert json.loads(feed.status_answer(house.show_id, start).body)["seats"] == []


def test_steps_lead_from_one_state_to_the_other(house, owner, rival, clock):
    first = feed.follow(house.show_id, None)
    state = {it.seat.label: it.status for it in first.whole}
    cursor = first.cursor
    for label in ("A1", "A2", "A3"):
        house.hold(owner, label)
        house.hold(rival, label.replace("A", "B"))
        house.book(rival)
        clock.advance(300_000)
        progress = feed.follow(house.show_id, cursor)
        for step in progress.steps:
            for it in step.changes:
                assert state[it.seat.label] is not it.status or it.status is SeatStatus.HELD
                state[it.seat.label] = it.status
        cursor = progress.cursor
        seen = looked_at_anew(house.show_id)
        assert {label: status.value for label, status in state.items()} == {
            label: status for label, (status, _) in seen.items()
        }


@pytest.mark.parametrize("since", ["nonsense", "9.9.9.9"])
def test_a_cursor_that_is_not_known_gets_every_seat(house, since):
    assert feed.follow(house.show_id, since).whole is not None


def test_a_cursor_of_a_clock_ahead_is_waited_for(house, owner, clock):
    house.hold(owner, "A1")
    clock.advance(599_990)
    feed.follow(house.show_id, None)
    with Process():
        clock.advance(10)
        ahead = feed.status_answer(house.show_id).cursor
    clock.advance(-10)

    progress = feed.follow(house.show_id, ahead)

    assert (progress.cursor, progress.steps, progress.whole) == (ahead, (), None)
    assert progress.look_in_ms is not None
    assert 0 < progress.look_in_ms <= 10
