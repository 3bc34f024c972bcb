"""Proofs of payment: pictures that customers upload and the box office looks at.

A picture is decoded and written anew before it is kept, as a file outside everything that is
served; a row says whose it is. Spending one on a booking is part of that booking's own transaction,
in ``reservations``.
"""

from seats.payments.pictures import MAX_BYTES, MAX_PIXELS
from seats.payments.proofs import Kept, keep, picture_of, tidy

__all__ = ["MAX_BYTES", "MAX_PIXELS", "Kept", "keep", "picture_of", "tidy"]
