"""Answers that are the same for everybody may be kept by caches: nothing personal is in them."""

import pytest

SHARED = [
    "/api/seats/shows/",
    "/api/seats/shows/{}/layout/",
    "/api/seat-status/",
    "/api/seats/events/",
]
PRIVATE = ["/api/seats/", "/api/seats/me/", "/api/seats/my-holds/", "/api/seats/my-bookings/"]


@pytest.mark.parametrize("path", [*SHARED, "/api/schema/"])
@pytest.mark.parametrize("cookie", [None, "nonsense", "a" * 32, "\0"])
def test_no_cookie_comes_with_them(client, show, path, cookie):
    if cookie is not None:
        client.cookies["sessionid"] = cookie

    response = client.get(path.format(show.pk))

    assert response.status_code == 200
    assert response.headers["Cache-Control"].startswith("public, ")
    assert not response.cookies
    assert "Cookie" not in response.headers.get("Vary", "")


@pytest.mark.parametrize("path", SHARED)
def test_who_asks_makes_no_difference(owner, rival, stranger, show, path):
    owner.hold(show, "A1")
    rival.log_in()
    path = path.format(show.pk)

    answers = []
    for person in (owner, rival, stranger):
        answer = person.get(path).json()
        answer.pop("server_time", None)
        answer.pop("cursor", None)
        answers.append(answer)

    assert answers[0] == answers[1] == answers[2]


@pytest.mark.parametrize("path", PRIVATE)
def test_what_is_mine_is_kept_by_nobody(owner, show, path):
    owner.log_in()

    assert owner.get(path).headers["Cache-Control"] == "no-store"
