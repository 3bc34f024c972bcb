"""GET /api/seats/"""

from tests.api.people import lapse, problem


def seats_of(answer):
    return {seat["label"]: seat for seat in answer["seats"]}


def test_all_seats_of_a_show(stranger, show):
    response = stranger.get("/api/seats/", {"show_id": show.pk})

    answer = response.json()
    assert answer["show_id"] == show.pk
    assert answer["screen"] == "Hall 1"
    assert answer["stats"] == {"available": 15, "held": 0, "booked": 0, "total": 15}
    assert len(answer["seats"]) == 15
    assert seats_of(answer)["C5"]["price"] == "13.00"
    assert response.headers["Cache-Control"] == "no-store"


def test_without_a_show_the_next_one(stranger, show):
    assert stranger.get("/api/seats/").json()["show_id"] == show.pk


def test_nothing_is_on(stranger, db):
    problem(stranger.get("/api/seats/"), 404, "show_not_found")


def test_what_is_mine(owner, rival, stranger, show):
    owner.hold(show, "A1", "A2")
    owner.book(show, "A2")
    rival.hold(show, "A3")

    seats = seats_of(owner.get("/api/seats/", {"show_id": show.pk}).json())

    assert (seats["A1"]["status"], seats["A1"]["mine"]) == ("HELD", True)
    assert (seats["A2"]["status"], seats["A2"]["mine"]) == ("BOOKED", True)
    assert (seats["A3"]["status"], seats["A3"]["mine"]) == ("HELD", False)
    assert seats["A1"]["held_until"].endswith("Z")
    assert seats["A4"]["held_until"] is None
    strange = seats_of(stranger.get("/api/seats/", {"show_id": show.pk}).json())
    assert not any(seat["mine"] for seat in strange.values())


def test_an_expired_hold_is_available(owner, stranger, show):
    owner.hold(show, "A1")
    lapse()

    seats = seats_of(stranger.get("/api/seats/", {"show_id": show.pk}).json())

    assert seats["A1"]["status"] == "AVAILABLE"


def test_the_cursor_starts_a_poll(stranger, owner, show):
    cursor = stranger.get("/api/seats/", {"show_id": show.pk}).json()["cursor"]
    owner.hold(show, "A1")

    answer = stranger.get("/api/seat-status/", {"show_id": show.pk, "since": cursor}).json()

    assert answer["full"] is False
    assert [seat["label"] for seat in answer["seats"]] == ["A1"]
