"""The settings as a host would give them."""

import os
import re
import runpy
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as tested

from config.env import SettingError

ROOT = Path(__file__).resolve().parents[2]
KEY = "k" * 50

NAMES = re.findall(r"^#? ?([A-Z][A-Z0-9_]*)=", (ROOT / ".env.example").read_text(), re.MULTILINE)


@pytest.fixture
def started(monkeypatch):
    """Reads the settings afresh, with nothing in the environment but what is given."""

    def start(**given: str) -> dict[str, Any]:
        for name in [*NAMES, "PYTHONANYWHERE_SITE"]:
            monkeypatch.delenv(name, raising=False)
        for name, value in given.items():
            monkeypatch.setenv(name, value)
        return runpy.run_path(str(ROOT / "config" / "settings.py"))

    return start


def run(*command: str, **given: str) -> subprocess.CompletedProcess[str]:
    clean = {k: v for k, v in os.environ.items() if k not in NAMES}
    clean.pop("DJANGO_SETTINGS_MODULE", None)
    return subprocess.run(
        [sys.executable, *command],
        cwd=ROOT,
        env={**clean, "HOLDFAST_ENV_FILE": "", **given},
        capture_output=True,
        text=True,
        check=False,
    )


class TestSecretKey:
    def test_manage_py_refuses_to_start_without_one_and_says_how_to_make_one(self):
        tried = run("manage.py", "check")
        assert tried.returncode == 1
        assert tried.stderr.startswith("Holdfast cannot start: SECRET_KEY is not set.")
        assert "secrets.token_urlsafe" in tried.stderr
        assert "Traceback" not in tried.stderr

    def test_the_server_refuses_too(self):
        tried = run("-c", "import config.wsgi")
        assert tried.returncode == 1
        assert "SECRET_KEY is not set" in tried.stderr

    def test_an_empty_one_is_none(self, started):
        with pytest.raises(SettingError, match="SECRET_KEY is not set"):
            started(SECRET_KEY="")

    def test_development_runs_without(self, started):
        assert started(DEBUG="True")["SECRET_KEY"].startswith("insecure-")

    def test_development_prefers_a_real_one(self, started):
        assert started(DEBUG="True", SECRET_KEY=KEY)["SECRET_KEY"] == KEY


@pytest.mark.parametrize("name", ["DEBUG", "BEHIND_PROXY", "USE_MYSQL", "DEMO_USER"])
@pytest.mark.parametrize("given", ["yes", "true", "1", ""])
def test_flags_are_true_or_false(started, name, given):
    with pytest.raises(SettingError, match=f"{name} must be True or False"):
        started(**{"SECRET_KEY": KEY, name: given})


def test_the_server_refuses_debug_yes():
    tried = run("manage.py", "check", DEBUG="yes", SECRET_KEY=KEY)
    assert tried.returncode == 1
    assert tried.stderr == "Holdfast cannot start: DEBUG must be True or False, not 'yes'.\n"


def test_the_defaults(started):
    settings = started(SECRET_KEY=KEY)
    assert settings["DEBUG"] is False
    assert settings["ALLOWED_HOSTS"] == ["localhost", "127.0.0.1", "[::1]"]
    assert settings["CSRF_TRUSTED_ORIGINS"] == []
    assert settings["BEHIND_PROXY"] is False
    assert settings["REDIS_URL"] == ""
    assert settings["HOLD_TTL_SECONDS"] == 600
    assert settings["HOLD_MAX_SECONDS"] == 1800
    assert settings["SELECT_TTL_SECONDS"] == 30
    assert settings["MAX_SEATS_PER_HOLD"] == 10
    assert settings["HOARD_MAX_SEATS"] == 40
    assert settings["HOARD_SEAT_MINUTES"] == 600
    assert settings["HOARD_LAPSES"] == 6
    assert settings["POLL_INTERVAL_MS"] == 5000
    assert settings["THROTTLE_LOGIN"] == "10/min"
    assert settings["THROTTLE_REGISTER"] == "20/hour"
    assert settings["THROTTLE_WRITE"] == "120/min"
    assert settings["DEMO_USER"] is False
    assert settings["TIME_ZONE"] == "UTC"
    assert settings["DATABASES"]["default"]["NAME"] == str(ROOT / "db.sqlite3")


