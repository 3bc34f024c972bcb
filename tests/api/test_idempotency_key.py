"""Idempotency-Key: a repeated request has its effect once and gets its first answer."""

import pytest

from seats.models import Booking, SeatEvent
from tests.api.people import problem

KEY = {"Idempotency-Key": "a3f0-77"}


def replayed(response):
    return response.headers.get("Idempotency-Replayed")


def test_the_main_path_replays(owner, show):
    calls = [
        lambda **h: owner.hold(show, "A1", "A2", "A3", **h),
        lambda **h: owner.book(show, "A1", **h),
        lambda **h: owner.release(show, "A2", **h),
    ]
    for number, call in enumerate(calls):
        first = call(**{"Idempotency-Key": f"key-{number}"})
        events = SeatEvent.objects.count()
        again = call(**{"Idempotency-Key": f"key-{number}"})
        assert (first.status_code, replayed(first)) == (200, None)
        assert (again.status_code, replayed(again)) == (200, "true")
        assert again.json() == first.json()
        assert SeatEvent.objects.count() == events


def test_extending_replays_instead_of_extending_again(owner, show, settings):
    owner.hold(show, "A1")
    settings.HOLD_TTL_SECONDS = 900
    first = owner.extend(show, **KEY)

    again = owner.extend(show, **KEY)

    assert again.json() == first.json()
    assert SeatEvent.objects.count() == 2


def test_cancelling_replays(owner, show):
    owner.hold(show, "A1")
    reference = owner.book(show).json()["booking"]["reference"]
    first = owner.cancel(reference, **KEY)

    again = owner.cancel(reference, **KEY)

    assert (again.json(), replayed(again)) == (first.json(), "true")


def test_booking_again_later_does_not_book_other_seats(owner, show):
    owner.hold(show, "A1")
    first = owner.book(show, **KEY).json()
    owner.hold(show, "B1")

    again = owner.book(show, **KEY).json()

    assert again["booking"] == first["booking"]
    assert Booking.objects.count() == 1


def test_a_refusal_is_an_outcome_too(owner, rival, show):
    rival.hold(show, "A1")
    first = owner.hold(show, "A1", **KEY)
    rival.release(show)

    again = owner.hold(show, "A1", **KEY)

    problem(again, 409, "seats_unavailable")
    assert (again.json(), replayed(again)) == (first.json(), "true")
    assert owner.hold(show, "A1", **{"Idempotency-Key": "new"}).status_code == 200


def test_the_same_key_for_another_request(owner, show):
    owner.hold(show, "A1", **KEY)

    problem(owner.hold(show, "A2", **KEY), 422, "idempotency_key_reused")
    problem(owner.book(show, "A1", **KEY), 422, "idempotency_key_reused")
    assert Booking.objects.count() == 0


def test_a_key_belongs_to_one_customer(owner, rival, show):
    owner.hold(show, "A1", **KEY)

    response = rival.hold(show, "A2", **KEY)

    assert (response.status_code, replayed(response)) == (200, None)


def test_spelling_a_request_differently_does_not_make_it_another(owner, show):
    first = b'{"show_id": %d, "seats": ["A1"]}' % show.pk
    again = b'{ "seats" : ["\\u00411"], "show_id":%d }' % show.pk

    owner.post("/api/seats/hold-batch/", first, **KEY)
    response = owner.post("/api/seats/hold-batch", again, **KEY)

    assert (response.status_code, replayed(response)) == (200, "true")


def test_the_other_header(owner, show):
    owner.hold(show, "A1", **{"X-Idempotency-Key": "k"})

    response = owner.hold(show, "A1", **{"Idempotency-Key": "k", "X-Idempotency-Key": "k"})

    assert replayed(response) == "true"


def test_what_was_never_tried_is_not_remembered(owner, show):
    problem(owner.hold(show, "?", **KEY), 400, "invalid")

    assert owner.hold(show, "A1", **KEY).status_code == 200


@pytest.mark.parametrize("key", ["k", "x" * 255, "!~ \"'\\", "0"])
def test_keys(owner, show, key):
    owner.hold(show, "A1", **{"Idempotency-Key": key})

    assert replayed(owner.hold(show, "A1", **{"Idempotency-Key": key})) == "true"


@pytest.mark.parametrize("name", ["Idempotency-Key", "X-Idempotency-Key"])
@pytest.mark.parametrize("key", ["", "x" * 256, "\u00e4", "a\x7f", "a\tb", "\x00", "\u00ff" * 9])
@pytest.mark.parametrize(
    "path",
    [
        "/api/seats/hold-batch/",
        "/api/seats/extend-hold/",
        "/api/seats/book-batch/",
        "/api/seats/release-hold-batch/",
        "/api/seats/bookings/AAAA-AAAA/cancel/",
        "/api/seats/logout/",
        "/api/seats/login/",
        "/api/seats/register/",
    ],
)
def test_what_is_no_key(owner, show, path, name, key):
    body = {
        "show_id": show.pk,
        "seats": ["A1"],
        "username": "another",
        "password": "a long pass phrase",
    }

    errors = problem(owner.post(path, body, **{name: key}), 400, "invalid")["errors"]

    assert list(errors) == ["Idempotency-Key"]


def test_two_keys_at_once(owner, show):
    response = owner.hold(show, "A1", **{"Idempotency-Key": "a", "X-Idempotency-Key": "b"})

    problem(response, 400, "invalid")
    assert SeatEvent.objects.count() == 0


def test_keys_of_questions_are_ignored(owner, show):
    assert owner.get("/api/seats/my-holds/", **{"Idempotency-Key": ""}).status_code == 200
