"""The ``Idempotency-Key`` header: what makes repeating a request harmless.

The engine stores and replays outcomes, inside its own transaction. Here the header is read, and the
request is given a fingerprint by which the same key with a different request is noticed.
"""

from __future__ import annotations

import hashlib
import json
import re
from typing import Any, Final

from django.utils.translation import gettext
from rest_framework.request import Request

from seats.api.problems import Problem
from seats.domain import Customer
from seats.reservations import Once

HEADERS: Final = ("Idempotency-Key", "X-Idempotency-Key")
# As WSGI knows them.
_NAMES: Final = tuple(f"HTTP_{name.upper().replace('-', '_')}" for name in HEADERS)
REPLAYED_HEADER: Final = "Idempotency-Replayed"

_KEY = re.compile(r"[\x20-\x7e]{1,255}")


def key_of(request: Request) -> str | None:
    """The key a request carries, under either name."""
    keys: set[str] = {request.META[name] for name in _NAMES if name in request.META}
    if not keys:
        return None
    if len(keys) > 1:
        raise Problem.invalid(HEADERS[0], gettext("Two different keys were sent."))
    key = keys.pop()
    if not _KEY.fullmatch(key):
        raise Problem.invalid(HEADERS[0], gettext("A key has 1 to 255 printable ASCII characters."))
    return key


def canonical(request: Request, asked: Any = None) -> bytes:
    """What must be the same when a request is repeated: method, address and body.

    ``asked`` stands for the body where it is no JSON.
    """
    asked = request.data if asked is None else asked
    body = json.dumps(asked, sort_keys=True, separators=(",", ":"))
    return f"{request.method}\n{request.path.rstrip('/')}\n{body}".encode()


def once(request: Request, customer: Customer, asked: Any = None) -> Once | None:
    """The promise a key asks for, or None where no key came."""
    key = key_of(request)
    if key is None:
        return None
    return Once(customer.key, key, hashlib.sha256(canonical(request, asked)).hexdigest())


def replayed_headers(outcome: Any) -> dict[str, str]:
    return {REPLAYED_HEADER: "true"} if outcome.replayed else {}
