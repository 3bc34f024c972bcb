from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry

from seats import database, reservations
from seats.admin import desk
from seats.domain import Customer
from seats.errors import Busy
from seats.models import Booking, Hold, Seat, SeatEvent, ShowTime
from seats.reservations import Outcome
from tests.admin.people import BoxOffice, book, hold, let_lapse, said, seat, states

pytestmark = pytest.mark.django_db

MakeShow = Callable[..., ShowTime]


def log() -> list[tuple[str, str, str]]:
    entries = LogEntry.objects.order_by("id").select_related("user", "content_type")
    return [(each.user.get_username(), each.object_repr, each.change_message) for each in entries]


def test_it_asks_why_before_it_releases(chief: BoxOffice, show: ShowTime, owner: Customer) -> None:
    hold(owner, show, "A1", "A2")
    page = chief.choose("release", seat(show, "A1"), seat(show, "A2"), seat(show, "B1"))
    text = page.content.decode()
    assert "2 seats: A1, A2" in text
    assert "Why?" in text
    assert states(show)["A1"] == "HELD"


def test_it_releases_through_the_desk_with_who_and_why(
    chief: BoxOffice, show: ShowTime, owner: Customer
) -> None:
    hold(owner, show, "A1", "A2")
    page = chief.choose("release", seat(show, "A1"))
    response = chief.answer(page, "The customer rang")
    assert response.status_code == 302
    assert said(response)[-1].startswith("Released A1 of A film, ")
    assert (states(show)["A1"], states(show)["A2"]) == ("AVAILABLE", "HELD")
    event = SeatEvent.objects.latest("version")
    assert (event.kind, event.actor, event.reason) == (
        "released",
        f"staff:{chief.user.pk}",
        "The customer rang",
    )
    ((who, what, why),) = log()
    assert (who, why) == ("chief", "Released: The customer rang")
    assert what.startswith("A1, A film, ")


def test_it_unbooks_through_the_desk_with_who_and_why(
    chief: BoxOffice, show: ShowTime, owner: Customer
) -> None:
    booking = book(owner, show, "A1", "A2")
    page = chief.choose("unbook", seat(show, "A1"))
    response = chief.answer(page, "Broken seat")
    assert said(response)[-1].startswith("Unbooked A1 of A film, ")
    assert (states(show)["A1"], states(show)["A2"]) == ("AVAILABLE", "BOOKED")
    booking.refresh_from_db()
    assert [sold["label"] for sold in booking.seats] == ["A2"]
    event = SeatEvent.objects.latest("version")
    assert (event.kind, event.actor, event.reason) == (
        "cancelled",
        f"staff:{chief.user.pk}",
        "Broken seat",
    )
    (_, _, on_the_seat), (_, reference, on_the_booking) = log()
    assert on_the_seat == "Unbooked: Broken seat"
    assert (reference, on_the_booking) == (booking.reference, "Unbooked A1: Broken seat")


def test_it_shows_the_line_in_the_history_of_the_seat(
    chief: BoxOffice, show: ShowTime, owner: Customer
) -> None:
    book(owner, show, "A1")
    chief.answer(chief.choose("unbook", seat(show, "A1")), "A reason <b>in bold</b>")
    page = chief.get("seats_seat_history", seat(show, "A1").pk).content.decode()
    assert "chief" in page
    assert "Unbooked: A reason &lt;b&gt;in bold&lt;/b&gt;" in page


@pytest.mark.parametrize("reason", ["", "   ", "x" * 201])
def test_it_does_nothing_without_a_proper_reason(
    chief: BoxOffice, show: ShowTime, owner: Customer, reason: str
) -> None:
    book(owner, show, "A1")
    again = chief.answer(chief.choose("unbook", seat(show, "A1")), reason)
    assert again.status_code == 200
    assert "errorlist" in again.content.decode()
    assert states(show)["A1"] == "BOOKED"
    assert not log()
    chief.answer(again, "Now with a reason")
    assert states(show)["A1"] == "AVAILABLE"


def test_it_says_so_when_there_is_nothing_to_give_back(
    chief: BoxOffice, show: ShowTime, owner: Customer
) -> None:
    hold(owner, show, "A1")
    let_lapse(owner, show)
    response = chief.choose("release", seat(show, "A1"), seat(show, "A2"))
    assert said(response) == ["None of these seats is held at this moment."]
    response = chief.choose("unbook", seat(show, "A1"))
    assert said(response)[-1] == "None of these seats is booked at this moment."


def test_it_spares_whoever_took_the_seat_while_the_reason_was_typed(
    chief: BoxOffice, show: ShowTime, owner: Customer, rival: Customer
) -> None:
    mine = book(owner, show, "A1", "A2")
    page = chief.choose("unbook", seat(show, "A1"), seat(show, "A2"))
    reservations.cancel_booking(owner, mine.reference)
    theirs = book(rival, show, "A1")
    response = chief.answer(page, "Double payment")
    assert "2 seats left alone" in said(response)[-1]
    assert seat(show, "A1").booking_id == theirs.pk
    assert not log()


