"""What the history checker finds in a ledger: one bad history for each rule."""

from __future__ import annotations

from dataclasses import replace

import pytest

from proof.records import Answer
from tests.proof.stories import T0, TTL, Story, legal


def test_it_finds_a_gap_in_the_versions():
    story = legal()
    story.events[3:] = [replace(event, version=event.version + 1) for event in story.events[3:]]

    assert "version" in story.kinds()


def test_it_finds_a_version_given_twice():
    story = legal()
    story.events.append(replace(story.events[-1], kind="expired"))

    assert "version" in story.kinds()


def test_it_finds_dates_that_go_back():
    story = legal()
    story.alter(4, at=story.events[2].at - 1)

    assert "clock" in story.kinds()


def test_it_finds_a_hold_on_seats_that_were_not_free():
    story = Story()
    story.holds("owner", 100, "A1", hold=1)
    story.holds("rival", 200, "A1", hold=2)

    assert {"illegal_held", "two_owners"} <= story.kinds()


def test_it_finds_a_hold_that_moved_the_deadline_of_the_seats_before():
    story = Story()
    story.holds("owner", 100, "A1", hold=1)
    story.holds("owner", 200, "A2", hold=1)
    story.calls.pop()
    until = story.events[1].until
    story.call(
        "owner", "hold", 200, "A2", answer=Answer(200, seats=("A1", "A2"), hold=1, until=until)
    )

    assert story.kinds() == {"illegal_held"}


def selection(*, until_2=50_000, seats_2=("A1", "A2")):
    """The owner selects A1, then A2 as well, and holds A2 and A3; only holding is a call."""
    story = Story()
    story.event("held", 100, "A1", hold=1, until=T0 + 30_100)
    story.event("held", 20_000, *seats_2, hold=1, until=T0 + until_2)
    story.event("held", 25_005, "A1", "A2", "A3", hold=1, until=T0 + 25_005 + TTL)
    answer = Answer(200, seats=("A1", "A2", "A3"), hold=1, until=T0 + 25_005 + TTL)
    story.call("owner", "hold", 25_000, "A2", "A3", answer=answer)
    # The answers to the clicks themselves were lost.
    story.call("owner", "hold", 95, "A1", answer=None)
    story.call("owner", "hold", 19_995, "A2", answer=None)
    return story


def test_it_accepts_a_selection_that_grows_and_is_confirmed():
    assert selection().kinds() == set()


@pytest.mark.parametrize(
    "wrong", [{"until_2": 30_000}, {"seats_2": ("A2",)}], ids=["shorter", "in part"]
)
def test_it_finds_a_selection_whose_deadline_moved_otherwise(wrong):
    assert "illegal_held" in selection(**wrong).kinds()


def test_it_finds_a_booking_at_the_very_deadline():
    story = Story()
    story.holds("owner", 100, "A1", hold=1)
    story.books("owner", 100 + TTL, "A1", hold=1, reference="R1")
    assert story.events[1].at == story.events[0].until

    assert story.kinds(after_at=T0 + 2 * TTL) == {"illegal_booked"}


def test_it_accepts_a_booking_one_millisecond_before_the_deadline():
    story = Story()
    story.holds("owner", 100, "A1", hold=1)
    story.books("owner", 99 + TTL, "A1", hold=1, reference="R1")

    assert story.kinds(after_at=T0 + 2 * TTL) == set()


def test_it_finds_a_booking_from_somebody_elses_hold():
    story = Story()
    story.holds("owner", 100, "A1", hold=1)
    story.holds("rival", 200, "A2", hold=2)
    story.books("rival", 300, "A1", hold=2, reference="R1")

    assert {"illegal_booked", "two_owners"} <= story.kinds()


def test_it_finds_an_extension_of_an_expired_hold():
    story = Story()
    story.holds("owner", 100, "A1", hold=1)
    story.extends("owner", 101 + TTL, "A1", hold=1)

    assert story.kinds(after_at=T0 + TTL + 5000) == {"illegal_extended"}


def test_it_finds_an_extension_that_forgot_a_seat():
    story = Story()
    story.holds("owner", 100, "A1", "A2", hold=1)
    story.extends("owner", 200, "A1", hold=1)

    assert "illegal_extended" in story.kinds()


def test_it_finds_a_release_of_somebody_elses_seat():
    story = Story()
    story.holds("owner", 100, "A1", hold=1)
    story.holds("rival", 200, "A2", hold=2)
    story.releases("rival", 300, "A1", hold=2)

    assert "illegal_released" in story.kinds()


def test_it_finds_a_cancellation_of_what_was_not_booked():
    story = legal()
    story.cancels("owner", 7000, "A4", reference="R2")

    assert story.kinds() == {"illegal_cancelled"}


@pytest.mark.parametrize("verdict", ["accepted", "rejected"])
def test_it_finds_a_verdict_on_what_was_not_booked(verdict):
    story = Story()
    story.holds("owner", 100, "A1", hold=1)
    story.event(verdict, 300, "A1", hold=None)

    assert f"illegal_{verdict}" in story.kinds()


def test_it_finds_seats_that_were_sold_again_although_the_booking_was_accepted():
    story = Story()
    story.holds("owner", 100, "A1", hold=1)
    story.books("owner", 200, "A1", hold=1, reference="R1")
    story.event("accepted", 300, "A1", hold=None)
    story.holds("rival", 400, "A1", hold=2)

    assert {"illegal_held", "two_owners"} <= story.kinds()


def test_it_finds_a_sweeper_that_frees_a_live_hold():
    story = Story()
    story.holds("owner", 100, "A1", hold=1)
    story.event("expired", 300, "A1", hold=1)

    assert story.kinds() == {"illegal_expired"}


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "painted"},
        {"seats": ("Z9",)},
        {"seats": ()},
    ],
)
def test_it_finds_entries_that_make_no_sense(change):
    story = Story()
    story.holds("owner", 100, "A1", hold=1)
    story.alter(1, **change)

    assert "illegal" in story.kinds()
