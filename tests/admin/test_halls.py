from __future__ import annotations

from collections.abc import Callable

import pytest

from seats.admin.drawing import drawing_of
from seats.layout import read_plan
from seats.management import samples
from seats.models import Screen, ShowTime
from tests.admin.people import BoxOffice, said, seat

pytestmark = pytest.mark.django_db

PLAN = "tier S Standard\ntier P Premium +3.00\nA: SS_SS | wheelchair 1; companion 2\nB: PPPP"


def test_it_saves_a_plan_as_it_was_typed(chief: BoxOffice) -> None:
    typed = f"\n# Our hall\n{PLAN}\n".replace("\n", "\r\n")
    response = chief.post("seats_screen_add", name="Kammer", plan=typed)
    assert response.status_code == 302
    assert Screen.objects.get(name="Kammer").plan == f"\n# Our hall\n{PLAN}\n"


def test_it_says_which_line_of_a_plan_cannot_be_read(chief: BoxOffice) -> None:
    plan = "\n\ntier S Standard\nA: SSXS"
    response = chief.post("seats_screen_add", name="Kammer", plan=plan)
    assert response.status_code == 200
    assert "Line 4: “X” is no tier" in response.content.decode()
    assert not Screen.objects.exists()


def test_it_refuses_a_second_hall_of_the_same_name(chief: BoxOffice) -> None:
    Screen.objects.create(name="Kammer", plan=PLAN)
    response = chief.post("seats_screen_add", name="Kammer", plan=PLAN)
    assert "already exists" in response.content.decode()


def test_it_takes_the_plan_of_an_arena(chief: BoxOffice) -> None:
    hall = samples.arena()
    assert chief.post("seats_screen_add", name="Arena", plan=hall.plan).status_code == 302


def test_it_explains_how_a_plan_is_written_with_an_example_that_works(chief: BoxOffice) -> None:
    page = chief.get("seats_screen_add").content.decode()
    example = page.partition("<pre>")[2].partition("</pre>")[0]
    assert len(read_plan(example).seats) > 10


def test_it_shows_a_drawing_without_script_or_style(chief: BoxOffice) -> None:
    screen = Screen.objects.create(name="Kammer", plan=PLAN)
    page = chief.get("seats_screen_change", screen.pk).content.decode()
    drawing = page.partition('<svg viewBox="')[2].partition("</ul>")[0]
    assert "Premium (+3.00): 4" in drawing
    assert "Together: 8 seats" in drawing
    assert "♿" in drawing
    assert "style=" not in drawing
    assert "<script" not in drawing


def test_it_draws_names_that_look_like_markup_as_text() -> None:
    drawing = drawing_of(read_plan("tier S <script>alert(1)</script>\nA: SS"))
    assert "<script>" not in drawing
    assert "&lt;script&gt;" in drawing


def test_it_draws_an_arena_in_a_page_of_bearable_size() -> None:
    assert len(drawing_of(read_plan(samples.arena().plan))) < 300_000


def test_it_shows_a_plan_that_cannot_be_read_and_says_why(chief: BoxOffice) -> None:
    screen = Screen.objects.create(name="Kammer", plan="A: SS")
    page = chief.get("seats_screen_change", screen.pk).content.decode()
    assert "The plan cannot be drawn. Line 1: “S” is no tier" in page


def test_it_never_touches_shows_that_exist(chief: BoxOffice, show: ShowTime) -> None:
    before = list(show.seats.order_by("id").values())
    response = chief.post("seats_screen_change", show.screen_id, name="Studio", plan=PLAN)
    assert "keep the seats they were laid out with" in said(response)[0]
    assert list(show.seats.order_by("id").values()) == before
    show.refresh_from_db()
    assert [tier["id"] for tier in show.tiers] == ["S"]


def test_it_lays_out_later_shows_by_the_new_plan(
    chief: BoxOffice, show: ShowTime, make_show: Callable[..., ShowTime]
) -> None:
    chief.post("seats_screen_change", show.screen_id, name="Studio", plan=PLAN)
    later = make_show(days=2)
    assert later.seats.count() == 8
    assert str(seat(later, "B1").price) == "12.00"


def test_it_keeps_a_hall_that_has_shows(chief: BoxOffice, show: ShowTime) -> None:
    for response in (
        chief.post("seats_screen_delete", show.screen_id, post="yes"),
        chief.get("seats_screen_delete", show.screen_id),
    ):
        assert any("“Studio” has 1 show" in message for message in said(response)) or (
            "“Studio” has 1 show" in response.content.decode()
        )
    assert Screen.objects.filter(pk=show.screen_id).exists()


def test_it_deletes_a_hall_without_shows(chief: BoxOffice) -> None:
    screen = Screen.objects.create(name="Kammer", plan=PLAN)
    chief.post("seats_screen_delete", screen.pk, post="yes")
    assert not Screen.objects.exists()
