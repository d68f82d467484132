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
from shared.kernel.paging import PageQuery

__all__ = [
    "PROMPT_LIMIT",
    "BotAccess",
    "BotChanges",
    "BotConnection",
    "BotFilter",
    "BotRegistration",
    "BotReplacement",
    "BotSnapshot",
    "BotView",
    "CityConfiguration",
    "ConnectionFact",
    "CredentialNames",
    "FoundBot",
    "NewBot",
    "NewCityConfiguration",
    "NewPrompt",
    "PromptFilter",
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


class BotFilter(PageQuery):
    """Which bots to list; the oldest come first."""

    platform: Platform | None = None
    city_id: UUID | None = None
    active: bool | None = None


class BotRegistration(_Frozen):
    """A bot to add. Without a city it serves the whole company."""

    platform: Platform
    name: Name
    credentials: Annotated[
        Mapping[str, SecretStr],
        Field(
            max_length=10,
            description="What the platform gave you; write-only. Telegram: `token`, `secret_token`; WhatsApp: "
            "`access_token`, `phone_number_id`, `app_secret`, `verify_token`; Viber: `auth_token`.",
        ),
    ]
    language: Language | None = None
    """``None``: the city's, else the company's."""
    mode: Mode = "assistant"
    city_id: UUID | None = None
    settings: Annotated[Mapping[str, JsonValue], Field(default_factory=dict, max_length=100)]


class BotReplacement(_Frozen):
    """A bot as it shall be. The platform stays; credentials that are left out stay, too."""

    name: Name
    language: Language
    mode: Mode
    city_id: UUID | None
    active: bool
    settings: Annotated[Mapping[str, JsonValue], Field(max_length=100)]
    credentials: Annotated[
        Mapping[str, SecretStr] | None,
        Field(default=None, max_length=10, description="All of them anew; write-only."),
    ]


class ConnectionFact(_Frozen):
    """Something that the platform says of the bot."""

    name: str
    value: str


class BotConnection(_Frozen):
    """What came of asking the platform."""

    connected: bool
    username: str | None
    """The bot's public name there."""
    problem: str | None
    """Why not: `misconfigured` (mend the credentials), `unreachable` (try again)."""
    facts: list[ConnectionFact]


class CityConfiguration(_Frozen):
    """The settings that every bot of a city starts from."""

    city_id: UUID
    settings: Mapping[str, Any]
    active_prompt_version: int | None
    """The version of the city's prompt that is in use; ``None``: the built-in one."""


class NewCityConfiguration(_Frozen):
    """All settings of the city; they replace the old ones."""

    settings: Annotated[Mapping[str, JsonValue], Field(max_length=100)]


class PromptFilter(PageQuery):
    """Versions of a city's prompt, the newest first."""


class NewPrompt(_Frozen):
    """The next version of a city's prompt."""

    body: Annotated[str, Field(min_length=1, max_length=PROMPT_LIMIT, pattern=r"\S")]
    activate: bool = True
