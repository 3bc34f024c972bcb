"""The catalogues of the server's sentences are complete and as the code says."""

from __future__ import annotations

import ast
import asyncio
import json
import re
import string
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import translation

from config.languages import InTheirLanguage
from seats import errors, wording
from seats.api import problems
from tests import catalogue

ROOT = Path(__file__).resolve().parents[2]
HOW = "docs/languages.md says how a sentence is added: mark it, make messages, translate it"

LANGUAGES = [code for code, _ in settings.LANGUAGES if code != "en"]


def test_languages_have_their_files():
    assert LANGUAGES
    files = {file.stem for file in (ROOT / "frontend" / "languages").iterdir()}
    assert files == {code for code, _ in settings.LANGUAGES}
    for code, name in settings.LANGUAGES:
        file = ROOT / "frontend" / "languages" / f"{code}.json"
        assert json.loads(file.read_text())["name"] == name


@pytest.mark.parametrize(("asked", "spoken"), [(b"ar", "ar"), (b"tlh", "en"), (None, "en")])
def test_push_refuses_in_the_language_that_was_asked_for(asked, spoken):
    heard = []

    async def application(*_):
        await asyncio.sleep(0)
        heard.append(translation.get_language())

    headers = [] if asked is None else [(b"accept-language", asked)]
    asyncio.run(InTheirLanguage(application)({"headers": headers}, None, None))

    assert heard == [spoken]
    assert translation.get_language() == "en"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_catalogue_has_what_the_code_says(language):
    kept = {(one.id, one.context) for one in catalogue.kept(language) if one.id}
    said = {(one.id, one.context) for one in catalogue.collected() if one.id}
    assert said - kept == set(), HOW
    assert kept - said == set(), "no longer said anywhere: make messages"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_is_translated(language):
    assert [one.id for one in catalogue.untranslated(catalogue.kept(language))] == [], HOW


@pytest.mark.parametrize("language", LANGUAGES)
def test_translations_are_filled_in_with_the_same_values(language):
    for one in catalogue.kept(language):
        if not one.id:
            continue
        sources, texts = (one.id, one.string) if one.pluralizable else ((one.id,), (one.string,))
        values = {name for source in sources for name in named(source)}
        for index, text in enumerate(texts):
            # Nothing, one and two may be told by words.
            spare = {"count", "limit", "number"} if one.pluralizable and index < 3 else set()
            assert named(text) <= values, text
            assert values - named(text) <= spare, text


def named(text: str) -> set[str]:
    return set(re.findall(r"%\((\w+)\)[ds]", text))


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_compiled_is_what_is_written(language):
    compiled = catalogue.po_file(language).with_suffix(".mo").read_bytes()
    assert compiled == catalogue.compiled(catalogue.kept(language)), "make messages"


def kinds(of=errors.SeatError):
    for kind in of.__subclasses__():
        yield kind
        yield from kinds(kind)


def test_every_refusal_and_every_title_can_be_translated():
    known = {one.id for one in catalogue.collected()}
    sentences = {kind.default_message for kind in kinds()}
    sentences |= {kind.title for kind in problems.KINDS.values()}
    assert sentences - known == set(), HOW


def test_refusals_are_told_in_english_as_the_engine_says_them():
    for error in (
        errors.SeatsUnavailable([{"label": "A1"}]),
        errors.SeatsUnavailable([{"label": "A1"}, {"label": "A2"}, {"label": "B1"}]),
        errors.SeatsUnavailable([]),
        errors.SeatLimit(1),
        errors.SeatLimit(10),
        errors.SeatLimit(10, in_all_shows=True),
        errors.recall("seat_limit", errors.SeatLimit(3, in_all_shows=True).message, {"limit": 3}),
        errors.TooOften(7),
        errors.ShowNotFound(),
    ):
        assert wording.refusal(error) == error.message


# Where a sentence reaches a client of the API.
TOLD_BY = {"Problem", "invalid", "malformed", "ValidationError", "SeatError"}


@pytest.mark.parametrize("file", sorted((ROOT / "seats" / "api").rglob("*.py")), ids=str)
def test_no_sentence_of_the_api_is_said_past_the_catalogue(file):
    for node in ast.walk(ast.parse(file.read_text())):
        told: list[ast.expr] = []
        if isinstance(node, ast.Call):
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            told = [*node.args, *(k.value for k in node.keywords)] if name in TOLD_BY else []
        elif isinstance(node, ast.Dict):
            told = [
                value
                for key, value in zip(node.keys, node.values, strict=True)
                if isinstance(key, ast.Constant) and key.value in {"message", "error", "detail"}
            ]
        for value in told:
            assert not is_sentence(value), f"{file.name}:{value.lineno}: {HOW}"


def is_sentence(value: ast.expr) -> bool:
    if isinstance(value, ast.Constant) and isinstance(value.value, str):
        return " " in value.value
    if isinstance(value, ast.JoinedStr):
        plain = "".join(part.value for part in value.values if isinstance(part, ast.Constant))
        return any(letter in string.ascii_letters for letter in plain) and " " in plain.strip()
    return False


def test_the_command_finds_nothing_to_do():
    """The catalogue as it would be made anew is the one that is kept."""
    for language in LANGUAGES:
        made = catalogue.written(catalogue.renewed(language))
        assert made == catalogue.po_file(language).read_bytes(), "make messages"
