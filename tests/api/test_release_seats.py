"""POST /api/seats/release-hold-batch/"""

from tests.api.people import labels, problem


def test_it_releases_the_whole_hold(owner, show):
    owner.hold(show, "A1", "A2")

    answer = owner.release(show).json()

    assert answer["released"] == ["A1", "A2"]
    assert answer["not_held"] == []
    assert owner.get("/api/seats/my-holds/").json() == {"holds": []}


def test_it_releases_the_named_part(owner, show):
    owner.hold(show, "A1", "A2")

    assert owner.release(show, "A-1").json()["released"] == ["A1"]
    assert labels(owner.get("/api/seats/my-holds/").json()["holds"][0]["seats"]) == ["A2"]


def test_releasing_again_changes_nothing(owner, show):
    owner.hold(show, "A1")
    first = owner.release(show, "A1").json()

    again = owner.release(show, "A1")

    assert again.status_code == 200
    assert (again.json()["released"], again.json()["not_held"]) == ([], ["A1"])
    assert again.json()["cursor"].split(".")[1] == first["cursor"].split(".")[1]


def test_what_somebody_else_holds_is_left_alone(owner, rival, show):
    rival.hold(show, "A1")

    assert owner.release(show, "A1").json()["not_held"] == ["A1"]
    assert labels(rival.get("/api/seats/my-holds/").json()["holds"][0]["seats"]) == ["A1"]


def test_seats_that_do_not_exist(owner, show):
    problem(owner.release(show, "Q1"), 404, "seat_not_found")


def test_an_unknown_show(owner, db):
    response = owner.post("/api/seats/release-hold-batch/", {"show_id": 4242})

    problem(response, 404, "show_not_found")


def test_a_stranger_has_to_log_in(stranger, show):
    problem(stranger.release(show), 401, "not_authenticated")
