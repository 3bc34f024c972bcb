"""Payments the box office has to see: the picture, and a yes or a no with a reason."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse

from seats import payments, reservations
from seats.domain import Customer, SeatNames
from seats.models import Booking, PaymentProof, SeatEvent, ShowTime
from tests.admin.people import BoxOffice, book, hold, said, states
from tests.api.pictures import picture

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _proof(settings: Any, tmp_path: Path) -> None:
    settings.PAYMENT_MODE = "proof"
    settings.PAYMENT_PROOF_DIR = tmp_path


@pytest.fixture
def booking(show: ShowTime, owner: Customer) -> Booking:
    return paid(owner, show, "A1", "A2")


def paid(who: Customer, show: ShowTime, *labels: str) -> Booking:
    hold(who, show, *labels)
    proof = payments.keep(who, picture()).id
    booked = reservations.book_seats(who, show.pk, SeatNames.of(*labels), payment_proof=proof)
    return Booking.objects.get(reference=booked.facts["booking"]["reference"])


def clerk(client: Client, *may: str) -> BoxOffice:
    user = User.objects.create_user("clerk", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=may))
    return BoxOffice(client, user)


def status(booking: Booking) -> str:
    return Booking.objects.get(pk=booking.pk).status


def test_it_lists_what_is_in_review(
    chief: BoxOffice, show: ShowTime, booking: Booking, rival: Customer, settings: Any
) -> None:
    settings.PAYMENT_MODE = "none"
    book(rival, show, "B1")
    page = chief.get("seats_booking_changelist", status__exact="in_review")
    assert [row.pk for row in page.context["cl"].result_list] == [booking.pk]
    assert "In review" in page.content.decode()


def test_it_shows_the_picture_from_our_own_address(chief: BoxOffice, booking: Booking) -> None:
    page = chief.get("seats_booking_change", booking.pk)
    shown = reverse("seats-payment-proofs-file", args=[PaymentProof.objects.get().pk])
    assert f'<img class="payment-proof" src="{shown}"' in page.content.decode()
    file = chief.client.get(shown)
    assert (file.status_code, file.headers["Content-Type"]) == (200, "image/png")
    assert file.headers["Content-Disposition"].startswith("attachment")


def test_it_asks_before_it_accepts(chief: BoxOffice, booking: Booking) -> None:
    page = chief.get("seats_booking_accept", booking.pk).content.decode()
    assert "A1, A2 for 18.00 EUR" in page
    assert "payment-proof" in page
    assert status(booking) == "in_review"


def test_it_accepts_through_the_desk(chief: BoxOffice, show: ShowTime, booking: Booking) -> None:
    response = chief.post("seats_booking_accept", booking.pk)
    assert response.headers["Location"].endswith(f"/booking/{booking.pk}/change/")
    assert said(response) == [f"Accepted the payment of {booking.reference}."]
    assert status(booking) == "confirmed"
    assert states(show)["A1"] == "BOOKED"
    event = SeatEvent.objects.latest("version")
    assert (event.kind, event.actor) == ("accepted", f"staff:{chief.user.pk}")
    assert LogEntry.objects.get().change_message == "Accepted the payment"


def test_it_rejects_with_a_reason(chief: BoxOffice, show: ShowTime, booking: Booking) -> None:
    response = chief.post("seats_booking_reject", booking.pk, reason="<b>No</b> such transfer")
    assert said(response) == [f"Rejected the payment of {booking.reference}."]
    assert status(booking) == "rejected"
    assert states(show)["A1"] == "AVAILABLE"
    event = SeatEvent.objects.latest("version")
    assert (event.kind, event.reason) == ("rejected", "<b>No</b> such transfer")
    page = chief.get("seats_booking_change", booking.pk).content.decode()
    assert "&lt;b&gt;No&lt;/b&gt; such transfer" in page
    assert "rejected A1, A2, by chief, box office" in page


@pytest.mark.parametrize("reason", ["", "   ", "x" * 201])
def test_it_rejects_nothing_without_a_reason(
    chief: BoxOffice, booking: Booking, reason: str
) -> None:
    response = chief.post("seats_booking_reject", booking.pk, reason=reason)
    assert response.status_code == 200
    assert "errorlist" in response.content.decode()
    assert status(booking) == "in_review"


@pytest.mark.parametrize("verdict", ["accept", "reject"])
def test_it_is_told_when_somebody_was_faster(
    chief: BoxOffice, booking: Booking, owner: Customer, verdict: str
) -> None:
    chief.get(f"seats_booking_{verdict}", booking.pk)
    reservations.cancel_booking(owner, booking.reference)
    response = chief.post(f"seats_booking_{verdict}", booking.pk, reason="No such transfer")
    assert said(response)[-1].endswith("it is cancelled.")
    assert status(booking) == "cancelled"
    assert not LogEntry.objects.exists()
    again = chief.client.get(reverse(f"admin:seats_booking_{verdict}", args=[booking.pk]))
    assert again.status_code == 302


def test_it_offers_a_verdict_only_where_one_is_due(chief: BoxOffice, booking: Booking) -> None:
    def offered() -> bool:
        page = chief.get("seats_booking_change", booking.pk).content.decode()
        return "Accept the payment" in page and "Unbook its seats" in page

    assert offered()
    chief.post("seats_booking_accept", booking.pk)
    page = chief.get("seats_booking_change", booking.pk).content.decode()
    assert "Accept the payment" not in page
    assert "Unbook its seats" in page


@pytest.mark.parametrize(
    ("may", "sees", "decides"),
    [
        ((), 403, 403),
        (("view_booking",), 200, 403),
        (("change_seat",), 403, 403),
        (("view_booking", "change_seat"), 200, 302),
    ],
)
def test_verdicts_are_for_those_who_may(
    client: Client, booking: Booking, may: tuple[str, ...], sees: int, decides: int
) -> None:
    somebody = clerk(client, *may)
    assert somebody.get("seats_booking_change", booking.pk).status_code == sees
    shown = reverse("seats-payment-proofs-file", args=[PaymentProof.objects.get().pk])
    assert client.get(shown).status_code == (200 if sees == 200 else 404)
    for verdict in ("accept", "reject"):
        response = somebody.post(f"seats_booking_{verdict}", booking.pk, reason="No")
        assert response.status_code == decides
        assert status(booking) == ("in_review" if decides == 403 else "confirmed")


def test_verdicts_are_not_for_customers(client: Client, booking: Booking, owner: Customer) -> None:
    client.force_login(User.objects.get(pk=owner.user_id))
    response = client.post(reverse("admin:seats_booking_accept", args=[booking.pk]))
    assert response.headers["Location"].startswith("/admin/login/")
    assert status(booking) == "in_review"


def test_another_site_cannot_decide(booking: Booking) -> None:
    strict = BoxOffice(Client(enforce_csrf_checks=True), User.objects.create_superuser("chief"))
    assert strict.post("seats_booking_accept", booking.pk).status_code == 403
    assert status(booking) == "in_review"


def test_there_is_no_verdict_on_what_is_not_there(chief: BoxOffice) -> None:
    for odd in ("4711", "x", "9" * 30):
        assert chief.post("seats_booking_accept", odd).status_code == 404
