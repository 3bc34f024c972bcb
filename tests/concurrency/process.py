"""Where a process of the crowd begins: nothing of Django may be imported before it is set up."""

from __future__ import annotations

import multiprocessing
from typing import Any

import django

# One process imports all that is needed, and the others begin as its copies.
FORKED = multiprocessing.get_context("forkserver")
FORKED.set_forkserver_preload(["tests.concurrency.prepared"])


def wait_for_all(start: Any, patience: float) -> None:
    """A race in which one is home before the other has started would be none."""
    django.setup()
    start.wait(patience)


def evening_in_process(database_name: str, *arguments: Any) -> list[Any]:
    from django.db import connection

    from tests.concurrency.crowd import evening

    connection.settings_dict["NAME"] = database_name
    return evening(*arguments)
