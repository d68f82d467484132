"""Fitting text to a platform's limits without breaking a word, an emoji or a style.

All cuts fall between grapheme clusters (Unicode UAX 29): a flag, a family joined with ZWJ or a letter with its
combining marks stays whole. Because text is spans and not markup, a style simply goes on in the next part.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import accumulate

import regex

from shared.channels.messages import RichText, Span

__all__ = ["clip", "cut_text", "joined", "split_text", "stripped", "utf16_length"]

_CLUSTER = regex.compile(r"\X")
_GLUE = frozenset("\u00a0\u202f\u2007")
"""Spaces that must not break: they hold «149 990 ₸» together."""


def utf16_length(text: str) -> int:
    """Length in UTF-16 code units: Telegram counts so, and no platform counts more."""
    return len(text) + sum(1 for character in text if character > "\uffff")


def clip(text: str, limit: int) -> str:
    """Shorten a title to ``limit`` UTF-16 units on one line, at a grapheme, ending with an ellipsis where cut."""
    line = " ".join(text.split())
    if utf16_length(line) <= limit:
        return line
    kept, used = [], 1
    for cluster in _CLUSTER.findall(line):
        used += utf16_length(cluster)
        if used > limit:
            break
        kept.append(cluster)
    return "".join(kept).rstrip() + "…"


def joined(*texts: RichText, separator: str = "\n\n") -> RichText:
    """Put texts under each other, leaving out empty ones."""
    spans: list[Span] = []
    for text in texts:
        if text.plain.strip():
            spans += [Span(text=separator)] if spans else []
            spans += text.spans
    return RichText(spans=tuple(spans))


def stripped(text: RichText) -> RichText:
    """Without white space at both ends."""
    plain = text.plain
    return _slice(text, len(plain) - len(plain.lstrip()), len(plain.rstrip()))


def split_text(text: RichText, fits: Callable[[RichText], bool], *, longest: int) -> tuple[RichText, ...]:
    """Cut ``text`` into parts that each satisfy ``fits``; white space at the cuts is dropped.

    Cuts at the last line end of a part where that leaves it at least half full, else between words, else
    (a word longer than a part) between graphemes, else (a grapheme longer than a part) between characters.

    Args:
        fits: whether a part, once rendered, is inside the limit; a prefix of what fits must fit as well.
        longest: an upper bound of a part's characters, to look no further.

    Returns:
        No part at all where the text is blank.
    """
    parts: list[RichText] = []
    rest = stripped(text)
    while rest.spans:
        part, rest = cut_text(rest, fits, longest=longest)
        parts.append(part)
    return tuple(parts)


def cut_text(text: RichText, fits: Callable[[RichText], bool], *, longest: int) -> tuple[RichText, RichText]:
    """The first part of ``text`` and all the rest (see ``split_text``); the rest is empty where all fits."""
    text = stripped(text)
    if len(text.plain) <= longest and fits(text):
        return text, RichText()
    end = _end_of_part(text, fits, longest)
    return stripped(_slice(text, 0, end)), stripped(_slice(text, end, len(text.plain)))


def _end_of_part(text: RichText, fits: Callable[[RichText], bool], longest: int) -> int:
    """Where the first part of ``text`` ends: a character offset greater than zero."""
    # One character over the bound shows whether the last word ends exactly there.
    plain = text.plain[: longest + 1]
    clusters = _CLUSTER.findall(plain)
    ends = list(accumulate(len(cluster) for cluster in clusters))
    if len(text.plain) > len(plain):
        # The window may have cut its last cluster.
        clusters, ends = clusters[:-1], ends[:-1]
    count = _largest(len(ends), lambda number: fits(_slice(text, 0, ends[number - 1])))
    if count == 0:
        return max(1, _largest(min(len(plain), longest), lambda number: fits(_slice(text, 0, number))))
    following = plain[ends[count - 1] : ends[count - 1] + 1]
    if not following or _breakable(following):
        return ends[count - 1]
    breaks = [number for number in range(1, count) if _breakable(clusters[number])]
    lines = [number for number in breaks if "\n" in clusters[number] and number * 2 >= count]
    best = (lines or breaks or [count])[-1]
    return ends[best - 1]


def _largest(high: int, holds: Callable[[int], bool]) -> int:
    """The largest number in 0…high for which ``holds``, by bisection (0 is taken to hold)."""
    low = 0
    while low < high:
        middle = (low + high + 1) // 2
        if holds(middle):
            low = middle
        else:
            high = middle - 1
    return low


def _breakable(cluster: str) -> bool:
    return cluster.isspace() and not _GLUE & set(cluster)


def _slice(text: RichText, start: int, end: int) -> RichText:
    spans, offset = [], 0
    for span in text.spans:
        piece = span.text[max(0, start - offset) : max(0, end - offset)]
        offset += len(span.text)
        if piece:
            spans.append(span.model_copy(update={"text": piece}))
    return RichText(spans=tuple(spans))
