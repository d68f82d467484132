"""What goes into and comes out of the bots capability."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, JsonValue, SecretStr

from shared.channels.contract import BotIdentity, Platform
from shared.kernel.languages import Language

__all__ = [
    "PROMPT_LIMIT",
    "BotAccess",
    "BotChanges",
    "BotSnapshot",
    "BotView",
    "CredentialNames",
    "FoundBot",
    "NewBot",
    "PromptView",
]

PROMPT_LIMIT = 20_000
"""Characters of a system prompt at most."""

Name = Annotated[str, Field(min_length=1, max_length=200)]
Mode = Annotated[str, Field(pattern=r"^[a-z][a-z_]{0,31}$")]
"""The name of the responder that answers."""


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", from_attributes=True)


@dataclass(frozen=True, slots=True)
class CredentialNames:
    """The credentials of a platform, as its channel declares them."""

    required: frozenset[str]
    optional: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class FoundBot:
    """Whose a bot is: all that may be known before the company is."""

    company_id: UUID
    platform: Platform


@dataclass(frozen=True, slots=True)
class BotAccess:
    """What it takes to talk with the platform as this bot."""

    credentials: Mapping[str, SecretStr]
    identity: BotIdentity


@dataclass(frozen=True, slots=True)
class BotSnapshot:
    """A bot with its city's live configuration, as of ``config_version``."""

    company_id: UUID
    company_name: str
    bot_id: UUID
    platform: Platform
    mode: str
    language: Language
    city_id: UUID | None
    city_name: str | None
    currency: str
    timezone: str
    system_prompt: str
    """The active prompt version of the bot's city; empty: the built-in one."""
    settings: Mapping[str, Any]
    config_version: int
    daily_model_budget: float | None
    """US dollars; ``None``: the platform's default."""


class NewBot(_Frozen):
    """A bot to create. Without a city it serves the whole company and has no city configuration."""

    platform: Platform
    name: Name
    credentials: Mapping[str, SecretStr]
    language: Language | None = None
    """``None``: the city's, else the company's."""
    mode: Mode = "assistant"
    city_id: UUID | None = None
    username: str | None = None
    settings: Mapping[str, JsonValue] = Field(default_factory=dict)


class BotChanges(_Frozen):
    """Fields to change: those that were set, and no others."""

    name: Name | None = None
    username: str | None = None
    language: Language | None = None
    mode: Mode | None = None
    city_id: UUID | None = None
    """An explicit ``None`` takes the bot out of its city."""
    active: bool | None = None
    settings: Mapping[str, JsonValue] | None = None
    """All settings of the bot; replaces the old ones."""


class BotView(_Frozen):
    """A bot as administrators and other capabilities see it: without its credentials."""

    company_id: UUID
    id: UUID
    platform: Platform
    name: str
    username: str | None
    mode: str
    language: Language
    city_id: UUID | None
    active: bool
    settings: Mapping[str, Any]
    misconfigured: str | None
    """Why the platform refused us, while nothing is sent because of it."""
    created_at: datetime


class PromptView(_Frozen):
    """One version of a city's system prompt."""

    id: UUID
    city_id: UUID
    version: int
    body: str
    active: bool
    created_at: datetime
