"""POST /api/seats/hold-batch/"""

from datetime import timedelta

import pytest
from django.utils import timezone

from tests.api.people import labels, problem


def test_it_holds_all_named_seats(owner, show):
    response = owner.hold(show, "A1", "A2")

    assert response.status_code == 200
    answer = response.json()
    assert labels(answer["hold"]["seats"]) == ["A1", "A2"]
    assert answer["hold"]["show_id"] == show.pk
    assert answer["hold"]["total_price"] == "20.00"
    assert answer["hold"]["currency"] == "EUR"
    assert answer["hold"]["expires_in"] == 600
    assert answer["expires_at"] == answer["hold"]["expires_at"]
    assert "A1 and A2" in answer["message"]
    assert response.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    "name", ["A1", "A-1", "A01", "a1", {"row": "A", "number": 1}, {"row": "a", "number": 1}]
)
def test_a_seat_has_several_names(owner, show, name):
    assert labels(owner.hold(show, name).json()["hold"]["seats"]) == ["A1"]


def test_names_of_the_same_seat_collapse(owner, show):
    answer = owner.hold(show, "A1", "A-1", "A01", {"row": "A", "number": 1}).json()

    assert labels(answer["hold"]["seats"]) == ["A1"]


def test_seats_can_be_named_by_id(owner, show):
    ids = list(show.seats.filter(row="B").values_list("pk", flat=True))[:2]

    response = owner.post(
        "/api/seats/hold-batch/", {"show_id": show.pk, "seat_ids": [*ids, ids[0]]}
    )

    assert [seat["id"] for seat in response.json()["hold"]["seats"]] == ids


def test_a_taken_seat_is_named_with_alternatives(owner, rival, show):
    rival.hold(show, "A2")

    body = problem(owner.hold(show, "A1", "A2"), 409, "seats_unavailable")

    assert labels(body["conflicts"]) == ["A2"]
    assert body["conflicts"][0]["status"] == "HELD"
    assert body["conflicts"][0]["held_until"].endswith("Z")
    assert all(len(group) == 2 for group in body["alternatives"])
    assert body["alternatives"][0] == ["A3", "A4"]
    assert owner.get("/api/seats/my-holds/").json() == {"holds": []}


def test_holding_again_changes_nothing(owner, show):
    first = owner.hold(show, "A1").json()
    again = owner.hold(show, "A1").json()

    assert again["hold"]["id"] == first["hold"]["id"]
    assert again["expires_at"] == first["expires_at"]
    assert again["cursor"].split(".")[1] == first["cursor"].split(".")[1]


def test_more_than_the_limit_says_the_limit(owner, show, settings):
    settings.MAX_SEATS_PER_HOLD = 2

    body = problem(owner.hold(show, "A1", "A2", "A3"), 409, "seat_limit")

    assert body["limit"] == 2


def test_unknown_seats_are_listed(owner, show):
    body = problem(owner.hold(show, "A1", "Z9", "Z8"), 404, "seat_not_found")

    assert sorted(body["unknown"]) == ["Z8", "Z9"]


def test_an_unknown_show_is_not_found(owner, show):
    response = owner.post("/api/seats/hold-batch/", {"show_id": 2**63 - 1, "seats": ["A1"]})

    problem(response, 404, "show_not_found")


def test_a_show_that_has_begun_is_closed(owner, make_show):
    begun = make_show(timezone.now() - timedelta(minutes=1))

    problem(owner.hold(begun, "A1"), 409, "sales_closed")


def test_a_stranger_has_to_log_in(stranger, show):
    response = stranger.hold(show, "A1")

    problem(response, 401, "not_authenticated")
    assert response.headers["WWW-Authenticate"] == "Token"
