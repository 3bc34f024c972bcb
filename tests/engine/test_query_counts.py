"""How many statements a change takes: each is a trip to the database with the lock in hand."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from seats import feed
from seats.domain import Customer
from seats.reservations import adopt_selections, release_selections
from tests.engine.house import House, HouseClock, Poller, customer, once

_NOT_OURS = ("SAVEPOINT", "RELEASE", "ROLLBACK", "BEGIN", "COMMIT")


def statements(captured: CaptureQueriesContext) -> list[str]:
    said = [query["sql"] for query in captured.captured_queries]
    return [sql for sql in said if not sql.startswith(_NOT_OURS)]


def at_most(count: int, turns: int = 1) -> int:
    """On SQLite one statement takes the lock and reads the clock."""
    return count - turns * (connection.vendor == "sqlite")


CHANGES = {
    # the seats named; lock, clock, newest hold, the holds of the last hour, by which hoarders are
    # told; the hold, the seats, the ledger
    "hold": (lambda house, owner: house.hold(owner, "A3"), 8),
    # lock, clock, newest hold, the seats; the booking, the seats, the hold, the ledger
    "book": (lambda house, owner: house.book(owner), 8),
    "book one": (lambda house, owner: house.book(owner, "A1"), 8),
    # lock, clock, newest hold; the seats, the hold, the ledger; the seats' facts
    "extend": (lambda house, owner: house.extend(owner), 7),
    "release": (lambda house, owner: house.release(owner), 7),
    # as for holding
    "select": (lambda house, owner: house.select(owner, "B1"), 8),
}


def counted(captured: CaptureQueriesContext) -> list[str]:
    """Without that for the turnstiles: at most one on a database server, none on SQLite."""
    said = statements(captured)
    rest = [sql for sql in said if "seats_turnstile" not in sql]
    assert len(said) - len(rest) <= (connection.vendor != "sqlite"), said
    return rest


@pytest.mark.parametrize("what", CHANGES)
@pytest.mark.parametrize("seats", [1, 2])
def test_it_takes_few_statements_however_many_seats(
    house: House, owner: Customer, rival: Customer, clock: HouseClock, what: str, seats: int
) -> None:
    call, most = CHANGES[what]
    who = rival if what in ("hold", "select") else owner
    house.hold(owner, *["A1", "A2"][:seats])
    clock.advance(1000)
    with CaptureQueriesContext(connection) as captured:
        call(house, who)
    assert len(counted(captured)) <= at_most(most), statements(captured)


SELECTED = {
    # the seats named; lock, clock, newest hold; the seats, the hold, the ledger; the seats' facts
    "again": (lambda house, owner: house.select(owner, "A1"), 8, 1),
    # and the holds of the last hour, where more seats are wanted
    "more": (lambda house, owner: house.select(owner, "A1", "A2"), 9, 1),
    "hold": (lambda house, owner: house.hold(owner, "A1", "A2"), 9, 1),
    # the shows; lock, clock, newest hold; the seats, the hold, the ledger
    "let go": (lambda _, owner: release_selections(owner), 7, 1),
    # the shows; lock, clock, newest hold, the seats' facts, the other's newest hold; the seats, the
    # hold, the ledger; the other's holds of the last hour; lock, clock; the hold, the seats, the
    # ledger
    "hand over": (lambda _, owner: adopt_selections(owner, customer("other")), 17, 2),
}


@pytest.mark.parametrize("what", SELECTED)
def test_it_takes_few_for_what_is_selected(
    house: House, owner: Customer, clock: HouseClock, what: str
) -> None:
    call, most, turns = SELECTED[what]
    house.select(owner, "A1", "A3")
    clock.advance(1000)
    customer("other")
    with CaptureQueriesContext(connection) as captured:
        call(house, owner)
    assert len(counted(captured)) <= at_most(most, turns), statements(captured)


def test_it_takes_three_more_for_a_key(house: House, owner: Customer) -> None:
    with CaptureQueriesContext(connection) as captured:
        house.hold(owner, "A1", once=once(owner))
    assert len(counted(captured)) <= at_most(12), statements(captured)


def test_it_takes_the_lock_first_and_asks_the_time_last_of_all_locks(
    house: House, owner: Customer
) -> None:
    with CaptureQueriesContext(connection) as captured:
        house.hold(owner, "A1")
    said = [sql for sql in statements(captured) if "seats_seat WHERE" not in sql]
    assert said[0].startswith("UPDATE seats_showtime SET version = version + 1")
    if connection.vendor != "sqlite":
        assert said[1].endswith("ORDER BY number FOR UPDATE")
        assert said[2].startswith("SELECT version, ")
        assert "seats_showtime" in said[2]
    else:
        assert " RETURNING version, " in said[0]


def test_it_asks_nothing_for_a_poll_a_moment_later(house: House, owner: Customer) -> None:
    poller = Poller(house.show_id)
    poller.look()
    with CaptureQueriesContext(connection) as captured:
        poller.look()
        feed.layout(house.show_id)
    assert statements(captured) == []


def test_it_asks_one_thing_when_nothing_has_changed(
    house: House, owner: Customer, clock: HouseClock
) -> None:
    house.hold(owner, "A1")
    poller = Poller(house.show_id)
    poller.look()
    clock.advance(101)
    with CaptureQueriesContext(connection) as captured:
        poller.look()
    assert len(statements(captured)) == 1


def test_it_asks_two_things_when_something_has_changed(house: House, owner: Customer) -> None:
    poller = Poller(house.show_id)
    poller.look()
    house.hold(owner, "A1")
    house.hold(owner, "A2")
    with CaptureQueriesContext(connection) as captured:
        poller.look()
    assert poller.changed == ["A1", "A2"]
    assert len(statements(captured)) == 2
