"""Each gunicorn worker has a processor of its own, where there are enough workers."""

from __future__ import annotations

import os
import runpy
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

CONFIGURATION = Path(__file__).resolve().parents[2] / "gunicorn.conf.py"


class Arbiter:
    """As much of gunicorn's main process as its hooks see."""

    def __init__(self, workers: int) -> None:
        self.num_workers = workers
        self.WORKERS: dict[int, Any] = {}
        self.hooks = runpy.run_path(str(CONFIGURATION))

    def spawn(self) -> Any:
        worker = SimpleNamespace()
        self.hooks["pre_fork"](self, worker)
        self.WORKERS[id(worker)] = worker
        return getattr(worker, "processor", None)

    def lose(self, processor: int) -> None:
        gone = next(key for key, it in self.WORKERS.items() if it.processor == processor)
        del self.WORKERS[gone]


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Any:
    def with_processors(*numbers: int) -> None:
        monkeypatch.setattr(os, "sched_getaffinity", lambda _pid: set(numbers), raising=False)

    monkeypatch.delenv("PIN_WORKERS", raising=False)
    return with_processors


def test_they_are_spread_evenly(machine: Any) -> None:
    machine(4, 6)
    arbiter = Arbiter(4)
    assert sorted(arbiter.spawn() for _ in range(4)) == [4, 4, 6, 6]


def test_whoever_comes_after_another_takes_that_place(machine: Any) -> None:
    machine(0, 1)
    arbiter = Arbiter(2)
    assert {arbiter.spawn(), arbiter.spawn()} == {0, 1}
    for gone in (1, 1, 0):
        arbiter.lose(gone)
        assert arbiter.spawn() == gone


@pytest.mark.parametrize("value", ["off", "False", "0", "no"])
def test_it_can_be_switched_off(machine: Any, monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    machine(0, 1)
    monkeypatch.setenv("PIN_WORKERS", value)
    assert Arbiter(2).spawn() is None


def test_fewer_workers_than_processors_go_anywhere(machine: Any) -> None:
    machine(0, 1, 2)
    assert Arbiter(2).spawn() is None


def test_one_processor_needs_no_choice(machine: Any) -> None:
    machine(0)
    assert Arbiter(4).spawn() is None


def test_the_worker_itself_keeps_to_it(machine: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    kept: list[Any] = []
    monkeypatch.setattr(
        os, "sched_setaffinity", lambda pid, where: kept.append((pid, where)), raising=False
    )
    post_fork = runpy.run_path(str(CONFIGURATION))["post_fork"]
    post_fork(None, SimpleNamespace(processor=6))
    post_fork(None, SimpleNamespace())
    assert kept == [(0, {6})]


def test_a_kernel_that_forbids_it_stops_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    def forbidden(_pid: int, _where: set[int]) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "sched_setaffinity", forbidden, raising=False)
    runpy.run_path(str(CONFIGURATION))["post_fork"](None, SimpleNamespace(processor=6))
