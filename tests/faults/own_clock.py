"""Settings for a control: the engine asks the clock of the machine it runs on."""

from datetime import UTC, datetime

from proof.stage.settings import *  # noqa: F403
from seats import database


class _OwnClock(dict[str, str]):
    def __getitem__(self, vendor: str) -> str:
        text = f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S.%f}"[:-3]
        if vendor == "postgresql":
            return f"TIMESTAMPTZ '{text}+00'"
        return f"TIMESTAMP '{text}'" if vendor == "mysql" else f"'{text}'"


database._CLOCKS = _OwnClock()
