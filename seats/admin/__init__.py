"""The box office: the programme is made here, and seats are given back here.

The state of a seat is shown, never edited. What changes it goes through ``reservations``, like
everything else, and asks for a reason.
"""

from django.contrib import admin

from seats.admin.accounts import AccountAdmin
from seats.admin.bookings import BookingAdmin
from seats.admin.entry import LimitedLoginForm, limited, limited_change
from seats.admin.films import FilmAdmin
from seats.admin.halls import HallAdmin
from seats.admin.holds import HoldAdmin
from seats.admin.ledger import LedgerAdmin
from seats.admin.seats import SeatAdmin
from seats.admin.shows import ShowAdmin

admin.site.site_header = "Holdfast box office"
admin.site.site_title = "Holdfast"
admin.site.index_title = "Box office"

admin.site.login_form = LimitedLoginForm
admin.site.login = limited(admin.site.login)  # type: ignore[method-assign]
admin.site.password_change = limited_change(  # type: ignore[assignment,method-assign]
    admin.site.password_change
)

__all__ = [
    "AccountAdmin",
    "BookingAdmin",
    "FilmAdmin",
    "HallAdmin",
    "HoldAdmin",
    "LedgerAdmin",
    "SeatAdmin",
    "ShowAdmin",
]
