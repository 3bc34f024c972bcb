"""One request, sent many times at once under one key: one effect, and one answer for all."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

import pytest

from seats.domain import Customer
from seats.errors import IdempotencyKeyReused, SeatError, SeatsUnavailable
from seats.reservations import Outcome, change, holding
from tests.concurrency.crowd import all_at_once
from tests.engine.house import House, once, reference

pytestmark = pytest.mark.race

TIMES, ROUNDS = 12, 5


def answer(came_to: Outcome | Exception) -> str:
    """All that the customer is told."""
    if isinstance(came_to, Outcome):
        return json.dumps([came_to.facts, came_to.cursor, came_to.changed])
    assert isinstance(came_to, SeatError), repr(came_to)
    return json.dumps([came_to.code, came_to.message, came_to.facts])


def repeat(call: Callable[[], Outcome]) -> list[Outcome | Exception]:
    return all_at_once([call] * TIMES)


def test_it_has_one_effect_and_one_answer(house: House, owner: Customer) -> None:
    for number in range(ROUNDS):
        held = repeat(lambda: house.hold(owner, "A1", "A2", once=once(owner, f"hold {number}")))  # noqa: B023
        booked = repeat(lambda: house.book(owner, once=once(owner, f"book {number}")))  # noqa: B023
        assert isinstance(booked[0], Outcome)
        first = reference(booked[0])
        for came_to in (held, booked):
            assert len({answer(each) for each in came_to}) == 1
            assert sum(not each.replayed for each in came_to) == 1  # type: ignore[union-attr]
        house.unbook_by_staff("A1", "A2")
        assert [event.kind for event in house.events()][number * 3 :] == [
            "held",
            "booked",
            "cancelled",
        ]
        assert first == reference(house.book(owner, once=once(owner, f"book {number}")))
    house.books_agree()


def test_it_has_one_refusal_for_all(house: House, owner: Customer, rival: Customer) -> None:
    for number in range(ROUNDS):
        house.hold(rival, "A1")
        came_to = repeat(lambda: house.hold(owner, "A1", once=once(owner, f"{number}")))  # noqa: B023
        assert {type(each) for each in came_to} == {SeatsUnavailable}
        assert len({answer(each) for each in came_to}) == 1
        house.release(rival)
        with pytest.raises(SeatsUnavailable):
            house.hold(owner, "A1", once=once(owner, f"{number}"))
    assert house.stored() == {}
    house.books_agree()


def test_it_keeps_to_one_refusal_though_the_seat_becomes_free_meanwhile(
    house: House, owner: Customer, rival: Customer
) -> None:
    """Some are refused, some could be granted: whichever is stored first is what all hear."""
    for number in range(ROUNDS):
        house.hold(rival, "A1")
        calls: list[Callable[[], Outcome]] = [
            lambda: house.hold(owner, "A1", once=once(owner, f"{number}"))  # noqa: B023
        ] * TIMES
        *came_to, released = all_at_once([*calls, lambda: house.release(rival)])
        assert isinstance(released, Outcome)
        assert len({answer(each) for each in came_to}) == 1
        assert ("A1" in house.stored()) is isinstance(came_to[0], Outcome)
        house.release(owner)
    house.books_agree()


def test_it_is_carried_out_for_one_of_two_shows(house: House, owner: Customer) -> None:
    other = House.open(1, 3)
    for number in range(ROUNDS):
        key = f"{number}"
        came_to = all_at_once(
            [
                lambda: house.hold(owner, "A1", once=once(owner, key, "house")),  # noqa: B023
                lambda: other.hold(owner, "A1", once=once(owner, key, "other")),  # noqa: B023
            ]
        )
        kinds = sorted(type(each).__name__ for each in came_to)
        assert kinds == [IdempotencyKeyReused.__name__, Outcome.__name__]
        assert len(house.stored()) + len(other.stored()) == 1
        house.release(owner)
        other.release(owner)


def test_without_the_record_every_one_of_them_is_carried_out(
    house: House, owner: Customer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: each extends the hold again, as soon as a millisecond has passed."""
    monkeypatch.setattr(change, "remembered", lambda *_: None)
    monkeypatch.setattr(change, "remember", lambda *_: None)
    prolong = holding.prolong

    def for_two_milliseconds(*args: Any, **kwargs: Any) -> Any:
        time.sleep(0.002)
        return prolong(*args, **kwargs)

    monkeypatch.setattr(holding, "prolong", for_two_milliseconds)
    house.hold(owner, "A1")
    answers = {answer(each) for each in repeat(lambda: house.extend(owner, once=once(owner)))}
    assert len(answers) == TIMES
    assert sum(event.kind == "extended" for event in house.events()) == TIMES
