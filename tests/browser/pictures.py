"""Pictures made for the occasion, by hand: tests need no library for them."""

from __future__ import annotations

import os
import struct
import zlib


def png(width: int = 640, height: int = 400, *, noise: bool = False) -> bytes:
    """A receipt: dark lines on paper; or noise, which no compression makes small."""
    rows = []
    for y in range(height):
        if noise:
            rows.append(b"\0" + os.urandom(width * 3))
        else:
            ink = 60 < y < height - 40 and y % 30 < 6
            line = b"\x30\x38\x50" if ink else b"\xf4\xf0\xe6"
            margin = width // 8
            rows.append(b"\0" + b"\xf4\xf0\xe6" * margin + line * (width - margin * 2)
                        + b"\xf4\xf0\xe6" * margin)  # fmt: skip
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = ((b"IHDR", head), (b"IDAT", zlib.compress(b"".join(rows), 1)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_part(kind, data) for kind, data in parts)


def _part(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
