"""A table out of bytes: CSV of any usual encoding and separator, or XLSX; every dimension has a bound.

A row is its number in the file (1 is the headings) and the texts of its cells. Rows come one by one, so that a
large file is never in memory as objects.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime
from typing import Any
from xml.etree.ElementTree import ParseError

from shared.catalog.bulk.failures import FileFailure, UnreadableFile

__all__ = ["MAX_CELL", "MAX_COLUMNS", "MAX_FILE", "MAX_ROWS", "Row", "read_table"]

MAX_FILE = 20 << 20
"""Bytes of a file."""
MAX_ROWS = 50_000
"""Rows that say something."""
MAX_COLUMNS = 200
MAX_CELL = 32_767
"""Characters that a cell holds at most; Excel's own limit."""
_MAX_UNPACKED = 150 << 20
_MAX_PARTS = 1_000
_MAX_ROW_NUMBER = 1_048_576
"""Excel's last row."""
_SEPARATORS = (";", "\t", ",")
_SEPARATOR_LINE = re.compile(r'"?sep=([;,\t|])"?(?:\r\n|\r|\n)', re.IGNORECASE)
"""Excel's own first line, which says what separates the cells of the others."""
_ZIP = b"PK\x03\x04"
_OTHER_KINDS = (b"\xd0\xcf\x11\xe0", b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"{\\rtf", b"\x1f\x8b", b"PK\x05\x06")
# What openpyxl, zipfile, zlib and the XML parser raise over a file that was not made by a spreadsheet;
# defusedxml's refusals of entities are ValueErrors.
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    ParseError,
    ValueError,
    TypeError,
    KeyError,
    IndexError,
    AttributeError,
    OSError,
    EOFError,
    RuntimeError,
    OverflowError,
)

Row = tuple[int, Sequence[str]]


def read_table(content: bytes, *, known: Callable[[Sequence[str]], int]) -> Iterator[Row]:
    """The rows that hold anything, the headings first. Reading takes CPU: do it in a thread.

    Args:
        content: the file; what it is, its first bytes say.
        known: how many of these headings are known, to tell the separator of a CSV file by.

    Raises:
        UnreadableFile: it is no table, or beyond a bound; at the beginning, or when the rows come to that place.
    """
    if content.startswith(_ZIP):
        return _counted(_read_xlsx(content))
    if content.startswith(_OTHER_KINDS):
        raise UnreadableFile(FileFailure.NOT_A_TABLE)
    return _counted(_read_csv(_decoded(content), known))


def _counted(rows: Iterator[Row]) -> Iterator[Row]:
    count = -1  # the headings are none
    for number, cells in rows:
        if not any(cells):
            continue
        count += 1
        if count > MAX_ROWS:
            raise UnreadableFile(FileFailure.TOO_MANY_ROWS, str(MAX_ROWS))
        yield number, cells


# ---- CSV ---------------------------------------------------------------------------------------------------------


def _decoded(content: bytes) -> str:
    """UTF-8 or UTF-16 as a mark says, UTF-8 where it fits, else the Windows encoding of Russian Excel."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", errors="replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1251", errors="replace")


def _read_csv(text: str, known: Callable[[Sequence[str]], int]) -> Iterator[Row]:
    said = _SEPARATOR_LINE.match(text)
    separator = said[1] if said else max(_SEPARATORS, key=lambda sign: _recognised(text, sign, known))
    lines = io.StringIO(text[said.end() :] if said else text, newline="")
    reader = csv.reader(lines, delimiter=separator)
    try:
        for number, cells in enumerate(reader, start=2 if said else 1):
            yield number, [cell.strip() for cell in cells[:MAX_COLUMNS]]
    except csv.Error as error:  # a cell of more than 131,072 characters: most often a quote that nobody closed
        raise UnreadableFile(FileFailure.BROKEN, str(reader.line_num)) from error


def _recognised(text: str, separator: str, known: Callable[[Sequence[str]], int]) -> tuple[int, int]:
    head = io.StringIO(text[:20_000], newline="")
    try:
        headings = next((cells for cells in csv.reader(head, delimiter=separator) if any(cells)), [])
    except csv.Error:
        return 0, 0
    return known(headings), len(headings)


# ---- XLSX --------------------------------------------------------------------------------------------------------


def _read_xlsx(content: bytes) -> Iterator[Row]:
    _check_package(content)
    from openpyxl import load_workbook

    try:
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
    except _BROKEN as error:
        raise UnreadableFile(FileFailure.BROKEN) from error
    try:
        sheet = book.worksheets[0]
        # what the file says of its own size is not believed
        sheet.reset_dimensions()
        for number, cells in enumerate(sheet.iter_rows(max_col=MAX_COLUMNS, values_only=True), start=1):
            if number > _MAX_ROW_NUMBER:
                raise UnreadableFile(FileFailure.TOO_MANY_ROWS, str(MAX_ROWS))
            if cells.count(None) < len(cells):  # a gap between rows is told as empty ones, a million at most
                yield number, [_cell_text(value) for value in cells]
    except _BROKEN as error:
        raise UnreadableFile(FileFailure.BROKEN) from error
    finally:
        book.close()


def _check_package(content: bytes) -> None:
    """A package that unpacks to more than a spreadsheet of our size would is refused before it is unpacked.

    ``zipfile`` reads no more of a part than its directory says, so that a lie about a size ends in an error.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            parts = package.infolist()
    except _BROKEN as error:
        raise UnreadableFile(FileFailure.BROKEN) from error
    if len(parts) > _MAX_PARTS or sum(part.file_size for part in parts) > _MAX_UNPACKED:
        raise UnreadableFile(FileFailure.TOO_LARGE_INSIDE)
    if not any(part.filename == "[Content_Types].xml" for part in parts):
        raise UnreadableFile(FileFailure.NOT_A_TABLE)


def _cell_text(value: Any) -> str:
    """What a person sees in the cell: a stock number 123 is «123», not «123.0»."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else f"{value:.15g}"
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, date):
        return value.isoformat()
    return str(value).strip()
