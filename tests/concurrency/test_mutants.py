"""The desk with one bug in it, seventeen times over: the checks have to notice every one.

Each bug comes with a moment in which it matters. Without the bug that moment passes well, with it
the check of the answers or of the books fails, on every kind of database.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection, connections
from django.test import override_settings

from seats import availability, database
from seats.domain import Customer, EventKind, HoldState, SeatNames
from seats.errors import (
    HoldExpired,
    NotHeld,
    NotInReview,
    PaymentRequired,
    SeatError,
    SeatLimit,
    SeatsUnavailable,
)
from seats.ledger import Difference
from seats.models import PaymentProof, Seat
from seats.reservations import Outcome, booking, change, holding, releasing, reviewing, taking
from tests.engine.house import STAFF, House, HouseClock, once

Patch = pytest.MonkeyPatch


@dataclass
class Scene:
    house: House
    owner: Customer
    rival: Customer
    clock: HouseClock
    monkeypatch: Patch

    @contextmanager
    def meanwhile(self, module: Any, name: str, others: Callable[[], object]) -> Iterator[None]:
        """The first time the function is called, others are quicker."""
        function = getattr(module, name)
        waiting = [others]

        def after_others(*args: Any, **kwargs: Any) -> Any:
            if waiting:
                waiting.pop()()
            return function(*args, **kwargs)

        with self.monkeypatch.context() as patched:
            patched.setattr(module, name, after_others)
            yield

    @contextmanager
    def long_wait_for_the_lock(self) -> Iterator[None]:
        """The statement that takes the lock takes ten minutes."""

        def wait(execute: Any, sql: str, *rest: Any) -> Any:
            if sql.startswith("UPDATE seats_showtime SET version"):
                before = database.clock()
                self.clock.advance(600_000)
                # A database looks at its clock when it has the lock.
                sql = sql.replace(before, database.clock())
            return execute(sql, *rest)

        with connection.execute_wrapper(wait):
            yield

    @contextmanager
    def death_after_commit(self) -> Iterator[None]:
        """The process dies as soon as the transaction is committed."""
        write = database.write

        def write_and_die(work: Any) -> None:
            write(work)
            raise ConnectionResetError

        with self.monkeypatch.context() as patched, suppress(ConnectionResetError):
            patched.setattr(database, "write", write_and_die)
            yield


def refused_with(kind: type[SeatError], call: Callable[[], object]) -> None:
    try:
        outcome: object = call()
    except SeatError as refused:
        outcome = refused
    assert type(outcome) is kind, f"came to {outcome!r}"


def granted(call: Callable[[], object]) -> None:
    try:
        call()
    except SeatError as refused:
        raise AssertionError(f"came to {refused!r}") from refused


# Moments


def somebody_else_has_one_of_the_seats(scene: Scene) -> None:
    scene.house.hold(scene.rival, "A1")
    refused_with(SeatsUnavailable, lambda: scene.house.hold(scene.owner, "A1", "A2"))
    scene.house.hold(scene.owner, "A3")
    assert scene.house.stored() == {"A1": "HELD", "A3": "HELD"}


def the_hold_ends_while_the_booking_waits(scene: Scene) -> None:
    scene.house.hold(scene.owner, "A1")
    with scene.long_wait_for_the_lock():
        refused_with(HoldExpired, lambda: scene.house.book(scene.owner))


def the_process_dies_after_the_commit(scene: Scene) -> None:
    with scene.death_after_commit():
        scene.house.hold(scene.owner, "A1")
    assert scene.house.stored() == {"A1": "HELD"}


def the_answer_is_lost_and_the_request_repeated(scene: Scene) -> None:
    scene.house.hold(scene.owner, "A1")
    scene.clock.advance(1000)
    with scene.death_after_commit():
        scene.house.extend(scene.owner, once=once(scene.owner))
    scene.clock.advance(1000)
    again = scene.house.extend(scene.owner, once=once(scene.owner))
    assert again.replayed, "not replayed"
    assert [kind for kind, _ in scene.house.told()] == ["held", "extended"]


def one_proof_is_to_pay_two_bookings(scene: Scene) -> None:
    paid_with_a_proof(scene, "A1")
    scene.house.hold(scene.owner, "A2")
    refused_with(PaymentRequired, lambda: paid_with_a_proof(scene, "A2"))


def the_customer_cancels_before_the_verdict(scene: Scene) -> None:
    booked = paid_with_a_proof(scene, "A1")
    called = booked.facts["booking"]["reference"]
    with scene.meanwhile(reviewing, "perform", lambda: scene.house.cancel(scene.owner, booked)):
        refused_with(NotInReview, lambda: reviewing.accept_booking(STAFF, called))


def paid_with_a_proof(scene: Scene, label: str) -> Outcome:
    proof, _ = PaymentProof.objects.get_or_create(
        id="0" * 32,
        defaults={
            "customer": scene.owner.key,
            "format": "png",
            "size": 100,
            "uploaded_at": scene.clock.now,
        },
    )
    scene.house.hold(scene.owner, label)
    with override_settings(PAYMENT_MODE="proof"):
        return booking.book_seats(
            scene.owner, scene.house.show_id, SeatNames.of(label), payment_proof=proof.pk
        )


def somebody_takes_the_seat_before_the_sweeper(scene: Scene) -> None:
    scene.house.hold(scene.owner, "A1")
    scene.clock.advance(600_000)
    with scene.meanwhile(releasing, "perform", lambda: scene.house.hold(scene.rival, "A1")):
        scene.house.tidy()
    assert scene.house.seen() == {"A1": "HELD"}


def the_same_customer_is_quicker_in_another_window(scene: Scene) -> None:
    def other_window() -> None:
        scene.house.hold(scene.owner, "A1", "A2", "A3", "A4")

    with scene.meanwhile(holding, "perform", other_window):
        refused_with(SeatLimit, lambda: scene.house.hold(scene.owner, "B1"))


def somebody_books_what_another_holds(scene: Scene) -> None:
    scene.house.hold(scene.owner, "A1")
    scene.house.hold(scene.rival, "B1")
    refused_with(NotHeld, lambda: scene.house.book(scene.rival, "A1"))


def it_is_the_deadline_to_the_millisecond(scene: Scene) -> None:
    scene.house.hold(scene.owner, "A1")
    scene.house.hold(scene.rival, "B1")
    scene.clock.advance(600_000)
    refused_with(HoldExpired, lambda: scene.house.book(scene.owner))
    granted(lambda: scene.house.hold(scene.rival, "A1", "B1"))


def a_hold_is_extended(scene: Scene) -> None:
    scene.house.hold(scene.owner, "A1")
    scene.clock.advance(1000)
    scene.house.extend(scene.owner)


def seats_are_added_to_a_hold(scene: Scene) -> None:
    deadline = scene.house.hold(scene.owner, "A1").facts["hold"]["expires_at"]
    scene.clock.advance(1000)
    assert scene.house.hold(scene.owner, "A2").facts["hold"]["expires_at"] == deadline


# Bugs


def no_row_count(patch: Patch) -> None:
    """The number of rows is not compared with the number of seats."""
    take = taking._take

    def lenient(*args: Any) -> None:
        with suppress(SeatsUnavailable):
            take(*args)

    patch.setattr(taking, "_take", lenient)


def no_condition(patch: Patch) -> None:
    """The UPDATE takes seats from whoever has them."""

    def take(_change: Any, hold_id: int, seat_ids: Any, deadline: Any, _wanted: Any) -> None:
        Seat.objects.filter(pk__in=seat_ids).update(
            status="HELD", held_until=deadline, hold_id=hold_id, booking_id=None
        )

    patch.setattr(taking, "_take", take)


def partial_batch(patch: Patch) -> None:
    """A refusal is told, and what was taken until then is kept."""
    written = change._written

    def kept(work: Any) -> Any:
        def swallowing() -> Any:
            try:
                return work()
            except SeatError as refused:
                return refused

        return written(swallowing)

    patch.setattr(change, "_written", kept)


def version_from_a_sequence(patch: Patch) -> None:
    """Versions are drawn from a counter that no rollback sets back."""
    take_turn, numbers = database.take_turn, itertools.count(1)

    def drawn(cursor: Any, show_id: int, *rest: Any) -> Any:
        turn = replace(take_turn(cursor, show_id, *rest), version=next(numbers))
        cursor.execute(
            "UPDATE seats_showtime SET version = %s WHERE id = %s", (turn.version, show_id)
        )
        return turn

    patch.setattr(database, "take_turn", drawn)


def clock_before_the_lock(patch: Patch) -> None:
    """The time is read in the transaction, and then the lock is waited for."""
    take_turn = database.take_turn

    def early(*args: Any) -> Any:
        now = database.now()
        return replace(take_turn(*args), now=now)

    patch.setattr(database, "take_turn", early)


def clock_before_the_transaction(patch: Patch) -> None:
    """The time is read when the request arrives."""
    take_turn, write, read = database.take_turn, database.write, list[datetime]()

    def reading(work: Any) -> Any:
        read.append(database.now())
        return write(work)

    patch.setattr(database, "write", reading)
    patch.setattr(database, "take_turn", lambda *args: replace(take_turn(*args), now=read[-1]))


def _after_commit(patch: Patch, owner: Any, name: str) -> None:
    """Puts off calls of a function until the transaction is committed."""
    function, written = getattr(owner, name), change._written
    put_off: list[tuple[Any, Any]] = []

    def later(*args: Any, **kwargs: Any) -> None:
        put_off.append((args, kwargs))

    def write_then(work: Any) -> Any:
        put_off.clear()
        came_to = written(work)
        for args, kwargs in put_off:
            with database.cursor() as cursor:
                args = (cursor, *args[1:]) if owner is change else args  # noqa: PLW2901
                function(*args, **kwargs)
        return came_to

    patch.setattr(owner, name, later)
    patch.setattr(change, "_written", write_then)


def event_after_the_commit(patch: Patch) -> None:
    """The ledger is written in a transaction of its own."""
    _after_commit(patch, change.Change, "record")


def key_after_the_commit(patch: Patch) -> None:
    """The answer to a key is stored in a transaction of its own."""
    _after_commit(patch, change, "remember")


def stale_sweeper(patch: Patch) -> None:
    """What is over is looked up before the lock, and cleared without looking again."""

    def tidy_show(show_id: int) -> int:
        over = Seat.objects.filter(show_id=show_id, held_until__lte=database.now())
        seat_ids = list(over.values_list("id", flat=True))

        def operation(made: change.Change) -> change.Facts:
            made.free(seat_ids, "status = 'HELD'")
            made.record(EventKind.EXPIRED, seat_ids)
            return {}

        releasing.perform(show_id, "housekeeping", operation)
        return len(seat_ids)

    patch.setattr(releasing, "_tidy_show", tidy_show)


def limit_before_the_lock(patch: Patch) -> None:
    """The seats a customer holds are counted when the request arrives."""
    hold_seats = holding.hold_seats

    def counting(customer: Customer, show_id: int, names: Any, **rest: Any) -> Any:
        held = sum(len(hold["seats"]) for hold in availability.holds_of(customer, show_id))
        if held + len(names) > 4:
            raise SeatLimit(4)
        return hold_seats(customer, show_id, names, **rest)

    patch.setattr("seats.reservations.hold_seats", counting)
    patch.setattr(holding, "refuse_too_many", lambda _: None)


def _rewrite(patch: Patch, old: str, new: str, *, of: str = "UPDATE") -> None:
    def rewriting(execute: Any, sql: str, *rest: Any) -> Any:
        return execute(sql.replace(old, new) if sql.startswith(of) else sql, *rest)

    # The connection itself, not what stands for it in every thread.
    opened = connections["default"]
    patch.setattr(opened, "execute_wrappers", [*opened.execute_wrappers, rewriting])


def anybodys_hold(patch: Patch) -> None:
    """Whether it is the customer's own hold is not asked."""
    patch.setattr(booking, "_part_of_hold", lambda _change, _hold, _customer, wanted: wanted)
    _rewrite(patch, "AND hold_id = %s", "AND %s IS NOT NULL")