def test_it_spares_a_hold_that_began_while_the_reason_was_typed(
    chief: BoxOffice, show: ShowTime, owner: Customer, rival: Customer
) -> None:
    hold(owner, show, "A1")
    page = chief.choose("release", seat(show, "A1"))
    reservations.release_seats(owner, show.pk, None)
    hold(rival, show, "A1")
    assert "1 seat left alone" in said(chief.answer(page, "Too slow"))[-1]
    assert Hold.objects.get(pk=seat(show, "A1").hold_id).customer == rival.key


def test_it_gives_back_seats_of_several_shows_one_show_after_another(
    chief: BoxOffice, show: ShowTime, make_show: MakeShow, owner: Customer
) -> None:
    other = make_show(days=2)
    for each in (show, other):
        book(owner, each, "A1")
    page = chief.choose("unbook", seat(show, "A1"), seat(other, "A1"))
    response = chief.answer(page, "Both")
    assert len(said(response)) == 2
    assert states(show)["A1"] == states(other)["A1"] == "AVAILABLE"
    assert SeatEvent.objects.filter(kind="cancelled").count() == 2


def test_it_goes_on_with_the_other_shows_where_one_is_refused(
    chief: BoxOffice,
    show: ShowTime,
    make_show: MakeShow,
    owner: Customer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    other = make_show(days=2, title="Another film")
    for each in (show, other):
        book(owner, each, "A1")
    unbook = reservations.unbook_by_staff

    def busy_at_first(user_id: int, show_id: int, seats: Sequence[int], reason: str) -> Outcome:
        if show_id == show.pk:
            raise Busy
        return unbook(user_id, show_id, seats, reason)

    monkeypatch.setattr(reservations, "unbook_by_staff", busy_at_first)
    page = chief.choose("unbook", seat(show, "A1"), seat(other, "A1"))
    refused, done, spared = said(chief.answer(page, "Both"))
    assert refused.startswith("A film, ")
    assert "Too many people are booking" in refused
    assert done.startswith("Unbooked A1 of Another film, ")
    assert "1 seat left alone" in spared
    assert (states(show)["A1"], states(other)["A1"]) == ("BOOKED", "AVAILABLE")
    assert len(log()) == 2


def test_it_unbooks_a_show_that_has_begun(
    chief: BoxOffice, show: ShowTime, owner: Customer
) -> None:
    book(owner, show, "A1")
    ShowTime.objects.filter(pk=show.pk).update(starts_at=database.now() - timedelta(minutes=5))
    chief.answer(chief.choose("unbook", seat(show, "A1")), "The projector broke")
    assert states(show)["A1"] == "AVAILABLE"


def test_it_refuses_more_seats_than_a_transaction_should_carry(
    chief: BoxOffice, show: ShowTime, owner: Customer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desk, "MOST_SEATS", 1)
    book(owner, show, "A1", "A2")
    response = chief.choose("unbook", seat(show, "A1"), seat(show, "A2"))
    assert said(response) == ["Please choose at most 1 seats at a time."]


@pytest.mark.parametrize("seen", ["", "A1", "1", "1:", "1:2;3:4", "1:" + "9" * 30, "\u0661:\u0661"])
def test_it_refuses_a_page_that_was_tampered_with(
    chief: BoxOffice, show: ShowTime, owner: Customer, seen: str
) -> None:
    book(owner, show, "A1")
    response = chief.client.post(
        "/admin/seats/seat/",
        {
            "action": "unbook",
            "_selected_action": seat(show, "A1").pk,
            "seen": seen,
            "reason": "Because",
        },
    )
    assert len(said(response)) == 1
    assert states(show)["A1"] == "BOOKED"


def test_it_gives_back_every_seat_of_a_booking(
    chief: BoxOffice, show: ShowTime, owner: Customer, rival: Customer
) -> None:
    booking = book(owner, show, "A1", "A2", "B3")
    other = book(rival, show, "B4")
    page = chief.choose("unbook", booking)
    assert "3 seats: A1, A2, B3" in page.content.decode()
    chief.answer(page, "The customer is ill")
    booking.refresh_from_db()
    assert booking.status == Booking.Status.CANCELLED
    assert other.status == Booking.Status.CONFIRMED
    assert set(Seat.objects.exclude(status="AVAILABLE").values_list("label", flat=True)) == {"B4"}


def test_it_never_takes_seats_that_a_booking_once_had(
    chief: BoxOffice, show: ShowTime, owner: Customer, rival: Customer
) -> None:
    booking = book(owner, show, "A1")
    reservations.cancel_booking(owner, booking.reference)
    book(rival, show, "A1")
    response: Any = chief.choose("unbook", booking)
    assert said(response) == ["None of these seats is booked at this moment."]
    assert states(show)["A1"] == "BOOKED"
