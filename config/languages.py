"""Which language an answer speaks, and the sentences of the dashboard in it.

The API speaks what ``Accept-Language`` asks for. Pages do too, unless their visitor has chosen
another language there; the choice is a cookie. What is the same for everybody (polls, shows, halls)
holds no sentence, and says nothing of languages: caches keep one copy of it.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.translation.trans_real import parse_accept_lang_header

from config.in_threads import Application, Receive, Scope, Send

DICTIONARIES = Path(settings.BASE_DIR) / "frontend" / "languages"


class LanguageMiddleware:
    """The outermost: whatever goes wrong further in is told in the same language."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        language = language_of(request)
        with translation.override(language):
            response = self.get_response(request)
        if _has_sentences(response):
            asked = ["Accept-Language"] if _is_api(request) else ["Accept-Language", "Cookie"]
            patch_vary_headers(response, asked)
            response.headers.setdefault("Content-Language", language)
        return response


class InTheirLanguage:
    """An ASGI application whose refusals are in the language of those it refuses."""

    def __init__(self, application: Application) -> None:
        self._application = application

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = dict(scope.get("headers", ()))
        asked = headers.get(b"accept-language", b"").decode("latin-1")
        with translation.override(best_of(asked)):
            await self._application(scope, receive, send)


def language_of(request: HttpRequest) -> str:
    """The code of the language to answer in; one of settings.LANGUAGES."""
    if not _is_api(request):
        chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME)
        if chosen in dict(settings.LANGUAGES):
            return str(chosen)
    return best_of(request.META.get("HTTP_ACCEPT_LANGUAGE", ""))


def _is_api(request: HttpRequest) -> bool:
    return request.path_info.startswith(("/api/", "/healthz"))


@lru_cache(maxsize=256)
def best_of(accept_language: str) -> str:
    """The one of our languages that somebody who sends this ``Accept-Language`` likes best."""
    for code, weight in parse_accept_lang_header(accept_language):
        if code == "*" or not weight:
            break
        try:
            return translation.get_supported_language_variant(code)
        except LookupError:
            continue
    return str(settings.LANGUAGE_CODE)


def _has_sentences(response: HttpResponseBase) -> bool:
    """Pages, problems, and what only the one who asked is answered."""
    kind = response.headers.get("Content-Type", "").partition(";")[0]
    if kind == "application/json":
        return "no-store" in response.headers.get("Cache-Control", "")
    return kind in {"text/html", "application/problem+json"}


def of_page() -> dict[str, Any]:
    """What the dashboard's page is told of the language it is shown in."""
    code = translation.get_language() or settings.LANGUAGE_CODE
    file = f"{code}.json"
    return {
        "language": {
            "code": code,
            "dir": "rtl" if translation.get_language_bidi() else "ltr",
            "dictionary": f"languages/{file}",
        },
        "languages": settings.LANGUAGES,
        "words": _sentences(file, (DICTIONARIES / file).stat().st_mtime_ns),
    }


@lru_cache(maxsize=16)
def _sentences(file: str, changed: int) -> dict[str, dict[str, str]]:  # noqa: ARG001 - part of the key
    """The sentences without a count, by group and name: "site.title" is found at site, title."""
    words = json.loads((DICTIONARIES / file).read_text(encoding="utf-8"))["words"]
    groups: dict[str, dict[str, str]] = {}
    for key, text in words.items():
        group, _, name = key.partition(".")
        if isinstance(text, str):
            groups.setdefault(group, {})[name] = text
    return groups
