"""From a message to WhatsApp's calls (WhatsApp Cloud API, messages).

Buttons become reply buttons (three short ones), a list (ten rows), or numbered text. Text over an interactive
message's limit goes ahead as plain text, and the choice follows under a short prompt. WhatsApp has no albums and
no button that shares a phone: the sender's number is proven anyway.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import urlsplit

from shared.channels.choices import (
    Choice,
    card_choice,
    choices_of,
    choices_under,
    flat,
    link_lines,
    numbered_lines,
    of_type,
)
from shared.channels.contract import Call, ChannelAddress
from shared.channels.messages import (
    AlbumMessage,
    AnyButton,
    Button,
    ButtonRows,
    DocumentMessage,
    LinkButton,
    ListMessage,
    LocationButton,
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
from shared.channels.product_text import card_summary, card_text, numbered_cards
from shared.channels.settings import ChannelSettings
from shared.channels.text_layout import clip, cut_text, joined, split_text, utf16_length
from shared.channels.texts import TEXTS
from shared.channels.whatsapp.identity import recipient_of
from shared.channels.whatsapp.markup import to_markup

__all__ = ["WhatsAppRenderer"]

_TEXT_LIMIT = 4096
_INTERACTIVE_LIMIT = 1024
_BUTTONS = 3
_BUTTON_TITLE = 20
_ROWS = 10
_ROW_TITLE = 24
_ROW_DESCRIPTION = 72


class WhatsAppRenderer:
    """Renders for one chat: ``WhatsAppRenderer(settings, address).render(message)``."""

    def __init__(self, settings: ChannelSettings, address: ChannelAddress) -> None:
        self._settings = settings
        self._recipient = recipient_of(address)
        self._language = address.language

    def render(self, message: OutboundMessage) -> list[Call]:
        """The calls that show ``message``, in order."""
        match message:
            case TextMessage():
                return self._text(message.text, message.buttons)
            case TemplateMessage():
                return [self._template(message)]
            case PhotoMessage():
                return self._media("image", message.photo, message.caption, message.buttons)
            case DocumentMessage():
                return self._media("document", message.document, message.caption, message.buttons)
            case AlbumMessage():
                return self._album(message)
            case ListMessage():
                links = link_lines(of_type(flat(message.buttons), LinkButton))
                return self._listed(joined(message.text, links), message.button, choices_of(message))
            case ProductCard() | ProductCards():
                return self._products(message)
            case RequestOver():
                return []

    def _products(self, products: ProductCard | ProductCards) -> list[Call]:
        return self._cards(products) if isinstance(products, ProductCards) else self._card(products)

    def _text(self, text: RichText, buttons: ButtonRows) -> list[Call]:
        every = flat(buttons)
        choices, links = choices_under(buttons), of_type(every, LinkButton)
        locations = of_type(every, LocationButton)
        if not choices and not locations and len(links) == 1 and _is_page(links[0].url):
            return self._with_action(text, self._link_action(links[0]))
        text = joined(text, link_lines(links))
        if locations and not choices:
            return self._with_action(text, _LOCATION_REQUEST, prompt="location.press")
        calls = self._chosen(text, choices)
        if locations:
            calls += self._with_action(RichText(), _LOCATION_REQUEST, prompt="location.press")
        return calls

    def _chosen(self, text: RichText, choices: Sequence[Choice]) -> list[Call]:
        """Text and what can be chosen: reply buttons where they fit, else a list, else numbered text."""
        if not choices:
            return self._words(text)
        if _fit_buttons(choices):
            return self._with_action(text, _button_action(choices))
        return self._listed(text, TEXTS.get("choices.open", self._language), choices)

    def _listed(self, text: RichText, button: str, choices: Sequence[Choice]) -> list[Call]:
        if len(choices) > _ROWS:
            return self._words(joined(text, numbered_lines(choices, self._language)))
        return self._with_action(text, _list_action(button, choices))

    def _words(self, text: RichText) -> list[Call]:
        return [
            self._call("text", {"body": to_markup(part), "preview_url": False})
            for part in split_text(text, _fits(_TEXT_LIMIT), longest=_TEXT_LIMIT)
        ]

    def _with_action(
        self, text: RichText, interactive: dict[str, Any], *, prompt: str = "choices.prompt"
    ) -> list[Call]:
        """An interactive message; words over its limit go ahead."""
        *ahead, last = split_text(text, _fits(_TEXT_LIMIT), longest=_TEXT_LIMIT) or (RichText(),)
        if not last.spans or not _fits(_INTERACTIVE_LIMIT)(last):
            ahead, last = [*ahead, last], self._say(prompt)
        calls = [call for part in ahead for call in self._words(part)]
        return [*calls, self._call("interactive", {**interactive, "body": {"text": to_markup(last)}})]

    def _link_action(self, link: LinkButton) -> dict[str, Any]:
        parameters = {"display_text": clip(link.title, _BUTTON_TITLE), "url": link.url}
        return {"type": "cta_url", "action": {"name": "cta_url", "parameters": parameters}}

    def _media(self, kind: str, source: MediaSource, caption: RichText, buttons: ButtonRows) -> list[Call]:
        """A file. With a few short buttons it heads one message; other buttons follow with the caption."""
        media = _reference(source)
        if media is None:
            return self._text(caption, buttons)
        if kind == "document" and source.file_name:
            media["filename"] = source.file_name
        instead = joined(caption, RichText.of(source.url or "")) if kind == "document" else caption
        if not flat(buttons):
            return self._captioned(kind, media, caption, instead)
        choices = choices_under(buttons)
        short = bool(caption.plain.strip()) and _fits(_INTERACTIVE_LIMIT)(caption)
        if short and len(choices) == len(flat(buttons)) and _fit_buttons(choices):
            body = {"body": {"text": to_markup(caption)}}
            bare = _button_action(choices)
            plain = self._with_action(instead, bare)[-1]
            headed = {**bare, **body, "header": {"type": kind, kind: media}}
            return [self._call("interactive", headed, fallback=plain)]
        alone = RichText.of(source.url or "") if kind == "document" else RichText()
        return [*self._captioned(kind, media, RichText(), alone), *self._text(caption, buttons)]

    def _captioned(self, kind: str, media: dict[str, str], caption: RichText, instead: RichText) -> list[Call]:
        """A file with as much of its caption as fits, the rest as text; ``instead`` is shown if it cannot be."""
        limit = self._settings.whatsapp_caption_limit
        head, rest = cut_text(caption, _fits(limit), longest=limit)
        shown = {"caption": to_markup(head)} if head.spans else {}
        replaced = instead if not rest.spans else head
        words = self._words(replaced)[:1] or self._words(self._say("media.unavailable"))
        return [self._call(kind, {**media, **shown}, fallback=words[0]), *self._words(rest)]

    def _album(self, message: AlbumMessage) -> list[Call]:
        """No albums here: one picture after another, the caption under the first."""
        first, *others = message.photos
        calls = self._media("image", first, message.caption, ())
        for photo in others:
            calls += self._media("image", photo, RichText(), ())
        return calls

    def _card(self, card: ProductCard, *below: AnyButton) -> list[Call]:
        """One message: the picture above, three buttons below. Cards begin with their most useful buttons, and the
        rest can be said in words; a list would take another press for each, and a message of its own."""
        own = flat(card.buttons)
        if all(isinstance(button, Button) for button in (*own, *below)):
            own = own[: max(1, _BUTTONS - len(below))]
        rows = tuple((button,) for button in (*own, *below))
        return self._media("image", card.photo or MediaSource(), card_text(card), rows)

    def _cards(self, message: ProductCards) -> list[Call]:
        """One product is shown whole. Several are numbered text, and a list that opens with their names."""
        if len(message.cards) == 1:
            return [*self._words(message.text), *self._card(message.cards[0], *flat(message.buttons))]
        about = {choice.id: card_summary(card) for card in message.cards if (choice := card_choice(card))}
        choices = [
            Choice(id=choice.id, title=f"{number}. {choice.title}", description=about[choice.id])
            if choice.id in about
            else choice
            for number, choice in enumerate(choices_of(message), start=1)
        ]
        text = joined(numbered_cards(message), link_lines(of_type(flat(message.buttons), LinkButton)))
        if len(choices) <= _ROWS:
            return self._chosen_from_list(text, choices)
        # The cards alone fit; what is below all of them follows.
        return [
            *self._chosen_from_list(text, choices[: len(about)]),
            *self._chosen(RichText(), choices[len(about) :]),
        ]

    def _chosen_from_list(self, text: RichText, choices: Sequence[Choice]) -> list[Call]:
        if not choices:
            return self._words(text)
        return self._with_action(text, _list_action(TEXTS.get("choices.open", self._language), choices))

    def _template(self, message: TemplateMessage) -> Call:
        template: dict[str, Any] = {"name": message.name, "language": {"code": message.language}}
        if message.parameters:
            parameters = [{"type": "text", "text": value} for value in message.parameters]
            template["components"] = [{"type": "body", "parameters": parameters}]
        return self._call("template", template, template=True)

    def _call(
        self, kind: str, content: dict[str, Any], *, fallback: Call | None = None, template: bool = False
    ) -> Call:
        payload = {
            "messaging_product": "whatsapp",
            "recipient_type": "individual",
            **self._recipient,
            "type": kind,
            kind: content,
        }
        return Call(method="messages", payload=payload, template=template, fallback=fallback)

    def _say(self, key: str) -> RichText:
        return RichText.of(TEXTS.get(key, self._language))


_LOCATION_REQUEST: dict[str, Any] = {"type": "location_request_message", "action": {"name": "send_location"}}


def _fit_buttons(choices: Sequence[Choice]) -> bool:
    titles = {clip(choice.title, _ROW_TITLE) for choice in choices}
    short = all(utf16_length(choice.title) <= _BUTTON_TITLE for choice in choices)
    return 0 < len(choices) <= _BUTTONS and short and len(titles) == len(choices)


def _button_action(choices: Sequence[Choice]) -> dict[str, Any]:
    buttons = [
        {"type": "reply", "reply": {"id": choice.id, "title": clip(choice.title, _BUTTON_TITLE)}}
        for choice in choices
    ]
    return {"type": "button", "action": {"buttons": buttons}}


def _list_action(button: str, choices: Sequence[Choice]) -> dict[str, Any]:
    rows = [_row(choice) for choice in choices]
    return {"type": "list", "action": {"button": clip(button, _BUTTON_TITLE), "sections": [{"rows": rows}]}}


def _row(choice: Choice) -> dict[str, str]:
    """A title that had to be cut stands whole in the description, unless there is another one."""
    title = clip(choice.title, _ROW_TITLE)
    description = choice.description or (choice.title if title != choice.title else "")
    row = {"id": choice.id, "title": title}
    return {**row, "description": clip(description, _ROW_DESCRIPTION)} if description else row


def _reference(source: MediaSource) -> dict[str, str] | None:
    if source.file_id:
        return {"id": source.file_id}
    return {"link": source.url} if source.url else None


def _is_page(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname) and len(url) <= 2000


def _fits(limit: int) -> Callable[[RichText], bool]:
    return lambda part: utf16_length(to_markup(part)) <= limit
