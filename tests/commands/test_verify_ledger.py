"""verify_ledger: the books held against the tables, from a terminal or a timer."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
from django.core.management import CommandError, call_command

from seats import ledger
from seats.errors import Busy
from seats.models import Seat, SeatEvent
from tests.engine.house import House, customer

pytestmark = pytest.mark.django_db


@pytest.fixture
def houses() -> list[House]:
    opened = [House.open(), House.open()]
    owner = customer("owner")
    for house in opened:
        house.hold(owner, "A1", "A2")
        house.book(owner, "A1")
    return opened


def test_it_says_that_all_is_well(houses: list[House], command: Callable[..., str]) -> None:
    said = command("verify_ledger")
    assert said.startswith("2 shows, 4 events: the ledger and the tables agree (")


def test_it_looks_at_one_show(houses: list[House], command: Callable[..., str]) -> None:
    said = command("verify_ledger", "--show", str(houses[1].show_id))
    assert said.startswith("1 show, 2 events: ")


def test_it_has_nothing_to_say_of_an_empty_house(command: Callable[..., str]) -> None:
    assert command("verify_ledger").startswith("0 shows, 0 events: ")


def test_it_names_the_first_difference(houses: list[House], command: Callable[..., str]) -> None:
    broken = houses[1]
    Seat.objects.filter(pk=broken.ids["A2"]).update(status="AVAILABLE", held_until=None, hold=None)
    with pytest.raises(CommandError, match=rf"^Show {broken.show_id}: A2 is stored as available"):
        command("verify_ledger")
    assert command("verify_ledger", "--show", str(houses[0].show_id)).startswith("1 show")


def test_it_changes_nothing(houses: list[House], command: Callable[..., str]) -> None:
    before = list(SeatEvent.objects.values()), list(Seat.objects.values())
    command("verify_ledger")
    assert before == (list(SeatEvent.objects.values()), list(Seat.objects.values()))


@pytest.mark.parametrize("show_id", ["0", "-1", "999999"])
def test_it_knows_no_other_shows(command: Callable[..., str], show_id: str) -> None:
    with pytest.raises(CommandError, match=f"There is no show {show_id}"):
        command("verify_ledger", "--show", show_id)


def test_it_asks_for_patience_when_the_database_is_busy(
    houses: list[House], command: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(*_: object) -> int:
        raise Busy

    monkeypatch.setattr(ledger, "verify", busy)
    with pytest.raises(CommandError, match="too busy"):
        command("verify_ledger")


def test_it_passes_over_a_show_that_is_deleted_meanwhile(
    houses: list[House], command: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    listed = [*ledger.shows_with_versions(), (10**9, 3)]
    monkeypatch.setattr(ledger, "shows_with_versions", lambda: listed)
    assert ", 4 events" in command("verify_ledger")


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_it_shows_its_progress_on_a_terminal_alone(houses: list[House]) -> None:
    terminal, file = Terminal(), io.StringIO()
    call_command("verify_ledger", stdout=io.StringIO(), stderr=terminal, no_color=True)
    call_command("verify_ledger", stdout=io.StringIO(), stderr=file, no_color=True)
    assert "%" in terminal.getvalue()
    assert terminal.getvalue().endswith("\r")
    assert file.getvalue() == ""
