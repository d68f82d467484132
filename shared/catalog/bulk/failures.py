"""Why a file of products cannot be read as a whole; what is wrong with single rows is in ``rows``."""

from __future__ import annotations

from enum import StrEnum

__all__ = ["FileFailure", "UnreadableFile"]


class FileFailure(StrEnum):
    """A machine's word for it; people read ``import.failure.<code>``."""

    NOT_A_TABLE = "not_a_table"
    BROKEN = "broken"
    TOO_LARGE_INSIDE = "too_large_inside"
    TOO_MANY_ROWS = "too_many_rows"
    NO_SKU_COLUMN = "no_sku_column"
    COLUMN_TWICE = "column_twice"
    GIVEN_UP = "given_up"


class UnreadableFile(Exception):
    """The file is refused; ``detail`` is what the reason is about: a heading, a limit."""

    def __init__(self, failure: FileFailure, detail: str = "") -> None:
        super().__init__(f"{failure}: {detail}")
        self.failure = failure
        self.detail = detail
