"""A request repeated under its key has its effect once and hears the first answer again."""

import json
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection

from seats import customers
from seats.domain import Cursor, Customer
from seats.errors import (
    BookingNotFound,
    ExtensionLimit,
    HoldExpired,
    IdempotencyInProgress,
    IdempotencyKeyReused,
    NotHeld,
    SeatError,
    SeatLimit,
    SeatNotFound,
    SeatsUnavailable,
)
from seats.models import IdempotencyRecord
from seats.reservations import Once, cancel_booking, forget_old_answers
from tests.engine.house import House, HouseClock, looked_at_anew, once

DAY_MS = 24 * 60 * 60 * 1000


def refusal(call: Callable[[], object]) -> SeatError:
    with pytest.raises(SeatError) as refused:
        call()
    return refused.value


def test_it_gives_the_first_answer_again_word_for_word(
    house: House, owner: Customer, clock: HouseClock
) -> None:
    first = house.hold(owner, "A1", "A2", once=once(owner))
    clock.advance(30_000)
    again = house.hold(owner, "A1", "A2", once=once(owner))
    assert (first.replayed, again.replayed) == (False, True)
    assert json.dumps(again.facts) == json.dumps(first.facts)
    assert (again.cursor, again.changed) == (first.cursor, first.changed)
    assert len(house.events()) == 1


def test_it_gives_the_first_answer_even_when_all_has_changed(
    house: House, owner: Customer, rival: Customer, clock: HouseClock
) -> None:
    first = house.hold(owner, "A1", once=once(owner))
    clock.advance(600_000)
    house.hold(rival, "A1")
    again = house.hold(owner, "A1", once=once(owner))
    assert again.facts == first.facts
    assert [event.actor for event in house.events()] == [owner.key, rival.key]


def test_it_repeats_every_kind_of_change(house: House, owner: Customer, clock: HouseClock) -> None:
    house.hold(owner, "A1", "A2", "A3")
    clock.advance(1000)
    booked = house.book(owner, "A1", once=once(owner, "book"))
    calls = {
        "extend": lambda: house.extend(owner, once=once(owner, "extend")),
        "book": lambda: house.book(owner, "A1", once=once(owner, "book")),
        "release": lambda: house.release(owner, "A2", once=once(owner, "release")),
        "cancel": lambda: house.cancel(owner, booked, once=once(owner, "cancel")),
    }
    for name, call in calls.items():
        first = booked if name == "book" else call()
        clock.advance(1000)
        again = call()
        assert again.replayed, name
        assert json.dumps(again.facts) == json.dumps(first.facts), name
    kinds = [event.kind for event in house.events()]
    assert kinds == ["held", "booked", "extended", "released", "cancelled"]


def test_it_gives_the_first_refusal_again(house: House, owner: Customer, rival: Customer) -> None:
    house.hold(rival, "A1")
    first = refusal(lambda: house.hold(owner, "A1", "A2", once=once(owner)))
    house.release(rival)
    again = refusal(lambda: house.hold(owner, "A1", "A2", once=once(owner)))
    assert isinstance(first, SeatsUnavailable)
    assert isinstance(again, SeatsUnavailable)
    assert (first.replayed, again.replayed) == (False, True)
    assert again.message == first.message
    assert json.dumps(again.facts) == json.dumps(first.facts)
    assert first.facts["alternatives"]
    assert house.seen() == {}


def test_it_repeats_every_kind_of_refusal(
    house: House, owner: Customer, rival: Customer, clock: HouseClock
) -> None:
    house.hold(owner, "A1")
    for _ in range(3):
        clock.advance(590_000)
        house.extend(owner)
    calls: dict[str, tuple[type[SeatError], Callable[[], object]]] = {
        "limit": (
            SeatLimit,
            lambda: house.hold(owner, "B1", "B2", "B3", "B4", once=once(owner, "limit")),
        ),
        "extend": (ExtensionLimit, lambda: house.extend(owner, once=once(owner, "extend"))),
        "book": (NotHeld, lambda: house.book(rival, "A1", once=once(rival, "book"))),
    }
    for name, (kind, call) in calls.items():
        first = refusal(call)
        again = refusal(call)
        assert type(first) is type(again) is kind, name
        assert (again.message, again.facts) == (first.message, first.facts), name
        assert again.replayed, name
    clock.advance(600_000)
    first = refusal(lambda: house.book(owner, once=once(owner, "late")))
    house.hold(owner, "A1")
    again = refusal(lambda: house.book(owner, once=once(owner, "late")))
    assert type(first) is type(again) is HoldExpired


