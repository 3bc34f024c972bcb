"""A log is read by people and programs: nobody who is only spoken of there may write in it."""

import json
import logging
import re
import sys

import pytest

from config.log_lines import JsonFormatter, UtcFormatter

FORGED = "owner\n2026-11-21T12:00:00.000Z ERROR seats: all seats were sold"
LINE = "{asctime}.{msecs:03.0f}Z {levelname} {name}: {message}"

formatters = pytest.mark.parametrize(
    "formatter", [UtcFormatter(LINE, "%Y-%m-%dT%H:%M:%S", "{"), JsonFormatter()]
)


def record(message, *args, exc_info=None):
    return logging.LogRecord("seats", logging.ERROR, "file", 1, message, args, exc_info)


@formatters
@pytest.mark.parametrize(
    "odd", ["\n", "\r", "\x1b[2J", "\x00", "\x85", "\u2028", "\u2029", "\u202e", "\x9b1m", "\x7f"]
)
def test_a_message_is_one_line_of_plain_text(formatter, odd):
    said = formatter.format(record("No such film: %s", f"A{odd}B"))

    assert odd not in said
    assert len(said.splitlines()) == 1


@formatters
def test_a_line_cannot_be_forged(formatter):
    try:
        raise ValueError(FORGED)
    except ValueError:
        said = formatter.format(record("Failed for %s", FORGED, exc_info=sys.exc_info()))

    begun = [line for line in said.splitlines() if re.match(r"\d{4}-\d\d-\d\dT|\{", line)]
    assert len(begun) == 1


def test_words_of_every_language_stay_as_they_are():
    formatter = UtcFormatter("{message}", style="{")

    assert formatter.format(record("Kein Film: %s", "Größe 映画 فيلم")) == (
        "Kein Film: Größe 映画 فيلم"
    )


def test_programs_are_told_the_kind_of_address_and_not_whose(rf):
    failed = record("%s: %s", "Service Unavailable", "/api/seats/bookings/HF-7K2M9Q/")
    failed.request = rf.get("/api/seats/bookings/HF-7K2M9Q/")

    said = json.loads(JsonFormatter().format(failed))

    assert said["message"] == "Service Unavailable: /api/seats/bookings/<str:reference>/"


def test_a_traceback_stays_readable():
    formatter = UtcFormatter("{message}", style="{")
    try:
        raise ValueError("wrong")
    except ValueError:
        said = formatter.format(record("Failed", exc_info=sys.exc_info()))

    first, *trace = said.split("\n")
    assert first == "Failed"
    assert trace[0] == "    Traceback (most recent call last):"
    assert trace[-1] == "    ValueError: wrong"
