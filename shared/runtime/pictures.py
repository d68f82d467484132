"""Opening a stranger's picture safely: format and size are known before a pixel is decoded.

What leaves here is always pixels of our own making: whatever else a file carries (a second file behind the picture,
a script in its comments, its place of origin in EXIF) ends here. All functions block: call them in a thread.
"""

from __future__ import annotations

import io
import struct
import zlib
from typing import Final

from PIL import Image, ImageOps, UnidentifiedImageError

from shared.kernel.files import Unreadable, UnreadableFile

__all__ = ["MAX_BYTES", "PHOTO_FORMATS", "jpeg_of", "open_picture"]

MAX_BYTES = 20 << 20
MAX_PIXELS = {"JPEG": 50_000_000, "PNG": 25_000_000, "WEBP": 25_000_000, "GIF": 25_000_000}
"""Phone cameras have up to 50 million, as JPEG, which is decoded at a fraction; the others take 4 bytes each."""
_SIDES = range(16, 20_001)
_JPEG_SCANS = 64
"""Progressive pictures have about ten; thousands make a small file cost minutes."""
PHOTO_FORMATS: Final = ("JPEG", "PNG", "WEBP")
"""What cameras and messengers write."""
_BROKEN = (
    OSError,
    SyntaxError,
    ValueError,
    TypeError,
    KeyError,
    IndexError,
    OverflowError,
    ZeroDivisionError,
    EOFError,
    MemoryError,
    struct.error,
    zlib.error,
)
"""What Pillow raises over malformed files, depending on where it stumbles."""


def open_picture(content: bytes, *, side: int, formats: tuple[str, ...] = PHOTO_FORMATS) -> Image.Image:
    """Decode a picture (its first frame) as RGB, upright, its longer side at most ``side`` pixels.

    Raises:
        UnreadableFile: another format, over 20 MiB or 25 (JPEG: 50) million pixels, tiny, or broken.
    """
    if len(content) > MAX_BYTES:
        raise UnreadableFile(Unreadable.TOO_LARGE)
    try:
        with Image.open(io.BytesIO(content), formats=formats) as image:
            _check_size(image, content)
            # a JPEG is decoded at a fraction of its size where that is enough
            image.draft("RGB", (side, side))
            image.thumbnail((side, side))
            return _on_white(_upright(image))
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise UnreadableFile(Unreadable.TOO_LARGE) from None
    except UnidentifiedImageError:
        raise UnreadableFile(Unreadable.FORMAT) from None
    except _BROKEN as error:
        raise UnreadableFile(Unreadable.BROKEN) from error


def jpeg_of(image: Image.Image, side: int) -> bytes:
    """A new JPEG of the picture, its longer side at most ``side`` pixels, without any metadata."""
    small = image.copy()
    small.thumbnail((side, side))
    written = io.BytesIO()
    small.save(written, "JPEG", quality=85)
    return written.getvalue()


def _check_size(image: Image.Image, content: bytes) -> None:
    width, height = image.size
    if width * height > MAX_PIXELS[image.format or ""] or max(width, height) > _SIDES[-1]:
        raise UnreadableFile(Unreadable.TOO_LARGE)
    if min(width, height) < _SIDES[0]:
        raise UnreadableFile(Unreadable.TOO_SMALL)
    # the marker "start of scan" cannot stand in compressed data, where 0xFF is followed by a zero
    if image.format == "JPEG" and content.count(b"\xff\xda") > _JPEG_SCANS:
        raise UnreadableFile(Unreadable.BROKEN)


def _upright(image: Image.Image) -> Image.Image:
    """The picture as its camera was held; as it is where the note about that is broken."""
    try:
        return ImageOps.exif_transpose(image)
    except _BROKEN:
        return image


def _on_white(image: Image.Image) -> Image.Image:
    """The picture as RGB; what is transparent becomes white, as messengers show it."""
    if image.has_transparency_data:
        seen = image.convert("RGBA")
        white = Image.new("RGBA", seen.size, "white")
        white.alpha_composite(seen)
        return white.convert("RGB")
    return image.convert("RGB")
