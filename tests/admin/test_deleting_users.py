from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.contrib.auth.models import User

from seats import database
from seats.domain import Customer
from seats.errors import Busy
from seats.models import Booking, SeatEvent, ShowTime
from tests.admin.people import BoxOffice, book, hold, states

pytestmark = pytest.mark.django_db

MakeShow = Callable[..., ShowTime]


@pytest.fixture
def sold(show: ShowTime, owner: Customer, rival: Customer) -> ShowTime:
    """The owner has booked A1 and holds A2; the rival has booked B1 and holds B2."""
    for customer, row in ((owner, "A"), (rival, "B")):
        book(customer, show, f"{row}1")
        hold(customer, show, f"{row}2")
    return show


def events(show: ShowTime, owner: Customer) -> list[tuple[str, str, str]]:
    rows = SeatEvent.objects.filter(show=show, reason="account deleted").order_by("version")
    assert all(row.actor == owner.key for row in rows)
    return [(row.kind, row.reason, ",".join(labels(row))) for row in rows]


def labels(event: SeatEvent) -> list[str]:
    seats = event.show.seats.filter(pk__in=event.seat_ids).order_by("id")
    return list(seats.values_list("label", flat=True))


def assert_only_the_rival_is_left(show: ShowTime, owner: Customer) -> None:
    found = states(show)
    assert {label: status for label, status in found.items() if status != "AVAILABLE"} == {
        "B1": "BOOKED",
        "B2": "HELD",
    }
    assert events(show, owner) == [
        ("released", "account deleted", "A2"),
        ("cancelled", "account deleted", "A1"),
    ]
    booking = Booking.objects.get(customer=owner.key)
    assert booking.status == Booking.Status.CANCELLED
    assert booking.user is None
    version = ShowTime.objects.get(pk=show.pk).version
    assert list(show.events.order_by("version").values_list("version", flat=True)) == list(
        range(1, version + 1)
    )


def test_it_frees_seats_when_the_box_office_deletes_a_user(
    chief: BoxOffice, sold: ShowTime, owner: Customer
) -> None:
    response = chief.post("auth_user_delete", owner.user_id, post="yes")
    assert response.status_code == 302
    assert not User.objects.filter(pk=owner.user_id).exists()
    assert_only_the_rival_is_left(sold, owner)


def test_it_frees_seats_when_the_box_office_deletes_several_users(
    chief: BoxOffice, sold: ShowTime, owner: Customer
) -> None:
    stranger = User.objects.create_user("stranger")
    chief.client.post(
        "/admin/auth/user/",
        {
            "action": "delete_selected",
            "_selected_action": [owner.user_id, stranger.pk],
            "post": "yes",
        },
    )
    assert set(User.objects.values_list("username", flat=True)) == {"chief", "rival"}
    assert_only_the_rival_is_left(sold, owner)


def test_it_frees_seats_when_a_queryset_is_deleted(sold: ShowTime, owner: Customer) -> None:
    User.objects.filter(username="owner").delete()
    assert_only_the_rival_is_left(sold, owner)


def test_it_keeps_bookings_of_shows_that_are_over(
    sold: ShowTime, make_show: MakeShow, owner: Customer
) -> None:
    over = make_show(days=2)
    book(owner, over, "A5")
    ShowTime.objects.filter(pk=over.pk).update(starts_at=database.now() - timedelta(days=1))
    User.objects.filter(username="owner").delete()
    assert states(over)["A5"] == "BOOKED"
    assert_only_the_rival_is_left_in(sold)


def assert_only_the_rival_is_left_in(show: ShowTime) -> None:
    taken = {label for label, status in states(show).items() if status != "AVAILABLE"}
    assert taken == {"B1", "B2"}


@pytest.mark.django_db(transaction=True)
def test_it_frees_nothing_when_the_deletion_fails(
    sold: ShowTime, owner: Customer, monkeypatch: pytest.MonkeyPatch
) -> None:
    from django.db.models.signals import post_delete

    def refuse(**_: object) -> None:
        raise RuntimeError("not now")

    before = states(sold)
    post_delete.connect(refuse, sender=User)
    try:
        with pytest.raises(RuntimeError, match="not now"):
            User.objects.get(username="owner").delete()
    finally:
        post_delete.disconnect(refuse, sender=User)
    assert states(sold) == before
    assert not events(sold, owner)


@pytest.mark.parametrize("door", ["one", "several"])
def test_it_waits_its_turn_where_writers_come_one_after_another(
    chief: BoxOffice,
    sold: ShowTime,
    owner: Customer,
    monkeypatch: pytest.MonkeyPatch,
    door: str,
) -> None:
    """On SQLite, whose own waiting is a lottery."""
    deleted_in_turn = []
    waited = database.without_writers

    @contextmanager
    def noticed(patience: float) -> Iterator[None]:
        with waited(patience):
            yield
            deleted_in_turn.append(not User.objects.filter(pk=owner.user_id).exists())

    monkeypatch.setattr(database, "without_writers", noticed)
    if door == "one":
        chief.post("auth_user_delete", owner.user_id, post="yes")
    else:
        asked = {"action": "delete_selected", "_selected_action": [owner.user_id], "post": "yes"}
        chief.client.post("/admin/auth/user/", asked)
    assert deleted_in_turn == [True]


def test_it_says_so_when_its_turn_does_not_come(
    chief: BoxOffice, sold: ShowTime, owner: Customer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(_patience: float) -> None:
        raise Busy

    monkeypatch.setattr(database, "without_writers", never)
    asked = {"action": "delete_selected", "_selected_action": [owner.user_id], "post": "yes"}
    for page in (
        chief.client.post(f"/admin/auth/user/{owner.user_id}/delete/", asked, follow=True),
        chief.client.post("/admin/auth/user/", asked, follow=True),
    ):
        assert str(Busy().message) in page.content.decode()
    assert User.objects.filter(pk=owner.user_id).exists()
