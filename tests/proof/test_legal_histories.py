"""What the history checker must be quiet about, and how long it takes."""

from __future__ import annotations

import sys
from collections import Counter
from dataclasses import replace

from proof.history import check
from proof.records import FREE, HELD, Answer, Clock, Event, Poll
from tests.proof.stories import T0, TTL, Story, legal


def test_it_finds_nothing_in_a_legal_history():
    assert check(legal().history()) == []


def test_it_accepts_a_hold_that_took_over_an_expired_one():
    story = Story()
    story.holds("owner", 100, "A1", hold=1)
    story.holds("rival", 105 + TTL, "A1", hold=2)

    assert story.kinds(after_at=T0 + TTL + 200) == set()


def test_it_accepts_what_the_box_office_says_of_payments():
    story = Story()
    story.holds("owner", 100, "A1", "A2", hold=1)
    story.books("owner", 200, "A1", "A2", hold=1, reference="R1")
    story.event("accepted", 300, "A1", "A2", hold=None)
    story.holds("rival", 400, "A3", hold=2)
    story.books("rival", 500, "A3", hold=2, reference="R2")
    story.looks("poller", 550)
    story.event("rejected", 600, "A3", hold=None)
    story.looks("poller", 650)
    story.holds("owner", 700, "A3", hold=3)

    assert story.kinds() == set()


def test_it_accepts_a_retry_that_changed_nothing():
    story = Story()
    first = story.holds("owner", 100, "A1", hold=1)
    story.call("owner", "hold", 200, "A1", answer=first.answer)

    assert story.kinds() == set()


def test_it_accepts_a_booking_repeated_without_a_key():
    story = Story()
    story.holds("owner", 100, "A1", hold=1)
    first = story.books("owner", 200, "A1", hold=1, reference="R1")
    story.call("owner", "book", 300, "A1", answer=first.answer)

    assert story.kinds() == set()


def test_it_accepts_a_seat_sold_again_after_a_repeated_booking_was_cancelled():
    story = Story()
    story.holds("owner", 100, "A1", hold=1)
    first = story.books("owner", 200, "A1", hold=1, reference="R1")
    story.call("owner", "book", 300, answer=first.answer)
    story.cancels("owner", 400, "A1", reference="R1")
    story.holds("rival", 500, "A1", hold=2)

    assert story.kinds() == set()


def test_it_accepts_an_unanswered_booking_known_only_by_its_cancellation():
    story = Story()
    story.holds("owner", 100, "A1", hold=1)
    story.event("booked", 205, "A1", hold=1)
    story.call("owner", "book", 200, answer=None)
    story.cancels("owner", 300, "A1", reference="R1")
    story.holds("rival", 400, "A1", hold=2)

    assert story.kinds() == set()


def test_it_accepts_that_part_of_an_unanswered_booking_is_answered_with_all_of_it():
    story = Story()
    story.holds("owner", 100, "A1", "A2", hold=1)
    event = story.event("booked", 205, "A1", "A2", hold=1)
    story.call("owner", "book", 200, answer=None)
    whole = Answer(200, seats=("A1", "A2"), reference="R1", at=event.at)
    story.call("owner", "book", 300, "A1", answer=whole)

    assert story.kinds() == set()


def test_it_accepts_an_unanswered_call_that_happened():
    story = Story()
    story.event("held", 105, "A1", hold=1, until=T0 + TTL)
    story.call("owner", "hold", 100, "A1", answer=None)

    assert story.kinds() == set()


def test_it_accepts_an_unanswered_call_that_did_not_happen():
    story = Story()
    story.call("owner", "hold", 100, "A1", answer=None)

    assert story.kinds() == set()


def test_it_accepts_an_unanswered_cancellation_done_before_the_next_one():
    story = Story()
    story.holds("owner", 100, "A1", hold=1)
    story.books("owner", 200, "A1", hold=1, reference="R1")
    story.event("cancelled", 305, "A1", hold=None)
    story.call("owner", "cancel", 300, answer=None, reference="R1")
    story.call(
        "owner", "cancel", 900, reference="R1", answer=Answer(200, seats=("A1",), reference="R1")
    )

    assert story.kinds() == set()


