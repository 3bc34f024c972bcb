import sqlite3
from contextlib import closing

import pytest
from django.db.backends.sqlite3 import base

from config import databases
from config.env import Environment, SettingError
from config.sqlite import base as ours


@pytest.fixture
def database(tmp_path, monkeypatch):
    monkeypatch.setattr(databases, "find_spec", lambda name: name)

    def read(*, network_disk: bool = False, **values: str):
        return databases.from_environment(Environment(values), tmp_path, network_disk=network_disk)

    return read


class TestSQLite:
    def test_it_is_the_default_in_the_project_root(self, database, tmp_path):
        assert database()["ENGINE"] == databases.SQLITE
        assert database()["NAME"] == str(tmp_path / "db.sqlite3")

    def test_an_empty_url_is_no_url(self, database, tmp_path):
        assert database(DATABASE_URL="")["NAME"] == str(tmp_path / "db.sqlite3")

    def test_a_relative_path_begins_at_the_project_root(self, database, tmp_path):
        found = database(DATABASE_URL="sqlite:///data/cinema.sqlite3")
        assert found["NAME"] == str(tmp_path / "data" / "cinema.sqlite3")

    def test_an_absolute_path_stays(self, database):
        assert database(DATABASE_URL="sqlite:////var/cinema.sqlite3")["NAME"] == (
            "/var/cinema.sqlite3"
        )

    def test_it_writes_durably_and_takes_the_lock_at_once(self, database):
        options = database()["OPTIONS"]
        assert options["transaction_mode"] == "IMMEDIATE"
        assert "PRAGMA synchronous=FULL" in options["init_command"]
        assert "PRAGMA journal_mode=WAL" in options["init_command"]

    def test_network_disks_cannot_have_wal(self, database):
        assert "journal_mode=DELETE" in database(network_disk=True)["OPTIONS"]["init_command"]

    def test_the_journal_can_be_chosen(self, database):
        chosen = database(SQLITE_JOURNAL_MODE="truncate", network_disk=True)
        assert "journal_mode=TRUNCATE" in chosen["OPTIONS"]["init_command"]

    @pytest.mark.parametrize(
        ("statement", "params", "answer"),
        [
            ("SELECT %s, %s", (1, "two"), (1, "two")),
            ("SELECT '100%%', '%%s', %s", ("%s",), ("100%", "%s", "%s")),
            ("SELECT %(one)s, %(two)s", {"one": 1, "two": 2}, (1, 2)),
            ("SELECT strftime('%%Y', %s)", ("2026-11-21",), ("2026",)),
            ("SELECT '%s'", None, ("%s",)),
        ],
    )
    def test_statements_mean_what_they_mean_to_django(self, statement, params, answer):
        for _ in range(2):
            for kind in (base.SQLiteCursorWrapper, ours.Cursor):
                with closing(sqlite3.connect(":memory:")) as connection:
                    cursor = connection.cursor(factory=kind)
                    assert cursor.execute(statement, params).fetchone() == answer

    @pytest.mark.parametrize("url", ["sqlite://", "sqlite://:memory:", "sqlite:///:memory:"])
    def test_memory_is_refused(self, database, url):
        with pytest.raises(SettingError, match="must name a database"):
            database(DATABASE_URL=url)


class TestMySQL:
    def test_use_mysql_reads_the_parts(self, database):
        found = database(USE_MYSQL="True", DB_NAME="kino", DB_PASSWORD="a@b", DB_PORT="3307")
        assert found["ENGINE"] == databases.MYSQL
        assert (found["NAME"], found["USER"], found["PASSWORD"]) == ("kino", "root", "a@b")
        assert (found["HOST"], found["PORT"]) == ("127.0.0.1", 3307)

    def test_a_url_wins_over_the_parts(self, database):
        found = database(USE_MYSQL="True", DATABASE_URL="sqlite:///db.sqlite3")
        assert found["ENGINE"] == databases.SQLITE

    def test_a_url_says_the_same(self, database):
        found = database(DATABASE_URL="mysql://box:a%40b@db.example:3307/kino")
        assert (found["NAME"], found["USER"], found["PASSWORD"]) == ("kino", "box", "a@b")
        assert (found["HOST"], found["PORT"]) == ("db.example", 3307)

    def test_statements_see_what_others_committed(self, database):
        assert database(USE_MYSQL="True")["OPTIONS"]["isolation_level"] == "read committed"

    def test_waiting_for_a_lock_ends(self, database):
        assert "innodb_lock_wait_timeout=5" in database(USE_MYSQL="True")["OPTIONS"]["init_command"]


