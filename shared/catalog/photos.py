"""Product photos: what an administrator uploads becomes a clean JPEG that every messenger takes.

Decoded and written anew: whatever else was in the file (metadata, a second file behind the picture) is gone.
"""

from __future__ import annotations

import struct
import zlib
from io import BytesIO

from shared.kernel.errors import FieldError, InvalidInput

__all__ = ["MAX_UPLOAD", "MEDIA_TYPE", "clean_photo"]

MAX_UPLOAD = 10 << 20
"""Bytes of an upload."""
MEDIA_TYPE = "image/jpeg"
_FORMATS = ("JPEG", "PNG", "WEBP", "GIF")
_MAX_PIXELS = 40_000_000
_SIDE = 1600
_QUALITY = 85
_BROKEN = (OSError, ValueError, SyntaxError, EOFError, IndexError, KeyError, TypeError, struct.error, zlib.error)


def clean_photo(content: bytes) -> bytes:
    """The picture as a JPEG of at most 1600 points a side, upright, on white where it was transparent. Takes CPU.

    Raises:
        InvalidInput: not a JPEG, PNG, WebP or GIF, broken, or of more than 40 million points.
    """
    from PIL import Image, ImageOps

    try:
        with Image.open(BytesIO(content), formats=_FORMATS) as opened:
            if opened.width * opened.height > _MAX_PIXELS:
                raise _refused("picture_too_large")
            opened.draft("RGB", (_SIDE, _SIDE))
            upright = ImageOps.exif_transpose(opened)
            upright.thumbnail((_SIDE, _SIDE))
            layer = upright.convert("RGBA")
            flat = Image.new("RGB", layer.size, "white")
            flat.paste(layer, mask=layer)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _refused("picture_too_large") from error
    except _BROKEN as error:
        raise _refused("not_a_picture") from error
    written = BytesIO()
    flat.save(written, "JPEG", quality=_QUALITY, optimize=True)
    return written.getvalue()


def _refused(code: str) -> InvalidInput:
    return InvalidInput("not a picture that is taken", errors=[FieldError("file", code)])
