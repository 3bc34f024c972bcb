"""Where a process of the crowd begins: nothing of Django may be imported before it is set up."""

from __future__ import annotations

from typing import Any

import django


def evening_in_process(database_name: str, *arguments: Any) -> list[Any]:
    django.setup()
    from django.db import connection

    from tests.concurrency.crowd import evening

    connection.settings_dict["NAME"] = database_name
    return evening(*arguments)
