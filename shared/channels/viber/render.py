"""From a message to Viber's calls (Viber REST Bot API, send_message).

Texts go out as plain words: an old price that cannot be struck out is named in words, links are written out. A
whole message is at most 30 KB of JSON. What older apps refuse carries a fallback without it.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import urlsplit

from shared.channels.choices import choices_of, flat, link_lines, numbered_lines, request_hints
from shared.channels.contract import Call, ChannelAddress
from shared.channels.messages import (
    AlbumMessage,
    Button,
    ButtonRows,
    DocumentMessage,
    ListMessage,
    MediaSource,
    OutboundMessage,
    PhotoMessage,
    ProductCard,
    ProductCards,
    RequestOver,
    RichText,
    TemplateMessage,
    TextMessage,
)
from shared.channels.product_text import card_text, numbered_cards
from shared.channels.settings import ChannelSettings
from shared.channels.text_layout import clip, cut_text, joined, split_text, utf16_length
from shared.channels.texts import TEXTS
from shared.channels.viber.carousel import carousel
from shared.channels.viber.keyboards import Keyboard, build_keyboard, is_page, json_bytes

__all__ = ["ViberRenderer"]

_TEXT_LIMIT = 7000
_ALT_TEXT_LIMIT = 1000
_FILE_NAME_LIMIT = 256
_MESSAGE_BYTES = 30_000
_FRAME_BYTES = 1_000
"""Receiver, sender and field names."""


class ViberRenderer:
    """Renders for one chat: ``ViberRenderer(settings, address).render(message)``."""

    def __init__(self, settings: ChannelSettings, address: ChannelAddress) -> None:
        self._settings = settings
        self._receiver = address.chat_id
        self._language = address.language

    def render(self, message: OutboundMessage) -> list[Call]:
        """The calls that show ``message``, in order."""
        match message:
            case TextMessage():
                return self._text(message.text, message.buttons)
            case TemplateMessage():
                return self._text(message.text, ())
            case PhotoMessage():
                return self._picture(message.photo, message.caption, message.buttons)
            case DocumentMessage():
                return self._document(message)
            case AlbumMessage():
                first, *others = message.photos
                calls = self._picture(first, message.caption, ())
                return [*calls, *(call for photo in others for call in self._picture(photo, RichText(), ()))]
            case ListMessage():
                return self._list(message)
            case ProductCard() | ProductCards():
                return self._products(message)
            case RequestOver():
                return []

    def _products(self, products: ProductCard | ProductCards) -> list[Call]:
        if isinstance(products, ProductCards):
            return self._cards(products)
        photo = products.photo or MediaSource()
        return self._picture(photo, card_text(products, strikes=False), products.buttons)

    def _text(self, text: RichText, buttons: ButtonRows) -> list[Call]:
        """Text in as many messages as it needs, each with the keyboard."""
        keyboard = build_keyboard(buttons, self._settings)
        if keyboard.min_api_version is None:
            return self._parts(joined(text, self._degraded(keyboard)), keyboard)
        old = build_keyboard(buttons, self._settings, with_requests=False)
        hints = request_hints(flat(buttons), self._language)
        calls = self._parts(joined(text, self._degraded(keyboard)), keyboard)
        for_old_apps = self._parts(joined(text, self._degraded(old), hints), old)
        # Parts may be cut elsewhere; the last is where the buttons are missed.
        last = calls[-1].model_copy(update={"fallback": for_old_apps[-1]})
        return [*(self._without_version(call) for call in calls[:-1]), last]

    def _degraded(self, keyboard: Keyboard) -> RichText:
        numbered = numbered_lines(keyboard.numbered, self._language, first=keyboard.first_number)
        return joined(link_lines(keyboard.links), numbered)

    def _parts(self, text: RichText, keyboard: Keyboard) -> list[Call]:
        if not text.plain.strip() and keyboard.content:
            text = RichText.of(TEXTS.get("choices.prompt", self._language))
        room = _MESSAGE_BYTES - _FRAME_BYTES - json_bytes(keyboard.content)
        return [
            self._call({"type": "text", "text": to_plain(part)}, keyboard)
            for part in split_text(text, _fits(_TEXT_LIMIT, room), longest=_TEXT_LIMIT)
        ]

    def _without_version(self, call: Call) -> Call:
        left_out = {"keyboard", "min_api_version"}
        return call.model_copy(
            update={"payload": {key: value for key, value in call.payload.items() if key not in left_out}}
        )

    def _picture(self, source: MediaSource, caption: RichText, buttons: ButtonRows) -> list[Call]:
        """A picture by its public address (there are no uploads); an overlong caption goes on as text."""
        if not source.url or not is_page(source.url):
            return self._text(caption, buttons)
        limit = self._settings.viber_caption_limit
        head, rest = cut_text(caption, _fits(limit, _MESSAGE_BYTES), longest=limit)
        keyboard = build_keyboard(buttons, self._settings)
        follows = bool(rest.spans or keyboard.min_api_version or keyboard.numbered or keyboard.links)
        shown = Keyboard(content=None) if follows else keyboard
        words = head if head.spans else RichText.of(TEXTS.get("media.unavailable", self._language))
        instead = self._call({"type": "text", "text": to_plain(words)}, shown)
        content = {"type": "picture", "media": source.url, "text": to_plain(head)}
        picture = self._call(content, shown, fallback=instead)
        return [picture, *self._text(rest, buttons)] if follows else [picture]

    def _document(self, message: DocumentMessage) -> list[Call]:
        """A file needs its size; without it, or should Viber refuse it, its address stands in the text."""
        source = message.document
        if not source.url or not is_page(source.url):
            return self._text(message.caption, message.buttons)
        name = source.file_name or PurePosixPath(urlsplit(source.url).path).name or "file"
        link = RichText.of(f"{name}: {source.url}")
        if source.size is None:
            return self._text(joined(message.caption, link), message.buttons)
        content = {
            "type": "file",
            "media": source.url,
            "size": source.size,
            "file_name": clip(name, _FILE_NAME_LIMIT),
        }
        nothing = Keyboard(content=None)
        file = self._call(content, nothing, fallback=self._call({"type": "text", "text": link.plain}, nothing))
        return [file, *self._text(message.caption, message.buttons)]

    def _list(self, message: ListMessage) -> list[Call]:
        """Each row is a button of full width; descriptions stand in the text."""
        described = [RichText.of(f"• {row.title} — {row.description}") for row in message.rows if row.description]
        rows = tuple((Button(id=row.id, title=row.title),) for row in message.rows)
        return self._text(joined(message.text, joined(*described, separator="\n")), (*rows, *message.buttons))

    def _cards(self, message: ProductCards) -> list[Call]:
        """One product is shown whole, several as a carousel; old apps get numbered text and number buttons."""
        if len(message.cards) == 1:
            card = message.cards[0]
            card = card.model_copy(update={"buttons": (*card.buttons, *message.buttons)})
            return [*self._text(message.text, ()), *self.render(card)]
        calls = self._text(message.text, ())
        size = self._settings.viber_carousel_cards
        first = 1
        for start in range(0, len(message.cards), size):
            part = message.model_copy(update={"cards": message.cards[start : start + size], "text": RichText()})
            calls += self._carousel(part, first)
            first += len(_card_ids(part))
        keyboard = build_keyboard(message.buttons, self._settings)
        left = self._degraded(keyboard)
        if left.spans or keyboard.min_api_version is not None:
            calls += self._text(RichText(), message.buttons)
        return calls

    def _carousel(self, message: ProductCards, first: int) -> list[Call]:
        keyboard = build_keyboard(message.buttons, self._settings, with_requests=False)
        as_text = self._numbered(message, first)
        content = {
            "type": "rich_media",
            "rich_media": carousel(message.cards, self._settings),
            "alt_text": clip(numbered_cards(message, strikes=False, first=first).plain, _ALT_TEXT_LIMIT),
            "min_api_version": self._settings.viber_carousel_api_version,
        }
        call = self._call(content, keyboard, fallback=as_text[0])
        return [call] if json_bytes(call.payload) <= _MESSAGE_BYTES - _FRAME_BYTES else as_text

    def _numbered(self, message: ProductCards, first: int) -> list[Call]:
        ids = _card_ids(message)
        numbers = tuple(Button(id=identity, title=str(number)) for number, identity in enumerate(ids, start=first))
        rows = tuple(numbers[start : start + 6] for start in range(0, len(numbers), 6))
        return self._text(numbered_cards(message, strikes=False, first=first), (*rows, *message.buttons))

    def _call(self, content: dict[str, Any], keyboard: Keyboard, *, fallback: Call | None = None) -> Call:
        payload = {"receiver": self._receiver, **content}
        if keyboard.content:
            payload["keyboard"] = keyboard.content
        if keyboard.min_api_version is not None:
            payload["min_api_version"] = keyboard.min_api_version
        return Call(method="send_message", payload=payload, fallback=fallback)


def _card_ids(message: ProductCards) -> list[str]:
    return [choice.id for choice in choices_of(message.model_copy(update={"buttons": ()}))]


def to_plain(text: RichText) -> str:
    """The words, with each link's address after them unless they are the same."""
    return "".join(
        f"{span.text} ({span.url})" if span.url and span.url != span.text.strip() else span.text
        for span in text.spans
    )


def _fits(limit: int, room: int) -> Callable[[RichText], bool]:
    def fits(part: RichText) -> bool:
        words = to_plain(part)
        return utf16_length(words) <= limit and json_bytes(words) <= room

    return fits
