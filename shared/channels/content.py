"""What a person said, sent, pressed or ordered, whatever messenger it came from."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

__all__ = [
    "ChoiceContent",
    "ContactContent",
    "EchoContent",
    "FormContent",
    "InboundContent",
    "LocationContent",
    "MediaContent",
    "MediaKind",
    "OrderContent",
    "OrderedItem",
    "SaidContent",
    "TextContent",
    "UnsupportedContent",
]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class TextContent(_Frozen):
    """Words typed by the person; commands (``/start deep-link``) are text too."""

    kind: Literal["text"] = "text"
    text: str


class ChoiceContent(_Frozen):
    """A pressed button or a chosen list row of ours; ``id`` is the one that we sent with it."""

    kind: Literal["choice"] = "choice"
    id: str
    title: str = ""
    callback_id: str | None = None
    """What to acknowledge (Telegram's callback_query id); ``None`` where the platform needs nothing."""
    message_id: str | None = None
    """The message that carried the button, where the platform tells."""


class MediaKind(StrEnum):
    """What a file is for the person who sent it."""

    PHOTO = "photo"
    VOICE = "voice"
    AUDIO = "audio"
    VIDEO = "video"
    DOCUMENT = "document"
    STICKER = "sticker"


class MediaContent(_Frozen):
    """A file that stays at the platform: exactly one of ``file_id`` and ``url`` is set."""

    kind: Literal["media"] = "media"
    media: MediaKind
    file_id: str | None = None
    url: str | None = None
    mime_type: str | None = None
    file_name: str | None = None
    size: int | None = None
    """Bytes, as the platform says."""
    duration: float | None = None
    """Seconds, for sound and video."""
    caption: str = ""


class LocationContent(_Frozen):
    """A place on the map, in degrees."""

    kind: Literal["location"] = "location"
    latitude: float
    longitude: float
    name: str = ""
    address: str = ""


class ContactContent(_Frozen):
    """A shared contact. ``own`` is true only where the platform proves that it is the sender's."""

    kind: Literal["contact"] = "contact"
    phone: str
    name: str = ""
    own: bool = False


class OrderedItem(_Frozen):
    """One line of an order. There is no price: the shop's own counts."""

    sku: str = Field(min_length=1, max_length=100)
    quantity: int = Field(ge=1, le=9999)


class OrderContent(_Frozen):
    """What somebody put together in the platform's own catalogue (WhatsApp) and sent as an order."""

    kind: Literal["order"] = "order"
    items: tuple[OrderedItem, ...] = Field(min_length=1, max_length=100)
    text: str = ""
    """Words that came with it."""

    @property
    def lines(self) -> tuple[str, ...]:
        """The articles, how many of each, and the words, for people to read."""
        return (*(f"{item.sku} × {item.quantity}" for item in self.items), *((self.text,) if self.text else ()))


_FORM_MARKS = re.compile(r"^screen_\d+_|_\d+$")


class FormContent(_Frozen):
    """Answers to a form of the platform's own (a WhatsApp Flow): names of its fields and what was filled in."""

    kind: Literal["form"] = "form"
    name: str = ""
    answers: tuple[tuple[str, str], ...] = Field(default=(), max_length=50)

    @property
    def lines(self) -> tuple[str, ...]:
        """The answers for people to read, without the marks that form builders put around a field's name."""
        return tuple(
            f"{_FORM_MARKS.sub('', name).replace('_', ' ') or name}: {told}" for name, told in self.answers
        )


class UnsupportedContent(_Frozen):
    """A message of a type that Zeta does not read; ``type`` is the platform's word for it."""

    kind: Literal["unsupported"] = "unsupported"
    type: str


SaidContent = Annotated[
    TextContent
    | ChoiceContent
    | MediaContent
    | LocationContent
    | ContactContent
    | OrderContent
    | FormContent
    | UnsupportedContent,
    Field(discriminator="kind"),
]


class EchoContent(_Frozen):
    """Not the person's words but the shop's: somebody of the staff wrote them in this chat, outside of Zeta (in the
    WhatsApp Business app)."""

    kind: Literal["echo"] = "echo"
    said: SaidContent


InboundContent = Annotated[
    TextContent
    | ChoiceContent
    | MediaContent
    | LocationContent
    | ContactContent
    | OrderContent
    | FormContent
    | UnsupportedContent
    | EchoContent,
    Field(discriminator="kind"),
]
