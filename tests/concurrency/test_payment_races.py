"""One proof and two bookings, one booking and two verdicts: one of them wins."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings

from seats import database, payments, reservations
from seats.domain import Customer
from seats.errors import IdempotencyInProgress, NotCancellable, NotInReview, PaymentRequired
from seats.models import Booking, PaymentProof
from seats.reservations import Outcome, booking
from tests.api.pictures import picture
from tests.concurrency.crowd import PATIENCE, all_at_once
from tests.engine.house import STAFF, House, once, reference

pytestmark = pytest.mark.race

ROUNDS = 5


@pytest.fixture(autouse=True)
def _proof(settings: LazySettings) -> None:
    settings.PAYMENT_MODE = "proof"


def proof_of(who: Customer, number: int) -> str:
    made = PaymentProof.objects.create(
        id=f"{number:032x}",
        customer=who.key,
        format="png",
        size=100,
        uploaded_at=database.now(),
    )
    return made.pk


def book(house: House, who: Customer, proof: str) -> Outcome:
    return reservations.book_seats(who, house.show_id, None, payment_proof=proof)


def pay_everywhere_with_one_proof(houses: list[House], owner: Customer, number: int) -> list[str]:
    """Who books every show at once with the same proof; what came of each attempt."""
    proof = proof_of(owner, number)
    for house in houses:
        house.hold(owner, "A1")
    came_to = all_at_once([lambda house=house: book(house, owner, proof) for house in houses])
    for house in houses:
        house.release(owner)
    return [type(each).__name__ for each in came_to]


def test_one_proof_pays_one_booking(house: House, owner: Customer) -> None:
    """In shows of their own: no lock on a show is in the way of the others."""
    houses = [house, *(House.open(2, 10) for _ in range(5))]
    for number in range(ROUNDS):
        came_to = Counter(pay_everywhere_with_one_proof(houses, owner, number))
        assert came_to == {"Outcome": 1, "PaymentRequired": 5}
        paid = Booking.objects.get(status="in_review")
        assert paid.payment_proof.pk == f"{number:032x}"
        reservations.cancel_booking(owner, paid.reference)
    for each in houses:
        each.books_agree()


def test_looked_up_first_it_pays_all_of_them(
    house: House, owner: Customer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: whether the proof is spent is looked up when the request arrives."""
    houses = [house, *(House.open(2, 10) for _ in range(5))]
    all_have_looked = threading.Barrier(len(houses))
    book_seats = reservations.book_seats

    def look_first(*args: Any, payment_proof: str) -> Outcome:
        if not PaymentProof.objects.filter(pk=payment_proof, booking=None).exists():
            raise PaymentRequired
        all_have_looked.wait(timeout=PATIENCE)
        return book_seats(*args, payment_proof=payment_proof)

    def spend(change: Any, _owner: Any, payment_proof: str, booking_id: int) -> None:
        PaymentProof.objects.filter(pk=payment_proof).update(booking=booking_id)

    monkeypatch.setattr(reservations, "book_seats", look_first)
    monkeypatch.setattr(booking, "_pay", spend)
    assert Counter(pay_everywhere_with_one_proof(houses, owner, 1)) == {"Outcome": len(houses)}


def test_the_same_booking_sent_twice_at_once(house: House, owner: Customer) -> None:
    for number in range(ROUNDS):
        house.hold(owner, "A1", "A2")
        proof = proof_of(owner, number)
        came_to = all_at_once([lambda proof=proof: book(house, owner, proof)] * 4)
        outcomes = [each for each in came_to if isinstance(each, Outcome)]
        assert len(outcomes) == 4, came_to
        assert len({reference(each) for each in outcomes}) == 1
        assert sum(each.changed for each in outcomes) == 1
        house.cancel(owner, outcomes[0])
    house.books_agree()


