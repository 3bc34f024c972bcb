"""How log lines look: as text for people, or as JSON for programs. Both carry UTC."""

from __future__ import annotations

import json
import logging
import re
import time
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

request_id: ContextVar[str] = ContextVar("request_id", default="")


_ODD = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


class UtcFormatter(logging.Formatter):
    """Lines for people. What somebody typed can neither begin a line nor draw on a terminal."""

    converter = staticmethod(time.gmtime)

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - its name in logging
        return _ODD.sub(_spelt_out, super().formatMessage(record))

    def formatException(self, ei: Any) -> str:  # noqa: N802 - its name in logging
        # The lines of a traceback stay lines, further in than any that we begin.
        lines = super().formatException(ei).split("\n")
        return "\n".join(f"    {_ODD.sub(_spelt_out, line)}" for line in lines)


def _spelt_out(odd: re.Match[str]) -> str:
    return odd[0].encode("unicode_escape").decode("ascii")


class JsonFormatter(logging.Formatter):
    """One object a line. Whatever is in a message, it cannot begin a line of its own."""

    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, UTC)
        said = {
            "at": f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03d}Z",
            "level": record.levelname,
            "logger": record.name,
        }
        facts = getattr(record, "facts", None)
        if facts is not None:
            return json.dumps({**said, **facts})
        own = request_id.get()
        if own:
            said["id"] = own
        said["message"] = _without_whose(record)
        if record.exc_info:
            said["traceback"] = self.formatException(record.exc_info)
        return json.dumps(said)


def _without_whose(record: logging.LogRecord) -> str:
    """Django names the address that failed; what stands in it may be a customer's alone."""
    # Which itself writes its lines through this module.
    from config.observed import route_of

    message = record.getMessage()
    path = getattr(getattr(record, "request", None), "path", "")
    return message.replace(path, route_of(path)) if path else message
