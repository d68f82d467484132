"""One form of a number, however it was written."""

from __future__ import annotations

import pytest

from shared.kernel.phones import format_phone, normalise_phone


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("+77011234567", "+77011234567"),
        ("77011234567", "+77011234567"),
        ("8 (701) 123-45-67", "+77011234567"),
        ("7011234567", "+77011234567"),
        ("+7 701 123‑45‑67", "+77011234567"),
        ("89161234567", "+79161234567"),
        ("+84 91 234 56 78", "+84912345678"),
        ("84312345678", "+84312345678"),
        ("+1 650 555-1234", "+16505551234"),
    ],
)
def test_a_number_becomes_e164(written: str, number: str) -> None:
    assert normalise_phone(written) == number


@pytest.mark.parametrize(
    "written", ["", "+", "позвоните", "12", "+7701123456789012", "٧٧٠١١٢٣٤٥٦٧", "7701-abc-4567"]
)
def test_what_is_no_number_is_none(written: str) -> None:
    assert normalise_phone(written) is None


def test_people_read_a_number_in_groups_that_no_line_end_breaks() -> None:
    assert format_phone("+77011234567") == "+7 701 123 45 67".replace(" ", "\u00a0")
    assert format_phone("+16505551234") == "+16505551234"
