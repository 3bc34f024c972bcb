"""People with an account: registering, coming in, going out, and what is freed when one is deleted.

Every write goes through ``database.write``, like the changes of seats: on SQLite a login waits its
turn behind them instead of failing.
"""

from seats.customers.accounts import Registered, facts_of, free_seats_before_delete, register
from seats.customers.entry import Entry, log_in, log_out
from seats.customers.tokens import user_of_token

__all__ = [
    "Entry",
    "Registered",
    "facts_of",
    "free_seats_before_delete",
    "log_in",
    "log_out",
    "register",
    "user_of_token",
]
