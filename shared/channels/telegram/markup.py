"""Rich text as Telegram's HTML (Telegram Bot API, Formatting options: HTML style)."""

from __future__ import annotations

from urllib.parse import urlsplit

from shared.channels.messages import RichText, Span, Style

__all__ = ["is_linkable", "shown", "to_html"]

_TAGS = {Style.BOLD: "b", Style.ITALIC: "i", Style.STRIKE: "s", Style.CODE: "code"}
_LONGEST_WRITTEN = 200
_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;"})


def is_linkable(url: str) -> bool:
    """Whether Telegram takes the address in a link or a button; others are written out as text."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    if any(character.isspace() for character in url):
        return False
    return (parts.scheme in {"http", "https"} and bool(parts.hostname)) or parts.scheme == "tg"


def to_html(text: RichText) -> str:
    """Escape all words and wrap styled spans in tags."""
    return "".join(_span(span) for span in text.spans)


def shown(text: RichText) -> str:
    """The words as they are seen once Telegram has parsed the markup: what its limits count."""
    return "".join(span.text + _written_address(span) for span in text.spans)


def _written_address(span: Span) -> str:
    """An address that cannot be a link, as text; one that nobody could type is left out."""
    if not span.url or is_linkable(span.url) or len(span.url) > _LONGEST_WRITTEN or not span.text.strip():
        return ""
    return f" ({span.url})"


def _span(span: Span) -> str:
    words = span.text.translate(_ESCAPES)
    link = span.url if span.url and is_linkable(span.url) else None
    # Code cannot be combined with another entity, so a link in code stays a link.
    tag = None if link and span.style is Style.CODE else _TAGS.get(span.style)
    if not span.text.strip():
        return words
    if tag:
        words = f"<{tag}>{words}</{tag}>"
    if link:
        words = f'<a href="{link.translate(_ESCAPES)}">{words}</a>'
    return words + _written_address(span).translate(_ESCAPES)
