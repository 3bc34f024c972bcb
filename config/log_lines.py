"""How log lines look: as text for people, or as JSON for programs. Both carry UTC."""

from __future__ import annotations

import json
import logging
import time
from contextvars import ContextVar
from datetime import UTC, datetime

request_id: ContextVar[str] = ContextVar("request_id", default="")


class UtcFormatter(logging.Formatter):
    converter = staticmethod(time.gmtime)


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
        said["message"] = record.getMessage()
        if record.exc_info:
            said["traceback"] = self.formatException(record.exc_info)
        return json.dumps(said)
