"""The typed message model: all that dialogs and responders know of a message.

Two families: content that *arrives* (``InboundContent``) and messages that *leave* (``OutboundMessage``).
Text that leaves is rich text made of spans, never markup, so that no product name or customer word can
break, or inject, a platform's formatting.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from shared.channels.content import (
    ChoiceContent,
    ContactContent,
    EchoContent,
    FormContent,
    InboundContent,
    LocationContent,
    MediaContent,
    MediaKind,
    OrderContent,
    OrderedItem,
    SaidContent,
    TextContent,
    UnsupportedContent,
)
from shared.kernel.languages import Language
from shared.kernel.money import Money

__all__ = [
    "AlbumMessage",
    "Button",
    "ChoiceContent",
    "ContactButton",
    "ContactContent",
    "DocumentMessage",
    "EchoContent",
    "FormContent",
    "InboundContent",
    "LinkButton",
    "ListMessage",
    "ListRow",
    "LocationButton",
    "LocationContent",
    "MediaContent",
    "MediaKind",
    "MediaSource",
    "OrderContent",
    "OrderedItem",
    "OutboundMessage",
    "PhotoMessage",
    "ProductCard",
    "ProductCards",
    "Reply",
    "RequestOver",
    "RichText",
    "SaidContent",
    "Span",
    "Style",
    "TemplateMessage",
    "TextContent",
    "TextMessage",
    "UnsupportedContent",
]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Style(StrEnum):
    """How a span is shown; a platform without it shows plain text."""

    PLAIN = "plain"
    BOLD = "bold"
    ITALIC = "italic"
    STRIKE = "strike"
    CODE = "code"


class Span(_Frozen):
    """A run of text in one style; ``url`` makes it a link."""

    text: str
    style: Style = Style.PLAIN
    url: str | None = None


class RichText(_Frozen):
    """Text as spans, e.g. ``RichText.of("Цена: ", Span(text="149 990 ₸", style=Style.BOLD))``."""

    spans: tuple[Span, ...] = ()

    @classmethod
    def of(cls, *parts: str | Span) -> RichText:
        """Build from plain strings and spans, leaving out empty ones."""
        spans = (Span(text=part) if isinstance(part, str) else part for part in parts)
        return cls(spans=tuple(span for span in spans if span.text))

    @property
    def plain(self) -> str:
        """The words alone, without styles and links."""
        return "".join(span.text for span in self.spans)


ButtonId = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[\x21-\x7e]+$")]
"""At most 64 bytes of printable ASCII: the tightest of the platforms (Telegram ``callback_data``)."""


class Button(_Frozen):
    """Pressing it sends ``id`` back to us as a ``ChoiceContent``."""

    kind: Literal["reply"] = "reply"
    id: ButtonId
    title: str = Field(min_length=1)


class LinkButton(_Frozen):
    """Opens a page."""

    kind: Literal["link"] = "link"
    title: str = Field(min_length=1)
    url: str


class ContactButton(_Frozen):
    """Asks the person to share the own phone number, where the platform can; else a hint to type it."""

    kind: Literal["contact"] = "contact"
    title: str = Field(min_length=1)


class LocationButton(_Frozen):
    """Asks the person to share a location, where the platform can; else a hint to type the address."""

    kind: Literal["location"] = "location"
    title: str = Field(min_length=1)


AnyButton = Annotated[Button | LinkButton | ContactButton | LocationButton, Field(discriminator="kind")]
ButtonRows = tuple[tuple[AnyButton, ...], ...]


class MediaSource(_Frozen):
    """A file to send: a public https ``url``, or a platform ``file_id`` that this bot received before."""

    url: str | None = None
    file_id: str | None = None
    mime_type: str | None = None
    file_name: str | None = None
    size: int | None = None
    """Bytes, where known: Viber takes a file only with its size."""


class TextMessage(_Frozen):
    """Words, with rows of buttons under them."""

    kind: Literal["text"] = "text"
    text: RichText
    buttons: ButtonRows = ()


class PhotoMessage(_Frozen):
    """One picture."""

    kind: Literal["photo"] = "photo"
    photo: MediaSource
    caption: RichText = RichText()
    buttons: ButtonRows = ()


class AlbumMessage(_Frozen):
    """Two to ten pictures shown together; where there are no albums, one after another."""

    kind: Literal["album"] = "album"
    photos: tuple[MediaSource, ...] = Field(min_length=2, max_length=10)
    caption: RichText = RichText()


class DocumentMessage(_Frozen):
    """A file to download."""

    kind: Literal["document"] = "document"
    document: MediaSource
    caption: RichText = RichText()
    buttons: ButtonRows = ()


class ListRow(_Frozen):
    """One line of a list; choosing it sends ``id`` back."""

    id: ButtonId
    title: str = Field(min_length=1)
    description: str = ""


class ListMessage(_Frozen):
    """A choice among rows (up to ten fit one message everywhere); ``button`` opens it where it folds."""

    kind: Literal["list"] = "list"
    text: RichText
    button: str = Field(min_length=1)
    rows: tuple[ListRow, ...] = Field(min_length=1)
    buttons: ButtonRows = ()
    """More buttons below the rows, e.g. «Показать ещё»."""


class ProductCard(_Frozen):
    """A product as a shopper sees it: picture, name, price, a short description, its buttons."""

    kind: Literal["product"] = "product"
    sku: str
    name: str
    price: Money
    old_price: Money | None = None
    description: str = ""
    availability: str = ""
    """A ready phrase in the shopper's language («В наличии: 5 шт.»)."""
    photo: MediaSource | None = None
    buttons: ButtonRows = ()
    language: Language


class ProductCards(_Frozen):
    """Several products: a carousel where there is one, else a numbered list with a button for each."""

    kind: Literal["products"] = "products"
    text: RichText
    cards: tuple[ProductCard, ...] = Field(min_length=1, max_length=10)
    buttons: ButtonRows = ()
    """Below all cards, e.g. «Показать ещё»."""


class TemplateMessage(_Frozen):
    """A template approved by the platform, for outside the reply window; ``text`` is used elsewhere."""

    kind: Literal["template"] = "template"
    name: str
    language: Language
    parameters: tuple[str, ...] = ()
    text: RichText


class RequestOver(_Frozen):
    """What a contact or location button asked for is asked no more: a keyboard that stayed for it goes. Elsewhere
    this is no message at all."""

    kind: Literal["request_over"] = "request_over"


OutboundMessage = Annotated[
    TextMessage
    | PhotoMessage
    | AlbumMessage
    | DocumentMessage
    | ListMessage
    | ProductCard
    | ProductCards
    | TemplateMessage
    | RequestOver,
    Field(discriminator="kind"),
]


class Reply(_Frozen):
    """What a responder answers a turn with; no messages means silence."""

    messages: tuple[OutboundMessage, ...] = ()

    @property
    def plain(self) -> str:
        """The words of all messages, for history and the model's memory."""
        return "\n".join(filter(None, (_plain(message) for message in self.messages)))


def _plain(message: OutboundMessage) -> str:
    match message:
        case TextMessage() | ListMessage() | TemplateMessage():
            return message.text.plain
        case PhotoMessage() | AlbumMessage() | DocumentMessage():
            return message.caption.plain
        case ProductCard():
            return f"{message.name} ({message.sku})"
        case ProductCards():
            lines = [message.text.plain, *(f"{card.name} ({card.sku})" for card in message.cards)]
            return "\n".join(filter(None, lines))
        case RequestOver():
            return ""
