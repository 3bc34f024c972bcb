"""What the documentation says is so."""

import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest
from django.core.management import get_commands

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
MAKEFILE = (ROOT / "Makefile").read_text()


def name_of(page: Path) -> str:
    return str(page.relative_to(ROOT))


def requirements(file: Path) -> list[str]:
    return re.findall(r"^([A-Za-z][\w.-]*)", file.read_text(), re.MULTILINE)


@cache
def dependencies() -> dict[str, list[str]]:
    """What docs/dependencies.md lists, by the heading it stands under."""
    text = (ROOT / "docs" / "dependencies.md").read_text()
    sections = re.split(r"^## (\S+?):?(?: .*)?$", text, flags=re.MULTILINE)[1:]
    return {
        heading: re.findall(r"^\| ([\w.-]+) \|", body, re.MULTILINE)[1:]
        for heading, body in zip(sections[::2], sections[1::2], strict=True)
    }


@pytest.mark.parametrize("file", sorted(ROOT.glob("requirements*.txt")), ids=name_of)
def test_every_dependency_has_its_reason(file):
    assert requirements(file) == dependencies()[file.name]


def test_every_requirement_is_bounded():
    for file in ROOT.glob("requirements*.txt"):
        for line in file.read_text().splitlines():
            if line and not line.startswith(("#", "-r ")):
                assert re.fullmatch(r"[A-Za-z][\w.-]*(\[\w+\])?~=[\d.]+", line), line


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_links_lead_somewhere(page):
    text = re.sub(r"```.*?```", "", page.read_text(), flags=re.DOTALL)
    for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", text):
        if "://" not in target:
            assert (page.parent / target).exists(), target


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_make_targets_exist(page):
    targets = set(re.findall(r"^([a-z-]+):", MAKEFILE, re.MULTILINE))
    spoken_of = re.findall(
        r"(?:^    |`|TEST_\w+=\S+ |PORT=\d+ )make ([a-z-]+)", page.read_text(), re.M
    )
    assert set(spoken_of) <= targets


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_management_commands_exist(page):
    spoken_of = re.findall(r"manage\.py ([a-z_]+)", page.read_text())
    assert set(spoken_of) <= set(get_commands())


def test_contributing_explains_every_target():
    contributing = (ROOT / "CONTRIBUTING.md").read_text()
    assert [t for t in ("run", "test", "lint", "format") if f"make {t}" not in contributing] == []


def test_the_records_are_numbered_and_listed():
    folder = ROOT / "docs" / "adr"
    records = sorted(folder.glob("0*.md"))
    assert [int(record.name[:4]) for record in records] == list(range(1, len(records) + 1))
    index = (folder / "README.md").read_text()
    for record in records:
        title = record.read_text().splitlines()[0].removeprefix("# ")
        assert f"[{title}]({record.name})" in index


def test_the_map_of_the_house_is_complete():
    rooms = {
        entry.stem
        for entry in (ROOT / "seats").iterdir()
        if (entry.suffix == ".py" or (entry / "__init__.py").exists() or entry.name == "management")
        and entry.stem not in ("__init__", "migrations", "apps")
    }
    text = (ROOT / "docs" / "architecture.md").read_text()
    assert {room for room in rooms if not re.search(rf"`seats/{room}(\.py|/)`", text)} == set()


def test_the_key_recipe_works():
    recipe = re.search(r"python3 -c '([^']+)'", (ROOT / ".env.example").read_text())
    made = subprocess.run(
        [sys.executable, "-c", recipe[1]], capture_output=True, text=True, check=True
    ).stdout.strip()
    assert len(made) >= 50
    assert re.fullmatch(r"[\w-]+", made)
