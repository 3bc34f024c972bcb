"""What the history checker finds between answers and ledger, seats included."""

from __future__ import annotations

from dataclasses import replace

from proof.records import Answer, Clock
from tests.proof.stories import T0, TTL, Story, legal


def test_it_finds_a_granted_call_that_is_not_in_the_ledger():
    story = Story()
    story.call(
        "owner", "hold", 100, "A1", answer=Answer(200, seats=("A1",), hold=1, until=T0 + TTL)
    )

    assert story.kinds() == {"missing"}


def test_it_finds_a_booking_in_the_ledger_with_other_seats():
    story = Story()
    story.holds("owner", 100, "A1", "A2", hold=1)
    story.books("owner", 200, "A1", "A2", hold=1, reference="R1")
    story.alter(2, seats=("A1",))

    assert {"missing", "unexplained", "final"} <= story.kinds()


def test_it_finds_a_hold_in_the_ledger_with_another_deadline():
    story = Story()
    story.holds("owner", 100, "A1", hold=1)
    story.alter(1, until=story.events[0].until + 1)

    assert "different" in story.kinds()


def test_it_finds_an_effect_that_happened_twice():
    story = Story()
    story.holds("owner", 100, "A1", hold=1)
    story.event("held", 106, "A1", hold=1, until=story.events[0].until)

    assert story.kinds() == {"doubled"}


def test_it_finds_a_refused_call_that_happened():
    story = Story()
    story.event("held", 105, "A1", hold=1, until=T0 + TTL)
    story.is_refused("owner", "hold", 100, "A1", code="seat_limit", limit=0)

    assert story.kinds() == {"refused"}


def test_it_finds_a_call_answered_with_an_error_that_happened():
    story = Story()
    story.event("held", 105, "A1", hold=1, until=T0 + TTL)
    story.call("owner", "hold", 100, "A1", answer=Answer(503, "busy"))

    assert story.kinds() == {"refused"}


def test_it_finds_an_event_nobody_asked_for():
    story = legal()
    story.event("held", 7000, "A4", hold=77, until=T0 + 7000 + TTL)

    assert story.kinds() == {"unexplained"}


def test_it_finds_an_unanswered_call_that_happened_twice():
    story = Story()
    story.call("owner", "hold", 100, "A1", answer=None)
    story.event("held", 105, "A1", hold=1, until=T0 + TTL)
    story.event("released", 110, "A1", hold=1)
    story.call("owner", "release", 109, "A1", answer=None)
    story.event("held", 120, "A1", hold=2, until=T0 + TTL)

    assert story.kinds() == {"unexplained"}


def test_it_finds_an_event_dated_outside_of_its_call():
    story = Story()
    story.holds("owner", 100, "A1", hold=1)
    booked = story.books("owner", 200, "A1", hold=1, reference="R1")
    story.calls[1] = replace(booked, start=T0 + 250, end=T0 + 260)

    assert story.kinds() == {"time"}


def test_it_finds_a_later_call_that_comes_first_in_the_ledger():
    story = Story()
    story.holds("owner", 100, "A1", hold=1)
    story.holds("rival", 120, "A2", hold=2)
    first, second = story.events
    story.events = [replace(second, version=1, at=T0 + 115), replace(first, version=2, at=T0 + 115)]

    assert story.kinds(clock=Clock(0, 50)) == {"order"}


def test_it_finds_one_key_with_two_answers():
    story = Story()
    story.holds("owner", 100, "A1", hold=1, key="k")
    story.call("owner", "hold", 200, "A1", key="k", answer=Answer(409, "seat_limit", replayed=True))

    assert story.kinds() == {"replay"}


def test_it_finds_one_key_answered_twice_as_if_it_were_new():
    story = Story()
    first = story.holds("owner", 100, "A1", hold=1, key="k")
    story.call("owner", "hold", 200, "A1", key="k", answer=first.answer)

    assert story.kinds() == {"replay"}


def test_it_finds_a_booking_of_more_than_was_asked_for():
    story = Story()
    story.holds("owner", 100, "A1", "A2", hold=1)
    booked = story.books("owner", 200, "A1", "A2", hold=1, reference="R1")
    story.calls[1] = replace(booked, seats=("A1",))

    assert story.kinds() == {"wrong_answer"}


def test_it_finds_a_hold_granted_in_part():
    story = Story()
    until = T0 + 105 + TTL
    story.event("held", 105, "A1", hold=1, until=until)
    story.call(
        "owner", "hold", 100, "A1", "A2", answer=Answer(200, seats=("A1",), hold=1, until=until)
    )

    assert "wrong_answer" in story.kinds()


def test_it_finds_two_owners_even_if_the_ledger_hides_one():
    story = Story()
    story.holds("owner", 100, "A1", hold=1)
    story.call(
        "rival", "hold", 200, "A1", answer=Answer(200, seats=("A1",), hold=2, until=T0 + TTL)
    )

    assert story.kinds() == {"two_owners", "missing"}


def test_it_finds_one_hold_given_to_two_customers():
    story = Story()
    first = story.holds("owner", 100, "A1", hold=1)
    story.call("rival", "hold", 100, "A1", answer=first.answer)

    assert "two_owners" in story.kinds()


def test_it_finds_one_reference_given_to_two_customers():
    story = Story()
    story.holds("owner", 100, "A1", hold=1)
    story.books("owner", 200, "A1", hold=1, reference="R1")
    story.holds("rival", 300, "A2", hold=2)
    story.books("rival", 400, "A2", hold=2, reference="R1")

    assert "two_owners" in story.kinds()


def test_it_finds_a_seat_sold_again_while_it_is_booked():
    story = Story()
    story.holds("owner", 100, "A1", hold=1)
    story.books("owner", 200, "A1", hold=1, reference="R1")
    story.holds("rival", 300, "A1", hold=2)
    story.books("rival", 400, "A1", hold=2, reference="R2")

    assert {"two_owners", "illegal_held"} <= story.kinds()