class TestPostgreSQL:
    @pytest.mark.parametrize("scheme", ["postgres", "postgresql"])
    def test_both_spellings_work(self, database, scheme):
        found = database(DATABASE_URL=f"{scheme}://box@db.example/kino")
        assert found["ENGINE"] == databases.POSTGRESQL

    def test_waiting_for_a_lock_ends(self, database):
        found = database(DATABASE_URL="postgres://box@db.example/kino")
        assert found["OPTIONS"]["options"] == "-c lock_timeout=5s"

    def test_other_options_stay(self, database):
        found = database(
            DATABASE_URL="postgres://box@db.example/kino?currentSchema=seats&sslmode=require"
        )
        assert found["OPTIONS"]["options"] == "-c search_path=seats -c lock_timeout=5s"
        assert found["OPTIONS"]["sslmode"] == "require"


@pytest.mark.parametrize(
    "url", ["oracle://box@db/kino", "cinema.sqlite3", "postgres:box", "mysql://box@db:port/kino"]
)
def test_other_urls_are_refused(database, url):
    with pytest.raises(SettingError, match="DATABASE_URL"):
        database(DATABASE_URL=url)


def test_a_refusal_does_not_repeat_the_password(database):
    with pytest.raises(SettingError) as refusal:
        database(DATABASE_URL="mysql://box:hunter2@db:port/kino")
    assert "hunter2" not in str(refusal.value)


@pytest.mark.parametrize(
    ("url", "file"),
    [
        ("mysql://box@db/kino", "requirements-mysql.txt"),
        ("postgres://box@db/kino", "requirements-postgres.txt"),
    ],
)
def test_a_missing_driver_is_named(monkeypatch, tmp_path, url, file):
    monkeypatch.setattr(databases, "find_spec", lambda name: None)
    with pytest.raises(SettingError, match=f"pip install -r {file}"):
        databases.from_environment(Environment({"DATABASE_URL": url}), tmp_path, network_disk=False)


class TestReplica:
    PRIMARY = "postgres://kino@db/kino"

    @pytest.fixture
    def replica(self, database):
        def read(primary: str, url: str):
            environment = Environment({"DATABASE_REPLICA_URL": url})
            return databases.replica_from_environment(environment, database(DATABASE_URL=primary))

        return read

    def test_none_unless_one_is_named(self, replica):
        assert replica(self.PRIMARY, "") is None

    def test_it_is_for_reading_only(self, replica):
        found = replica(self.PRIMARY, "postgres://kino@copy/kino")
        assert found["HOST"] == "copy"
        assert "default_transaction_read_only=on" in found["OPTIONS"]["options"]

    def test_one_that_hangs_is_not_waited_for(self, replica):
        found = replica("mysql://kino@db/kino", "mysql://kino@copy/kino")
        assert (found["OPTIONS"]["connect_timeout"], found["OPTIONS"]["read_timeout"]) == (2, 5)

    @pytest.mark.parametrize(
        ("primary", "url"),
        [
            ("sqlite:///a.sqlite3", "sqlite:///b.sqlite3"),
            (PRIMARY, "mysql://kino@copy/kino"),
            (PRIMARY, "sqlite:///b.sqlite3"),
        ],
    )
    def test_a_copy_of_something_else(self, replica, primary, url):
        with pytest.raises(SettingError, match="must name a copy of the server"):
            replica(primary, url)

    def test_nonsense_is_named_by_its_own_name(self, replica):
        with pytest.raises(SettingError, match="DATABASE_REPLICA_URL must begin"):
            replica(self.PRIMARY, "http://copy")
