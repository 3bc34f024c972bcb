"""The desk where seats change hands: the only code that writes the state of a seat.

Whoever asks (the API, the admin, a command, a deleted account), a change is one function here and
one transaction that touches one show: take the show's lock, read the clock under it, change the
seats with one conditional UPDATE, write one entry to the ledger, commit. See docs/concurrency.md.
"""

from seats.reservations.booking import (
    PROOF_KEPT,
    book_seats,
    cancel_booking,
    unbook_by_staff,
)
from seats.reservations.change import Outcome
from seats.reservations.holding import extend_hold, hold_seats
from seats.reservations.once import Once, forget_old_answers
from seats.reservations.opening import lay_out, open_show
from seats.reservations.releasing import free_customer, release_by_staff, release_seats, tidy
from seats.reservations.reviewing import accept_booking, reject_booking
from seats.reservations.selecting import adopt_selections, release_selections, select_seats

__all__ = [
    "PROOF_KEPT",
    "Once",
    "Outcome",
    "accept_booking",
    "adopt_selections",
    "book_seats",
    "cancel_booking",
    "extend_hold",
    "forget_old_answers",
    "free_customer",
    "hold_seats",
    "lay_out",
    "open_show",
    "reject_booking",
    "release_by_staff",
    "release_seats",
    "release_selections",
    "select_seats",
    "tidy",
    "unbook_by_staff",
]
