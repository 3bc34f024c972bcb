"""The books of a sold-out hall."""

from proof.books import Sale, faults

STATS = {"available": 0, "held": 0, "booked": 3, "total": 3}
OWNER = Sale("owner", "R1", ("A1", "A2"))
RIVAL = Sale("rival", "R2", ("A3",))


def test_books_that_add_up_have_no_faults():
    assert faults([OWNER, RIVAL], STATS, 0) == []


def test_seats_booked_before_are_not_counted():
    assert faults([RIVAL], STATS, 2) == []


def test_a_seat_in_two_bookings_is_found():
    found = faults([OWNER, Sale("rival", "R2", ("A2",))], STATS, 0)

    assert found == ["seat A2 is in 2 bookings: R1 of owner, R2 of rival"]


def test_a_reference_used_twice_is_found():
    found = faults([OWNER, Sale("rival", "R1", ("A3",))], STATS, 0)

    assert found == ["reference R1 stands for 2 bookings"]


def test_a_booked_seat_without_a_booking_is_found():
    found = faults([OWNER], STATS, 0)

    assert found == ["the customers' bookings have 2 seats, the hall has 3 more booked than before"]


def test_statistics_that_do_not_add_up_are_found():
    found = faults([OWNER, RIVAL], {**STATS, "total": 4}, 0)

    assert len(found) == 1
    assert found[0].startswith("the statistics do not add up")
