"""Rich text as WhatsApp's markup, which has no escape character.

Words of ours or of a shopper are shown as typed: marks that could start a style become look-alikes, and marks
that make a line a quote or a bullet are set behind an invisible joiner. Web addresses and words such as
``ivan_petrov`` stay untouched, so that they can be tapped and copied.
"""

from __future__ import annotations

import re

from shared.channels.messages import RichText, Span, Style

__all__ = ["to_markup"]

_MARKS = {Style.BOLD: "*", Style.ITALIC: "_", Style.STRIKE: "~", Style.CODE: "```"}
_LOOK_ALIKES = {"*": "\u2217", "_": "\u02cd", "~": "\u223c", "`": "\u02cb"}
_TOKEN = re.compile(r"https?://\S+|[*_~`]")
_LINE_MARK = re.compile(r"^(?=[>\-] )", re.MULTILINE)
_WORD_JOINER = "\u2060"
_LONGEST_ADDRESS = 2000


def to_markup(text: RichText) -> str:
    """Neutralise all words and put styled spans between marks.

    A style is left out where a mark would stand inside a word: WhatsApp would show the mark itself.
    """
    written = ""
    for index, span in enumerate(text.spans):
        following = next((after.text[0] for after in text.spans[index + 1 :] if after.text), "")
        address = _address(span)
        lines = span.text.split("\n")
        for number, line in enumerate(lines):
            written += "\n" if number else ""
            is_last = number == len(lines) - 1
            after = (address[:1] or following) if is_last else "\n"
            written += _line(line, span.style, before=written[-1:], after=after)
        written += address
    return written


def _line(line: str, style: Style, *, before: str, after: str) -> str:
    core = line.strip()
    mark = _MARKS.get(style)
    start = line.find(core)
    outside = (line[:start][-1:] or before, line[start + len(core) :][:1] or after)
    if not core or mark is None or any(_sticks(character) for character in outside):
        return _neutral(line, before=before)
    # Nothing but its own end means anything inside code, and a promo code must be copied as it is.
    inner = core.replace("`", _LOOK_ALIKES["`"]) if style is Style.CODE else _neutral(core, before=mark)
    return f"{line[:start]}{mark}{inner}{mark}{line[start + len(core) :]}"


def _neutral(words: str, *, before: str) -> str:
    def replace(match: re.Match[str]) -> str:
        found = match.group()
        if found not in _LOOK_ALIKES:
            return found
        inside_word = words[: match.start()][-1:].isalnum() and words[match.end() :][:1].isalnum()
        return found if inside_word and found.startswith("_") else _LOOK_ALIKES[found]

    neutral = _TOKEN.sub(replace, words)
    return _LINE_MARK.sub(_WORD_JOINER, neutral) if before in {"", "\n"} else neutral


def _sticks(neighbour: str) -> bool:
    return bool(neighbour) and (neighbour.isalnum() or neighbour in _LOOK_ALIKES)


def _address(span: Span) -> str:
    """A link's address after its words, unless they are the same."""
    if not span.url or span.url == span.text.strip() or len(span.url) > _LONGEST_ADDRESS:
        return ""
    return f" ({span.url})"
