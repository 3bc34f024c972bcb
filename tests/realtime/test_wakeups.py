"""What is written elsewhere is told at once: by a hint on this machine, by Redis on another.

Heard at a server that does not look by itself: there nothing else could have told it.
"""

from __future__ import annotations

import threading
from typing import Any

import pytest

from seats.domain import Customer
from seats.feed import messenger
from seats.feed.messenger import Messenger
from tests.engine.house import House
from tests.realtime.clients import Stream
from tests.realtime.conftest import token_of
from tests.realtime.processes import PATIENCE, Daphne, post
from tests.safety.conftest import Serve as ServeGunicorn

pytestmark = pytest.mark.django_db(transaction=True)

TURNS = (("hold-batch", "HELD"), ("release-hold-batch", "AVAILABLE"))


def version_of(cursor: str) -> int:
    return int(cursor.split(".")[1])


def test_another_process_of_this_machine(
    without_clock: Daphne, serve: ServeGunicorn, house: House, owner: Customer
) -> None:
    """Ten writes one after another, each made when the one before was heard."""
    other = serve()
    token = {"Authorization": f"Token {token_of(owner)}"}
    body = {"show_id": house.show_id, "seats": ["A1"]}
    stream = Stream(without_clock.port, f"show_id={house.show_id}")
    stream.until_count(1)

    for do, status in TURNS * 5:
        assert post(other, f"/api/seats/{do}/", body, **token)[0] == 200
        stream.until_status("A1", status)
    stream.close()


def test_another_machine(
    without_clock: Daphne, machines: tuple[Daphne, Daphne], house: House, owner: Customer
) -> None:
    elsewhere, _ = machines
    token = {"Authorization": f"Token {token_of(owner)}"}
    body = {"show_id": house.show_id, "seats": ["A1"]}
    stream = Stream(without_clock.port, f"show_id={house.show_id}")
    stream.until_count(1)

    # A message that cannot be delivered at once is dropped, as before the line between them is up.
    heard = 0
    for do, _ in TURNS * 30:
        status, said = post(elsewhere, f"/api/seats/{do}/", body, **token)
        assert status == 200
        written = version_of(said["cursor"])
        heard += stream.within(3, lambda written=written: version_of(stream.cursor) >= written)
        if heard >= 16:
            break
    assert heard == 16
    stream.close()


def test_nobody_who_writes_waits_for_a_redis_that_hangs(
    settings: Any, house: House, owner: Customer, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, may_go_on = threading.Event(), threading.Event()
    gave_up = []

    class Hanging:
        def pipeline(self, **_: object) -> Hanging:
            return self

        def publish(self, *_: object) -> None:
            pass

        def execute(self) -> None:
            asked.set()
            if not may_go_on.wait(PATIENCE):
                gave_up.append("somebody has waited for us")
                may_go_on.set()

    monkeypatch.setattr(Messenger, "_client", lambda _: Hanging())
    monkeypatch.setattr(messenger, "_messengers", {})
    settings.REDIS_URL = "redis://127.0.0.1:9/0"
    try:
        for _ in range(10):
            house.hold(owner, "A1")
            house.release(owner)
        assert asked.wait(PATIENCE)
    finally:
        may_go_on.set()
    assert not gave_up