def booked_at_the_deadline(patch: Patch) -> None:
    """At the deadline itself the hold is still good."""
    is_open = HoldState.OPEN
    patch.setattr(
        change.HoldRow,
        "is_live",
        lambda hold, now: hold.state is is_open and now <= hold.expires_at,
    )
    patch.setattr(
        change.HoldRow,
        "has_lapsed",
        lambda hold, now: hold.state is is_open and hold.expires_at < now,
    )
    _rewrite(patch, "held_until > %s", "held_until >= %s")


def free_after_the_deadline(patch: Patch) -> None:
    """At the deadline itself the seat is not free yet."""
    _rewrite(patch, "held_until <= %s", "held_until < %s")


def half_an_extension(patch: Patch) -> None:
    """The seats last longer, the hold itself does not."""
    rest = ", by_selection = %s WHERE id = "
    _rewrite(patch, f"SET expires_at = %s{rest}%s", f"SET expires_at = %s{rest}-%s")


def hoarding(patch: Patch) -> None:
    """Adding a seat begins the time anew."""
    more_seats = holding.add_to_hold

    def anew(made: Any, hold: Any, *rest: Any) -> Any:
        return more_seats(made, replace(hold, expires_at=made.now + timedelta(seconds=600)), *rest)

    patch.setattr(holding, "add_to_hold", anew)


