"""Barcodes and QR codes of a picture (zxing-cpp)."""

from __future__ import annotations

import re

import zxingcpp
from PIL import Image

from shared.media.schemas import CodeKind, FoundCode

__all__ = ["has_check_digit", "read_codes"]

_FORMATS = zxingcpp.barcode_formats_from_str("EANUPC,Code128,Code39,ITF14,QRCode,DataMatrix")
_MOST = 10
_LONGEST = 500
_NUMBER = re.compile(r"\d{8}|\d{12,14}")
# GS1 General Specifications: application identifier 01 is followed by the 14 digits of the GTIN
_GS1 = re.compile(r"\(01\)(\d{14})")
_LINK = re.compile(r"https?://\S+", re.IGNORECASE)


def read_codes(image: Image.Image) -> tuple[FoundCode, ...]:
    """All codes that can be read, numbers of products first. Blocks: call it in a thread."""
    read = zxingcpp.read_barcodes(image.convert("L"), formats=_FORMATS)
    found = dict.fromkeys(_code(barcode.text) for barcode in read[:_MOST] if barcode.text.strip())
    return tuple(sorted(found, key=lambda code: code.kind is not CodeKind.PRODUCT))


def has_check_digit(number: str) -> bool:
    """Whether the last of 8 to 14 digits is right for the others (GS1: weights 3 and 1 from the right)."""
    weighted = [int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(reversed(number))]
    return sum(weighted) % 10 == 0


def _code(text: str) -> FoundCode:
    text = "".join(letter for letter in text[:_LONGEST] if letter.isprintable()).strip()
    wrapped = _GS1.match(text)
    number = wrapped.group(1) if wrapped else text
    if _NUMBER.fullmatch(number) and has_check_digit(number):
        return FoundCode(kind=CodeKind.PRODUCT, value=number)
    if _LINK.fullmatch(text):
        return FoundCode(kind=CodeKind.LINK, value=text)
    return FoundCode(kind=CodeKind.TEXT, value=text)
