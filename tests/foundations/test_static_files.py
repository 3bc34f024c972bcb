"""What `collectstatic` leaves behind, and what it does not spend time on."""

from __future__ import annotations

import json

import pytest
from django.core.management import call_command

TEXT = "a { color: red }\n" * 200


@pytest.fixture
def collect(tmp_path, settings):
    source, target = tmp_path / "source", tmp_path / "target"
    source.mkdir()
    settings.STATICFILES_DIRS = [source]
    settings.STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
    settings.STATIC_ROOT = target
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "config.static_files.HashedStaticFilesStorage"},
    }

    def collected(**files: str) -> dict[str, str]:
        for name, text in files.items():
            (source / name.replace("_", ".")).write_text(text)
        call_command("collectstatic", interactive=False, verbosity=0)
        return dict(json.loads((target / "staticfiles.json").read_text())["paths"])

    return collected, target


def test_what_browsers_are_told_to_load_lies_compressed(collect):
    collected, target = collect
    loaded = collected(page_css=TEXT)["page.css"]

    assert loaded != "page.css"
    compressed = {file.name for file in target.iterdir() if file.suffix in (".br", ".gz")}
    assert compressed == {f"{loaded}.br", f"{loaded}.gz"}


def test_maps_for_those_who_debug_are_not_compressed(collect):
    collected, target = collect
    collected(page_map=TEXT)

    assert [file.name for file in target.iterdir() if file.suffix in (".br", ".gz")] == []


def test_a_compressed_file_of_former_contents_is_cleared_away(collect):
    collected, target = collect
    collected(page_css=TEXT)
    for suffix in ("br", "gz"):
        (target / f"page.css.{suffix}").write_bytes(b"as it was")

    loaded = collected(page_css=f"{TEXT}b {{ color: blue }}")["page.css"]

    assert not (target / "page.css.br").exists()
    assert not (target / "page.css.gz").exists()
    assert (target / f"{loaded}.gz").exists()
