"""From a message to Telegram's calls (Telegram Bot API, sendMessage, sendPhoto, sendMediaGroup, sendDocument).

Limits count UTF-16 units after entity parsing, the safe reading of the documentation. Each call that Telegram may
refuse *as it is* carries a fallback: text instead of a picture that cannot be fetched, plain words instead of
markup that cannot be parsed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from shared.channels.choices import card_choice, choices_of, flat, link_lines, of_type, request_hints
from shared.channels.contract import Call, ChannelAddress
from shared.channels.messages import (
    AlbumMessage,
    Button,
    ButtonRows,
    ContactButton,
    DocumentMessage,
    ListMessage,
    LocationButton,
    MediaSource,
    OutboundMessage,
    PhotoMessage,
    ProductCard,
    ProductCards,
    RequestOver,
    RichText,
    Span,
    Style,
    TemplateMessage,
    TextMessage,
)
from shared.channels.product_text import card_text, numbered_cards
from shared.channels.settings import ChannelSettings
from shared.channels.telegram.destination import destination
from shared.channels.telegram.keyboards import inline_keyboards, inline_rows, request_keyboard, unlinkable
from shared.channels.telegram.markup import shown, to_html
from shared.channels.text_layout import cut_text, joined, split_text, utf16_length
from shared.channels.texts import TEXTS

__all__ = ["TelegramRenderer"]

_TEXT_LIMIT = 4096
_CAPTION_LIMIT = 1024
_NUMBERS_PER_ROW = 5


class TelegramRenderer:
    """Renders for one chat: ``TelegramRenderer(settings, address).render(message)``."""

    def __init__(self, settings: ChannelSettings, address: ChannelAddress) -> None:
        self._settings = settings
        self._destination = destination(address)
        self._language = address.language
        # Telegram's groups have negative ids.
        self._private = not address.chat_id.startswith("-")

    def render(self, message: OutboundMessage) -> list[Call]:
        """The calls that show ``message``, in order."""
        match message:
            case TextMessage():
                return self._text(message.text, message.buttons)
            case TemplateMessage():
                return self._text(message.text, ())
            case PhotoMessage():
                return self._file("sendPhoto", "photo", message.photo, message.caption, message.buttons)
            case DocumentMessage():
                return self._file("sendDocument", "document", message.document, message.caption, message.buttons)
            case AlbumMessage():
                return self._album(message)
            case ListMessage():
                return self._list(message)
            case ProductCard() | ProductCards():
                return self._products(message)
            case RequestOver():
                return self._request_over()

    def _products(self, products: ProductCard | ProductCards) -> list[Call]:
        return self._cards(products) if isinstance(products, ProductCards) else self._card(products)

    def _text(self, text: RichText, buttons: ButtonRows) -> list[Call]:
        """Text in as many messages as it needs; the buttons are under the last."""
        text = joined(text, *self._degraded(buttons))
        keyboards, requests = self._keyboards(buttons)
        if not text.plain.strip() and keyboards:
            text = self._say("choices.prompt")
        parts = split_text(text, _fits(_TEXT_LIMIT), longest=_TEXT_LIMIT)
        calls = [self._message(part) for part in parts[:-1]]
        # A request keyboard goes on the text itself where no inline keyboard competes for the place.
        alone = requests if not keyboards else None
        calls += [self._message(part, keyboards[0] if keyboards else alone) for part in parts[-1:]]
        calls += [self._message(self._say("choices.more"), keyboard) for keyboard in keyboards[1:]]
        if requests and (keyboards or not parts):
            calls.append(self._message(self._request_words(buttons), requests))
        return calls

    def _request_over(self) -> list[Call]:
        """Only a message takes that keyboard away, and one with inline buttons cannot; groups never have it."""
        return [self._message(self._say("request.over"), {"remove_keyboard": True})] if self._private else []

    def _keyboards(self, buttons: ButtonRows) -> tuple[list[dict[str, Any]], dict[str, Any] | None]:
        rows = inline_rows(buttons, per_row=self._settings.telegram_buttons_per_row)
        requests = request_keyboard(flat(buttons)) if self._private else None
        return inline_keyboards(rows, most=self._settings.telegram_max_buttons), requests

    def _degraded(self, buttons: ButtonRows) -> tuple[RichText, ...]:
        """What cannot be a button here, as words."""
        every = flat(buttons)
        hints = RichText() if self._private else request_hints(every, self._language)
        return link_lines(unlinkable(every)), hints

    def _request_words(self, buttons: ButtonRows) -> RichText:
        every = flat(buttons)
        contact = self._say("contact.press") if of_type(every, ContactButton) else RichText()
        location = self._say("location.press") if of_type(every, LocationButton) else RichText()
        return joined(contact, location, separator="\n")

    def _file(
        self, method: str, key: str, source: MediaSource, caption: RichText, buttons: ButtonRows
    ) -> list[Call]:
        """A file with its caption; a caption over the limit goes on as text, and the buttons with it."""
        reference = source.file_id or source.url
        if not reference:
            return self._text(caption, buttons)
        head, rest = cut_text(caption, _fits(_CAPTION_LIMIT), longest=_CAPTION_LIMIT)
        keyboards, requests = self._keyboards(buttons)
        words = (rest, *self._degraded(buttons))
        follows = bool(requests or len(keyboards) > 1 or any(part.spans for part in words))
        payload: dict[str, Any] = {**self._destination, key: reference}
        fallback = head
        if key == "document":
            # A picture that cannot be fetched is missed; a document has to stay within reach.
            fallback = joined(head, RichText.of(source.url or ""))
        keyboard = None if follows or not keyboards else keyboards[0]
        call = self._captioned(method, payload, head, keyboard, self._text_or_none(fallback, keyboard))
        if not follows:
            return [call]
        return [call, *self._text(rest, buttons)]

    def _text_or_none(self, text: RichText, keyboard: dict[str, Any] | None) -> Call:
        return self._message(text if text.plain.strip() else self._say("media.unavailable"), keyboard)

    def _captioned(
        self,
        method: str,
        payload: dict[str, Any],
        caption: RichText,
        keyboard: dict[str, Any] | None,
        fallback: Call,
    ) -> Call:
        if caption.spans:
            payload |= {"caption": to_html(caption), "parse_mode": "HTML"}
        if keyboard:
            payload["reply_markup"] = keyboard
        return Call(method=method, payload=payload, fallback=fallback)

    def _album(self, message: AlbumMessage) -> list[Call]:
        """Two to ten pictures; the caption on the first is shown under all of them."""
        references = [reference for photo in message.photos if (reference := photo.file_id or photo.url)]
        if len(references) < 2:
            photo = next((photo for photo in message.photos if photo.file_id or photo.url), MediaSource())
            return self.render(PhotoMessage(photo=photo, caption=message.caption))
        head, rest = cut_text(message.caption, _fits(_CAPTION_LIMIT), longest=_CAPTION_LIMIT)
        media: list[dict[str, Any]] = [{"type": "photo", "media": reference} for reference in references]
        if head.spans:
            media[0] |= {"caption": to_html(head), "parse_mode": "HTML"}
        call = Call(
            method="sendMediaGroup",
            payload={**self._destination, "media": media},
            fallback=self._text_or_none(head, None),
        )
        return [call, *self._text(rest, ())]

    def _list(self, message: ListMessage) -> list[Call]:
        """Each row is a button; descriptions stand in the text, since buttons have none."""
        described = [
            RichText.of("• ", Span(text=row.title, style=Style.BOLD), f" — {row.description}")
            for row in message.rows
            if row.description
        ]
        rows = tuple((Button(id=row.id, title=row.title),) for row in message.rows)
        return self._text(joined(message.text, joined(*described, separator="\n")), (*rows, *message.buttons))

    def _card(self, card: ProductCard) -> list[Call]:
        if card.photo is None:
            return self._text(card_text(card), card.buttons)
        return self._file("sendPhoto", "photo", card.photo, card_text(card), card.buttons)

    def _cards(self, message: ProductCards) -> list[Call]:
        """One product is shown whole. Several are one compact numbered text with a numbered button for each."""
        if len(message.cards) == 1:
            card = message.cards[0]
            intro = self._text(message.text, ())
            return [*intro, *self._card(card.model_copy(update={"buttons": (*card.buttons, *message.buttons)}))]
        numbers = {choice.id: str(number) for number, choice in enumerate(choices_of(message), start=1)}
        chosen = {choice.id: choice for card in message.cards if (choice := card_choice(card))}
        digits = [Button(id=choice.id, title=numbers[choice.id]) for choice in chosen.values()]
        rows = tuple(
            tuple(digits[start : start + _NUMBERS_PER_ROW]) for start in range(0, len(digits), _NUMBERS_PER_ROW)
        )
        return self._text(numbered_cards(message), (*rows, *message.buttons))

    def _message(self, text: RichText, keyboard: dict[str, Any] | None = None) -> Call:
        """One sendMessage, with plain words to fall back on should Telegram not take the markup."""
        payload: dict[str, Any] = {
            **self._destination,
            "text": to_html(text),
            "parse_mode": "HTML",
            "link_preview_options": {"is_disabled": True},
        }
        if keyboard:
            payload["reply_markup"] = keyboard
        plain = {key: value for key, value in payload.items() if key != "parse_mode"} | {"text": shown(text)}
        return Call(method="sendMessage", payload=payload, fallback=Call(method="sendMessage", payload=plain))

    def _say(self, key: str) -> RichText:
        return RichText.of(TEXTS.get(key, self._language))


def _fits(limit: int) -> Callable[[RichText], bool]:
    return lambda part: utf16_length(shown(part)) <= limit
