"""`check --deploy` with the settings the documents tell people to write, and with worse ones."""

from __future__ import annotations

import os
import re
import secrets
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
NAMES = re.findall(r"^#? ?([A-Z][A-Z0-9_]*)=", (ROOT / ".env.example").read_text(), re.MULTILINE)

KEY = secrets.token_urlsafe(50)

# Of the machine the tests run on, and said of it rightly.
OF_THIS_MACHINE = {"holdfast.W004"}


def of_a_small_server() -> str:
    """What docs/deployment.md tells people to put in .env."""
    text = (ROOT / "docs" / "deployment.md").read_text()
    told = re.search(r"In `\.env`: (`SECRET_KEY`.*?)\. Then\n", text, re.DOTALL)
    assert told is not None
    settings = re.findall(r"`([A-Z_]+=\S+)`", told[1])
    assert len(settings) >= 4, settings
    return "\n".join([f"SECRET_KEY={KEY}", *settings])


def of_pythonanywhere() -> str:
    """What docs/deploy-pythonanywhere.md has people paste into the console."""
    text = (ROOT / "docs" / "deploy-pythonanywhere.md").read_text()
    told = re.search(r"cat > \.env <<END\n(.*?)\n *END\n", text, re.DOTALL)
    assert told is not None
    lines = [line.strip() for line in told[1].splitlines()]
    settings = "\n".join(lines).replace("$USER", "cinema")
    return re.sub(r"SECRET_KEY=\$\(.*\)", f"SECRET_KEY={KEY}", settings)


Manage = Callable[..., str]
Check = Callable[..., set[str]]


@pytest.fixture(scope="module")
def manage(tmp_path_factory: pytest.TempPathFactory) -> Manage:
    """Carries out a command with an .env, on a database with all its tables."""
    folder = tmp_path_factory.mktemp("deployment")
    (folder / "staticfiles.json").write_text("{}")
    clean = {name: value for name, value in os.environ.items() if name not in NAMES}
    database = f"DATABASE_URL=sqlite:///{folder / 'db.sqlite3'}"
    env = folder / "env"
    environment = {
        **clean,
        "DJANGO_SETTINGS_MODULE": "tests.safety.deployed",
        "HOLDFAST_ENV_FILE": str(env),
        "SAFETY_TESTS_STATIC_ROOT": str(folder),
    }

    def managed(settings: str, *command: str, **more: str) -> str:
        settings = re.sub(r"^DATABASE_URL=.*$", "", settings, flags=re.MULTILINE)
        env.write_text(f"{settings}\n{database}\n")
        done = subprocess.run(
            [sys.executable, "manage.py", *command],
            cwd=ROOT,
            env={**environment, **more},
            capture_output=True,
            text=True,
            check=False,
        )
        return done.stdout + done.stderr

    managed(f"SECRET_KEY={KEY}", "migrate", "--verbosity", "0")
    return managed


@pytest.fixture(scope="module")
def check(manage: Manage) -> Check:
    """What is found amiss with an .env."""

    def checked(settings: str, **more: str) -> set[str]:
        said = manage(settings, "check", "--deploy", **more)
        assert "System check identified" in said, said
        return set(re.findall(r"\((\w+\.[EW]\d+)\)", said)) - OF_THIS_MACHINE

    return checked


def test_what_the_documents_say_is_clean(check: Check) -> None:
    assert check(of_a_small_server()) == set()
    assert check(of_pythonanywhere(), PYTHONANYWHERE_SITE="www.pythonanywhere.com") == set()


def test_what_they_do_not_say_is_not(check: Check) -> None:
    good = of_a_small_server()
    worse = good.replace(KEY, "insecure-development-key-do-not-deploy-this-one")

    assert check(f"{worse}\nDEMO_USER=True\nTHROTTLE_LOGIN=off\nALLOWED_HOSTS=*") == {
        "holdfast.E003",
        "holdfast.E005",
        "holdfast.W001",
        "holdfast.W002",
        "security.W009",
    }
    on_a_network_disk = check(
        f"{good}\nSQLITE_JOURNAL_MODE=WAL", PYTHONANYWHERE_SITE="www.pythonanywhere.com"
    )
    assert on_a_network_disk == {"holdfast.E002"}


def test_sample_data_brings_no_published_password(manage: Manage, check: Check) -> None:
    """Unless somebody asks for it, and then that is found."""
    good = of_a_small_server()
    assert "No demo user, because DEMO_USER is off." in manage(good, "seed_data", "--shows", "1")
    assert check(good) == set()

    assert "demo_user_123" in manage(f"{good}\nDEMO_USER=True", "seed_data", "--shows", "1")
    assert check(good) == {"holdfast.E008"}
