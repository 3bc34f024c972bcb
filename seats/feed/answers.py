"""Answers as bytes, ready to be sent, plain and compressed.

A full answer of a large hall is put together from blocks. For gzip each block is compressed once,
with nothing in it that refers to its neighbours, so that blocks can follow one another in one
stream and a change costs the compression of the blocks it touches. Brotli has no such blocks, but
in its quick setting packs the whole in less time than the blocks save, and in a quarter less space.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from functools import cached_property

import brotli

# Below this, the headers saved are not worth the reader's time.
WORTH_COMPRESSING = 600

_GZIP_HEAD = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"
_RAW = -15
# One more level costs three times as long and gains one part in a hundred.
_LEVEL = 7

# What a shopper waits for first. Small halls afford the closer packing: a millisecond at most.
_SMALL = 200_000
_CLOSE, _QUICK = 5, 2


class Block:
    """A run of bytes that is sent often; its compressed form is made when first wanted."""

    def __init__(self, plain: bytes) -> None:
        self.plain = plain

    @cached_property
    def deflated(self) -> bytes:
        return _deflated(self.plain, zlib.Z_FULL_FLUSH)


class Answer:
    """An answer to a status poll: the same bytes for every caller. ``etag`` is a whole header."""

    def __init__(
        self, head: bytes, blocks: Sequence[Block], *, cursor: str, etag: str, full: bool
    ) -> None:
        self.cursor = cursor
        self.etag = etag
        self.full = full
        self._head = head
        self._blocks = blocks

    @cached_property
    def body(self) -> bytes:
        """The JSON."""
        return b"".join([self._head, *(block.plain for block in self._blocks), b"]}"])

    def coded(self, codings: Sequence[str]) -> tuple[str, bytes]:
        """The first of the codings ("br", "gzip") this answer has, and the bytes; "" is plain."""
        for coding in codings:
            packed = self.brotlied if coding == "br" else self.gzipped
            if packed is not None:
                return coding, packed
        return "", self.body

    @cached_property
    def brotlied(self) -> bytes | None:
        """The JSON in brotli, or None for a delta, which is short or soon out of date."""
        body = self.body
        if not self.full or len(body) < WORTH_COMPRESSING:
            return None
        packed: bytes = brotli.compress(
            body,
            mode=brotli.MODE_TEXT,
            quality=_CLOSE if len(body) <= _SMALL else _QUICK,
            lgwin=20,
        )
        return packed

    @cached_property
    def gzipped(self) -> bytes | None:
        """The JSON in gzip, or None for one too short to gain."""
        body = self.body
        if len(body) < WORTH_COMPRESSING:
            return None
        return b"".join(
            [
                _GZIP_HEAD,
                _deflated(self._head, zlib.Z_FULL_FLUSH),
                *(block.deflated for block in self._blocks),
                _deflated(b"]}", zlib.Z_FINISH),
                zlib.crc32(body).to_bytes(4, "little"),
                (len(body) & 0xFFFFFFFF).to_bytes(4, "little"),
            ]
        )


def _deflated(plain: bytes, ending: int) -> bytes:
    packer = zlib.compressobj(_LEVEL, zlib.DEFLATED, _RAW)
    return packer.compress(plain) + packer.flush(ending)
