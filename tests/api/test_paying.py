"""POST /api/seats/book-batch/ where PAYMENT_MODE asks for a proof of payment."""

import pytest

from seats import reservations
from tests.api.people import problem
from tests.api.pictures import proof_of


@pytest.fixture(autouse=True)
def _proof(settings, tmp_path):
    settings.PAYMENT_MODE = "proof"
    settings.PAYMENT_PROOF_DIR = tmp_path


def book(person, show, **paid):
    return person.post("/api/seats/book-batch/", {"show_id": show.pk, **paid})


def mine(person):
    return person.get("/api/seats/my-bookings/").json()["bookings"]


def test_pages_are_told(stranger, show, settings):
    assert stranger.get("/api/seats/shows/").json()["payment_mode"] == "proof"
    settings.PAYMENT_MODE = "none"
    assert stranger.get("/api/seats/shows/").json()["payment_mode"] == "none"


def test_a_booking_is_in_review(owner, show):
    owner.hold(show, "A1")

    answer = book(owner, show, payment_proof=proof_of(owner))

    assert answer.status_code == 200
    booking = answer.json()["booking"]
    assert (booking["status"], booking["reviewed_at"]) == ("in_review", None)
    assert "once your payment has been checked" in answer.json()["message"]
    assert mine(owner)[0]["status"] == "in_review"


def test_what_the_box_office_says(owner, show):
    owner.hold(show, "A1")
    booking = book(owner, show, payment_proof=proof_of(owner)).json()["booking"]
    reservations.reject_booking(1, booking["reference"], "The amount is wrong")

    told = owner.get(f"/api/seats/bookings/{booking['reference']}/").json()["booking"]

    assert (told["status"], told["rejection_reason"]) == ("rejected", "The amount is wrong")
    assert told["reviewed_at"]
    problem(owner.cancel(booking["reference"]), 409, "not_cancellable")
    events = owner.get("/api/seats/events/", {"show_id": show.pk}).json()["events"]
    assert [event["kind"] for event in events] == ["held", "booked", "rejected"]
    assert "amount" not in str(events)


def test_no_proof(owner, show):
    owner.hold(show, "A1")

    problem(book(owner, show), 402, "payment_required")

    assert mine(owner) == []
    assert owner.get("/api/seats/my-holds/").json()["holds"]


def test_somebody_elses_proof(owner, rival, show):
    owner.hold(show, "A1")

    problem(book(owner, show, payment_proof=proof_of(rival)), 402, "payment_required")


def test_a_proof_that_was_spent(owner, show):
    proof = proof_of(owner)
    owner.hold(show, "A1")
    book(owner, show, payment_proof=proof)
    owner.hold(show, "A2")

    problem(book(owner, show, payment_proof=proof), 402, "payment_required")

    assert len(mine(owner)) == 1


@pytest.mark.parametrize("odd", ["x", "' OR 1=1 --", "é" * 100, "\u0660" * 32, "0" * 100])
def test_what_is_no_id(owner, show, odd):
    owner.hold(show, "A1")

    problem(book(owner, show, payment_proof=odd), 402, "payment_required")


@pytest.mark.parametrize("odd", ["", None, 1, True, ["a"], {"id": "a"}, "0" * 101])
def test_what_is_no_text(owner, show, odd):
    owner.hold(show, "A1")

    body = problem(book(owner, show, payment_proof=odd), 400, "invalid")

    assert list(body["errors"]) == ["payment_proof"]


def test_a_repeated_booking(owner, show):
    proof = proof_of(owner)
    owner.hold(show, "A1")
    body = {"show_id": show.pk, "payment_proof": proof}
    first = owner.post("/api/seats/book-batch/", body, **{"Idempotency-Key": "k"})

    again = owner.post("/api/seats/book-batch/", body, **{"Idempotency-Key": "k"})
    without = book(owner, show)

    assert again.json() == first.json()
    assert again.headers["Idempotency-Replayed"] == "true"
    assert without.json()["booking"] == first.json()["booking"]


def test_a_refusal_is_repeated_with_its_key(owner, show):
    owner.hold(show, "A1")
    for _ in range(2):
        answer = owner.post(
            "/api/seats/book-batch/", {"show_id": show.pk}, **{"Idempotency-Key": "k"}
        )
        problem(answer, 402, "payment_required")
    assert answer.headers["Idempotency-Replayed"] == "true"


def test_where_no_proof_is_asked_for(owner, show, settings):
    settings.PAYMENT_MODE = "none"
    owner.hold(show, "A1")

    assert book(owner, show, payment_proof="anything").json()["booking"]["status"] == "confirmed"
