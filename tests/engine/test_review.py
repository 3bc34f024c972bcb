"""Bookings that are paid by proof: from the picture to the box office's yes or no."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.conf import LazySettings
from django.contrib.auth.models import User

from seats import availability, database
from seats.domain import Customer, SeatNames, iso
from seats.errors import BookingNotFound, NotCancellable, NotHeld, NotInReview, PaymentRequired
from seats.ledger import Difference
from seats.models import Booking, PaymentProof, Seat, SeatEvent
from seats.reservations import Outcome, accept_booking, book_seats, reject_booking
from tests.engine.house import (
    STAFF,
    House,
    HouseClock,
    Poller,
    customer,
    labels_of,
    once,
    reference,
    true_state,
)

Paid = Callable[..., Outcome]


@pytest.fixture(autouse=True)
def _proof(settings: LazySettings) -> None:
    settings.PAYMENT_MODE = "proof"


def proof_of(who: Customer, number: int = 1) -> str:
    """A proof this customer has uploaded."""
    made = PaymentProof.objects.create(
        id=f"{who.user_id:016x}{number:016x}",
        customer=who.key,
        format="png",
        size=100,
        uploaded_at=database.now(),
    )
    return made.pk


@pytest.fixture
def paid(house: House, owner: Customer) -> Paid:
    """Holds and books seats of the house, with a proof."""
    numbers = iter(range(100))

    def book(*labels: str, who: Customer = owner) -> Outcome:
        house.hold(who, *labels)
        proof = proof_of(who, next(numbers))
        return book_seats(who, house.show_id, SeatNames.of(*labels), payment_proof=proof)

    return book


def accept(booked: Outcome) -> Outcome:
    return accept_booking(STAFF, reference(booked))


def reject(booked: Outcome, reason: str = "No such transfer") -> Outcome:
    return reject_booking(STAFF, reference(booked), reason)


def status_of(booked: Outcome) -> str:
    return Booking.objects.get(reference=reference(booked)).status


# Booking


def test_a_booking_with_a_proof_is_in_review(house: House, owner: Customer, paid: Paid) -> None:
    booked = paid("A1", "A2")

    assert booked.facts["booking"]["status"] == "in_review"
    assert house.seen() == {"A1": "BOOKED", "A2": "BOOKED"}
    assert house.told()[-1] == ("booked", "A1 A2")
    booking = Booking.objects.get()
    assert booking.payment_proof.customer == owner.key
    mine = availability.show_seats(house.show_id, owner)["seats"]
    assert [seat["label"] for seat in mine if seat["mine"]] == ["A1", "A2"]


def test_without_a_proof_the_seats_stay_held(house: House, owner: Customer) -> None:
    house.hold(owner, "A1")
    with pytest.raises(PaymentRequired):
        house.book(owner)
    assert house.seen() == {"A1": "HELD"}
    assert house.told() == [("held", "A1")]


@pytest.mark.parametrize("whose", ["nobody's", "rival's", "spent", "old"])
def test_a_proof_that_pays_nothing(
    house: House, owner: Customer, rival: Customer, paid: Paid, clock: HouseClock, whose: str
) -> None:
    if whose == "spent":
        paid("B1")
        proof = PaymentProof.objects.get().pk
    elif whose == "old":
        proof = proof_of(owner)
        PaymentProof.objects.update(uploaded_at=clock.now - timedelta(days=1))
    else:
        proof = proof_of(rival) if whose == "rival's" else "0" * 32
    house.hold(owner, "A1")

    with pytest.raises(PaymentRequired):
        book_seats(owner, house.show_id, None, payment_proof=proof)

    assert house.seen()["A1"] == "HELD"
    assert not Seat.objects.filter(label="A1", booking__isnull=False).exists()
    assert Booking.objects.count() == (1 if whose == "spent" else 0)


def test_a_proof_of_a_moment_less_than_a_day(
    house: House, owner: Customer, clock: HouseClock
) -> None:
    proof = proof_of(owner)
    PaymentProof.objects.update(uploaded_at=clock.now - timedelta(days=1, milliseconds=-1))
    house.hold(owner, "A1")
    assert book_seats(owner, house.show_id, None, payment_proof=proof).changed


def test_where_no_proof_is_asked_for_none_is_spent(
    house: House, owner: Customer, settings: LazySettings
) -> None:
    settings.PAYMENT_MODE = "none"
    proof = proof_of(owner)
    house.hold(owner, "A1")
    booked = book_seats(owner, house.show_id, None, payment_proof=proof)
    assert booked.facts["booking"]["status"] == "confirmed"
    assert PaymentProof.objects.get().booking_id is None


@pytest.mark.parametrize("by_name", [True, False])
@pytest.mark.parametrize("proof", [None, "0" * 32, "another"])
def test_booking_again_what_one_has_booked(
    house: House, owner: Customer, paid: Paid, by_name: bool, proof: str | None
) -> None:
    first = paid("A1")
    proof = proof_of(owner, 99) if proof == "another" else proof
    names = SeatNames.of("A1") if by_name else None
    again = book_seats(owner, house.show_id, names, payment_proof=proof)
    assert again.facts == first.facts
    assert not again.changed
    assert PaymentProof.objects.filter(booking__isnull=False).count() == 1


def test_a_repeated_request_gets_its_answer(house: House, owner: Customer) -> None:
    house.hold(owner, "A1")
    proof = proof_of(owner)

    def book() -> Outcome:
        return book_seats(owner, house.show_id, None, payment_proof=proof, once=once(owner))

    first = book()
    accept(first)
    again = book()
    assert again.replayed
    assert again.facts == first.facts


# The verdict


def test_an_accepted_booking_is_confirmed(house: House, paid: Paid, clock: HouseClock) -> None:
    booked = paid("A1")
    poller = Poller(house.show_id)
    poller.look()
    clock.advance(1000)

    outcome = accept(booked)

    assert outcome.facts["booking"] == {
        **booked.facts["booking"],
        "status": "confirmed",
        "reviewed_at": iso(clock.now),
    }
    assert house.seen() == {"A1": "BOOKED"}
    poller.look()
    assert poller.changed == []
    assert house.told()[-1] == ("accepted", "A1")
    assert house.events()[-1].actor == f"staff:{STAFF}"


def test_a_rejected_booking_gives_its_seats_back(
    house: House, rival: Customer, paid: Paid, clock: HouseClock
) -> None:
    booked = paid("A1", "A2")
    poller = Poller(house.show_id)
    poller.look()
    clock.advance(1000)

    outcome = reject(booked, "No such transfer" + "!" * 300)

    facts = outcome.facts["booking"]
    assert (facts["status"], facts["reviewed_at"]) == ("rejected", iso(clock.now))
    assert facts["rejection_reason"] == ("No such transfer" + "!" * 300)[:200]
    assert facts["cancelled_at"] is None
    assert house.seen() == house.stored() == {}
    assert poller.look() == true_state(house)
    assert poller.changed == ["A1", "A2"]
    event = house.events()[-1]
    assert (event.kind, event.reason) == ("rejected", facts["rejection_reason"])
    assert labels_of(house.hold(rival, "A1", "A2")) == ["A1", "A2"]


def test_the_customer_is_told(owner: Customer, paid: Paid) -> None:
    booked = paid("A1")
    reject(booked, "The amount is wrong")
    told = availability.booking_of(owner, reference(booked))
    assert told["rejection_reason"] == "The amount is wrong"
    (listed,) = availability.bookings_of(owner)
    assert listed["status"] == "rejected"


def test_the_seats_of_a_rejected_booking_can_be_held_and_paid_again(
    house: House, owner: Customer, paid: Paid
) -> None:
    reject(paid("A1"))
    with pytest.raises(NotHeld):
        house.book(owner)
    assert status_of(paid("A1")) == "in_review"


def test_a_verdict_is_given_once(house: House, paid: Paid) -> None:
    accepted, rejected = paid("A1"), paid("B1")
    accept(accepted)
    reject(rejected)
    for verdict in (accept, reject):
        for booked, status in ((accepted, "confirmed"), (rejected, "rejected")):
            with pytest.raises(NotInReview) as refused:
                verdict(booked)
            assert refused.value.facts == {"reference": reference(booked), "status": status}
    assert len(house.events()) == 6


def test_there_is_no_verdict_on_a_booking_without_review(
    house: House, owner: Customer, settings: LazySettings
) -> None:
    settings.PAYMENT_MODE = "none"
    house.hold(owner, "A1")
    booked = house.book(owner)
    with pytest.raises(NotInReview):
        reject(booked)
    with pytest.raises(BookingNotFound):
        accept_booking(STAFF, "QQQQ-QQQQ")
    assert house.seen() == {"A1": "BOOKED"}


def test_a_verdict_comes_also_after_proofs_are_no_longer_asked_for(
    paid: Paid, settings: LazySettings
) -> None:
    booked = paid("A1")
    settings.PAYMENT_MODE = "none"
    assert accept(booked).facts["booking"]["status"] == "confirmed"


def test_a_booking_in_review_can_be_cancelled(house: House, owner: Customer, paid: Paid) -> None:
    booked = paid("A1")
    assert house.cancel(owner, booked).facts["booking"]["status"] == "cancelled"
    assert house.seen() == {}
    for verdict in (accept, reject):
        with pytest.raises(NotInReview, match="it is cancelled"):
            verdict(booked)


def test_an_accepted_booking_can_be_cancelled_and_a_rejected_one_cannot(
    house: House, owner: Customer, paid: Paid
) -> None:
    accepted, rejected = paid("A1"), paid("B1")
    accept(accepted)
    reject(rejected)
    assert house.cancel(owner, accepted).facts["booking"]["status"] == "cancelled"
    with pytest.raises(NotCancellable):
        house.cancel(owner, rejected)


def test_the_box_office_takes_seats_of_it_back(house: House, paid: Paid) -> None:
    part, whole, rest = paid("A1", "A2"), paid("B1"), paid("B2", "B3")
    house.unbook_by_staff("A1", "B1", "B2")
    assert (status_of(part), status_of(whole)) == ("in_review", "cancelled")
    assert labels_of(accept(part)) == ["A2"]
    reject(rest)
    assert house.seen() == {"A2": "BOOKED"}
    with pytest.raises(NotInReview):
        accept(whole)


def test_a_deleted_account_leaves_nothing_in_review(
    house: House, owner: Customer, paid: Paid
) -> None:
    booked = paid("A1")
    User.objects.get(pk=owner.user_id).delete()
    assert house.seen() == {}
    assert status_of(booked) == "cancelled"


# What the books say when the tables say something else

TAMPERED: dict[str, Callable[[House], object]] = {
    "accepted behind the desk's back": lambda h: Booking.objects.filter(status="in_review").update(
        status="confirmed"
    ),
    "rejected behind its back": lambda h: Booking.objects.filter(status="in_review").update(
        status="rejected", reviewed_at=database.now()
    ),
    "put back in review": lambda h: Booking.objects.filter(reviewed_at__isnull=False).update(
        status="in_review", reviewed_at=None
    ),
    "a proof of no booking": lambda h: PaymentProof.objects.filter(
        booking__reviewed_at__isnull=False
    ).update(booking=None),
    "a verdict lost": lambda h: SeatEvent.objects.filter(kind="accepted").update(kind="expired"),
    "a verdict twice": lambda h: SeatEvent.objects.filter(kind="rejected").update(
        kind="accepted", booking_id=h.events()[1].booking_id, seat_ids=h.events()[1].seat_ids
    ),
    "a verdict on some of the seats": lambda h: SeatEvent.objects.filter(kind="accepted").update(
        seat_ids=[h.ids["A1"]]
    ),
    "a verdict on no booking": lambda h: SeatEvent.objects.filter(kind="accepted").update(
        booking_id=None
    ),
}


@pytest.mark.parametrize("what", TAMPERED)
@pytest.mark.django_db(transaction=True)
def test_the_books_notice(clock: HouseClock, what: str) -> None:
    house = House.open()
    owner, rival = customer("owner"), customer("rival")

    def paid(who: Customer, number: int, *labels: str) -> Outcome:
        house.hold(who, *labels)
        proof = proof_of(who, number)
        return book_seats(who, house.show_id, SeatNames.of(*labels), payment_proof=proof)

    accept(paid(owner, 1, "A1", "A2"))
    reject(paid(rival, 2, "B1"))
    paid(owner, 3, "A3")
    house.books_agree()

    TAMPERED[what](house)

    with pytest.raises(Difference):
        house.books_agree()
