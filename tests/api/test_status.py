"""GET /api/seat-status/: HTTP around the feed, whose rules have tests of their own."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.api.people import problem

PATH = "/api/seat-status/"


def test_without_a_cursor_everything(stranger, show):
    response = stranger.get(PATH, {"show_id": show.pk})

    answer = response.json()
    assert answer["show_id"] == show.pk
    assert answer["full"] is True
    assert len(answer["seats"]) == 15
    assert answer["poll_after_ms"] == 5000
    assert answer["server_time"].endswith("Z")


def test_with_a_cursor_what_changed(stranger, owner, show):
    cursor = stranger.get(PATH, {"show_id": show.pk}).json()["cursor"]
    held = owner.hold(show, "A1", "B2").json()

    answer = stranger.get(PATH, {"show_id": show.pk, "since": cursor}).json()

    assert answer["full"] is False
    assert [seat["label"] for seat in answer["seats"]] == ["A1", "B2"]
    assert answer["seats"][0]["held_until"] == held["expires_at"]
    assert answer["stats"]["held"] == 2


def test_the_answer_to_a_write_is_a_cursor(stranger, owner, show):
    cursor = owner.hold(show, "A1").json()["cursor"]

    answer = stranger.get(PATH, {"show_id": show.pk, "since": cursor}).json()

    assert (answer["full"], answer["seats"]) == (False, [])


@pytest.mark.parametrize(
    "since",
    ["", "0", "nonsense", "1.2.3.4", "\0", "é", "9" * 6000, "-1", "\uff11.1.1.1", "1.1.1.1\n"],
)
def test_a_cursor_that_is_none_gets_everything(stranger, show, since):
    assert stranger.get(PATH, {"show_id": show.pk, "since": since}).json()["full"] is True


def test_without_a_show_the_next_one(stranger, show):
    assert stranger.get(PATH).json()["show_id"] == show.pk


def test_an_unknown_show(stranger, db):
    problem(stranger.get(PATH, {"show_id": 4242}), 404, "show_not_found")
    problem(stranger.get(PATH), 404, "show_not_found")


def test_who_knows_the_answer_is_told_so(stranger, show):
    first = stranger.get(PATH, {"show_id": show.pk})

    again = stranger.get(PATH, {"show_id": show.pk}, **{"If-None-Match": first.headers["ETag"]})

    assert again.status_code == 304
    assert again.content == b""
    assert again.headers["ETag"] == first.headers["ETag"]


def test_a_change_ends_that(stranger, owner, show):
    etag = stranger.get(PATH, {"show_id": show.pk}).headers["ETag"]
    owner.hold(show, "A1")

    response = stranger.get(PATH, {"show_id": show.pk}, **{"If-None-Match": etag})

    assert response.status_code == 200


def test_it_is_the_same_for_every_caller(stranger, owner, show):
    owner.log_in()
    owner.hold(show, "A1")

    strange = stranger.get(PATH, {"show_id": show.pk})
    own = owner.get(PATH, {"show_id": show.pk})

    assert own.json()["seats"] == strange.json()["seats"]
    for response in (own, strange):
        assert response.headers["Cache-Control"] == "public, max-age=0, s-maxage=1"
        assert response.headers["Vary"] == "Accept-Encoding"
        assert not response.cookies


def test_nobody_is_looked_up(owner, show):
    owner.log_in()

    with CaptureQueriesContext(connection) as queries:
        owner.get(PATH, {"show_id": show.pk})
        owner.get(PATH, {"show_id": show.pk}, Authorization="Token nonsense")

    asked = " ".join(query["sql"] for query in queries)
    assert "session" not in asked
    assert "knox" not in asked
    assert "auth_user" not in asked


def test_head_and_options(stranger, show):
    head = stranger.send("HEAD", f"{PATH}?show_id={show.pk}", b"", "")
    options = stranger.send("OPTIONS", PATH, b"", "")

    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["ETag"]
    assert options.status_code == 204
    assert options.headers["Allow"] == "GET, HEAD, OPTIONS"
    assert "Access-Control-Allow-Origin" not in options.headers
