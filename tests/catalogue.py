"""The sentences of the server in all its languages: collected from the code, and compiled.

python -m tests.catalogue      brings locale/ up to date: `make messages`
"""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from babel import Locale
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir, extract_python
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "locale"

# Not all of tests/ and benchmarks/: what the server says.
ROOMS = ("config", "seats", "realtime")

KEYWORDS: dict[str, Any] = {
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}

# What Django says and its own catalogues do not translate everywhere.
OF_DJANGO = (
    (
        "This password is too short. It must contain at least %d character.",
        "This password is too short. It must contain at least %d characters.",
    ),
)

# The same bytes whoever makes it, whenever.
_NO_TIME = datetime(2026, 1, 1, tzinfo=UTC)


def languages() -> list[str]:
    return [code for code, _ in settings.LANGUAGES if code != "en"]


def collected() -> Catalog:
    """Every sentence that is marked in the code."""
    catalogue = Catalog(charset="utf-8")
    for room in ROOMS:
        if not (ROOT / room).is_dir():
            continue
        found = extract_from_dir(
            ROOT / room,
            method_map=[("**.py", "python"), ("**/templates/**.html", template)],
            keywords=KEYWORDS,
        )
        for file, _, message, _, context in found:
            catalogue.add(message, locations=[(f"{room}/{file}", 0)], context=context)
    for sentence in OF_DJANGO:
        catalogue.add(sentence, locations=[("django", 0)])
    return catalogue


def template(file: Any, keywords: Any, tags: Any, options: Any) -> Iterator[Any]:
    """A Django template, read the way Django reads its own."""
    source = templatize(file.read().decode())
    return extract_python(io.BytesIO(source.encode()), keywords, tags, options)


def po_file(language: str) -> Path:
    return FOLDER / language / "LC_MESSAGES" / "django.po"


def kept(language: str) -> Catalog:
    """What is translated already."""
    if not po_file(language).is_file():
        return Catalog(locale=language)
    with po_file(language).open("rb") as file:
        return read_po(file, locale=language)


def renewed(language: str) -> Catalog:
    """The sentences of the code, with the translations that are there."""
    old = kept(language)
    catalogue = Catalog(
        locale=Locale.parse(language),
        project="Holdfast",
        version="1",
        fuzzy=False,
        charset="utf-8",
        creation_date=_NO_TIME,
        revision_date=_NO_TIME,
        header_comment="# Holdfast: sentences of the API. See docs/languages.md.",
    )
    for message in collected():
        if not message.id:
            continue
        known = old.get(message.id, message.context)
        catalogue.add(
            message.id,
            known.string if known else None,
            locations=sorted(set(message.locations)),
            context=message.context,
        )
    return catalogue


def written(catalogue: Catalog) -> bytes:
    buffer = io.BytesIO()
    write_po(buffer, catalogue, width=96, sort_output=True, include_lineno=False)
    # Headers that say who and when, and would say something else each time.
    lines = buffer.getvalue().splitlines(keepends=True)
    volatile = (
        b'"POT-Creation',
        b'"PO-Revision',
        b'"Last-Translator',
        b'"Language-Team',
        b'"Report',
        b'"Generated',
    )
    return b"".join(line for line in lines if not line.startswith(volatile))


def compiled(catalogue: Catalog) -> bytes:
    catalogue.creation_date = catalogue.revision_date = _NO_TIME
    buffer = io.BytesIO()
    write_mo(buffer, catalogue)
    return buffer.getvalue()


def untranslated(catalogue: Catalog) -> list[Message]:
    return [
        message
        for message in catalogue
        if message.id and not all(message.string if message.pluralizable else [message.string])
    ]


def main() -> int:
    left = 0
    for language in languages():
        file = po_file(language)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(written(renewed(language)))
        # Read again: what is compiled is what the file says.
        catalogue = kept(language)
        file.with_suffix(".mo").write_bytes(compiled(catalogue))
        missing = untranslated(catalogue)
        left += len(missing)
        print(f"{language}: {len(catalogue)} sentences, {len(missing)} without a translation")
        for message in missing:
            print(f"    {message.id}")
    return 1 if left else 0


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    sys.exit(main())