def proof_spent_again(patch: Patch) -> None:
    """Whether a proof has paid for something is not asked."""
    _rewrite(patch, " AND booking_id IS NULL AND uploaded_at", " AND uploaded_at")


def verdict_on_an_old_look(patch: Patch) -> None:
    """Whether a booking is in review is looked up before the lock."""
    looked_up = list[Any]()
    called = reviewing.booking_called

    def look(reference: str) -> Any:
        looked_up.append(called(reference))
        return looked_up[-1]

    patch.setattr(reviewing, "booking_called", look)
    patch.setattr(reviewing, "booking_by_id", lambda *_: looked_up[-1])


# The bug, the moment in which it matters, and what the check says.
MUTANTS: list[tuple[Callable[[Patch], None], Callable[[Scene], None], str]] = [
    (no_row_count, somebody_else_has_one_of_the_seats, "came to Outcome"),
    (no_condition, somebody_else_has_one_of_the_seats, "came to Outcome"),
    (partial_batch, somebody_else_has_one_of_the_seats, "'A2': 'HELD'"),
    (
        version_from_a_sequence,
        somebody_else_has_one_of_the_seats,
        "after version 1 comes version 3",
    ),
    (clock_before_the_lock, the_hold_ends_while_the_booking_waits, "came to Outcome"),
    (clock_before_the_transaction, the_hold_ends_while_the_booking_waits, "came to Outcome"),
    (
        event_after_the_commit,
        the_process_dies_after_the_commit,
        "the show counts 1 changes, the ledger 0",
    ),
    (key_after_the_commit, the_answer_is_lost_and_the_request_repeated, "replayed"),
    (stale_sweeper, somebody_takes_the_seat_before_the_sweeper, "{} == {'A1': 'HELD'}"),
    (limit_before_the_lock, the_same_customer_is_quicker_in_another_window, "came to Outcome"),
    (anybodys_hold, somebody_books_what_another_holds, "came to Outcome"),
    (booked_at_the_deadline, it_is_the_deadline_to_the_millisecond, "came to Outcome"),
    (free_after_the_deadline, it_is_the_deadline_to_the_millisecond, "came to SeatsUnavailable"),
    (half_an_extension, a_hold_is_extended, "is stored as StoredHold"),
    (proof_spent_again, one_proof_is_to_pay_two_bookings, "came to Outcome"),
    (verdict_on_an_old_look, the_customer_cancels_before_the_verdict, "came to Outcome"),
    (hoarding, seats_are_added_to_a_hold, "19:40:01.250Z"),
]


@pytest.fixture
def scene(
    transactional_db: None, owner: Customer, rival: Customer, clock: HouseClock, monkeypatch: Patch
) -> Scene:
    return Scene(House.open(), owner, rival, clock, monkeypatch)


@pytest.mark.parametrize("moment", dict.fromkeys(moment for _, moment, _ in MUTANTS))
def test_the_moment_passes_well(scene: Scene, moment: Callable[[Scene], None]) -> None:
    moment(scene)
    scene.house.books_agree()


@pytest.mark.parametrize(("bug", "moment", "said"), MUTANTS)
def test_the_bug_is_noticed(
    scene: Scene, bug: Callable[[Patch], None], moment: Callable[[Scene], None], said: str
) -> None:
    def with_the_bug() -> None:
        with pytest.MonkeyPatch.context() as patch:
            bug(patch)
            moment(scene)
        scene.house.books_agree()

    with pytest.raises((AssertionError, Difference)) as noticed:
        with_the_bug()
    assert said in str(noticed.value)


def test_there_are_enough_of_them() -> None:
    assert len({bug for bug, _, _ in MUTANTS}) == len(MUTANTS) >= 11
