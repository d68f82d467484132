"""What kind of sound a file holds, by its first bytes, and how long an OGG file lasts."""

from __future__ import annotations

import struct
from dataclasses import dataclass

from shared.kernel.files import Unreadable, UnreadableFile

__all__ = ["MAX_BYTES", "Sound", "recognise_sound"]

MAX_BYTES = 25_000_000
"""What the transcription API takes at most (it states 25 MB)."""
_SMALLEST = 100
_OPUS_RATE = 48_000
"""OGG/Opus counts its position in samples of 48 kHz, whatever was recorded (RFC 7845, section 4)."""
_LONGEST = 4 * 3600.0


@dataclass(frozen=True, slots=True)
class Sound:
    """A name and a type by which the transcription API knows the container; ``seconds`` where the file tells."""

    file_name: str
    mime_type: str
    seconds: float | None = None


def recognise_sound(content: bytes) -> Sound:
    """Tell the container of a voice note. Telegram's and WhatsApp's are OGG/Opus; Viber's come as files.

    Raises:
        UnreadableFile: none that the API takes (AMR, plain AAC, no sound at all), too large or too small.
    """
    if len(content) > MAX_BYTES:
        raise UnreadableFile(Unreadable.TOO_LARGE)
    if len(content) < _SMALLEST:
        raise UnreadableFile(Unreadable.TOO_SMALL)
    if content.startswith(b"OggS"):
        return Sound("voice.ogg", "audio/ogg", _ogg_seconds(content))
    if content.startswith(b"ID3") or (content[0] == 0xFF and content[1] in {0xFB, 0xFA, 0xF3, 0xF2}):
        return Sound("voice.mp3", "audio/mpeg")
    if content[4:8] == b"ftyp":
        return Sound("voice.m4a", "audio/mp4")
    if content.startswith(b"RIFF") and content[8:12] == b"WAVE":
        return Sound("voice.wav", "audio/wav")
    if content.startswith(b"\x1a\x45\xdf\xa3"):
        return Sound("voice.webm", "audio/webm")
    if content.startswith(b"fLaC"):
        return Sound("voice.flac", "audio/flac")
    raise UnreadableFile(Unreadable.FORMAT)


def _ogg_seconds(content: bytes) -> float | None:
    """The position of the last page (RFC 3533, section 6)."""
    last = content.rfind(b"OggS")
    if len(content) < last + 14:
        return None
    (position,) = struct.unpack_from("<q", content, last + 6)
    seconds = position / _OPUS_RATE
    return seconds if 0 <= seconds <= _LONGEST else None
