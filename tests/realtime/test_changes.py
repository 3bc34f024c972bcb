"""What somebody has still to be told: in order, once, and never more than a hall."""

from realtime.changes import MERGED_FROM, MOST_PENDING, Change, Follower, merged, of_step
from seats.domain import SeatStatus
from seats.feed import SeatChange, SeatRow, Step

HELD, FREE, BOOKED = SeatStatus.HELD, SeatStatus.AVAILABLE, SeatStatus.BOOKED


def seat(number):
    return SeatRow(number, "A", number, f"A{number}", "", "S", "9.00", 0, 0, (), FREE, 0)


def change(version, *changes, is_whole=False):
    seats = tuple(SeatChange(seat(number), status) for number, status in changes)
    return Change(f"c{version}", (version, version), version, seats, is_whole)


def short(changes):
    return [[(it.seat.id, it.status) for it in each.seats] for each in changes]


def test_changes_come_in_order_and_once():
    follower = Follower()
    follower.tell(change(1, (1, HELD)))
    follower.tell(change(2, (1, FREE)))
    assert short(follower.take()) == [[(1, HELD)], [(1, FREE)]]
    assert follower.take() == []


def test_many_changes_become_what_came_of_them():
    follower = Follower()
    for version in range(MERGED_FROM + 1):
        follower.tell(change(version, (1, HELD if version % 2 else FREE), (version + 2, BOOKED)))
    (one,) = follower.take()
    assert one.cursor == f"c{MERGED_FROM}"
    assert {it.seat.id: it.status for it in one.seats}[1] is FREE
    assert len(one.seats) == MERGED_FROM + 2


def test_what_waits_is_never_more_than_a_hall():
    follower = Follower()
    for version in range(20 * MOST_PENDING):
        follower.tell(change(version, (version % 7, HELD)))
        assert len(follower._pending) <= MOST_PENDING
    assert sum(len(each.seats) for each in follower._pending) <= 7 + MOST_PENDING


def test_where_nobody_knows_what_changed_everything_is_told():
    follower = Follower()
    follower.tell(change(9, (1, HELD)))
    follower.tell(change(1, (1, FREE), (2, FREE), is_whole=True))
    follower.tell(change(2, (2, HELD)))
    assert [(each.is_whole, each.cursor) for each in follower.take()] == [
        (True, "c1"),
        (False, "c2"),
    ]
    both = merged([change(1, (1, HELD), (2, FREE), is_whole=True), change(2, (2, HELD))])
    assert both.is_whole
    assert short([both]) == [[(1, HELD), (2, HELD)]]


def test_what_was_told_in_another_way_is_left_out():
    follower = Follower()
    for version in (1, 2, 3):
        follower.tell(change(version, (version, HELD)))
    follower.skip_to((2, 2))
    follower.tell(change(2, (2, HELD)))
    follower.tell(change(4, (4, HELD)))
    assert short(follower.take()) == [[(3, HELD)], [(4, HELD)]]


def test_a_status_that_stays_is_no_news():
    told = {1: HELD}
    extended = Step("c", 1, 1, (SeatChange(seat(1), HELD),))
    assert of_step(extended, told) is None
    grown = Step("c", 2, 2, (SeatChange(seat(1), HELD), SeatChange(seat(2), HELD)))
    news = of_step(grown, told)
    assert news is not None
    assert short([news]) == [[(2, HELD)]]
    assert told == {1: HELD, 2: HELD}
