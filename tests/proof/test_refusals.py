"""What the history checker finds in refusals that nothing justifies."""

from __future__ import annotations

from dataclasses import replace

import pytest

from proof.records import BOOKED, HELD, Answer
from tests.proof.stories import T0, TTL, Story, legal


def test_it_finds_a_refusal_by_a_seat_that_was_free():
    story = legal()
    story.is_refused("rival", "hold", 7000, "A4", code="seats_unavailable", conflicts={"A4": HELD})

    assert story.kinds() == {"unjustified"}


def test_it_finds_a_refusal_that_took_a_hold_for_a_booking():
    story = Story()
    story.holds("owner", 100, "A1", hold=1)
    story.is_refused("rival", "hold", 200, "A1", code="seats_unavailable", conflicts={"A1": BOOKED})

    assert story.kinds() == {"unjustified"}


def test_it_finds_a_refusal_by_ones_own_hold():
    story = Story()
    story.holds("owner", 100, "A1", hold=1)
    story.is_refused("owner", "hold", 200, "A1", code="seats_unavailable", conflicts={"A1": HELD})

    assert story.kinds() == {"unjustified"}


def test_it_finds_a_refusal_by_an_expired_hold():
    story = Story()
    story.holds("owner", 100, "A1", hold=1)
    story.is_refused(
        "rival", "hold", 200 + TTL, "A1", code="seats_unavailable", conflicts={"A1": HELD}
    )

    assert story.kinds(after_at=T0 + 2 * TTL) == {"unjustified"}


def test_it_finds_conflicts_that_were_never_taken_at_once():
    story = Story()
    story.holds("owner", 100, "A1", hold=1)
    story.releases("owner", 200, "A1", hold=1)
    story.holds("owner", 300, "A2", hold=2)
    refused = story.is_refused(
        "rival",
        "hold",
        150,
        "A1",
        "A2",
        code="seats_unavailable",
        conflicts={"A1": HELD, "A2": HELD},
    )
    story.calls[-1] = replace(refused, end=T0 + 400)

    assert story.kinds() == {"unjustified"}


def test_it_finds_a_conflict_nobody_asked_about():
    story = Story()
    story.holds("owner", 100, "A1", hold=1)
    story.is_refused("rival", "hold", 200, "A2", code="seats_unavailable", conflicts={"A1": HELD})

    assert story.kinds() == {"unjustified"}


@pytest.mark.parametrize("offered", [("A1", "A3"), ("A3",), ("A3", "Z9")])
def test_it_finds_a_poor_offer(offered):
    story = Story()
    story.holds("owner", 100, "A1", hold=1)
    story.is_refused(
        "rival",
        "hold",
        200,
        "A1",
        "A2",
        code="seats_unavailable",
        conflicts={"A1": HELD},
        alternatives=(offered,),
    )

    assert story.kinds() == {"unjustified"}


@pytest.mark.parametrize(
    ("operation", "seats", "code"),
    [
        ("book", ("A1",), "not_held"),
        ("book", (), "not_held"),
        ("extend", (), "not_held"),
        ("book", ("A1",), "hold_expired"),
        ("extend", (), "hold_expired"),
    ],
)
def test_it_finds_a_refusal_to_who_holds_the_seats(operation, seats, code):
    story = Story()
    story.holds("owner", 100, "A1", hold=1)
    story.is_refused("owner", operation, 200, *seats, code=code)

    assert story.kinds() == {"unjustified"}


@pytest.mark.parametrize(
    ("code", "kinds"), [("not_held", set()), ("hold_expired", {"unjustified"})]
)
def test_it_knows_no_hold_from_an_expired_one(code, kinds):
    story = Story()
    story.is_refused("owner", "book", 200, "A1", code=code)

    assert story.kinds() == kinds


def test_it_accepts_that_a_hold_has_expired():
    story = Story()
    story.holds("owner", 100, "A1", hold=1)
    story.is_refused("owner", "book", 100 + TTL, "A1", code="hold_expired")

    assert story.kinds(after_at=T0 + 2 * TTL) == set()


@pytest.mark.parametrize(
    ("operation", "code"), [("book", "hold_expired"), ("extend", "extension_limit")]
)
def test_it_reckons_with_a_hold_that_no_answer_told_of(operation, code):
    story = Story()
    story.event("held", 105, "A1", hold=1, until=T0 + 105 + TTL)
    story.call("owner", "hold", 100, "A1", answer=None)
    story.is_refused("owner", operation, 100 + TTL, code=code)

    assert story.kinds(after_at=T0 + 2 * TTL) == set()


@pytest.mark.parametrize(("limit", "kinds"), [(2, set()), (3, {"unjustified"})])
def test_it_counts_seats_where_a_limit_is_said_to_be_reached(limit, kinds):
    story = Story()
    story.holds("owner", 100, "A1", "A2", hold=1)
    story.is_refused("owner", "hold", 200, "A3", code="seat_limit", limit=limit)

    assert story.kinds() == kinds


def test_it_finds_a_refusal_to_cancel_a_booking_that_stands():
    story = Story()
    story.holds("owner", 100, "A1", hold=1)
    story.books("owner", 200, "A1", hold=1, reference="R1")
    story.call("owner", "cancel", 300, reference="R1", answer=Answer(404, "booking_not_found"))

    assert story.kinds() == {"unjustified"}
