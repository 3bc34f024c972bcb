"""What a client already has, can read, and will do with it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from django.http import HttpResponse
from django.utils.http import parse_etags
from rest_framework.request import Request


def unless_known(request: Request, etag: str) -> HttpResponse | None:
    """304 when the client names this ETag (weak or strong, alone or among others, or ``*``)."""
    known = parse_etags(request.headers.get("If-None-Match", ""))
    if "*" in known or etag.removeprefix("W/") in {tag.removeprefix("W/") for tag in known}:
        return HttpResponse(status=304, headers={"ETag": etag})
    return None


def is_kept(environ: Mapping[str, Any]) -> bool:
    """Whether whoever asks will hand the answer out to others for a while: a shared cache."""
    return "HTTP_X_ANSWER_IS_KEPT" in environ


_NO_WEIGHT = re.compile(r"q=0(\.0*)?")


@lru_cache(maxsize=64)
def codings(accept_encoding: str) -> tuple[str, ...]:
    """Of "br" and "gzip" those that this ``Accept-Encoding`` allows, the best first."""
    weights = {}
    for coding in accept_encoding.lower().split(","):
        name, _, weight = coding.partition(";")
        weights[name.strip()] = _NO_WEIGHT.fullmatch(weight.replace(" ", "")) is None
    others = weights.get("*", False)
    return tuple(name for name in ("br", "gzip") if weights.get(name, others))
