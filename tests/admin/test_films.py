from __future__ import annotations

import pytest

from seats.models import Movie, ShowTime
from tests.admin.people import BoxOffice, said

pytestmark = pytest.mark.django_db


def film(**changes: str) -> dict[str, str]:
    return {
        "title": "A film",
        "synopsis": "",
        "duration_minutes": "90",
        "rating": "",
        "poster": "posters/orchard-machine.svg",
        **changes,
    }


def test_it_saves_a_film_and_shows_its_poster(chief: BoxOffice) -> None:
    chief.post("seats_movie_add", **film())
    page = chief.get("seats_movie_change", Movie.objects.get().pk).content.decode()
    assert '<img src="/static/posters/orchard-machine.svg"' in page


@pytest.mark.parametrize(
    ("field", "value", "complaint"),
    [
        ("poster", "posters/nowhere.svg", "There is no such picture below static/."),
        ("poster", "../../etc/passwd", "There is no such picture below static/."),
        ("poster", "a poster.svg", "There is no such picture below static/."),
        ("poster", "posters/../../../etc/passwd", "There is no such picture below static/."),
        ("duration_minutes", "0", "greater than or equal to 1"),
        ("duration_minutes", "1441", "less than or equal to 1440"),
        ("title", "", "This field is required."),
    ],
)
def test_it_refuses_what_makes_no_film(
    chief: BoxOffice, field: str, value: str, complaint: str
) -> None:
    response = chief.post("seats_movie_add", **film(**{field: value}))
    assert complaint in response.content.decode()
    assert not Movie.objects.exists()


def test_it_shows_a_film_whose_poster_is_gone(
    chief: BoxOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    movie = Movie.objects.create(title="A film", duration_minutes=90, poster="posters/gone.svg")

    def missing(_path: str) -> str:
        raise ValueError("Missing staticfiles manifest entry")

    monkeypatch.setattr("seats.admin.films.static", missing)
    assert "The picture is gone." in chief.get("seats_movie_change", movie.pk).content.decode()


def test_it_keeps_a_film_that_has_shows(chief: BoxOffice, show: ShowTime) -> None:
    response = chief.post("seats_movie_delete", show.movie_id, post="yes")
    assert "“A film” has 1 show" in said(response)[0]
    assert Movie.objects.exists()


def test_it_deletes_a_film_without_shows(chief: BoxOffice) -> None:
    movie = Movie.objects.create(title="A film", duration_minutes=90)
    chief.post("seats_movie_delete", movie.pk, post="yes")
    assert not Movie.objects.exists()


def test_it_offers_no_deletion_of_several_at_once(chief: BoxOffice, show: ShowTime) -> None:
    for model in ("movie", "screen", "showtime"):
        page = chief.get(f"seats_{model}_changelist", when="all").content.decode()
        assert "delete_selected" not in page
        assert "A film" in page or "Studio" in page
