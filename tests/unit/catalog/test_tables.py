"""Reading tables: encodings, separators, what spreadsheets write, and files that were made to harm."""

from __future__ import annotations

import io
import time
import zipfile
from collections.abc import Sequence
from datetime import date
from itertools import islice

import pytest

from shared.catalog.bulk.columns import recognised
from shared.catalog.bulk.failures import FileFailure, UnreadableFile
from shared.catalog.bulk.tables import MAX_COLUMNS, MAX_ROWS, read_table
from tests.integration.catalog.files import CONTENT_TYPES, csv_file, xlsx_file, xlsx_parts

HEAD = ("Артикул", "Название", "Цена")
SHEET = "xl/worksheets/sheet1.xml"


def table(content: bytes) -> list[tuple[int, Sequence[str]]]:
    return [(number, list(cells)) for number, cells in read_table(content, known=recognised)]


def failure_of(content: bytes) -> FileFailure:
    with pytest.raises(UnreadableFile) as refused:
        table(content)
    return refused.value.failure


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1251"])
@pytest.mark.parametrize("separator", [";", ",", "\t"])
def test_a_csv_file_is_read_whatever_its_encoding_and_separator(encoding: str, separator: str) -> None:
    content = csv_file(HEAD, ("A-1", "Диван", "100"), separator=separator, encoding=encoding)

    assert table(content) == [(1, list(HEAD)), (2, ["A-1", "Диван", "100"])]


def test_quotes_hold_separators_and_lines_together() -> None:
    content = 'Артикул;Название\nA-1;"Диван; ""Осло"",\nугловой"\n'.encode()

    assert table(content)[1] == (2, ["A-1", 'Диван; "Осло",\nугловой'])


def test_prices_with_commas_do_not_make_the_comma_the_separator() -> None:
    content = "Артикул;Цена, тг\nA-1;1,5\nA-2;2,5\n".encode()

    assert table(content)[2] == (3, ["A-2", "2,5"])


def test_empty_rows_are_passed_over_and_numbers_stay_those_of_the_file() -> None:
    rows = [HEAD, (), ("A-1", "Диван", "100"), ("", " ", ""), ("A-2", "Стул", "50")]

    assert [number for number, _ in table(csv_file(*rows))] == [1, 3, 5]
    assert [number for number, _ in table(xlsx_file(rows))] == [1, 3, 5]


def test_a_spreadsheets_numbers_and_dates_become_what_a_person_sees() -> None:
    cells = [123, 123.0, 1299.5, 0.1 + 0.2, True, date(2026, 1, 2), "  x  ", None]

    seen = table(xlsx_file([HEAD, cells]))[1][1][: len(cells)]

    assert seen == ["123", "123", "1299.5", "0.3", "true", "2026-01-02 00:00:00", "x", ""]


def test_a_formula_is_what_it_was_last_worth_and_never_run() -> None:
    content = xlsx_file([HEAD, ["A-1", '=HYPERLINK("http://evil")', "=1+1"]])

    assert table(content)[1][1][:3] == ["A-1", "", ""]


def test_more_rows_than_are_taken_end_the_reading_at_the_bound() -> None:
    content = csv_file(HEAD, *((f"A-{number}", "Диван", "1") for number in range(MAX_ROWS + 1)))
    rows = read_table(content, known=recognised)

    assert len(list(islice(rows, MAX_ROWS + 1))) == MAX_ROWS + 1
    with pytest.raises(UnreadableFile) as refused:
        next(rows)
    assert refused.value.failure is FileFailure.TOO_MANY_ROWS


def test_more_columns_than_are_taken_are_cut_off() -> None:
    wide = ["x"] * (MAX_COLUMNS * 3)

    assert len(table(csv_file(wide))[0][1]) == MAX_COLUMNS
    assert len(table(xlsx_file([wide]))[0][1]) == MAX_COLUMNS


