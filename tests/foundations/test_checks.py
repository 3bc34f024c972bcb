import sqlite3
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.checks import registry, run_checks
from django.db import connection

from seats import checks


def ids(found) -> list[str]:
    return [message.id for message in found]


class TestAtEveryStart:
    def test_this_project_has_nothing_to_complain_about(self):
        assert [message for message in run_checks() if message.id.startswith("holdfast")] == []

    def test_a_transaction_around_requests(self, settings, monkeypatch):
        monkeypatch.setitem(settings.DATABASES["default"], "ATOMIC_REQUESTS", True)
        assert ids(checks.no_transaction_around_requests()) == ["holdfast.E001"]

    @pytest.mark.parametrize(
        ("mode", "network_disk", "expected"),
        [
            ("WAL", True, ["holdfast.E002"]),
            ("WAL", False, []),
            ("DELETE", True, []),
        ],
    )
    def test_wal_on_a_network_disk(self, settings, monkeypatch, mode, network_disk, expected):
        settings.PYTHONANYWHERE = network_disk
        options = {"init_command": f"PRAGMA journal_mode={mode};PRAGMA synchronous=FULL"}
        monkeypatch.setitem(settings.DATABASES["default"], "OPTIONS", options)
        assert ids(checks.no_wal_on_network_disks()) == expected


MOUNTS = """\
/dev/sda1 / ext4 rw 0 0
proc /proc proc rw 0 0
files:/export /srv nfs4 rw 0 0
/dev/sdb1 /srv/local xfs rw 0 0
//server/share /media/cinema\\040one cifs rw 0 0
host /mnt/host fuse.sshfs rw 0 0
broken
"""


class TestNetworkDisks:
    @pytest.fixture
    def mounts(self, tmp_path):
        file = tmp_path / "mounts"
        file.write_text(MOUNTS)
        return file

    @pytest.mark.parametrize(
        ("file", "kind"),
        [
            ("/home/me/db.sqlite3", None),
            ("/srv/holdfast/db.sqlite3", "nfs4"),
            ("/srv/local/db.sqlite3", None),
            ("/srv/localhost/db.sqlite3", "nfs4"),
            ("/media/cinema one/db.sqlite3", "cifs"),
            ("/mnt/host/db.sqlite3", "fuse.sshfs"),
        ],
    )
    def test_what_a_file_is_on(self, mounts, file, kind):
        assert checks._network_disk(Path(file), mounts) == kind

    def test_where_nobody_can_tell(self, tmp_path):
        assert checks._network_disk(Path("/srv/db"), tmp_path / "nothing") is None

    @pytest.mark.parametrize(
        ("mode", "expected"), [("WAL", ["holdfast.E002"]), ("DELETE", []), ("TRUNCATE", [])]
    )
    def test_wal_on_one(self, monkeypatch, mode, expected):
        options = {"init_command": f"PRAGMA journal_mode={mode}"}
        monkeypatch.setitem(settings.DATABASES["default"], "OPTIONS", options)
        monkeypatch.setattr(checks, "_network_disk", lambda file: "nfs4")
        assert ids(checks.no_wal_on_network_disks()) == expected


class TestSqliteItself:
    @pytest.fixture(autouse=True)
    def _wal(self, monkeypatch):
        options = {"init_command": "PRAGMA journal_mode=WAL"}
        monkeypatch.setitem(settings.DATABASES["default"], "OPTIONS", options)

    @pytest.mark.parametrize(
        ("version", "expected"),
        [((3, 40, 1), ["holdfast.W004"]), ((3, 51, 2), ["holdfast.W004"]), ((3, 51, 3), [])],
    )
    def test_its_version(self, monkeypatch, version, expected):
        monkeypatch.setattr(sqlite3, "sqlite_version_info", version)
        assert ids(checks.a_sound_sqlite()) == expected

    def test_without_wal_it_does_not_matter(self, monkeypatch):
        options = {"init_command": "PRAGMA journal_mode=DELETE"}
        monkeypatch.setitem(settings.DATABASES["default"], "OPTIONS", options)
        monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 40, 1))
        assert checks.a_sound_sqlite() == []


