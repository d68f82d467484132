"""The table that a benchmark prints."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

__all__ = ["Row", "print_table", "spread"]


@dataclass(frozen=True)
class Row:
    """One figure; ``aim`` is what it should be, in words; ``met`` whether it is."""

    what: str
    figure: str
    aim: str = ""
    met: bool | None = None


def print_table(title: str, rows: Sequence[Row], notes: Sequence[str] = ()) -> None:
    """Print rows in columns, then notes."""
    print(f"\n{title}")
    width = max(len(row.what) for row in rows)
    figures = max(len(row.figure) for row in rows)
    for row in rows:
        verdict = "" if row.met is None else ("met" if row.met else "MISSED")
        print(f"  {row.what:<{width}}  {row.figure:>{figures}}  {row.aim:<16} {verdict}".rstrip())
    for note in notes:
        print(f"  · {note}")
    print(flush=True)


def spread(values: Sequence[float], unit: str = "", digits: int = 0) -> str:
    """The median with the least and the greatest."""
    return f"{median(values):.{digits}f}{unit} ({min(values):.{digits}f}–{max(values):.{digits}f})"
