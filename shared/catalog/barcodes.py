"""Barcodes in one shape, so that the number on a parcel is the number in the catalogue.

GS1 General Specifications: a UPC-A is an EAN-13 with a zero before it, and a GTIN of 14 digits that begins with a
zero is an EAN-13 as well.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field

__all__ = ["MAX_BARCODE", "MAX_BARCODES", "Barcode", "barcode_key"]

MAX_BARCODES = 20
"""Barcodes of one product."""
MAX_BARCODE = 64
"""Characters of one."""

_UPC = 12
_GTIN = 14


def barcode_key(text: str) -> str:
    """A code as it is compared: without spaces and hyphens, as EAN-13 where it is another form of one."""
    code = "".join(letter for letter in text if letter.isprintable() and letter not in " -").upper()
    if not (code.isascii() and code.isdigit()):
        return code
    if len(code) == _UPC:
        return f"0{code}"
    return code[1:] if len(code) == _GTIN and code.startswith("0") else code


def _checked(text: str) -> str:
    key = barcode_key(text)
    if not key:
        raise ValueError("a barcode has at least one character")
    return key


Barcode = Annotated[str, Field(min_length=1, max_length=MAX_BARCODE), AfterValidator(_checked)]
"""A barcode of a product; kept as ``barcode_key`` writes it."""