class TestSettingsInProduction:
    @pytest.mark.parametrize(
        "key",
        [
            "short",
            "x" * 60,
            "insecure-development-key-do-not-deploy-this-one",
            "abcabcabcabcabcabcabcabcabcabcabcabcabcabcabcabc",
        ],
    )
    def test_a_key_that_can_be_guessed(self, settings, key):
        settings.SECRET_KEY = key
        assert ids(checks.a_key_nobody_can_guess()) == ["holdfast.E003"]

    def test_a_good_key(self, settings):
        settings.SECRET_KEY = "hKJ3-yYq8zQv1nXo0Lw7Rt5Ub2Mc9Pd4Es6Fa_GiTkVmZxBj"
        assert checks.a_key_nobody_can_guess() == []

    @pytest.mark.parametrize(("debug", "expected"), [(True, ["holdfast.E004"]), (False, [])])
    def test_debug(self, settings, debug, expected):
        settings.DEBUG = debug
        assert ids(checks.no_debugging_in_public()) == expected

    @pytest.mark.parametrize(("demo", "expected"), [(True, ["holdfast.E005"]), (False, [])])
    def test_a_demo_user_to_come(self, settings, demo, expected):
        settings.DEMO_USER = demo
        assert ids(checks.no_demo_user_to_come()) == expected

    @pytest.mark.parametrize(
        ("hosts", "expected"), [(["*"], ["holdfast.W001"]), (["cinema.example"], [])]
    )
    def test_any_host(self, settings, hosts, expected):
        settings.ALLOWED_HOSTS = hosts
        assert ids(checks.not_every_host()) == expected

    def test_limits_switched_off(self, settings):
        settings.THROTTLE_WRITE = None
        (found,) = checks.limits_are_on()
        assert found.id == "holdfast.W002"
        assert "THROTTLE_WRITE" in found.msg
        assert "THROTTLE_LOGIN" not in found.msg

    def test_limits_on(self):
        assert checks.limits_are_on() == []

    def test_static_files_not_collected(self, settings, tmp_path):
        settings.STATIC_ROOT = tmp_path
        settings.STORAGES = {
            "staticfiles": {"BACKEND": "config.static_files.HashedStaticFilesStorage"}
        }
        assert ids(checks.static_files_are_collected()) == ["holdfast.E006"]
        (tmp_path / "staticfiles.json").write_text("{}")
        assert checks.static_files_are_collected() == []

    @pytest.mark.parametrize(
        ("folder", "expected"),
        [
            ("private/payment-proofs", []),
            ("/var/lib/holdfast", []),
            ("static", ["holdfast.E012"]),
            ("static/../static/proofs", ["holdfast.E012"]),
            ("staticfiles/proofs", ["holdfast.E012"]),
            ("frontend/js/proofs", ["holdfast.E012"]),
            ("media/proofs", ["holdfast.E012"]),
        ],
    )
    def test_pictures_of_payments_where_anybody_gets_at_them(self, settings, folder, expected):
        settings.MEDIA_ROOT = settings.BASE_DIR / "media"
        settings.PAYMENT_PROOF_DIR = settings.BASE_DIR / folder
        assert ids(checks.pictures_of_payments_are_not_served()) == expected

    def test_pictures_of_payments_that_cannot_be_kept(self, settings, tmp_path):
        (tmp_path / "file").write_text("")
        settings.PAYMENT_PROOF_DIR = tmp_path / "file" / "proofs"
        assert checks.pictures_of_payments_can_be_kept() == []
        settings.PAYMENT_MODE = "proof"
        assert ids(checks.pictures_of_payments_can_be_kept()) == ["holdfast.E013"]
        settings.PAYMENT_PROOF_DIR = tmp_path / "new" / "proofs"
        assert checks.pictures_of_payments_can_be_kept() == []


@pytest.mark.django_db
class TestQuestionsToTheDatabase:
    def test_ours_keeps_its_promises(self):
        assert ids(checks.the_database_keeps_its_promises()) == []

    def test_a_demo_user_in_it(self):
        demo = get_user_model().objects.create_user(checks.DEMO_USERNAME)
        assert ids(checks.the_database_keeps_its_promises()) == ["holdfast.E008"]
        demo.is_active = False
        demo.save()
        assert ids(checks.the_database_keeps_its_promises()) == []

    def test_one_that_does_not_answer(self, monkeypatch):
        from django.db import OperationalError

        def gone(*args, **kwargs):
            raise OperationalError("server has gone away")

        monkeypatch.setattr(connection, "cursor", gone)
        (found,) = checks.the_database_keeps_its_promises()
        assert found.id == "holdfast.E007"
        assert "server has gone away" in found.msg