@pytest.mark.parametrize(
    "content",
    [b"%PDF-1.7 ...", b"\x89PNG\r\n\x1a\n", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1old excel", b"\x1f\x8b\x08 gzip"],
    ids=["pdf", "png", "xls", "gzip"],
)
def test_other_kinds_of_file_are_no_table(content: bytes) -> None:
    assert failure_of(content) is FileFailure.NOT_A_TABLE


def test_a_zip_that_is_no_workbook_is_no_table() -> None:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as package:
        package.writestr("a.txt", "x")

    assert failure_of(written.getvalue()) is FileFailure.NOT_A_TABLE


def test_a_quote_that_nobody_closed_is_told_and_not_swallowed() -> None:
    assert failure_of('Артикул;Название\nA-1;"'.encode() + b"x" * 200_000) is FileFailure.BROKEN


def test_a_zip_bomb_is_refused_before_it_is_unpacked() -> None:
    bomb = xlsx_parts(xlsx_file([HEAD]), {SHEET: b"<worksheet>" + b" " * (200 << 20)})
    assert len(bomb) < 1 << 20

    began = time.process_time()
    assert failure_of(bomb) is FileFailure.TOO_LARGE_INSIDE
    assert time.process_time() - began < 0.5


def test_a_package_of_very_many_parts_is_refused() -> None:
    parts = {f"xl/media/{number}.png": b"" for number in range(1_100)}

    assert failure_of(xlsx_parts(xlsx_file([HEAD]), parts)) is FileFailure.TOO_LARGE_INSIDE


def test_a_part_that_is_larger_than_its_package_says_is_broken() -> None:
    content = xlsx_parts(xlsx_file([HEAD]), {SHEET: b"<worksheet>" + b" " * (4 << 20)})
    directory = content.rindex(b"PK\x01\x02" + content[content.rindex(b"PK\x01\x02") + 4 :][:1])
    size_at = content.index((len(b"<worksheet>") + (4 << 20)).to_bytes(4, "little"), content.index(b"PK\x01\x02"))
    lying = content[:size_at] + (1000).to_bytes(4, "little") + content[size_at + 4 :]
    assert directory

    assert failure_of(lying) is FileFailure.BROKEN


_BILLION_LAUGHS = b"""<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>
<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1"><c r="A1"
 t="inlineStr"><is><t>&b;</t></is></c></row></sheetData></worksheet>"""
_FOREIGN_FILE = _BILLION_LAUGHS.replace(b'"&a;&a;&a;&a;"', b'SYSTEM "file:///etc/passwd"')


@pytest.mark.parametrize("sheet", [_BILLION_LAUGHS, _FOREIGN_FILE], ids=["entities", "a file of ours"])
@pytest.mark.parametrize("part", [SHEET, "xl/workbook.xml", "xl/styles.xml", CONTENT_TYPES])
def test_xml_that_declares_entities_is_refused(sheet: bytes, part: str) -> None:
    assert failure_of(xlsx_parts(xlsx_file([HEAD]), {part: sheet})) is FileFailure.BROKEN


@pytest.mark.parametrize(
    "sheet",
    [
        b"<worksheet",
        b"",
        b"<worksheet xmlns='http://schemas.openxmlformats.org/spreadsheetml/2006/main'><sheetData>"
        b"<row r='x'><c r='A1'><v>1</v></c></row></sheetData></worksheet>",
        b"<worksheet xmlns='http://schemas.openxmlformats.org/spreadsheetml/2006/main'><sheetData>"
        b"<row r='1'><c r='A1' t='s'><v>999</v></c></row></sheetData></worksheet>",
    ],
    ids=["cut off", "empty", "no row number", "no such text"],
)
def test_a_damaged_sheet_is_told(sheet: bytes) -> None:
    assert failure_of(xlsx_parts(xlsx_file([HEAD]), {SHEET: sheet})) is FileFailure.BROKEN


def test_a_row_that_lies_very_far_down_does_not_hold_the_reader() -> None:
    far = (
        b"<worksheet xmlns='http://schemas.openxmlformats.org/spreadsheetml/2006/main'><sheetData>"
        b"<row r='1'><c r='A1' t='inlineStr'><is><t>sku</t></is></c></row>"
        b"<row r='99999999999'><c r='A99999999999'><v>1</v></c></row></sheetData></worksheet>"
    )
    began = time.process_time()
    assert failure_of(xlsx_parts(xlsx_file([HEAD]), {SHEET: far})) is FileFailure.TOO_MANY_ROWS
    assert time.process_time() - began < 10


def test_what_a_workbook_says_of_its_own_size_is_not_believed() -> None:
    lying = (
        b"<worksheet xmlns='http://schemas.openxmlformats.org/spreadsheetml/2006/main'>"
        b"<dimension ref='A1:XFD1048576'/><sheetData>"
        b"<row r='1'><c r='A1' t='inlineStr'><is><t>sku</t></is></c></row></sheetData></worksheet>"
    )

    assert len(table(xlsx_parts(xlsx_file([HEAD]), {SHEET: lying}))) == 1


def test_an_empty_file_has_no_rows() -> None:
    assert table(b"") == []
    assert table(b"\n \n\n") == []