def test_it_repeats_an_answer_that_changed_nothing(house: House, owner: Customer) -> None:
    house.hold(owner, "A1")
    first = house.hold(owner, "A1", once=once(owner))
    house.release(owner)
    again = house.hold(owner, "A1", once=once(owner))
    assert (first.changed, again.changed, again.replayed) == (False, False, True)
    assert again.facts == first.facts
    assert house.seen() == {}


def test_it_refuses_the_key_for_another_request(
    house: House, owner: Customer, rival: Customer
) -> None:
    house.hold(owner, "A1", once=once(owner))
    with pytest.raises(IdempotencyKeyReused):
        house.hold(owner, "A2", once=once(owner, request="another"))
    assert house.seen() == {"A1": "HELD"}
    refusal(lambda: house.hold(rival, "A1", once=once(rival)))
    with pytest.raises(IdempotencyKeyReused):
        house.hold(rival, "A2", once=once(rival, request="another"))


def test_it_refuses_the_key_for_another_show(house: House, owner: Customer) -> None:
    other = House.open()
    house.hold(owner, "A1", once=once(owner, request="house"))
    with pytest.raises(IdempotencyKeyReused):
        other.hold(owner, "A1", once=once(owner, request="other"))
    assert other.stored() == {}
    assert other.events() == []


def test_it_lets_two_customers_choose_the_same_key(
    house: House, owner: Customer, rival: Customer
) -> None:
    house.hold(owner, "A1", once=once(owner))
    assert not house.hold(rival, "A2", once=once(rival)).replayed
    assert house.seen() == {"A1": "HELD", "A2": "HELD"}


@pytest.mark.parametrize("other", ["A-KEY", "a-Key", "a-key ", "a–key"])
def test_it_tells_keys_apart_that_look_alike(house: House, owner: Customer, other: str) -> None:
    house.hold(owner, "A1", once=once(owner, "a-key"))
    assert not house.hold(owner, "A2", once=once(owner, other)).replayed


def test_it_never_takes_one_customers_key_for_anothers() -> None:
    """Wherever the border between customer and key might be seen."""
    assert Once("user:1", "2", "").digest != Once("user:12", "", "").digest


def test_it_stores_no_key_and_no_customer_in_clear(house: House, owner: Customer) -> None:
    house.hold(owner, "A1", once=once(owner, "a-very-secret-key"))
    stored = str(list(IdempotencyRecord.objects.values("digest", "fingerprint", "outcome")))
    assert "secret" not in stored
    assert owner.key not in stored


@pytest.mark.parametrize(("age_ms", "is_kept"), [(DAY_MS - 1, True), (DAY_MS, False)])
def test_it_remembers_for_a_day(
    owner: Customer, clock: HouseClock, age_ms: int, is_kept: bool
) -> None:
    house = House.open(starts_in=timedelta(days=3))
    house.hold(owner, "A1", once=once(owner))
    clock.advance(age_ms)
    assert house.hold(owner, "A1", once=once(owner)).replayed is is_kept
    house.books_agree()


