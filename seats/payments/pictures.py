"""Pictures from strangers, made harmless.

What a picture is, is decided by its first bytes; how large, by its header, before anything is
decoded. What is kept are its pixels alone, written by us: places, comments, thumbnails, and
whatever was hidden before, between or after the picture's own data, are gone.
"""

from __future__ import annotations

import struct
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Any, Final

from django.utils.translation import gettext

from seats.errors import Busy, UnreadablePicture

if TYPE_CHECKING:
    from PIL.Image import Image

MAX_BYTES: Final = 5 * 1024 * 1024
MAX_PIXELS: Final = 25_000_000

# A picture of 25 megapixels takes 200 MB and a second: one at a time in each process. In a thread
# of its own, because each thread that ever did this would keep that memory.
_reader = ThreadPoolExecutor(1, thread_name_prefix="pictures")
_WAIT_SECONDS: Final = 20.0

_PNG: Final = b"\x89PNG\r\n\x1a\n"
_JPEG: Final = b"\xff\xd8\xff"
_WRITTEN: Final[dict[str, dict[str, Any]]] = {
    "png": {},
    "jpeg": {"quality": 88},
    "webp": {"quality": 88},
}


class _TooLarge(Exception):
    """Said in words by the thread of the request, which knows the language."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture of ours; ``format`` is ``png``, ``jpeg`` or ``webp``."""

    format: str
    data: bytes


def cleaned(data: bytes) -> Picture:
    """The same picture, written anew, upright, in the same format.

    Of an animation the first picture is kept. Raises UnreadablePicture, and Busy where too many
    pictures wait to be read.
    """
    if not data:
        raise UnreadablePicture(gettext("The file is empty."))
    try:
        format_ = _format_of(data)
        return Picture(format_, _in_turn(format_, data))
    except (Busy, UnreadablePicture):
        raise
    except _TooLarge:
        size = MAX_PIXELS // 1_000_000
        raise UnreadablePicture(
            gettext("The picture may have up to %(size)d megapixels.") % {"size": size}
        ) from None
    except Exception as error:
        raise UnreadablePicture from error


def _in_turn(format_: str, data: bytes) -> bytes:
    reading = _reader.submit(_written_anew, format_, data)
    try:
        return reading.result(_WAIT_SECONDS)
    except TimeoutError:
        reading.cancel()
        raise Busy(5) from None


def _format_of(data: bytes) -> str:
    if data.startswith(_PNG):
        return "png"
    if data.startswith(_JPEG):
        return "jpeg"
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        _refuse_too_large(_size_of_webp(data))
        return "webp"
    raise UnreadablePicture


def _written_anew(format_: str, data: bytes) -> bytes:
    # Pillow is installed only where pictures are taken.
    from PIL import ImageOps

    with _opened(format_, data) as opened:
        _refuse_too_large(opened.size)
        opened.load()
        ImageOps.exif_transpose(opened, in_place=True)
        plain = _plain(opened, with_alpha=format_ != "jpeg")
    # Pillow would write colour profiles and comments along.
    plain.info = {}
    written = BytesIO()
    plain.save(written, format_.upper(), **_WRITTEN[format_])
    return written.getvalue()


def _opened(format_: str, data: bytes) -> Image:
    """The picture with its header read. By its own class: Image.open would try other formats."""
    from PIL.JpegImagePlugin import JpegImageFile
    from PIL.PngImagePlugin import PngImageFile
    from PIL.WebPImagePlugin import WebPImageFile

    classes: dict[str, Any] = {"png": PngImageFile, "jpeg": JpegImageFile, "webp": WebPImageFile}
    opened: Image = classes[format_](BytesIO(data))
    return opened


def _plain(picture: Image, *, with_alpha: bool) -> Image:
    """A picture in eight bits of grey or red, green and blue, with transparency where it has it."""
    if picture.mode.startswith("I"):
        # Sixteen bits of grey, which Pillow would cut off instead of scaling.
        picture = picture.convert("I").point(lambda level: level / 257).convert("L")
    has_alpha = picture.mode in {"LA", "PA", "RGBA"} or "transparency" in picture.info
    mode = "RGBA" if has_alpha and with_alpha else "L" if picture.mode == "L" else "RGB"
    return picture if picture.mode == mode else picture.convert(mode)


def _refuse_too_large(size: tuple[int, int]) -> None:
    width, height = size
    if width * height > MAX_PIXELS:
        raise _TooLarge


def _size_of_webp(data: bytes) -> tuple[int, int]:
    """Width and height as the header says. Pillow makes room for them before it tells us."""
    try:
        match data[12:16]:
            case b"VP8X":
                return _three_bytes(data, 24) + 1, _three_bytes(data, 27) + 1
            case b"VP8L":
                (bits,) = struct.unpack_from("<I", data, 21)
                return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
            case b"VP8 ":
                width, height = struct.unpack_from("<HH", data, 26)
                return width & 0x3FFF, height & 0x3FFF
    except (struct.error, IndexError):
        pass
    raise UnreadablePicture


def _three_bytes(data: bytes, at: int) -> int:
    low, middle, high = data[at], data[at + 1], data[at + 2]
    return low | middle << 8 | high << 16