def test_it_accepts_a_replayed_answer():
    story = Story()
    first = story.holds("owner", 100, "A1", hold=1, key="k")
    story.call("owner", "hold", 200, "A1", key="k", answer=replace(first.answer, replayed=True))

    assert story.kinds() == set()


def test_it_accepts_a_server_whose_clock_is_an_hour_ahead():
    story = legal()
    ahead = 3_600_000
    story.events = [
        replace(
            event, at=event.at + ahead, until=None if event.until is None else event.until + ahead
        )
        for event in story.events
    ]
    story.calls = [
        replace(
            call,
            answer=replace(
                call.answer,
                until=None if call.answer.until is None else call.answer.until + ahead,
                at=None if call.answer.at is None else call.answer.at + ahead,
            ),
        )
        for call in story.calls
    ]

    assert (
        story.kinds(
            clock=Clock.of([(T0, T0 + 4, T0 + 2 + ahead)]), polls=[], after_at=T0 + 200_000 + ahead
        )
        == set()
    )


def test_a_time_told_from_an_answer_prepared_earlier_does_not_put_the_clock_back():
    clock = Clock.of([(T0, T0 + 4, T0 - 900), (T0 + 100, T0 + 106, T0 + 104), (T0, T0 + 9, T0)])

    assert clock == Clock(ahead=-2, tolerance=56)


def test_it_leaves_strangers_alone_on_a_shared_show():
    story = legal()
    story.event("held", 7000, "A4", hold=77, until=T0 + 7000 + TTL)

    assert story.kinds(shared=True) == set()


def test_it_accepts_changes_laid_on_a_full_look():
    story = Story()
    story.looks("poller", 50)
    story.holds("owner", 100, "A1", hold=1)
    changed = {"A1": story.hall["A1"]}
    story.polls.append(Poll("poller", T0 + 150, T0 + 160, "later", False, changed))

    assert story.kinds() == set()


def test_it_accepts_a_look_after_a_deadline_that_no_event_told():
    story = Story()
    story.holds("owner", 100, "A1", hold=1)
    story.looks("poller", 150)
    story.hall["A1"] = FREE
    story.looks("poller", 105 + TTL + 10)

    assert story.kinds(after_at=T0 + TTL + 3000) == set()


def test_it_does_about_twice_as_much_for_twice_as_much():
    def steps(rounds: int) -> int:
        story = Story()
        for turn in range(rounds):
            at = turn * 100.0
            story.holds("owner", at, "A1", "A2", hold=turn + 1)
            story.is_refused(
                "rival", "hold", at + 20, "A1", code="seats_unavailable", conflicts={"A1": HELD}
            )
            story.looks("poller", at + 30)
            story.releases("owner", at + 40, "A1", "A2", hold=turn + 1)
        story.event("held", rounds * 100, "A4", hold=rounds + 1, until=T0 + rounds * 100 + TTL)
        history = story.history(after_at=T0 + rounds * 100)
        lines = Counter()

        def count(frame, event, _):
            lines[event] += 1
            return count

        # Lines, not seconds: those depend on what else the machine does.
        before = sys.gettrace()
        sys.settrace(count)
        try:
            found = check(history)
        finally:
            sys.settrace(before)
        assert [violation.kind for violation in found] == ["unexplained"]
        return lines["line"]

    assert steps(2000) < 5 * steps(500)


def test_an_event_prints_itself_for_whoever_reads_a_violation():
    story = legal()
    story.event("held", 7000, "A4", hold=77, until=T0 + 7000 + TTL)

    assert any(
        "A4" in str(violation) and "77" in str(violation) for violation in check(story.history())
    )
    assert isinstance(story.events[-1], Event)
