"""Product photos: what an administrator uploads becomes a clean JPEG that every messenger takes."""

from __future__ import annotations

from shared.kernel.errors import FieldError, InvalidInput
from shared.kernel.files import Unreadable, UnreadableFile

__all__ = ["MAX_UPLOAD", "MEDIA_TYPE", "clean_photo"]

MAX_UPLOAD = 10 << 20
"""Bytes of an upload."""
MEDIA_TYPE = "image/jpeg"
_FORMATS = ("JPEG", "PNG", "WEBP", "GIF")
_SIDE = 1600


def clean_photo(content: bytes) -> bytes:
    """The picture as a JPEG of at most 1600 points a side, upright, on white where it was transparent. Takes CPU.

    Raises:
        InvalidInput: not a JPEG, PNG, WebP or GIF, broken, tiny, or of more points than are decoded.
    """
    from shared.runtime.pictures import jpeg_of, open_picture

    try:
        return jpeg_of(open_picture(content, side=_SIDE, formats=_FORMATS), _SIDE)
    except UnreadableFile as refused:
        code = "picture_too_large" if refused.reason is Unreadable.TOO_LARGE else "not_a_picture"
        raise InvalidInput("not a picture that is taken", errors=[FieldError("file", code)]) from refused
