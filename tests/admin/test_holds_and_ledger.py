from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.urls import NoReverseMatch, reverse

from seats import reservations
from seats.domain import Customer
from seats.models import Hold, SeatEvent, ShowTime
from tests.admin.people import BoxOffice, book, hold, let_lapse, seat

pytestmark = pytest.mark.django_db


def test_it_shows_a_hold_past_its_deadline_as_expired(
    chief: BoxOffice, show: ShowTime, owner: Customer
) -> None:
    hold(owner, show, "A1", "A2")
    assert "Open" in chief.get("seats_hold_changelist").content.decode()
    let_lapse(owner, show)
    page = chief.get("seats_hold_changelist").content.decode()
    assert "Expired" in page
    assert "A1, A2" in page
    assert Hold.objects.get().state == "open"


def test_it_finds_holds_by_customer(
    chief: BoxOffice, show: ShowTime, owner: Customer, rival: Customer
) -> None:
    hold(owner, show, "A1")
    hold(rival, show, "A2")
    rows = chief.get("seats_hold_changelist", q="rival").context["cl"].result_list
    assert [row.customer for row in rows] == [rival.key]


def test_it_tells_who_did_what_to_which_seats_and_why(
    chief: BoxOffice, show: ShowTime, owner: Customer
) -> None:
    hold(owner, show, "A1", "A2")
    chief.answer(chief.choose("release", seat(show, "A1")), "Too <b>long</b>")
    let_lapse(owner, show)
    reservations.tidy()
    page = chief.get("seats_seatevent_changelist").content.decode()
    _, expired, released, held = page.partition('id="result_list"')[2].split("<tr>")[1:]
    assert "housekeeping" in expired
    assert "chief, box office" in released
    assert "Too &lt;b&gt;long&lt;/b&gt;" in released
    assert ">A1<" in released
    assert "owner" in held
    assert "A1, A2" in held


def test_it_finds_what_somebody_did(
    chief: BoxOffice, show: ShowTime, owner: Customer, rival: Customer
) -> None:
    hold(owner, show, "A1")
    hold(rival, show, "A2")
    chief.answer(chief.choose("release", seat(show, "A1")), "Asked")

    def by(name: str) -> set[str]:
        rows = chief.get("seats_seatevent_changelist", q=name).context["cl"].result_list
        return {event.actor for event in rows}

    assert by("rival") == {rival.key}
    assert by("chief") == {f"staff:{chief.user.pk}"}
    assert by("nobody") == set()


def test_it_names_actors_whose_account_is_gone(
    chief: BoxOffice, show: ShowTime, owner: Customer
) -> None:
    book(owner, show, "A1")
    User.objects.get(username="owner").delete()
    page = chief.get("seats_seatevent_changelist").content.decode()
    assert f"a deleted account ({owner.user_id})" in page


def test_it_lets_nobody_write_history(chief: BoxOffice, show: ShowTime, owner: Customer) -> None:
    hold(owner, show, "A1")
    for model, row in (("hold", Hold.objects.get()), ("seatevent", SeatEvent.objects.get())):
        assert chief.get(f"seats_{model}_change", row.pk).status_code == 200
        assert chief.post(f"seats_{model}_change", row.pk, reason="x").status_code == 403
        assert chief.post(f"seats_{model}_delete", row.pk, post="yes").status_code == 403
        assert chief.post(f"seats_{model}_add").status_code == 403


def test_it_keeps_answers_to_repeated_requests_to_itself() -> None:
    with pytest.raises(NoReverseMatch):
        reverse("admin:seats_idempotencyrecord_changelist")
