"""Reading a request's body: strict JSON, an object, of bounded size.

Everything odd is refused here, once, before anything looks at a field: so the rest of the API and
the databases (which disagree about NUL and surrogates) never see it.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from io import BytesIO
from typing import Any, Final, NoReturn

from django.http import HttpRequest
from django.http.request import UnreadablePostError
from django.utils.http import parse_header_parameters
from django.utils.translation import gettext
from rest_framework.exceptions import UnsupportedMediaType
from rest_framework.parsers import BaseParser

from seats.api.problems import Problem

MAX_BODY_BYTES: Final = 256 * 1024
MAX_DEPTH: Final = 20
MAX_DIGITS: Final = 100

# A client that has not finished sending sees a broken connection instead of our answer, so some of
# what is too much is read all the same.
_DRAINED: Final = 4


class StrictJSONParser(BaseParser):
    media_type = "application/json"

    def parse(
        self,
        stream: Any,
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        if not is_json(media_type or ""):
            raise UnsupportedMediaType(media_type or "")
        return read_object(read_bytes(stream, MAX_BODY_BYTES, parser_context))


def is_json(media_type: str) -> bool:
    """JSON is UTF-8; a charset may say so, and nothing else."""
    # The framework takes "*/*", which describes no body, for anything.
    kind, parameters = parse_header_parameters(media_type)
    is_utf8 = parameters.get("charset", "utf-8").lower() in {"utf-8", "utf8"}
    return kind == StrictJSONParser.media_type and is_utf8


def _refuse_half(body: bytes, declared: str | None) -> None:
    """What came of a body may be good JSON although the rest of it never did."""
    if declared and declared.isascii() and declared.isdecimal() and len(body) < int(declared):
        raise malformed(gettext("The body ended too early."))


def too_large(limit: int) -> Problem:
    """The problem of a body longer than ``limit`` bytes."""
    if limit > MAX_BODY_BYTES:
        size = limit // 1024**2
        return Problem("too_large", gettext("A file may have up to %(size)d MB.") % {"size": size})
    size = limit // 1024
    return Problem("too_large", gettext("A request may have up to %(size)d KB.") % {"size": size})


def malformed(text: str) -> Problem:
    return Problem.invalid("body", text)


def refuse_declared_size(request: HttpRequest, limit: int) -> None:
    """Refuses a body that says of itself that it has more than ``limit`` bytes."""
    declared = request.META.get("CONTENT_LENGTH") or ""
    if declared.isascii() and declared.isdecimal() and _is_too_long(declared, limit):
        drain(request, limit)
        raise too_large(limit)


def _is_too_long(digits: str, limit: int) -> bool:
    digits = digits.lstrip("0")
    return len(digits) > len(str(limit)) or int(digits or "0") > limit


def drain(stream: Any, limit: int) -> None:
    remaining = _DRAINED * limit
    try:
        while remaining > 0 and (chunk := stream.read(min(remaining, 64 * 1024))):
            remaining -= len(chunk)
    except Exception:  # noqa: BLE001 - each server has errors of its own, and nothing was wanted
        return


def unfold_chunks(request: HttpRequest, limit: int) -> None:
    """Makes a chunked body, which has no Content-Length, look like any other."""
    if "chunked" not in request.META.get("HTTP_TRANSFER_ENCODING", "").lower():
        return
    if not request.META.get("wsgi.input_terminated"):
        raise malformed(gettext("This server needs a Content-Length."))
    try:
        body = request.META["wsgi.input"].read(limit + 1)
    except Exception:  # noqa: BLE001 - each server has errors of its own for chunks that are none
        raise malformed(gettext("The chunks of the body cannot be read.")) from None
    if len(body) > limit:
        drain(request.META["wsgi.input"], limit)
        raise too_large(limit)
    request.META["CONTENT_LENGTH"] = str(len(body))
    request._stream = BytesIO(body)  # noqa: SLF001 - where Django reads


def read_bytes(stream: Any, limit: int, parser_context: Mapping[str, Any] | None) -> bytes:
    """A body of up to ``limit`` bytes, whole."""
    try:
        body: bytes = stream.read(limit + 1)
    except UnreadablePostError:
        raise malformed(gettext("The body ended too early.")) from None
    if len(body) > limit:
        drain(stream, limit)
        raise too_large(limit)
    if parser_context is not None:
        _refuse_half(body, parser_context["request"].META.get("CONTENT_LENGTH"))
    return body


def read_object(body: bytes) -> dict[str, Any]:
    """The JSON object in a body. No body at all is an object without members."""
    if not body:
        return {}
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        raise malformed(gettext("This is not UTF-8.")) from None
    try:
        value = json.loads(
            text,
            parse_constant=_no_constant,
            parse_float=_finite,
            parse_int=_bounded,
            object_pairs_hook=_no_twins,
        )
    except RecursionError:
        raise malformed(gettext("This is nested too deeply.")) from None
    except ValueError:
        raise malformed(gettext("This is not JSON.")) from None
    if not isinstance(value, dict):
        raise malformed(gettext("A JSON object is needed here: {…}."))
    _refuse_odd_content(value, escapes="\\u" in text)
    return value


def _no_constant(name: str) -> NoReturn:
    raise malformed(gettext("%(name)s is not JSON.") % {"name": name})


def _finite(literal: str) -> float:
    number = float(literal)
    if not math.isfinite(number):
        raise malformed(gettext("A number is out of range."))
    return number


def _bounded(literal: str) -> int:
    if len(literal) > MAX_DIGITS:
        raise malformed(gettext("A number is out of range."))
    return int(literal)


def _no_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise malformed(gettext("A member is named twice in the same object."))
    return members


def _refuse_odd_content(value: Any, *, escapes: bool) -> None:
    """Only an escape can bring NUL or half a surrogate pair past the decoder."""
    level = [value]
    for _ in range(MAX_DEPTH):
        inner: list[Any] = []
        for item in level:
            if isinstance(item, dict):
                if escapes:
                    _refuse_odd_texts(item)
                inner.extend(item.values())
            elif isinstance(item, list):
                inner.extend(item)
            elif escapes and isinstance(item, str):
                _refuse_odd_texts((item,))
        if not inner:
            return
        level = inner
    raise malformed(gettext("This is nested too deeply."))


def _refuse_odd_texts(texts: Any) -> None:
    for text in texts:
        if "\0" in text:
            raise malformed(gettext("A text contains the character NUL."))
        if any("\ud800" <= character <= "\udfff" for character in text):
            raise malformed(gettext("A text contains half a surrogate pair."))
