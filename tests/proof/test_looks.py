"""What the history checker finds in what lookers saw, on the way and at the end."""

from __future__ import annotations

from dataclasses import replace

from proof.records import AVAILABLE, BOOKED, FREE, HELD, Answer, Poll, Seen
from tests.proof.stories import T0, TTL, Story, legal


def test_it_finds_seats_that_differ_from_the_end_of_the_ledger():
    story = legal()

    assert story.kinds(after={**story.hall, "A4": Seen(BOOKED)}) == {"final"}


def test_it_finds_a_look_at_a_hall_that_never_was():
    story = legal()
    story.looks("stranger", 7000, A4=Seen(BOOKED))

    assert story.kinds() == {"look_unreal"}


def test_it_finds_a_look_at_half_a_booking():
    story = Story()
    story.holds("owner", 100, "A1", "A2", hold=1)
    story.looks("poller", 150, A2=FREE)

    assert story.kinds() == {"look_unreal"}


def test_it_finds_a_look_that_hides_an_expiry():
    story = Story()
    story.holds("owner", 100, "A1", hold=1)
    story.looks("poller", 2000 + TTL)

    assert story.kinds(after_at=T0 + 2 * TTL) == {"look_stale"}


def test_it_finds_a_look_that_ends_a_hold_too_early():
    story = Story()
    story.holds("owner", 100, "A1", hold=1)
    story.holds("owner", 200, "A2", hold=1)
    story.calls.pop()
    story.events[1] = replace(story.events[1], until=story.events[0].until)
    story.call(
        "owner",
        "hold",
        200,
        "A2",
        answer=Answer(200, seats=("A1", "A2"), hold=1, until=story.events[0].until),
    )
    story.hall["A2"] = Seen(HELD, story.events[0].until)
    story.looks("poller", 300, A1=FREE)

    assert story.kinds() == {"look_unreal"}


def test_it_finds_a_look_at_what_is_long_over():
    story = Story()
    story.looks("poller", 0)
    story.holds("owner", 100, "A1", hold=1)
    story.looks("stranger", 5000, A1=FREE)

    assert story.kinds() == {"look_stale"}


def test_a_look_that_a_cache_kept_may_be_as_old_as_that_and_no_older():
    story = Story()
    story.looks("poller", 0)
    story.holds("owner", 100, "A1", hold=1)
    story.looks("stranger", 2000, A1=FREE)
    assert story.kinds() == {"look_stale"}

    late = story.polls[-1]
    story.polls[-1] = replace(late, kept=2000)
    assert story.kinds() == set()

    story.polls[-1] = replace(late, start=late.start + 200, end=late.end + 200, kept=2000)
    assert story.kinds() == {"look_stale"}


def test_a_look_that_a_cache_kept_must_not_go_back_either():
    story = Story()
    story.holds("owner", 100, "A1", hold=1)
    story.looks("poller", 150)
    story.polls.append(replace(story.looks("poller", 170, A1=FREE), kept=2000))
    del story.polls[-2]

    assert story.kinds() == {"look_back"}


def test_it_finds_a_look_that_goes_back():
    story = Story()
    story.holds("owner", 100, "A1", hold=1)
    story.looks("poller", 150)
    story.looks("poller", 170, A1=FREE)

    assert story.kinds() == {"look_back"}


def test_it_finds_a_look_that_misses_the_lookers_own_change():
    story = Story()
    story.holds("owner", 100, "A1", hold=1)
    story.looks("owner", 150, A1=FREE)

    assert story.kinds() == {"look_blind"}


def test_it_finds_statistics_that_do_not_count_the_seats():
    story = Story()
    poll = story.looks("poller", 50)
    story.polls[0] = replace(poll, stats={**poll.stats, AVAILABLE.lower(): 3})

    assert story.kinds() == {"look_stats"}


def test_it_finds_one_cursor_for_two_states():
    story = Story()
    first = story.looks("poller", 50)
    story.holds("owner", 100, "A1", hold=1)
    second = story.looks("poller", 150)
    story.polls[1] = replace(second, cursor=first.cursor)

    assert story.kinds() == {"look_cursor"}


def test_it_finds_changes_that_leave_something_out():
    story = Story()
    story.looks("poller", 50)
    story.holds("owner", 100, "A1", "A2", hold=1)
    changed = {"A1": story.hall["A1"]}
    story.polls.append(Poll("poller", T0 + 150, T0 + 160, "later", False, changed))

    assert story.kinds() == {"look_unreal"}