def test_it_uses_an_old_key_again_for_a_refusal_and_for_nothing_to_do(
    owner: Customer, rival: Customer, clock: HouseClock
) -> None:
    """The old answer must give way whatever comes of the new request."""
    house = House.open(starts_in=timedelta(days=3))
    house.hold(owner, "A1", once=once(owner, "refused"))
    house.hold(owner, "A2", once=once(owner, "unchanged"))
    clock.advance(DAY_MS)
    house.hold(rival, "A1")
    first = refusal(lambda: house.hold(owner, "A1", once=once(owner, "refused")))
    assert isinstance(first, SeatsUnavailable)
    assert refusal(lambda: house.hold(owner, "A1", once=once(owner, "refused"))).replayed
    house.hold(owner, "A2")
    assert not house.hold(owner, "A2", once=once(owner, "unchanged")).replayed
    assert house.hold(owner, "A2", once=once(owner, "unchanged")).replayed
    house.books_agree()


def test_it_forgets_old_answers_only(owner: Customer, clock: HouseClock) -> None:
    house = House.open(starts_in=timedelta(days=3))
    house.hold(owner, "A1", once=once(owner, "old"))
    clock.advance(1)
    house.hold(owner, "A2", once=once(owner, "new"))
    clock.advance(DAY_MS - 1)
    assert forget_old_answers() == 1
    assert house.hold(owner, "A2", once=once(owner, "new")).replayed
    assert not house.hold(owner, "A1", once=once(owner, "old")).replayed


def test_it_remembers_nothing_of_seats_and_bookings_that_do_not_exist(
    house: House, owner: Customer
) -> None:
    with pytest.raises(SeatNotFound):
        house.hold(owner, "Z9", once=once(owner))
    with pytest.raises(BookingNotFound):
        cancel_booking(owner, "QQQQ-QQQQ", once=once(owner))
    assert not IdempotencyRecord.objects.exists()


def test_it_remembers_no_effect_that_was_undone(
    house: House, owner: Customer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Effect and answer are stored together: both or neither."""
    from seats.reservations import change

    def fail(*_: object) -> None:
        raise RuntimeError("the power is gone")

    with monkeypatch.context() as patched:
        patched.setattr(change, "remember", fail)
        with pytest.raises(RuntimeError):
            house.hold(owner, "A1", once=once(owner))
    assert house.stored() == {}
    assert house.events() == []
    assert not house.hold(owner, "A1", once=once(owner)).replayed


def test_it_shows_pollers_nothing_twice(house: House, owner: Customer) -> None:
    house.hold(owner, "A1", once=once(owner))
    before = looked_at_anew(house.show_id)
    house.hold(owner, "A1", once=once(owner))
    assert looked_at_anew(house.show_id) == before


def test_it_says_that_a_twin_is_running_when_it_waits_too_long(
    house: House, owner: Customer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only for two shows: for one, the twin waits for the show's lock before that."""
    from tests.engine.faults import failing_statements, lock_wait_timeout

    def is_record(sql: str) -> bool:
        return "seats_idempotencyrecord" in sql and sql.startswith("INSERT")

    with (
        failing_statements(is_record, lock_wait_timeout(connection.vendor)),
        pytest.raises(IdempotencyInProgress),
    ):
        house.hold(owner, "A1", once=once(owner))
    assert house.stored() == {}


def test_it_registers_nobody_twice(db: None, clock: HouseClock) -> None:
    def register(password: str = "correct horse battery") -> customers.Registered:
        return customers.register(
            username="Newcomer", password=password, key="k", request_bytes=password.encode()
        )

    first = register()
    again = register()
    assert (first.replayed, again.replayed) == (False, True)
    assert again.user == first.user
    with pytest.raises(IdempotencyKeyReused):
        register("another horse battery")


@pytest.mark.parametrize("key", ["a key", None])
def test_it_makes_pollers_look_even_when_the_change_was_another_processs(
    house: House, owner: Customer, key: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever hears that a change was made sees it, whether or not its maker has said so yet."""
    promise = None if key is None else once(owner, key)
    first = house.hold(owner, "A1", once=promise)
    said: list[str] = []
    monkeypatch.setattr("seats.reservations.change.feed.expect", said.append)
    again = house.hold(owner, "A1", once=promise)
    assert said == [again.cursor]
    assert Cursor.parse(again.cursor).version == Cursor.parse(first.cursor).version
