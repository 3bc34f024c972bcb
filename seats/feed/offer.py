"""Whether polls are told that there is push: by this process itself, or by others beside it."""

from __future__ import annotations

from django.conf import settings

PATH = "/api/seat-status/stream"


class _Here:
    is_served = False


def offer_push() -> None:
    """Says that this process serves push: from now on, polls are told where."""
    _Here.is_served = True


def offered() -> dict[str, str]:
    """What a poll's answer says about it: the address, or nothing."""
    is_offered = settings.PUSH == "on" or (settings.PUSH == "auto" and _Here.is_served)
    return {"push": PATH} if is_offered else {}
