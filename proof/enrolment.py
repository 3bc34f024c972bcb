"""Throw-away customers: registered with random names, kept in a file for the next run."""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import local

from proof.customers import Customer
from proof.hall import CouldNotRun, Hall
from proof.journal import Journal
from proof.wire import Address, Line, NoAnswer, Reply, Switchboard

LONGEST_WAIT_SECONDS = 65.0
HOW_TO_LIFT = (
    "For load tests start the server with THROTTLE_REGISTER=off THROTTLE_LOGIN=off "
    "THROTTLE_WRITE=off."
)


def default_file(address: Address) -> Path:
    """Where the customers of a server are kept between runs: readable by their owner alone."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    mark = hashlib.sha256(repr(address).encode()).hexdigest()[:8]
    return cache / "holdfast" / f"customers-{address.host}-{address.port}-{mark}.json"


class Enrolment:
    """Finds enough customers, of one kind: known ones first, then new ones."""

    def __init__(
        self,
        switchboard: Switchboard,
        hall: Hall,
        journal: Journal,
        file: Path | None,
        tell: Callable[[str], None],
        progress: Callable[[int, int], None],
        kind: type[Customer] = Customer,
    ) -> None:
        self.kind = kind
        self.switchboard, self.hall, self.journal, self.file = switchboard, hall, journal, file
        self.tell, self.progress = tell, progress
        self._own = local()

    def enrol(self, wanted: int) -> list[Customer]:
        known = self._read()
        customers: list[Customer] = []
        try:
            with ThreadPoolExecutor(min(8, wanted)) as pool:
                for found in pool.map(self._recall, known[:wanted]):
                    if found is not None:
                        customers.append(found)
                    self.progress(len(customers), wanted)
                for new in pool.map(lambda _: self._register(), range(wanted - len(customers))):
                    customers.append(new)
                    self.progress(len(customers), wanted)
        finally:
            self._write(customers, known)
        return customers

    def _line(self) -> Line:
        if not hasattr(self._own, "line"):
            self._own.line = self.switchboard.open()
        line: Line = self._own.line
        return line

    def _customer(self, name: str, password: str, token: str) -> Customer:
        return self.kind(name, password, token, self._line(), self.hall, self.journal)

    def _recall(self, known: dict[str, str]) -> Customer | None:
        """A customer of an earlier run, if the server still knows them."""
        customer = self._customer(known["name"], known["password"], known["token"])
        reply = self._line().get("/api/seats/me/", customer.headers)
        if reply.status == 200:
            return customer
        reply = self._post("login", {"username": customer.name, "password": customer.password})
        if reply.status != 200:
            return None
        customer.token = reply.body["token"]
        return customer

    def _register(self) -> Customer:
        name, password = f"stress-{secrets.token_hex(6)}", secrets.token_urlsafe(18)
        card = {"username": name, "password": password}
        reply = self._post("register", card)
        if reply.status != 201:
            raise CouldNotRun(
                f"registering was answered with {reply.status} {reply.code}: {reply.raw[:200]!r}"
            )
        reply = self._post("login", card)
        if reply.status != 200:
            raise CouldNotRun(
                f"logging in was answered with {reply.status} {reply.code}: {reply.raw[:200]!r}"
            )
        return self._customer(name, password, reply.body["token"])

    def _post(self, door: str, card: dict[str, str]) -> Reply:
        """Register or log in; waits as the server asks, if it does not ask for too much."""
        while True:
            try:
                reply = self._line().post(f"/api/seats/{door}/", card)
            except NoAnswer as silence:
                raise CouldNotRun(f"the server did not answer {door}: {silence}") from silence
            if reply.status != 429:
                return reply
            if reply.retry_after > LONGEST_WAIT_SECONDS:
                raise CouldNotRun(
                    f"the server limits {door} and asks to wait {reply.retry_after:.0f} seconds. "
                    f"{HOW_TO_LIFT} Or use fewer --users."
                )
            self.tell(
                f"The server limits {door}: waiting {reply.retry_after:.0f} s as it asks. "
                f"{HOW_TO_LIFT}"
            )
            time.sleep(reply.retry_after)

    def _read(self) -> list[dict[str, str]]:
        if self.file is None or not self.file.exists():
            return []
        try:
            known = json.loads(self.file.read_text())
            return [
                {field: str(one[field]) for field in ("name", "password", "token")} for one in known
            ]
        except (ValueError, KeyError, TypeError):
            return []

    def _write(self, customers: list[Customer], known: list[dict[str, str]]) -> None:
        """Keep the customers of this run, and those of earlier runs that it did not need."""
        if self.file is None:
            return
        cards = [{"name": c.name, "password": c.password, "token": c.token} for c in customers]
        names = {card["name"] for card in cards}
        if len(known) > len(cards):
            cards += [card for card in known[len(cards) :] if card["name"] not in names]
        self.file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = self.file.with_suffix(".part")
        draft.touch(mode=0o600)
        draft.write_text(json.dumps(cards))
        draft.replace(self.file)