class Answers:
    """A database that answers as it is told."""

    def __init__(self, monkeypatch, **answers: str) -> None:
        def answer(question: str) -> str:
            return next(said for part, said in answers.items() if part in question)

        monkeypatch.setattr(checks, "_answer", answer)
        monkeypatch.setattr(checks, "_variable", lambda name: answers.get(name, ""))


class TestDatabasesThatLoseBookings:
    def test_it_is_the_database_that_is_asked(self, transactional_db):
        # How MariaDB syncs is told to the whole server, so there it is the isolation.
        careless, found = {
            "sqlite": ("PRAGMA synchronous=NORMAL", "holdfast.E009"),
            "postgresql": ("SET synchronous_commit=off", "holdfast.E009"),
            "mysql": ("SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ", "holdfast.E010"),
        }[connection.vendor]
        with connection.cursor() as cursor:
            cursor.execute(careless)
        try:
            assert ids(checks.the_database_keeps_its_promises()) == [found]
        finally:
            connection.close()

    @pytest.mark.parametrize("level", ["0", "1"])
    def test_sqlite_without_syncing(self, monkeypatch, level):
        Answers(monkeypatch, synchronous=level)
        assert ids(checks._sqlite()) == ["holdfast.E009"]

    @pytest.mark.parametrize("level", ["2", "3"])
    def test_sqlite_with_syncing(self, monkeypatch, level):
        Answers(monkeypatch, synchronous=level)
        assert checks._sqlite() == []

    @pytest.mark.parametrize(
        ("answers", "expected"),
        [
            ({}, []),
            ({"fsync": "off"}, ["holdfast.E009"]),
            ({"synchronous_commit": "off"}, ["holdfast.E009"]),
            ({"transaction_isolation": "repeatable read"}, ["holdfast.E010"]),
        ],
    )
    def test_postgresql(self, monkeypatch, answers, expected):
        good = {
            "transaction_isolation": "read committed",
            "fsync": "on",
            "synchronous_commit": "on",
        }
        Answers(monkeypatch, **{**good, **answers})
        assert ids(checks._postgresql()) == expected


class TestMySQL:
    GOOD = {
        "innodb_flush_log_at_trx_commit": "1",
        "tx_isolation": "READ-COMMITTED",
        "character_set_database": "utf8mb4",
    }

    @pytest.fixture
    def tables(self, monkeypatch):
        """What information_schema says about them: name, engine, collation."""
        found = [("seats_hold", "InnoDB", "utf8mb4_unicode_ci")]
        monkeypatch.setattr(checks, "_tables", lambda: found)
        return found

    @pytest.mark.parametrize(
        ("answers", "expected"),
        [
            ({}, []),
            ({"transaction_isolation": "READ-COMMITTED", "tx_isolation": ""}, []),
            ({"tx_isolation": "REPEATABLE-READ"}, ["holdfast.E010"]),
            ({"innodb_flush_log_at_trx_commit": "2"}, ["holdfast.E009"]),
            ({"wsrep_on": "ON"}, ["holdfast.W003"]),
            ({"wsrep_on": "OFF"}, []),
            ({"character_set_database": "latin1"}, ["holdfast.E014"]),
        ],
    )
    def test_its_configuration(self, monkeypatch, tables, answers, expected):
        Answers(monkeypatch, **{**self.GOOD, **answers})
        assert ids(checks._mysql()) == expected

    def test_tables_without_transactions(self, monkeypatch, tables):
        tables.append(("seats_seat", "MyISAM", "utf8mb4_general_ci"))
        Answers(monkeypatch, **self.GOOD)
        (found,) = checks._mysql()
        assert found.id == "holdfast.E011"
        assert "seats_seat" in found.msg

    def test_tables_that_cannot_store_every_alphabet(self, monkeypatch, tables):
        tables.append(("seats_movie", "InnoDB", "latin1_swedish_ci"))
        Answers(monkeypatch, **self.GOOD)
        (found,) = checks._mysql()
        assert found.id == "holdfast.E014"
        assert found.msg.endswith("in: seats_movie.")


def test_questions_to_the_database_wait_for_deploy():
    assert checks.the_database_keeps_its_promises in registry.registry.deployment_checks
    assert checks.the_database_keeps_its_promises not in registry.registry.registered_checks
