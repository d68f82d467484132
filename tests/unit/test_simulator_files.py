"""Sample files are real files, and only loopback is ever fetched."""

from __future__ import annotations

import pytest

from infra.local.simulator import samples
from infra.local.simulator.media import MediaStore, is_loopback
from infra.local.simulator.pictures import picture_mime, picture_size
from infra.local.simulator.wire import UploadedFile


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://127.0.0.1:8000/a.jpg", True),
        ("http://localhost/a.jpg", True),
        ("http://[::1]/a.jpg", True),
        ("https://example.com/a.jpg", False),
        ("http://127.0.0.1.example.com/a.jpg", False),
        ("http://169.254.169.254/latest", False),
        ("http://127.0.0.1@example.com/a.jpg", False),
        ("http://[broken", False),
    ],
)
def test_loopback_is_told_from_the_world(url: str, *, expected: bool) -> None:
    assert is_loopback(url) is expected


def test_the_sample_photo_is_a_jpeg_of_its_size() -> None:
    photo = samples.photo()

    assert picture_mime(photo.data) == photo.mime
    assert picture_size(photo.data) == (640, 480)


def test_the_sample_voice_note_is_ogg_with_an_opus_head() -> None:
    voice = samples.voice_note(1.0)

    pages = voice.data.split(b"OggS")[1:]
    assert pages[0][24:32] == b"OpusHead"
    assert pages[1][24:32] == b"OpusTags"
    assert int.from_bytes(pages[-1][2:10], "little") == 48_000
    # the checksum of the first page, computed by an independent implementation of RFC 3533
    assert _checksum(b"OggS" + pages[0]) == int.from_bytes(pages[0][18:22], "little")


def _checksum(page: bytes) -> int:
    bits = int.from_bytes(page[:22] + bytes(4) + page[26:]) << 32
    for position in range(bits.bit_length() - 1, 31, -1):
        if bits >> position & 1:
            bits ^= 0x1_04C1_1DB7 << (position - 32)
    return bits


def test_the_sample_document_points_at_its_own_table() -> None:
    data = samples.document().data

    start = int(data.split(b"startxref\n")[1].split(b"\n")[0])
    assert data[start : start + 4] == b"xref"


def test_old_files_make_room_for_new_ones() -> None:
    store = MediaStore()
    first = store.put(UploadedFile("0", "text/plain", b"0"), at=0)

    for number in range(2000):
        store.put(UploadedFile(str(number), "text/plain", b"x"), at=0)

    assert store.get(first.id) is None
