"""What recognition finds, in plain values."""

from __future__ import annotations

from enum import StrEnum
from typing import Protocol
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from shared.channels.contract import Credentials, Platform

__all__ = [
    "BotAccess",
    "CodeKind",
    "Description",
    "FileOrigin",
    "FoundCode",
    "ModelCost",
    "PhotoFindings",
    "Transcript",
]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True)


class BotAccess(Protocol):
    """What is needed of a bot to fetch what people send it."""

    @property
    def credentials(self) -> Credentials:
        """By the channel's names."""


class FileOrigin(_Frozen):
    """Where a file came from: the bot that got it, its dialog, and the event that brought it (unique per bot)."""

    bot_id: UUID
    platform: Platform
    dialog_id: int
    event_id: str


class CodeKind(StrEnum):
    """What a printed code is."""

    PRODUCT = "product"
    """A number of a product: EAN, UPC, or the GTIN inside a GS1 code; digits only."""
    TEXT = "text"
    """Any words or numbers (Code 128, QR)."""
    LINK = "link"
    """An address of the web."""


class FoundCode(_Frozen):
    """A barcode or QR code as it was read."""

    kind: CodeKind
    value: str


class ModelCost(_Frozen):
    """What one answer of the model cost: tokens, or seconds of sound."""

    model: str = ""
    prompt_tokens: int = 0
    completion_tokens: int = 0
    seconds: float = 0.0


class PhotoFindings(_Frozen):
    """What a picture shows by itself, without a model; most telling first."""

    codes: tuple[FoundCode, ...] = ()
    article_numbers: tuple[str, ...] = ()
    """What is printed like an article number («SOFA-001»), as read."""


class Description(_Frozen):
    """What the model sees in a picture, in the shopper's language; empty where it sees nothing for sale."""

    product_type: str = ""
    colour: str = ""
    style: str = ""
    cost: ModelCost = ModelCost()


class Transcript(_Frozen):
    """What was said."""

    text: str
    cost: ModelCost = ModelCost()
