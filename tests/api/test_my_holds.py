"""GET /api/seats/my-holds/"""

from tests.api.people import labels, lapse, problem


def test_it_lists_what_one_holds_in_every_show(owner, rival, show, make_show):
    other = make_show()
    owner.hold(show, "A1", "A2")
    owner.hold(other, "B1")
    rival.hold(show, "A3")

    response = owner.get("/api/seats/my-holds/")

    holds = response.json()["holds"]
    assert [(hold["show_id"], labels(hold["seats"])) for hold in holds] == [
        (show.pk, ["A1", "A2"]),
        (other.pk, ["B1"]),
    ]
    assert response.headers["Cache-Control"] == "no-store"


def test_it_can_be_asked_about_one_show(owner, show, make_show):
    other = make_show()
    owner.hold(show, "A1")
    owner.hold(other, "B1")

    holds = owner.get("/api/seats/my-holds/", {"show_id": other.pk}).json()["holds"]

    assert [hold["show_id"] for hold in holds] == [other.pk]


def test_an_expired_hold_is_none(owner, show):
    owner.hold(show, "A1")
    lapse()

    assert owner.get("/api/seats/my-holds/").json() == {"holds": []}


def test_a_stranger_has_to_log_in(stranger, db):
    problem(stranger.get("/api/seats/my-holds/"), 401, "not_authenticated")
