"""POST /api/seats/extend-hold/"""

from tests.api.people import labels, lapse, problem


def test_a_full_time_to_live_from_now(owner, show, settings):
    owner.hold(show, "A1", "A2")
    settings.HOLD_TTL_SECONDS = 900

    answer = owner.extend(show).json()

    assert labels(answer["hold"]["seats"]) == ["A1", "A2"]
    assert 898 <= answer["hold"]["expires_in"] <= 900
    assert answer["expires_at"] == answer["hold"]["expires_at"]


def test_never_longer_than_the_longest_hold(owner, show, settings):
    settings.HOLD_MAX_SECONDS = settings.HOLD_TTL_SECONDS = 600
    owner.hold(show, "A1")

    problem(owner.extend(show), 409, "extension_limit")


def test_without_a_hold(owner, rival, show):
    rival.hold(show, "A1")

    problem(owner.extend(show), 409, "not_held")


def test_after_the_deadline_it_is_too_late(owner, show):
    owner.hold(show, "A1")
    lapse()

    problem(owner.extend(show), 410, "hold_expired")


def test_an_unknown_show(owner, db):
    problem(owner.post("/api/seats/extend-hold/", {"show_id": 4242}), 404, "show_not_found")


def test_a_stranger_has_to_log_in(stranger, show):
    problem(stranger.extend(show), 401, "not_authenticated")
