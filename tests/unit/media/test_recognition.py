"""What is read off pictures without a model: barcodes, QR codes, price tags; also blurred and askew."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from PIL import Image, ImageDraw, ImageFont

from infra.local.services.ocr_data import install_ocr_data
from shared.media.reading import article_numbers, printed_codes
from shared.media.recognition import PictureReader
from shared.media.schemas import CodeKind, FoundCode, PhotoFindings
from tests.doubles.pictures import barcode, gs1_mark, jpeg, price_tag, qr_code

EAN = "4870001234560"


@pytest.fixture(scope="module")
def reader() -> PictureReader:
    # a busy machine must not cut the reading short; what the limit does has a test of its own
    return PictureReader(install_ocr_data(), seconds=60.0)


def product(number: str) -> tuple[FoundCode, ...]:
    return (FoundCode(kind=CodeKind.PRODUCT, value=number),)


@pytest.mark.parametrize(
    ("picture", "number"),
    [
        (barcode("487000123456"), EAN),
        (barcode("487000123456", turn=17), EAN),
        (barcode("487000123456", turn=90), EAN),
        (barcode("487000123456", blur=1), EAN),
        (barcode("9638507", kind="EAN8"), "96385074"),
        (barcode("03600029145", kind="UPCA"), "0036000291452"),
        (gs1_mark("(01)04870001234560(21)K7x9"), "0" + EAN),
        (qr_code(EAN), EAN),
    ],
    ids=["ean13", "askew", "on-its-side", "blurred", "ean8", "upc", "gs1-mark", "number-in-qr"],
)
def test_a_product_s_number_is_read(reader: PictureReader, picture: Image.Image, number: str) -> None:
    codes = reader.examine(jpeg(picture)).codes

    assert codes == product(number)


@pytest.mark.parametrize(
    ("picture", "code"),
    [
        (barcode("SOFA-001", kind="Code128"), FoundCode(kind=CodeKind.TEXT, value="SOFA-001")),
        (
            qr_code("https://shop.kz/catalog/SOFA-001?utm=tag"),
            FoundCode(kind=CodeKind.LINK, value="https://shop.kz/catalog/SOFA-001?utm=tag"),
        ),
        (qr_code("4870001234561"), FoundCode(kind=CodeKind.TEXT, value="4870001234561")),
        (qr_code("Диван «Алма»"), FoundCode(kind=CodeKind.TEXT, value="Диван «Алма»")),
    ],
    ids=["code128", "link", "wrong-check-digit", "words"],
)
def test_other_codes_are_read_as_what_they_are(
    reader: PictureReader, picture: Image.Image, code: FoundCode
) -> None:
    assert reader.examine(jpeg(picture)).codes == (code,)


@pytest.mark.parametrize(
    "picture",
    [price_tag(), price_tag(blur=3), price_tag(turn=6), price_tag(turn=90), price_tag(turn=180)],
    ids=["straight", "blurred", "askew", "on-its-side", "upside-down"],
)
def test_an_article_number_on_a_price_tag_is_read(reader: PictureReader, picture: Image.Image) -> None:
    assert reader.examine(jpeg(picture)).article_numbers == ("SOFA-001",)


def test_what_is_too_blurred_is_not_guessed(reader: PictureReader) -> None:
    assert reader.examine(jpeg(price_tag(blur=12))) == PhotoFindings()


def test_the_digits_under_a_barcode_will_do(reader: PictureReader) -> None:
    photo = Image.new("RGB", (1000, 400), "white")
    ImageDraw.Draw(photo).text((120, 150), "4 870001 234560", font=ImageFont.load_default(80), fill="black")

    assert reader.examine(jpeg(photo)).codes == product(EAN)


def test_reading_ends_in_time_whatever_the_picture_is() -> None:
    reader = PictureReader(install_ocr_data(), seconds=1.0)
    noise = Image.frombytes("RGB", (2000, 1500), os.urandom(2000 * 1500 * 3))
    started = time.process_time()

    reader.examine(jpeg(noise))

    assert time.process_time() - started < 4.0


def test_without_language_data_codes_are_read_and_words_are_not(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    reader = PictureReader(tmp_path, seconds=2.0)

    assert reader.examine(jpeg(price_tag())) == PhotoFindings()
    assert reader.examine(jpeg(barcode("487000123456"))).codes == product(EAN)
    assert "language data is missing" in caplog.text


@pytest.mark.parametrize(
    ("words", "numbers"),
    [
        ("Apt. SOFA-001\n149 990", ("SOFA-001",)),
        ("ApT. SOFA — 001", ("SOFA-001",)),
        ("BED-12-A4 80x200", ("BED-12-A4",)),
        ("SOFA-O01, SOFA-OOI", ("SOFA-O01", "SOFA-001")),
        ("ART 104512", ("104512",)),
        ("XK7740", ("XK-7740",)),
        ("well-known e-mail, T-shirt", ()),
        ("149 990 T 21.11.2026", ()),
        ("", ()),
    ],
)
def test_what_looks_like_an_article_number(words: str, numbers: tuple[str, ...]) -> None:
    assert article_numbers(words) == numbers


def test_only_numbers_with_the_right_check_digit_are_products() -> None:
    assert printed_codes("4 870001 234560") == product(EAN)
    assert printed_codes("4 870001 234561, 87011234567, 149 990 000") == ()
