"""manage.py backup and restore: what they refuse, and what they make of a database."""

from __future__ import annotations

import shutil
import sqlite3
import stat
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from seats import ledger
from seats.domain import Customer
from seats.management import sqlite_copies
from tests.engine.house import House, Poller, customer

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def owner(transactional_db) -> Customer:
    return customer("owner")


@pytest.fixture
def house(owner) -> House:
    return House.open()


@pytest.fixture
def file(tmp_path) -> Path:
    return tmp_path / "backup.sqlite3"


@pytest.fixture
def answers(monkeypatch):
    """Types an answer to every question."""

    def answer(text: str) -> None:
        monkeypatch.setattr("builtins.input", lambda _: text)

    return answer


def test_a_backup_is_one_file_for_its_owner_alone(house, owner, file):
    house.hold(owner, "A1")
    call_command("backup", str(file))

    assert [entry.name for entry in file.parent.iterdir()] == [file.name]
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    copy = sqlite3.connect(file)
    assert copy.execute("SELECT label FROM seats_seat WHERE status = 'HELD'").fetchall() == [
        ("A1",)
    ]
    assert copy.execute("PRAGMA journal_mode").fetchone() == ("delete",)
    copy.close()


def test_a_file_that_exists_is_not_touched(house, file):
    file.write_text("precious")
    with pytest.raises(CommandError, match="exists already"):
        call_command("backup", str(file))
    assert file.read_text() == "precious"


def test_a_backup_that_fails_leaves_nothing(house, file, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(sqlite_copies, "_flush", full)
    with pytest.raises(CommandError, match="No space left"):
        call_command("backup", str(file))
    assert list(file.parent.iterdir()) == []


def test_a_folder_that_is_not_there(house, tmp_path):
    with pytest.raises(CommandError, match="no folder"):
        call_command("backup", str(tmp_path / "nowhere" / "file"))


def test_going_back(house, owner, file, capsys):
    watching = Poller(house.show_id)
    house.hold(owner, "A1")
    before = watching.look()
    call_command("backup", str(file))
    house.book(owner)
    house.hold(owner, "B1", "B2")
    assert watching.look()["A1"][0] == "BOOKED"

    call_command("restore", str(file), "--no-input")

    # The page that was open during all that is told everything anew.
    assert watching.look() == before
    assert watching.body["full"] is True
    assert house.seen() == {"A1": "HELD"}
    assert ledger.verify(house.show_id) == 1
    house.book(owner)
    assert watching.look()["A1"][0] == "BOOKED"
    assert watching.body["full"] is False
    kept = Path(capsys.readouterr().out.split(" is in ")[1].split(".\n")[0])
    assert sqlite3.connect(kept).execute("SELECT COUNT(*) FROM seats_seatevent").fetchone() == (3,)


def test_another_future_from_the_same_backup(house, owner, file):
    """As many changes as before, but others: nobody may take one history for the other."""
    watching = Poller(house.show_id)
    call_command("backup", str(file))
    house.hold(owner, "A1")
    watching.look()

    call_command("restore", str(file), "--no-input")
    house.hold(owner, "B5")

    seats = watching.look()
    assert (seats["A1"][0], seats["B5"][0]) == ("AVAILABLE", "HELD")


def test_it_asks_first(house, owner, file, answers, capsys):
    call_command("backup", str(file))
    house.hold(owner, "A1")
    answers("no")
    with pytest.raises(CommandError, match="Nothing was changed"):
        call_command("restore", str(file))
    assert house.seen() == {"A1": "HELD"}
    assert "a database of 1 change of seats by one of 0 changes" in capsys.readouterr().out

    answers("yes")
    call_command("restore", str(file))
    assert house.seen() == {}


def test_nobody_there_to_be_asked(house, owner, file, monkeypatch):
    call_command("backup", str(file))
    house.hold(owner, "A1")

    def no_terminal(_):
        raise EOFError

    monkeypatch.setattr("builtins.input", no_terminal)
    with pytest.raises(CommandError, match="Nothing was changed"):
        call_command("restore", str(file))
    assert house.seen() == {"A1": "HELD"}


@pytest.mark.parametrize("mode", ["WAL", "DELETE"])
def test_either_journal(house, owner, file, mode):
    """A backup of one kind goes into a database of the other."""
    house.hold(owner, "A1")
    call_command("backup", str(file))
    house.release(owner)
    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA journal_mode={mode}")
    try:
        call_command("restore", str(file), "--no-input")
        assert house.seen() == {"A1": "HELD"}
    finally:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA journal_mode=WAL")


class TestFilesThatAreNoBackup:
    def restore(self, file: Path, said: str) -> None:
        with pytest.raises(CommandError, match=said):
            call_command("restore", str(file), "--no-input")

    def test_none(self, house, file):
        self.restore(file, "There is no file")

    def test_text(self, house, file):
        file.write_text("SELECT 1;" * 1000)
        self.restore(file, "not a database")

    def test_another_database(self, house, file):
        sqlite3.connect(file).execute("CREATE TABLE cats (name)").connection.close()
        self.restore(file, "no database of Holdfast")

    def test_a_damaged_one(self, house, owner, file):
        call_command("backup", str(file))
        whole = file.read_bytes()
        # Every second page: among them are some that are in use.
        page = int.from_bytes(whole[16:18], "big")
        file.write_bytes(
            b"".join(
                b"\xff" * page if number % 2 else whole[number * page : (number + 1) * page]
                for number in range(len(whole) // page)
            )
        )
        self.restore(file, "damaged")
        assert house.seen() == {}

    def test_a_shortened_one(self, house, file):
        call_command("backup", str(file))
        file.write_bytes(file.read_bytes()[:-20_000])
        self.restore(file, "damaged")

    def test_one_of_a_newer_release(self, house, file):
        call_command("backup", str(file))
        with sqlite3.connect(file) as copy:
            copy.execute(
                "INSERT INTO django_migrations (app, name, applied)"
                " VALUES ('seats', '9999_later', '2030-01-01')"
            )
        copy.close()
        self.restore(file, "newer Holdfast: this one does not know 9999_later")


def test_a_backup_of_an_older_release_says_what_to_do(house, file, capsys):
    call_command("backup", str(file))
    with sqlite3.connect(file) as copy:
        copy.execute("DELETE FROM django_migrations WHERE app = 'seats' AND name <> '0001_initial'")
    copy.close()
    assert sqlite_copies.examine(file) == (0, True)
    shutil.copy(file, file.with_name("again"))
    call_command("backup", str(file.with_name("whole")))
    call_command("restore", str(file), "--no-input")
    call_command("restore", str(file.with_name("whole")), "--no-input")
    assert "migrate, and verify_ledger" in capsys.readouterr().out


@pytest.mark.parametrize(("vendor", "tool"), [("mysql", "mysqldump"), ("postgresql", "pg_dump")])
@pytest.mark.parametrize("command", ["backup", "restore"])
def test_servers_have_tools_of_their_own(db, monkeypatch, file, command, vendor, tool):
    monkeypatch.setattr(connection, "vendor", vendor)
    with pytest.raises(CommandError, match=tool):
        call_command(command, str(file))
    monkeypatch.undo()
