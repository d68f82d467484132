"""Writing a table: CSV or XLSX, cell by cell neutralised, in bounded memory."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Literal, Protocol

from shared.catalog.bulk.cells import neutralised

__all__ = ["MEDIA_TYPES", "TableWriter", "table_writer"]

TableFormat = Literal["csv", "xlsx"]
MEDIA_TYPES: dict[TableFormat, str] = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_SHEET = "Products"
# XML 1.0 has no place for these (section 2.2); a spreadsheet with them cannot be opened.
_UNWRITABLE = dict.fromkeys(set(range(32)) - {9, 10, 13}, "\ufffd")


class TableWriter(Protocol):
    """Takes rows, then gives the file."""

    def write(self, rows: Iterable[Sequence[str]]) -> None:
        """Add rows. Takes CPU."""

    def close(self) -> bytes:
        """The file."""


def table_writer(kind: TableFormat) -> TableWriter:
    """A writer of that format."""
    return _Csv() if kind == "csv" else _Xlsx()


class _Csv:
    """UTF-8 with a mark and semicolons: what Excel opens rightly where a comma is the decimal sign."""

    def __init__(self) -> None:
        self._bytes = io.BytesIO()
        self._text = io.TextIOWrapper(self._bytes, encoding="utf-8-sig", newline="", write_through=True)
        self._csv = csv.writer(self._text, delimiter=";")

    def write(self, rows: Iterable[Sequence[str]]) -> None:
        self._csv.writerows([neutralised(cell) for cell in row] for row in rows)

    def close(self) -> bytes:
        self._text.flush()
        return self._bytes.getvalue()


class _Xlsx:
    """A workbook of one sheet whose cells are all text; openpyxl keeps its rows in a temporary file."""

    def __init__(self) -> None:
        from openpyxl import Workbook

        self._book = Workbook(write_only=True)
        self._sheet = self._book.create_sheet(_SHEET)

    def write(self, rows: Iterable[Sequence[str]]) -> None:
        for row in rows:
            self._sheet.append([neutralised(cell).translate(_UNWRITABLE) or None for cell in row])

    def close(self) -> bytes:
        written = io.BytesIO()
        self._book.save(written)
        return written.getvalue()
