"""Pictures from strangers: what is read, and what is refused before it can do harm."""

from __future__ import annotations

import io
import random
import time
import zipfile

import pytest
from PIL import Image

from shared.kernel.files import Unreadable, UnreadableFile
from shared.runtime.pictures import MAX_BYTES, jpeg_of, open_picture
from tests.doubles.pictures import bomb, endless_scans, jpeg, png, price_tag, webp


def refused(content: bytes) -> Unreadable:
    with pytest.raises(UnreadableFile) as caught:
        open_picture(content, side=2000)
    return caught.value.reason


@pytest.mark.parametrize("saved", [jpeg, png, webp])
def test_the_usual_formats_are_read(saved: object) -> None:
    picture = open_picture(saved(price_tag()), side=2000)  # type: ignore[operator]  # pytest's parameters have no type

    assert (picture.mode, picture.size) == ("RGB", (1280, 960))


def test_a_phone_s_picture_stands_upright() -> None:
    upright = Image.new("RGB", (400, 200), "white")
    upright.paste("red", (0, 0, 100, 200))
    lying = upright.rotate(90, expand=True)

    picture = open_picture(jpeg(lying, orientation=6), side=2000)

    assert picture.size == (400, 200)
    red, green, _ = picture.getpixel((30, 100))  # type: ignore[misc]  # of RGB it is a triple
    assert red > 200
    assert green < 60


def test_what_is_transparent_is_white() -> None:
    picture = open_picture(png(Image.new("RGBA", (100, 100), (255, 0, 0, 0))), side=2000)

    assert picture.getpixel((50, 50)) == (255, 255, 255)


def test_a_large_picture_is_made_smaller() -> None:
    assert open_picture(jpeg(Image.new("RGB", (6000, 4000))), side=2000).size == (2000, 1333)


def test_a_bomb_is_refused_before_it_goes_off() -> None:
    for sides in ((20_000, 20_000), (15_000, 10_000), (6_000, 5_000), (25_000, 100)):
        content = bomb(*sides)
        assert len(content) < 100_000
        started = time.process_time()
        assert refused(content) is Unreadable.TOO_LARGE
        assert time.process_time() - started < 0.5


def test_a_jpeg_of_endless_scans_is_refused_at_once() -> None:
    content = endless_scans(price_tag())
    started = time.process_time()

    assert refused(content) is Unreadable.BROKEN
    assert time.process_time() - started < 0.5


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"GIF89a" + b"\0" * 100,
        b"%PDF-1.4\n" + jpeg(Image.new("RGB", (50, 50))),
        b"PK\x03\x04" + b"\0" * 100,
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"II*\x00" + b"\0" * 100,
        b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 1 1\n",
    ],
    ids=["empty", "gif", "pdf-before-jpeg", "zip", "svg", "tiff", "postscript"],
)
def test_other_formats_are_refused_whatever_they_are_called(content: bytes) -> None:
    assert refused(content) is Unreadable.FORMAT


def test_what_hides_behind_a_picture_does_not_leave_it() -> None:
    hidden = io.BytesIO()
    with zipfile.ZipFile(hidden, "w") as archive:
        archive.writestr("payload.html", "<script>alert('polyglot')</script>")
    exif = jpeg(price_tag(), orientation=1)

    clean = jpeg_of(open_picture(exif + hidden.getvalue(), side=1024), 1024)

    assert b"payload.html" not in clean
    assert b"Exif" not in clean
    assert Image.open(io.BytesIO(clean)).size == (1024, 768)


@pytest.mark.parametrize("saved", [jpeg, png, webp])
def test_a_picture_that_was_cut_short_is_refused(saved: object) -> None:
    content: bytes = saved(price_tag())  # type: ignore[operator]  # pytest's parameters have no type

    for part in (0.3, 0.7):
        assert refused(content[: int(len(content) * part)]) in {Unreadable.BROKEN, Unreadable.FORMAT}


@pytest.mark.filterwarnings("ignore:(Corrupt EXIF|Tag|Metadata|Possibly corrupt|Truncated):UserWarning")
@pytest.mark.parametrize("saved", [jpeg, png, webp])
def test_damage_anywhere_leads_to_a_picture_or_a_refusal(saved: object) -> None:
    content: bytes = saved(price_tag().resize((320, 240)))  # type: ignore[operator]  # pytest's parameters have no type
    chance = random.Random(7)
    outcomes = set()

    for _ in range(150):
        damaged = bytearray(content)
        for _ in range(chance.randint(1, 20)):
            damaged[chance.randrange(len(damaged))] = chance.randrange(256)
        try:
            outcomes.add(open_picture(bytes(damaged), side=2000).mode)
        except UnreadableFile as error:
            outcomes.add(error.reason)

    assert Unreadable.BROKEN in outcomes


def test_too_many_bytes_and_too_few_pixels_are_refused() -> None:
    assert refused(b"\xff" * (MAX_BYTES + 1)) is Unreadable.TOO_LARGE
    assert refused(png(Image.new("RGB", (8, 8)))) is Unreadable.TOO_SMALL
