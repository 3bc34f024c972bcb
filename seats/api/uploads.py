"""Reading an upload: one file in a multipart form, kept in memory, of bounded size.

A client's word for the file's name and type is not asked for: what is in the file decides.
"""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO
from typing import Any, Final

from django.core.exceptions import SuspiciousOperation
from django.core.files.uploadhandler import FileUploadHandler
from django.http.multipartparser import MultiPartParser, MultiPartParserError
from django.utils.translation import gettext
from rest_framework.exceptions import UnsupportedMediaType
from rest_framework.parsers import BaseParser
from rest_framework.request import Request

from seats.api.parsers import malformed, read_bytes, too_large
from seats.api.problems import Problem
from seats.payments import MAX_BYTES

FIELD: Final = "file"

# The form around the file: boundaries, names, a few fields that nobody asked for.
MAX_BODY_BYTES: Final = MAX_BYTES + 64 * 1024


class OneFileParser(BaseParser):
    """``{"file": bytes}`` from a form with one file in it; its other fields are ignored."""

    media_type = "multipart/form-data"

    def parse(
        self,
        stream: Any,
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> dict[str, bytes]:
        # The framework takes "*/*", which describes no body, for anything.
        if not (media_type or "").startswith(self.media_type):
            raise UnsupportedMediaType(media_type or "")
        body = read_bytes(stream, MAX_BODY_BYTES, parser_context)
        kept = _InMemory()
        meta = {"CONTENT_TYPE": media_type or "", "CONTENT_LENGTH": str(len(body))}
        try:
            form, _ = MultiPartParser(meta, BytesIO(body), [kept], "utf-8").parse()
        except (MultiPartParserError, SuspiciousOperation):
            raise malformed(gettext("This is not a multipart form.")) from None
        if FIELD in form:
            raise Problem.invalid(FIELD, gettext("Send this as a file, with a file name."))
        return kept.files


def file_of(request: Request) -> bytes:
    """The file of a request that OneFileParser read, or would have read had there been a body."""
    form: dict[str, Any] = dict(request.data)
    if FIELD not in form:
        raise Problem.invalid(FIELD, gettext("Send one picture in this field."))
    data: bytes = form[FIELD]
    return data


class _InMemory(FileUploadHandler):
    """Keeps the one file there may be. Nothing a stranger sends is written to disk as it came."""

    def __init__(self) -> None:
        super().__init__()
        self.files: dict[str, bytes] = {}
        self._chunks: list[bytes] = []
        self._length = 0

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        if self.files:
            raise Problem.invalid(FIELD, gettext("Send one file only."))
        self._chunks, self._length = [], 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:  # noqa: ARG002
        self._length += len(raw_data)
        if self._length > MAX_BYTES:
            raise too_large(MAX_BYTES)
        self._chunks.append(raw_data)

    def file_complete(self, file_size: int) -> None:  # noqa: ARG002
        self.files[str(self.field_name)] = b"".join(self._chunks)
