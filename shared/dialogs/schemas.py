"""What administrators see of dialogs, of what was said in them, and of work that was given up."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from shared.channels.contract import Platform
from shared.dialogs.contract import Role
from shared.kernel.languages import Language
from shared.kernel.paging import PageQuery

__all__ = [
    "DialogFilter",
    "DialogView",
    "FailureFilter",
    "FailureView",
    "FoundMessage",
    "Kind",
    "MessageFilter",
    "MessageSearch",
    "MessageView",
    "Resolution",
]

Kind = Literal["turn", "send"]
Resolution = Literal["replayed", "discarded"]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", from_attributes=True)


class DialogFilter(PageQuery):
    """Which dialogs to list."""

    bot_id: UUID | None = None
    city_id: UUID | None = None
    platform: Platform | None = None
    handed_over: Annotated[bool | None, Field(description="Whether a person answers at present.")] = None
    blocked: Annotated[bool | None, Field(description="Whether the shopper blocked the bot.")] = None
    sort: Annotated[
        Literal["id", "-id"], Field(description="By the first message; the newest first by default.")
    ] = "-id"


class DialogView(_Frozen):
    """The talk of one person, or of a group, with one bot."""

    id: int
    bot_id: UUID
    platform: Platform
    city_id: UUID | None
    customer_id: UUID | None
    """The person over all messengers, once one is known; never in a group."""
    customer_name: str
    """A group's is its title."""
    group: bool
    """Whether many people talk here."""
    language: Language | None
    messages: int
    """How many were said."""
    handover_until: datetime | None
    """While a person answers: when the bot would take over again."""
    blocked: bool
    created_at: datetime
    last_inbound_at: datetime | None


class MessageFilter(PageQuery):
    """Which part of a history to show."""

    sort: Annotated[
        Literal["seq", "-seq"], Field(description="In the order said; the newest first by default.")
    ] = "-seq"


class MessageView(_Frozen):
    """One message of a history; pictures and buttons are told in words."""

    seq: int
    role: Role
    text: str
    at: datetime
    person_id: str | None
    """In a group: the messenger's id of whoever said it, or was answered."""


class MessageSearch(PageQuery):
    """What to look for in all that was said."""

    q: Annotated[
        str, Field(min_length=2, max_length=200, description="Words, or their beginnings; all of them must occur.")
    ]


class FoundMessage(_Frozen):
    """A message that holds the words, and whose dialog it is."""

    dialog_id: int
    bot_id: UUID
    customer_name: str
    seq: int
    role: Role
    text: str
    at: datetime


class FailureFilter(PageQuery):
    """Which failures to list; the newest come first."""

    resolved: Annotated[bool, Field(description="Also those that were dealt with.")] = False
    kind: Kind | None = None


class FailureView(_Frozen):
    """One given-up piece of work. ``code`` and ``detail`` are for engineers, never for shoppers."""

    id: UUID
    kind: Kind
    dialog_id: int | None
    code: str
    detail: str
    attempts: int
    created_at: datetime
    resolved_at: datetime | None
    resolution: Resolution | None
