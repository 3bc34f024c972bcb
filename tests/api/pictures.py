"""Pictures and forms for uploads, made here: no file of a stranger is in this project."""

import struct
import zlib
from io import BytesIO
from typing import Any

from PIL import Image

BOUNDARY = "a-boundary-that-is-nowhere-else"
FORM = f"multipart/form-data; boundary={BOUNDARY}"
URL = "/api/seats/payment-proofs/"


def picture(format_: str = "PNG", size: tuple[int, int] = (32, 24), **saved: Any) -> bytes:
    """A picture whose left half is red."""
    image = Image.new("RGB", size, "blue")
    image.paste("red", (0, 0, size[0] // 2, size[1]))
    written = BytesIO()
    image.save(written, format_, **saved)
    return written.getvalue()


def part(data: bytes, field: str = "file", name: str | None = "proof.png", kind: str = "") -> bytes:
    """One part of a form; a ``name`` makes it a file."""
    named = "" if name is None else f'; filename="{name}"'
    typed = f"Content-Type: {kind}\r\n" if kind else ""
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{field}"{named}\r\n{typed}\r\n'
    return head.encode() + data + b"\r\n"


def form(*parts: bytes) -> bytes:
    return b"".join(parts) + f"--{BOUNDARY}--\r\n".encode()


def upload(person: Any, data: bytes, *, kind: str = "image/png", **headers: str) -> Any:
    return person.send("POST", URL, form(part(data, kind=kind)), FORM, **headers)


def proof_of(person: Any) -> str:
    """The id of a proof this person has just uploaded."""
    answer = upload(person, picture())
    assert answer.status_code == 201, answer.content
    return str(answer.json()["id"])


def chunk(kind: bytes, data: bytes) -> bytes:
    """A chunk of a PNG."""
    checked = kind + data
    return struct.pack(">I", len(data)) + checked + struct.pack(">I", zlib.crc32(checked))


def png_of(width: int, height: int) -> bytes:
    """A few bytes that say they are a picture of that size, black all over."""
    rows = zlib.compress(bytes(1000))
    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")
    )


def jpeg_of(width: int, height: int) -> bytes:
    """A small picture whose header says another size."""
    data = bytearray(picture("JPEG"))
    at = data.index(b"\xff\xc0") + 5
    data[at : at + 4] = struct.pack(">HH", height, width)
    return bytes(data)


def webp_of(width: int, height: int) -> bytes:
    """The same, in the extended form whose header stands before the picture's own."""
    plain = picture("WEBP", lossless=True)
    size = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    extended = b"VP8X" + struct.pack("<I", 10) + bytes(4) + size
    body = b"WEBP" + extended + plain[12:]
    return b"RIFF" + struct.pack("<I", len(body)) + body