def test_development_may_have_a_demo_user(started):
    assert started(DEBUG="True")["DEMO_USER"] is True
    assert started(DEBUG="True", DEMO_USER="False")["DEMO_USER"] is False
    assert started(SECRET_KEY=KEY, DEMO_USER="True")["DEMO_USER"] is True


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("HOLD_TTL_SECONDS", "0"),
        ("HOLD_TTL_SECONDS", "ten minutes"),
        ("HOLD_MAX_SECONDS", "-1"),
        ("SELECT_TTL_SECONDS", "0"),
        ("MAX_SEATS_PER_HOLD", "0"),
        ("MAX_SEATS_PER_HOLD", "1_0"),
        ("POLL_INTERVAL_MS", "5s"),
        ("POLL_INTERVAL_MS", "0"),
        ("THROTTLE_LOGIN", "10 per minute"),
        ("THROTTLE_REGISTER", ""),
        ("THROTTLE_WRITE", "0/min"),
        ("TIME_ZONE", "Mars/Olympus"),
        ("DB_PORT", "70000"),
        ("SQLITE_JOURNAL_MODE", "OFF"),
        ("CSRF_TRUSTED_ORIGINS", "cinema.example"),
        ("CSRF_TRUSTED_ORIGINS", "https://cinema.example/"),
        ("ALLOWED_HOSTS", "a,,b"),
    ],
)
def test_nonsense_stops_the_server(started, name, given):
    with pytest.raises(SettingError, match=name):
        started(**{"SECRET_KEY": KEY, name: given})


def test_extensions_cannot_shorten_a_hold(started):
    with pytest.raises(SettingError, match=r"HOLD_MAX_SECONDS \(60\) must be at least"):
        started(SECRET_KEY=KEY, HOLD_TTL_SECONDS="61", HOLD_MAX_SECONDS="60")


def test_holding_cannot_shorten_a_selection(started):
    with pytest.raises(SettingError, match=r"SELECT_TTL_SECONDS \(61\) must be at most"):
        started(SECRET_KEY=KEY, HOLD_TTL_SECONDS="60", SELECT_TTL_SECONDS="61")


def test_short_holds_have_short_selections(started):
    assert started(SECRET_KEY=KEY, HOLD_TTL_SECONDS="5")["SELECT_TTL_SECONDS"] == 5


def test_limits_can_be_switched_off(started):
    settings = started(SECRET_KEY=KEY, THROTTLE_WRITE="off")
    assert settings["THROTTLE_WRITE"] is None
    assert settings["THROTTLE_LOGIN"] == "10/min"


class TestBehindAProxy:
    def test_cookies_travel_over_https_alone(self, started):
        settings = started(SECRET_KEY=KEY, BEHIND_PROXY="True")
        assert settings["SESSION_COOKIE_SECURE"] is True
        assert settings["CSRF_COOKIE_SECURE"] is True
        assert settings["SECURE_HSTS_SECONDS"] > 0
        assert settings["SECURE_PROXY_SSL_HEADER"] == ("HTTP_X_FORWARDED_PROTO", "https")

    def test_without_one_plain_http_on_this_machine_works(self, started):
        settings = started(SECRET_KEY=KEY)
        assert settings["SESSION_COOKIE_SECURE"] is False
        assert "SECURE_SSL_REDIRECT" not in settings
        assert "SECURE_PROXY_SSL_HEADER" not in settings


