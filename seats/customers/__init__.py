"""People with an account: registering, coming in, going out, and what is freed when one is deleted.

Every write goes through ``database.write``, like the changes of seats: on SQLite a login waits its
turn behind them instead of failing.
"""

from seats.customers.accounts import Registered, facts_of, free_seats_before_delete, register
from seats.customers.addresses import client_address
from seats.customers.attempts import count_login, count_registration, forget_old
from seats.customers.entry import Entry, is_spelling_of, log_in, log_out, remember_address
from seats.customers.sessions import user_of_session
from seats.customers.tokens import revoke_with_password, user_of_token

__all__ = [
    "Entry",
    "Registered",
    "client_address",
    "count_login",
    "count_registration",
    "facts_of",
    "forget_old",
    "free_seats_before_delete",
    "is_spelling_of",
    "log_in",
    "log_out",
    "register",
    "remember_address",
    "revoke_with_password",
    "user_of_session",
    "user_of_token",
]