def test_the_same_upload_sent_twice_at_once(
    owner: Customer, settings: LazySettings, tmp_path: Path
) -> None:
    settings.PAYMENT_PROOF_DIR = tmp_path
    data = picture()
    for number in range(ROUNDS):
        promise = once(owner, f"key {number}")
        came_to = all_at_once(
            [lambda promise=promise: payments.keep(owner, data, once=promise)] * 4
        )
        kept = [each for each in came_to if isinstance(each, payments.Kept)]
        others = [each for each in came_to if not isinstance(each, payments.Kept)]
        assert all(type(each) is IdempotencyInProgress for each in others), others
        assert sum(not each.replayed for each in kept) == 1
        assert len({each.id for each in kept}) == 1
        assert PaymentProof.objects.count() == number + 1


def verdicts(house: House, owner: Customer, booked: Outcome) -> list[Callable[[], Outcome]]:
    called = reference(booked)
    return [
        lambda: reservations.accept_booking(STAFF, called),
        lambda: reservations.reject_booking(STAFF + 1, called, "No such transfer"),
        lambda: reservations.accept_booking(STAFF + 1, called),
        lambda: reservations.reject_booking(STAFF, called, "No such transfer"),
    ]


def test_one_verdict_counts(house: House, owner: Customer) -> None:
    for number in range(ROUNDS):
        house.hold(owner, "A1", "A2")
        booked = book(house, owner, proof_of(owner, number))

        came_to = all_at_once(verdicts(house, owner, booked))

        assert Counter(type(each) for each in came_to) == {Outcome: 1, NotInReview: 3}
        status = Booking.objects.get(reference=reference(booked)).status
        assert house.stored() == ({"A1": "BOOKED", "A2": "BOOKED"} if status == "confirmed" else {})
        assert house.told()[-1][0] == {"confirmed": "accepted", "rejected": "rejected"}[status]
        if status == "confirmed":
            house.cancel(owner, booked)
    house.books_agree()


def test_a_verdict_and_the_customers_own_mind(
    house: House, owner: Customer, rival: Customer
) -> None:
    """Who cancels while the box office decides: both may come to pass, one after the other."""
    for number in range(ROUNDS):
        house.hold(owner, "A1")
        booked = book(house, owner, proof_of(owner, number))
        accept, reject, *_ = verdicts(house, owner, booked)

        verdict, mind = all_at_once(
            [accept if number % 2 else reject, lambda booked=booked: house.cancel(owner, booked)]
        )

        status = Booking.objects.get(reference=reference(booked)).status
        if isinstance(verdict, NotInReview) or number % 2:
            assert (isinstance(mind, Outcome), status) == (True, "cancelled")
        else:
            assert (type(mind), status) == (NotCancellable, "rejected")
        assert house.seen() == {}
    house.books_agree()


def test_who_waits_for_rejected_seats_gets_them_once(
    house: House, owner: Customer, crowd: list[Customer]
) -> None:
    house.hold(owner, "A1")
    booked = book(house, owner, proof_of(owner, 1))
    _, reject, *_ = verdicts(house, owner, booked)

    came_to = all_at_once([reject, *(lambda who=who: house.hold(who, "A1") for who in crowd[:8])])

    assert isinstance(came_to[0], Outcome)
    assert sum(isinstance(each, Outcome) for each in came_to[1:]) <= 1
    house.books_agree()


def test_a_proof_that_is_tidied_away_pays_nothing(house: House, owner: Customer) -> None:
    """Spending a proof and sweeping it: the booking has its proof, or there is no booking."""
    for number in range(ROUNDS):
        house.hold(owner, "A1")
        proof = proof_of(owner, number)

        def sweep() -> None:
            payments.proofs._delete(list(PaymentProof.objects.filter(pk=proof)))  # noqa: B023

        came_to, _ = all_at_once([lambda proof=proof: book(house, owner, proof), sweep])

        assert isinstance(came_to, Outcome | PaymentRequired)
        paid = PaymentProof.objects.filter(pk=proof, booking__isnull=False).exists()
        assert paid is isinstance(came_to, Outcome)
        if isinstance(came_to, Outcome):
            house.cancel(owner, came_to)
        house.release(owner)
    house.books_agree()