class TestStaticFiles:
    def test_production_names_files_by_their_contents(self, started):
        storage = started(SECRET_KEY=KEY)["STORAGES"]["staticfiles"]["BACKEND"]
        assert storage == "config.static_files.HashedStaticFilesStorage"

    def test_development_needs_no_collecting(self, started):
        settings = started(DEBUG="True")
        assert "Hashed" not in settings["STORAGES"]["staticfiles"]["BACKEND"]
        assert settings["WHITENOISE_USE_FINDERS"] is True


def test_limits_on_hoarding_follow_the_size_of_a_hold(started):
    settings = started(SECRET_KEY=KEY, MAX_SEATS_PER_HOLD="50", HOARD_LAPSES="off")
    assert settings["HOARD_MAX_SEATS"] == 200
    assert settings["HOARD_SEAT_MINUTES"] == 3000
    assert settings["HOARD_LAPSES"] is None


@pytest.mark.parametrize("given", ["0", "-1", "", "none", "OFF"])
def test_limits_on_hoarding_are_numbers_or_off(started, given):
    with pytest.raises(SettingError, match="HOARD_LAPSES must be"):
        started(SECRET_KEY=KEY, HOARD_LAPSES=given)


def test_redis_needs_its_package(started, monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(SettingError, match="redis package is not installed"):
        started(SECRET_KEY=KEY, REDIS_URL="redis://127.0.0.1:6379/0")


def test_payment_by_proof_needs_its_package(started, monkeypatch):
    assert started(SECRET_KEY=KEY, PAYMENT_MODE="proof")["PAYMENT_MODE"] == "proof"
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(SettingError, match=r"pip install -r requirements-proof\.txt"):
        started(SECRET_KEY=KEY, PAYMENT_MODE="proof")
    assert started(SECRET_KEY=KEY)["PAYMENT_MODE"] == "none"


@pytest.mark.parametrize("given", ["Proof", "yes", "proof none"])
def test_payment_modes_are_two(started, given):
    with pytest.raises(SettingError, match="PAYMENT_MODE must be"):
        started(SECRET_KEY=KEY, PAYMENT_MODE=given)


def test_pictures_of_payments_have_a_folder(started):
    assert started(SECRET_KEY=KEY)["PAYMENT_PROOF_DIR"] == ROOT / "private" / "payment-proofs"
    absolute = started(SECRET_KEY=KEY, PAYMENT_PROOF_DIR="/var/lib/holdfast")
    assert absolute["PAYMENT_PROOF_DIR"] == Path("/var/lib/holdfast")


def test_every_setting_is_listed_in_the_example(started):
    asked_for = started(SECRET_KEY=KEY)["ENVIRONMENT"].names
    assert sorted(NAMES) == sorted(asked_for)


def test_the_example_tells_the_defaults(started, monkeypatch, tmp_path):
    """Copied to .env, with a key filled in, it changes nothing."""
    example = (ROOT / ".env.example").read_text()
    uncommented = re.sub(r"^# ([A-Z_]+=)", r"\1", example, flags=re.MULTILINE)
    (tmp_path / "env").write_text(uncommented.replace("SECRET_KEY=", f"SECRET_KEY={KEY}"))
    plain = started(SECRET_KEY=KEY)
    monkeypatch.delenv("SECRET_KEY")
    monkeypatch.setenv("HOLDFAST_ENV_FILE", str(tmp_path / "env"))
    copied = runpy.run_path(str(ROOT / "config" / "settings.py"))
    different = {
        name
        for name in plain
        if name.isupper() and name != "ENVIRONMENT" and plain[name] != copied[name]
    }
    assert different == set()


def test_the_tests_have_a_database_of_their_own():
    from django.db import connection

    assert tested.DATABASES["default"]["TEST"]["NAME"] != str(ROOT / "db.sqlite3")
    assert "test" in connection.settings_dict["TEST"]["NAME"]


def test_the_tests_do_not_read_a_developers_env_file():
    assert os.environ["HOLDFAST_ENV_FILE"] == ""
