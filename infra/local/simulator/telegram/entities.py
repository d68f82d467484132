"""Formatting: the HTML parse mode (Bot API, "Formatting options") and what Telegram finds in plain text.

Offsets and lengths are UTF-16 code units (Bot API, MessageEntity).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from infra.local.simulator.telegram.refusals import bad_request
from infra.local.simulator.wire import Json

__all__ = ["detect_entities", "parse_html", "utf16_length"]

_SIMPLE_TAGS = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "tg-spoiler": "spoiler",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
}
_KNOWN_TAGS = {*_SIMPLE_TAGS, "a", "span", "tg-emoji"}
_NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
_REFERENCE = re.compile(r"&(?:#(\d{1,7})|#x([0-9a-fA-F]{1,6})|(lt|gt|amp|quot));?")
_TAG = re.compile(r"<(/?)([^\s<>/]*)((?:\s+[^\s=<>/]+(?:\s*=\s*(?:\"[^\"]*\"|'[^']*'|[^\s\"'<>]+))?)*)\s*/?>")
_ATTRIBUTE = re.compile(r"([^\s=]+)(?:\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'<>]+)))?")
_PLAIN = re.compile(
    r"(?P<bot_command>(?<![\w/])/[A-Za-z0-9_]{1,64}(?:@\w{3,32})?)"
    r"|(?P<url>https?://[^\s<>]+)"
    r"|(?P<email>[\w.+-]+@[\w-]+\.[\w.-]+)"
    r"|(?P<mention>(?<!\w)@[A-Za-z]\w{3,31})"
    r"|(?P<hashtag>(?<!\w)#\w+)"
)


def utf16_length(text: str) -> int:
    """Length of a text in UTF-16 code units."""
    return len(text.encode("utf-16-le")) // 2


@dataclass(slots=True)
class _OpenTag:
    name: str
    attributes: dict[str, str]
    start: int


def parse_html(source: str) -> tuple[str, list[Json]]:
    """Plain text and entities of a text in HTML parse mode.

    Raises a 400 "can't parse entities" with the byte offset, worded as the real server words it, for
    unknown, unclosed and wrongly nested tags.
    """
    parser = _HtmlParser(source)
    parser.run()
    return _trim("".join(parser.text), parser.entities)


class _HtmlParser:
    def __init__(self, source: str) -> None:
        self.source = source
        self.text: list[str] = []
        self.entities: list[Json] = []
        self._length = 0
        self._open: list[_OpenTag] = []

    def run(self) -> None:
        position = 0
        while position < len(self.source):
            character = self.source[position]
            if character == "<":
                position = self._tag(position)
            elif character == "&" and (match := _REFERENCE.match(self.source, position)):
                self._append(_decode_reference(match))
                position = match.end()
            else:
                self._append(character)
                position += 1
        if self._open:
            name = self._open[-1].name
            raise bad_request(f"can't parse entities: Can't find end tag corresponding to start tag \"{name}\"")

    def _append(self, piece: str) -> None:
        self.text.append(piece)
        self._length += utf16_length(piece)

    def _offset(self, position: int) -> int:
        return len(self.source[:position].encode())

    def _tag(self, position: int) -> int:
        match = _TAG.match(self.source, position)
        if match is None:
            name = re.match(r"</?([^\s<>/]*)", self.source[position:])
            shown = name.group(1) if name else ""
            known = shown.lower() in _KNOWN_TAGS
            problem = "Unclosed start tag" if known else f'Unsupported start tag "{shown}"'
            raise bad_request(f"can't parse entities: {problem} at byte offset {self._offset(position)}")
        closing, name_, attributes = match.group(1), match.group(2).lower(), match.group(3)
        if closing:
            self._close(name_, position)
        else:
            self._start(name_, attributes, position)
        return match.end()

    def _start(self, name: str, raw_attributes: str, position: int) -> None:
        attributes = {
            found.group(1).lower(): found.group(2) or found.group(3) or found.group(4) or ""
            for found in _ATTRIBUTE.finditer(raw_attributes)
        }
        spoiler = name != "span" or attributes.get("class") == "tg-spoiler"
        if name not in _KNOWN_TAGS or not spoiler:
            at = self._offset(position)
            raise bad_request(f'can\'t parse entities: Unsupported start tag "{name}" at byte offset {at}')
        self._open.append(_OpenTag(name, attributes, self._length))

    def _close(self, name: str, position: int) -> None:
        at = self._offset(position)
        if not self._open:
            raise bad_request(f"can't parse entities: Unexpected end tag at byte offset {at}")
        tag = self._open.pop()
        if name and name != tag.name:
            raise bad_request(
                f"can't parse entities: Unmatched end tag at byte offset {at}, "
                f'expected "</{tag.name}>", found "</{name}>"'
            )
        length = self._length - tag.start
        if length > 0:
            self._entity(tag, length)

    def _entity(self, tag: _OpenTag, length: int) -> None:
        entity: Json = {"offset": tag.start, "length": length, "type": _SIMPLE_TAGS.get(tag.name, "spoiler")}
        if tag.name == "a":
            url = _REFERENCE.sub(_decode_reference, tag.attributes.get("href", ""))
            if not url:
                return
            entity |= {"type": "text_link", "url": url}
        elif tag.name == "tg-emoji":
            entity |= {"type": "custom_emoji", "custom_emoji_id": tag.attributes.get("emoji-id", "")}
        elif tag.name == "blockquote" and "expandable" in tag.attributes:
            entity["type"] = "expandable_blockquote"
        elif tag.name == "code" and (language := tag.attributes.get("class", "")).startswith("language-"):
            entity["language"] = language.removeprefix("language-")
        elif tag.name == "pre":
            self._absorb_code(entity)
        self.entities.append(entity)

    def _absorb_code(self, pre: Json) -> None:
        """``<pre><code class="language-x">`` is one entity that knows its language."""
        for inner in self.entities:
            if (inner["type"], inner["offset"], inner["length"]) == ("code", pre["offset"], pre["length"]):
                self.entities.remove(inner)
                if "language" in inner:
                    pre["language"] = inner["language"]
                return


def _decode_reference(match: re.Match[str]) -> str:
    decimal, hexadecimal, name = match.groups()
    if name:
        return _NAMED[name]
    code = int(decimal) if decimal else int(hexadecimal, 16)
    valid = 0 < code < 0x110000 and not 0xD800 <= code <= 0xDFFF
    return chr(code) if valid else match.group(0)


def _trim(text: str, entities: list[Json]) -> tuple[str, list[Json]]:
    """Telegram drops white space around a message; entities are moved and cut accordingly."""
    dropped = utf16_length(text) - utf16_length(text.lstrip())
    text = text.strip()
    total = utf16_length(text)
    kept = []
    for entity in sorted(entities, key=lambda entity: (entity["offset"], -entity["length"])):
        start = max(0, entity["offset"] - dropped)
        end = min(total, entity["offset"] + entity["length"] - dropped)
        if end > start:
            kept.append({**entity, "offset": start, "length": end - start})
    return text, [{key: value for key, value in entity.items() if _shown(entity, key)} for entity in kept]


def _shown(entity: Json, key: str) -> bool:
    return key != "language" or entity["type"] == "pre"


def detect_entities(text: str) -> list[Json]:
    """What Telegram marks in a text by itself: commands, addresses, mentions, hashtags."""
    found = []
    for match in _PLAIN.finditer(text):
        offset = utf16_length(text[: match.start()])
        found.append({"offset": offset, "length": utf16_length(match.group()), "type": str(match.lastgroup)})
    return found
