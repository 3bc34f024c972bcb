"""GET /api/seats/shows/"""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from tests.api.people import problem


def test_upcoming_shows_by_start_time(stranger, make_show):
    later = make_show(timezone.now() + timedelta(days=3))
    sooner = make_show(timezone.now() + timedelta(days=1))
    make_show(timezone.now() - timedelta(minutes=1))

    response = stranger.get("/api/seats/shows/")

    shows = response.json()["shows"]
    assert [show["id"] for show in shows] == [sooner.pk, later.pk]
    assert shows[0]["movie"] == "The Long Tide"
    assert shows[0]["screen"] == "Hall 1"
    assert shows[0]["price"] == "10.00"
    assert shows[0]["currency"] == "EUR"
    assert shows[0]["stats"] == {"available": 15, "held": 0, "booked": 0, "total": 15}


def test_times_are_utc(stranger, make_show):
    make_show(datetime(2090, 5, 1, 19, 30, tzinfo=UTC))

    show = stranger.get("/api/seats/shows/").json()["shows"][0]

    assert show["start_time"] == "2090-05-01T19:30:00.000Z"
    assert show["end_time"] == "2090-05-01T21:14:00.000Z"


def test_one_day_where_the_cinema_stands(stranger, make_show, settings):
    settings.TIME_ZONE = "Pacific/Auckland"
    show = make_show(datetime(2090, 5, 1, 19, 30, tzinfo=UTC))

    def on(day):
        shows = stranger.get("/api/seats/shows/", {"date": day}).json()["shows"]
        return [show["id"] for show in shows]

    assert on("2090-05-02") == [show.pk]
    assert on("2090-05-01") == []


def test_nothing_on(stranger, db):
    assert stranger.get("/api/seats/shows/").json()["shows"] == []


@pytest.mark.parametrize("day", ["0001-01-01", "1970-01-01", "9999-12-30", "9999-12-31"])
def test_the_ends_of_the_calendar(stranger, db, settings, day):
    settings.TIME_ZONE = "Pacific/Auckland"

    assert stranger.get("/api/seats/shows/", {"date": day}).json()["shows"] == []


@pytest.mark.parametrize(
    "day",
    [
        "",
        "today",
        "2026-13-01",
        "2026-02-30",
        "20260101",
        "2026-1-1",
        "\uff12\uff10\uff12\uff16-01-01",
        "2026-01-01\0",
    ],
)
def test_what_is_no_day(stranger, db, day):
    body = problem(stranger.get("/api/seats/shows/", {"date": day}), 400, "invalid")

    assert list(body["errors"]) == ["date"]


def test_a_proxy_may_answer_a_crowd(stranger, db):
    response = stranger.get("/api/seats/shows/")

    assert response.headers["Cache-Control"] == "public, max-age=0, s-maxage=1"
    assert "Vary" not in response.headers


def test_a_picture_that_was_never_collected(stranger, make_show, settings, tmp_path):
    show = make_show(timezone.now() + timedelta(days=1))
    show.movie.poster = "posters/nowhere.svg"
    show.movie.save()
    settings.STATIC_ROOT = tmp_path
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "config.static_files.HashedStaticFilesStorage"},
    }

    response = stranger.get("/api/seats/shows/")

    assert response.status_code == 200
    assert response.json()["shows"][0]["poster_url"] == "/static/posters/nowhere.svg"
