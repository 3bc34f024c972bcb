"""Whatever customers, the box office and the clock do, in any order: a simple model agrees."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.conf import LazySettings
from django.db import connection
from hypothesis import settings as how
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from seats import availability
from seats.domain import from_milliseconds, iso
from seats.errors import (
    ExtensionLimit,
    HoldExpired,
    NotHeld,
    SeatError,
    SeatLimit,
    SeatsUnavailable,
)
from seats.reservations import (
    Outcome,
    adopt_selections,
    cancel_booking,
    release_selections,
)
from tests.engine.house import House, HouseClock, Poller, customer, labels_of, true_state
from tests.engine.profile import CAREFULLY

TTL_MS, MAX_MS, SELECT_MS, LIMIT = 600_000, 1_800_000, 30_000, 3
NAMES = ("owner", "rival", "stranger")
LABELS = ("A1", "A2", "A3", "A4")


@dataclass(eq=False)
class ModelHold:
    who: str
    started: int
    deadline: int
    labels: set[str]
    by_selection: bool = False
    # open, released, or the booking that took its last seat
    end: str | ModelBooking = "open"

    def is_live(self, now: int) -> bool:
        return self.end == "open" and now < self.deadline

    def is_over(self, now: int) -> bool:
        return self.end == "open" and now >= self.deadline

    def lasts(self, now: int, milliseconds: int) -> None:
        """From now on, within the longest a hold can last, and never shorter than before."""
        self.deadline = max(self.deadline, min(now + milliseconds, self.started + MAX_MS))

    def shrink(self, gone: set[str], end: str | ModelBooking) -> None:
        if self.labels <= gone:
            self.end = end
        else:
            self.labels -= gone


@dataclass(eq=False)
class ModelBooking:
    who: str
    reference: str
    labels: set[str]
    is_cancelled: bool = False


@dataclass
class Model:
    """The rules once more, in the plainest words: no rows, no queries, nobody in between."""

    seats: dict[str, ModelHold | ModelBooking | None] = field(
        default_factory=lambda: dict.fromkeys(LABELS)
    )
    newest: dict[str, ModelHold] = field(default_factory=dict)
    bookings: list[ModelBooking] = field(default_factory=list)

    def is_free(self, label: str, now: int) -> bool:
        seat = self.seats[label]
        return seat is None or (isinstance(seat, ModelHold) and now >= seat.deadline)

    def seen(self, now: int) -> dict[str, tuple[str, str | None]]:
        state: dict[str, tuple[str, str | None]] = {}
        for label, seat in self.seats.items():
            if self.is_free(label, now):
                state[label] = ("AVAILABLE", None)
            elif isinstance(seat, ModelHold):
                state[label] = ("HELD", iso(from_milliseconds(seat.deadline)))
            else:
                state[label] = ("BOOKED", None)
        return state

    def live(self, who: str, now: int) -> ModelHold | None:
        hold = self.newest.get(who)
        return hold if hold is not None and hold.is_live(now) else None

    def take(
        self, who: str, labels: set[str], now: int, milliseconds: int
    ) -> type[SeatError] | ModelHold:
        hold = self.live(who, now)
        held = hold.labels if hold else set()
        if not labels <= held or hold is None:
            if len(labels | held) > LIMIT:
                return SeatLimit
            if not all(self.is_free(label, now) for label in labels - held):
                return SeatsUnavailable
            if hold is None:
                hold = self.newest[who] = ModelHold(who, now, now + milliseconds, set(), True)
            self._join(hold, labels)
        return hold

    def hold(self, who: str, labels: set[str], now: int) -> type[SeatError] | set[str]:
        hold = self.take(who, labels, now, TTL_MS)
        if isinstance(hold, type):
            return hold
        if hold.by_selection:
            hold.lasts(now, TTL_MS)
            hold.by_selection = False
        return hold.labels

    def select(self, who: str, labels: set[str], now: int) -> type[SeatError] | set[str]:
        hold = self.take(who, labels, now, SELECT_MS)
        if isinstance(hold, type):
            return hold
        if hold.by_selection:
            hold.lasts(now, SELECT_MS)
        return hold.labels

    def go_away(self, who: str, now: int) -> set[str]:
        hold = self.live(who, now)
        return self.release(who, set(), now) if hold and hold.by_selection else set()

    def adopt(self, guest: str, who: str, now: int) -> set[str]:
        """What is handed over; what is not has been let go of."""
        selection, hold = self.newest.get(guest), self.live(who, now)
        labels = self.go_away(guest, now)
        if (
            selection is None
            or not labels
            or len(labels | (hold.labels if hold else set())) > LIMIT
        ):
            return set()
        if hold is None:
            hold = self.newest[who] = ModelHold(who, now, selection.deadline, set(), True)
        elif hold.by_selection:
            hold.deadline = max(hold.deadline, selection.deadline)
        self._join(hold, labels)
        return labels

    def _join(self, hold: ModelHold, labels: set[str]) -> None:
        for label in labels:
            self.seats[label] = hold
        hold.labels |= labels

    def extend(self, who: str, now: int) -> type[SeatError] | set[str]:
        hold = self.newest.get(who)
        if hold is not None and hold.is_over(now):
            return HoldExpired
        if hold is None or not hold.is_live(now):
            return NotHeld
        if hold.deadline >= hold.started + MAX_MS:
            return ExtensionLimit
        hold.lasts(now, TTL_MS)
        hold.by_selection = False
        return hold.labels

    def book(
        self, who: str, labels: set[str], now: int
    ) -> type[SeatError] | ModelBooking | set[str]:
        """The seats to be booked now, or the booking there is already."""
        hold = self.newest.get(who)
        if not labels and hold is not None and isinstance(hold.end, ModelBooking):
            return NotHeld if hold.end.is_cancelled else hold.end
        labels = labels or (set(hold.labels) if hold is not None else set())
        if hold is not None and labels and hold.is_live(now) and labels <= hold.labels:
            return labels
        taken = {id(self.seats[label]) for label in labels}
        for booking in self.bookings:
            if taken and taken == {id(booking)} and booking.who == who:
                return booking
        if hold is not None and hold.is_over(now) and labels & hold.labels:
            return HoldExpired
        return NotHeld

    def booked(self, who: str, reference: str, labels: set[str]) -> None:
        booking = ModelBooking(who, reference, set(labels))
        self.bookings.append(booking)
        self.newest[who].shrink(labels, booking)
        for label in labels:
            self.seats[label] = booking

    def release(self, who: str, labels: set[str], now: int) -> set[str]:
        hold = self.live(who, now)
        going = set() if hold is None else (labels or hold.labels) & hold.labels
        if hold is not None and going:
            hold.shrink(going, "released")
            self._free(going)
        return going

    def cancel(self, booking: ModelBooking) -> None:
        if not booking.is_cancelled:
            self._free(booking.labels)
            booking.is_cancelled = True

    def release_by_staff(self, labels: set[str], now: int) -> set[str]:
        return {label for who in NAMES for label in self.release(who, labels, now)}

    def unbook_by_staff(self, labels: set[str]) -> set[str]:
        gone = {label for label in labels if isinstance(self.seats[label], ModelBooking)}
        for booking in self.bookings:
            mine = {label for label in gone if self.seats[label] is booking}
            if mine and booking.labels <= mine:
                booking.is_cancelled = True
            elif mine:
                booking.labels -= mine
        self._free(gone)
        return gone

    def tidy(self, now: int) -> int:
        over = {
            label
            for label, seat in self.seats.items()
            if isinstance(seat, ModelHold) and now >= seat.deadline
        }
        self._free(over)
        return len(over)

    def _free(self, labels: set[str]) -> None:
        for label in labels:
            self.seats[label] = None


people = st.sampled_from(NAMES)
some_labels = st.sets(st.sampled_from(LABELS), min_size=1, max_size=2)
all_or_some = st.one_of(st.just(set[str]()), some_labels)


class AnyOrder(RuleBasedStateMachine):
    def __init__(self, clock: HouseClock) -> None:
        super().__init__()
        self.clock = clock

    @initialize()
    def open(self) -> None:
        self.house = House.open(1, len(LABELS))
        self.customers = {name: customer(name) for name in NAMES}
        self.model = Model()
        self.poller = Poller(self.house.show_id)
        self.changes = 0

    def ask(self, call: Callable[[], Outcome]) -> Outcome | SeatError:
        try:
            outcome = call()
        except SeatError as refused:
            return refused
        self.changes += outcome.changed
        return outcome

    def agree(self, came_to: Outcome | SeatError, expected: Any) -> None:
        if isinstance(expected, type):
            assert type(came_to) is expected, f"{came_to!r}, not {expected.__name__}"
        else:
            assert isinstance(came_to, Outcome), f"{came_to!r}, not {expected}"
            assert set(labels_of(came_to)) == expected

    @rule(who=people, labels=some_labels | st.just(set(LABELS)))
    def hold(self, who: str, labels: set[str]) -> None:
        in_the_way = self.in_the_way(who, labels)
        came_to = self.ask(lambda: self.house.hold(self.customers[who], *labels))
        self.agree(came_to, self.model.hold(who, labels, self.clock.ms))
        if isinstance(came_to, SeatsUnavailable):
            assert {seat["label"] for seat in came_to.facts["conflicts"]} == in_the_way

    def in_the_way(self, who: str, labels: set[str]) -> set[str]:
        live = self.model.live(who, self.clock.ms)
        others = labels - (live.labels if live else set())
        return {label for label in others if not self.model.is_free(label, self.clock.ms)}

    @rule(who=people, labels=some_labels)
    def select(self, who: str, labels: set[str]) -> None:
        in_the_way = self.in_the_way(who, labels)
        live = self.model.live(who, self.clock.ms)
        had = set(live.labels) if live else set()
        came_to = self.ask(lambda: self.house.select(self.customers[who], *labels))
        self.agree(came_to, self.model.select(who, labels, self.clock.ms))
        if isinstance(came_to, SeatsUnavailable):
            assert {seat["label"] for seat in came_to.facts["conflicts"]} == in_the_way
        elif isinstance(came_to, Outcome):
            assert set(came_to.facts["new"]) == labels - had

    @rule(who=people, labels=some_labels, seconds=st.sampled_from([1, 29, 30, 31]))
    def select_and_go_on(self, who: str, labels: set[str], seconds: int) -> None:
        self.select(who, labels)
        self.clock.advance(seconds * 1000)
        self.hold(who, labels)

    @rule(who=people)
    def go_away(self, who: str) -> None:
        count = release_selections(self.customers[who], self.house.show_id)
        assert count == len(self.model.go_away(who, self.clock.ms))
        self.changes += bool(count)

    @rule(guest=people, who=people, labels=some_labels)
    def log_in(self, guest: str, who: str, labels: set[str]) -> None:
        if guest == who:
            return
        self.select(guest, labels)
        live = self.model.live(guest, self.clock.ms)
        had_some = live is not None and live.by_selection
        here = self.house.show_id
        count = adopt_selections(self.customers[guest], self.customers[who], here)
        assert count == len(self.model.adopt(guest, who, self.clock.ms))
        self.changes += had_some + bool(count)

    @rule(who=people, labels=some_labels, data=st.data())
    def hold_and_go_on(self, who: str, labels: set[str], data: st.DataObject) -> None:
        """As most do; left to chance alone, few would ever come to book."""
        self.hold(who, labels)
        go_on = data.draw(st.sampled_from([self.book, self.book, self.release]))
        go_on(who, data.draw(st.just(set[str]()) | st.just(labels) | some_labels))

    @rule(who=people)
    def extend(self, who: str) -> None:
        came_to = self.ask(lambda: self.house.extend(self.customers[who]))
        self.agree(came_to, self.model.extend(who, self.clock.ms))

    @rule(who=people, labels=all_or_some)
    def book(self, who: str, labels: set[str]) -> None:
        came_to = self.ask(lambda: self.house.book(self.customers[who], *labels))
        expected = self.model.book(who, labels, self.clock.ms)
        if isinstance(expected, ModelBooking):
            assert isinstance(came_to, Outcome)
            assert came_to.facts["booking"]["reference"] == expected.reference
            assert not came_to.changed
            return
        self.agree(came_to, expected)
        if isinstance(came_to, Outcome) and isinstance(expected, set):
            self.model.booked(who, came_to.facts["booking"]["reference"], expected)

    @precondition(lambda self: self.model.bookings)
    @rule(data=st.data(), is_whole=st.booleans())
    def book_again(self, data: st.DataObject, is_whole: bool) -> None:
        """As somebody does who has not heard the answer."""
        booking = data.draw(st.sampled_from(self.model.bookings))
        self.book(booking.who, set() if is_whole else set(booking.labels))

    @rule(who=people, labels=all_or_some)
    def release(self, who: str, labels: set[str]) -> None:
        came_to = self.ask(lambda: self.house.release(self.customers[who], *labels))
        assert isinstance(came_to, Outcome)
        released = self.model.release(who, labels, self.clock.ms)
        assert set(came_to.facts["released"]) == released
        assert set(came_to.facts["not_held"]) == labels - released
        assert came_to.changed is bool(released)

    @precondition(lambda self: self.model.bookings)
    @rule(data=st.data())
    def cancel(self, data: st.DataObject) -> None:
        booking = data.draw(st.sampled_from(self.model.bookings))
        was_cancelled = booking.is_cancelled
        came_to = self.ask(lambda: cancel_booking(self.customers[booking.who], booking.reference))
        self.agree(came_to, booking.labels)
        assert isinstance(came_to, Outcome)
        assert came_to.changed is not was_cancelled
        self.model.cancel(booking)

    @rule(labels=some_labels)
    def release_by_staff(self, labels: set[str]) -> None:
        freed = self.house.release_by_staff(*labels)
        self.changes += bool(freed)
        assert set(freed) == self.model.release_by_staff(labels, self.clock.ms)

    @rule(labels=some_labels)
    def unbook_by_staff(self, labels: set[str]) -> None:
        freed = self.house.unbook_by_staff(*labels)
        self.changes += bool(freed)
        assert set(freed) == self.model.unbook_by_staff(labels)

    @rule()
    def tidy(self) -> None:
        cleared = self.house.tidy()
        self.changes += bool(cleared)
        assert cleared == self.model.tidy(self.clock.ms)

    @rule(milliseconds=st.sampled_from([1, 101, 60_000, 299_999, 300_000, 600_000]))
    def wait(self, milliseconds: int) -> None:
        self.clock.advance(milliseconds)

    @precondition(lambda self: self.holds)
    @rule(data=st.data(), offset=st.sampled_from([-1, 0, 1]))
    def at_a_deadline(self, data: st.DataObject, offset: int) -> None:
        """The moment is right, and something happens to the hold that ends there."""
        hold = data.draw(st.sampled_from(self.holds))
        self.clock.ms = max(self.clock.ms, hold.deadline + offset)
        labels = set(hold.labels)
        deed = data.draw(
            st.sampled_from(["book", "extend", "hold", "select", "release", "taken", "none"])
        )
        if deed == "extend":
            self.extend(hold.who)
        elif deed == "taken":
            self.hold(data.draw(people), labels)
        elif deed != "none":
            getattr(self, deed)(hold.who, labels)

    @rule(who=people, labels=some_labels)
    def keep_for_long(self, who: str, labels: set[str]) -> None:
        self.hold(who, labels)
        for _ in range(4):
            self.clock.advance(400_000)
            self.extend(who)

    @property
    def holds(self) -> list[ModelHold]:
        """Those that are running still."""
        return [hold for hold in self.model.newest.values() if hold.is_live(self.clock.ms)]

    @invariant()
    def everybody_sees_the_same(self) -> None:
        expected = self.model.seen(self.clock.ms)
        assert true_state(self.house) == expected
        assert self.poller.look() == expected

    @rule(who=people)
    def nobody_has_more_than_is_theirs(self, who: str) -> None:
        hold = self.model.live(who, self.clock.ms)
        listed = availability.holds_of(self.customers[who], self.house.show_id)
        held = {seat["label"] for each in listed for seat in each["seats"]}
        assert held == (hold.labels if hold else set())
        assert len(held) <= LIMIT

    def teardown(self) -> None:
        if hasattr(self, "house"):
            assert self.house.books_agree() == self.changes


@pytest.mark.usefixtures("db")
def test_it_does_what_the_rules_say_in_any_order(clock: HouseClock, settings: LazySettings) -> None:
    settings.MAX_SEATS_PER_HOLD = LIMIT
    # Nobody buys as little and lets as much run out as these customers do.
    settings.HOARD_MAX_SEATS = settings.HOARD_SEAT_MINUTES = settings.HOARD_LAPSES = None
    # The rules are the same everywhere; a server is asked whether it reads our SQL as we mean it.
    examples = 60 if connection.vendor == "sqlite" else 20
    run_state_machine_as_test(
        lambda: AnyOrder(clock),
        settings=how(CAREFULLY, max_examples=examples, stateful_step_count=50),
    )
