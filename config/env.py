"""Typed readers for the environment, which fail loudly.

A setting that is misspelt or malformed stops the server at start. A wrong
guess here would surface much later, as a hold that never ends or a session
cookie sent in the clear.

Values come from the real environment first, then from `.env` in the project
root. `HOLDFAST_ENV_FILE` names another file, or none when it is empty: the
tests use that, so that they mean the same on every machine.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.core.exceptions import ImproperlyConfigured
from dotenv import dotenv_values

PROJECT_ROOT = Path(__file__).resolve().parent.parent


class SettingError(ImproperlyConfigured):
    """A setting the server cannot start with, said in one sentence."""


class Environment:
    """One set of settings. It remembers every name it was asked for."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self._values = values
        self.names: set[str] = set()

    def _raw(self, name: str) -> str | None:
        self.names.add(name)
        return self._values.get(name)

    def text(self, name: str, default: str = "") -> str:
        """A string without surrounding blanks. Set but empty means the default."""
        return (self._raw(name) or "").strip() or default

    def secret(self, name: str) -> str:
        """A string exactly as it was given: blanks may belong to a password."""
        return self._raw(name) or ""

    def flag(self, name: str, *, default: bool) -> bool:
        """`True` or `False`: "yes", "1" and "true" are guesses, and we take none."""
        raw = self._raw(name)
        if raw is None:
            return default
        if raw not in ("True", "False"):
            raise SettingError(f"{name} must be True or False, not {raw!r}.")
        return raw == "True"

    def integer(self, name: str, default: int, *, low: int, high: int) -> int:
        raw = self._raw(name)
        if raw is None:
            return default
        # int() alone would also read "1_0", " 10 " and digits of other scripts.
        if not re.fullmatch(r"-?[0-9]{1,18}", raw):
            raise SettingError(f"{name} must be a whole number, not {raw!r}.")
        value = int(raw)
        if not low <= value <= high:
            raise SettingError(f"{name} must be between {low} and {high}, not {value}.")
        return value

    def limit(self, name: str, default: int, *, high: int) -> int | None:
        """A whole number from 1. `off` gives None: no limit."""
        return None if self._raw(name) == "off" else self.integer(name, default, low=1, high=high)

    def words(self, name: str, default: tuple[str, ...] = ()) -> list[str]:
        """A comma separated list."""
        raw = self._raw(name)
        if raw is None:
            return list(default)
        words = [word.strip() for word in raw.split(",")]
        if words == [""]:
            return []
        if "" in words:
            raise SettingError(f"{name} has an empty element: {raw!r}.")
        return words

    def choice(self, name: str, default: str, *, among: tuple[str, ...]) -> str:
        value = self.text(name, default).upper()
        if value not in among:
            raise SettingError(f"{name} must be one of {', '.join(among)}, not {value!r}.")
        return value

    def word(self, name: str, default: str, *, among: tuple[str, ...]) -> str:
        """One of the words, spelt exactly so."""
        value = self.text(name, default)
        if value not in among:
            raise SettingError(f"{name} must be one of {', '.join(among)}, not {value!r}.")
        return value

    def rate(self, name: str, default: str) -> str | None:
        """How often something may be done, such as `10/min`. `off` gives None."""
        raw = self._raw(name)
        if raw is None:
            return default
        if raw == "off":
            return None
        if not re.fullmatch(r"[1-9][0-9]{0,8}/(sec|min|hour|day)", raw):
            raise SettingError(
                f"{name} must be a number per sec, min, hour or day, such as {default!r},"
                f" or 'off', not {raw!r}."
            )
        return raw

    def folder(self, name: str, default: str, *, taken: tuple[str, ...]) -> str:
        """A path below the site, such as `admin/`; its first part is none of ``taken``."""
        raw = self._raw(name)
        if raw is None:
            return default
        path = raw.strip("/")
        if not re.fullmatch(r"[A-Za-z0-9_-]+(/[A-Za-z0-9_-]+)*", path):
            raise SettingError(
                f"{name} must be a path of letters, digits, '-' and '_', such as {default!r},"
                f" not {raw!r}."
            )
        if path.partition("/")[0] in taken:
            raise SettingError(f"{name} is the address of something else: {raw!r}.")
        return f"{path}/"

    def metrics_readers(self, name: str) -> str:
        """Who may read the metrics: `loopback`, or a token too long to guess. Empty: nobody."""
        value = self.secret(name)
        if value.lower() in ("", "loopback"):
            return value.lower()
        # The value may be most of a token, so the message does not repeat it.
        if not re.fullmatch(r"[!-~]{20,200}", value):
            raise SettingError(
                f"{name} must be loopback, or a token of 20 characters or more without blanks."
            )
        return value

    def time_zone(self, name: str, default: str) -> str:
        raw = self._raw(name)
        if raw is None:
            return default
        try:
            ZoneInfo(raw)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise SettingError(
                f"{name} must name a time zone such as 'Europe/Berlin', not {raw!r}."
            ) from error
        return raw


def of_project(root: Path = PROJECT_ROOT) -> Environment:
    """The environment of this process, over the project's `.env`."""
    named = os.environ.get("HOLDFAST_ENV_FILE")
    file = root / ".env" if named is None else Path(named) if named else None
    values: dict[str, str] = {}
    if file is not None and file.is_file():
        values = {name: value for name, value in dotenv_values(file).items() if value is not None}
    elif named:
        raise SettingError(f"HOLDFAST_ENV_FILE names {named}, which is not a file.")
    return Environment({**values, **os.environ})
