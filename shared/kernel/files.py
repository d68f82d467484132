"""Why a picture or a sound of somebody else's cannot be read; a person is told politely, by the reason."""

from __future__ import annotations

from enum import StrEnum

from shared.kernel.errors import Rejected

__all__ = ["Unreadable", "UnreadableFile"]


class Unreadable(StrEnum):
    """What is wrong with a file."""

    FORMAT = "format"
    """None of the formats that are read."""
    TOO_LARGE = "too_large"
    """Too many bytes or pixels."""
    TOO_SMALL = "too_small"
    BROKEN = "broken"
    """Cut short, or not what it says."""


class UnreadableFile(Rejected):
    """The file is no picture or sound that can be read safely; ``reason`` says why."""

    code = "unreadable_file"

    def __init__(self, reason: Unreadable) -> None:
        super().__init__(reason.value)
        self.reason = reason
