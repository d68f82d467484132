"""Small real files that people send when a test or the page does not bring its own."""

from __future__ import annotations

import struct
from pathlib import Path

from infra.local.simulator.wire import UploadedFile

__all__ = ["PHOTOS", "document", "photo", "voice_note"]

_PHOTOS = Path(__file__).parent / "samples"
PHOTOS = ("sofa", "barcode", "price-tag")
"""A sofa, and what stands on the demo shop's first one: its barcode, its price tag."""
_OPUS_SILENCE = b"\xf8\xff\xfe"
"""One 20 ms OPUS frame of silence (RFC 6716)."""


def photo(name: str = "sofa") -> UploadedFile:
    """A JPEG picture, one of ``PHOTOS``."""
    return UploadedFile("photo.jpg", "image/jpeg", (_PHOTOS / f"{name}.jpg").read_bytes())


def voice_note(seconds: float = 2.0) -> UploadedFile:
    """An OGG/OPUS voice note of silence that players accept (RFC 3533, RFC 7845)."""
    frames = max(1, int(seconds * 50))
    head = b"OpusHead" + struct.pack("<BBHIhB", 1, 1, 0, 48_000, 0, 0)
    tags = b"OpusTags" + struct.pack("<I", 4) + b"zeta" + struct.pack("<I", 0)
    pages = [_ogg_page([head], 0, 0, 0x02), _ogg_page([tags], 0, 1, 0)]
    for number, start in enumerate(range(0, frames, 50), start=2):
        batch = min(50, frames - start)
        last = start + batch >= frames
        pages.append(_ogg_page([_OPUS_SILENCE] * batch, (start + batch) * 960, number, 0x04 if last else 0))
    return UploadedFile("voice.ogg", "audio/ogg", b"".join(pages))


def _ogg_page(packets: list[bytes], position: int, number: int, flags: int) -> bytes:
    header = struct.pack("<4sBBqIII", b"OggS", 0, flags, position, 0x5A45_5441, number, 0)
    header += bytes([len(packets)]) + bytes(len(packet) for packet in packets)
    page = header + b"".join(packets)
    return page[:22] + struct.pack("<I", _ogg_checksum(page)) + page[26:]


def _ogg_checksum(page: bytes) -> int:
    checksum = 0
    for byte in page:
        checksum ^= byte << 24
        for _ in range(8):
            checksum = ((checksum << 1) ^ (0x04C1_1DB7 if checksum & 0x8000_0000 else 0)) & 0xFFFF_FFFF
    return checksum


def document(text: str = "Price list") -> UploadedFile:
    """A PDF of one page that shows ``text`` (Latin letters only)."""
    stream = f"BT /F1 24 Tf 72 760 Td ({text}) Tj ET".encode("latin-1")
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(stream), stream),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    data = bytearray(b"%PDF-1.4\n")
    offsets = []
    for number, body in enumerate(objects, start=1):
        offsets.append(len(data))
        data += b"%d 0 obj%s endobj\n" % (number, body)
    table = len(data)
    data += b"xref\n0 6\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    data += b"trailer<</Size 6/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % table
    return UploadedFile("price-list.pdf", "application/pdf", bytes(data))
