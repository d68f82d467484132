"""Files of products for tests, made by hand: well-formed ones and hostile ones."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from openpyxl import Workbook, load_workbook

__all__ = ["CONTENT_TYPES", "csv_file", "rows_of_xlsx", "xlsx_file", "xlsx_parts"]

CONTENT_TYPES = "[Content_Types].xml"


def csv_file(*rows: Sequence[str], separator: str = ";", encoding: str = "utf-8-sig") -> bytes:
    """Lines of cells that need no quotes."""
    return "\r\n".join(separator.join(row) for row in rows).encode(encoding)


def xlsx_file(rows: Iterable[Sequence[Any]]) -> bytes:
    """A workbook of one sheet."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Лист1")
    for row in rows:
        sheet.append(list(row))
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def xlsx_parts(content: bytes, changed: Mapping[str, bytes]) -> bytes:
    """The workbook with some parts of its package replaced or added."""
    written = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as new:
        for name in dict.fromkeys([*old.namelist(), *changed]):
            new.writestr(name, changed[name] if name in changed else old.read(name))
    return written.getvalue()


def rows_of_xlsx(content: bytes) -> list[list[Any]]:
    """What a spreadsheet program shows of the first sheet."""
    book = load_workbook(io.BytesIO(content))
    return [[cell.value for cell in row] for row in book.worksheets[0].iter_rows()]
