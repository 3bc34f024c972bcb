"""docs/api.md says what the code does: its addresses, error codes, members and settings."""

import re
from pathlib import Path

import pytest
from django.conf import settings

from seats.api import base, fields, parsers
from seats.api.problems import KINDS
from seats.api.schema.shapes import COMPONENTS, FACTS
from seats.api.serializers import requests
from seats.api.urls import ENDPOINTS
from seats.api.views import events
from seats.customers import attempts
from seats.domain import EventKind, SeatStatus

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "api.md").read_text()
WORDS = set(re.findall(r"[A-Za-z_][A-Za-z_0-9-]*", PAGE))
DEFAULTS = dict(
    re.findall(r"^(?:# )?([A-Z][A-Z_]+)=(.*)$", (ROOT / ".env.example").read_text(), re.MULTILINE)
)


def section(title):
    return re.split(r"^#+ ", PAGE.split(f"## {title}\n")[1], maxsplit=1, flags=re.MULTILINE)[0]


def rows(title):
    lines = re.findall(r"^\|(.*)\|$", section(title), re.MULTILINE)
    return [[cell.strip() for cell in line.split("|")] for line in lines[2:]]


def test_addresses():
    routes = {
        (method.upper(), "/" + re.sub(r"<str:(\w+)>", r"{\1}", route))
        for route, (_, actions) in ENDPOINTS.items()
        for method in actions
        if method != "head"
    }

    described = {tuple(row[0].strip("`").split()) for row in rows("Endpoints")}

    assert described == routes | {("GET", "/api/docs/")}


def test_error_codes():
    described = {(int(row[0]), row[1].strip("`")) for row in rows("Errors")}

    assert described == {(kind.status, code) for code, kind in KINDS.items()}


@pytest.mark.parametrize("code", FACTS)
def test_members_of_errors(code):
    row = next(row for row in rows("Errors") if row[1] == f"`{code}`")

    assert set(FACTS[code]) <= set(re.findall(r"\w+", row[2]))


@pytest.mark.parametrize("name", [name for name in COMPONENTS if not name.endswith("Problem")])
def test_members_of_answers(name):
    assert set(COMPONENTS[name]["properties"]) <= WORDS


def test_values():
    assert {status.value for status in SeatStatus} <= WORDS
    assert {kind.value for kind in EventKind} <= WORDS


def test_settings():
    described = {name for row in rows("Settings") for name in re.findall(r"`(\w+)`", row[0])}

    assert described == set(DEFAULTS)


def test_defaults():
    described = {}
    for names, default, _ in rows("Settings"):
        for name, value in zip(
            re.findall(r"`(\w+)`", names), re.findall(r"`[^`]+`|empty|none", default), strict=False
        ):
            described[name] = "" if value in {"empty", "none"} else value.strip("`")
    conditional = {"DEMO_USER"}

    assert {name: described[name] for name in DEFAULTS if name not in conditional} == {
        name: default for name, default in DEFAULTS.items() if name not in conditional
    }


def test_numbers():
    assert f"{parsers.MAX_BODY_BYTES // 1024} KB" in PAGE
    assert f"up to {parsers.MAX_DEPTH} deep" in PAGE
    assert f"up to {requests.MAX_PASSWORD} characters" in PAGE
    assert f"1 to {fields.longest_list()} seats" in PAGE
    assert f"`limit` ({events.DEFAULT_LIMIT}) of them and at most {events.MAX_LIMIT}" in PAGE
    assert f"last {settings.REST_KNOX['TOKEN_TTL'].days} days" in PAGE
    assert (attempts.ADDRESS_FACTOR, attempts.NAME_FACTOR) == (10, 5)
    assert "ten times that for the address, five times that for the name" in PAGE
    assert base.SHARED in " ".join(PAGE.split())
