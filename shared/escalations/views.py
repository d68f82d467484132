"""What administrators send and are shown of escalations and of the staff's messengers."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from shared.channels.contract import Platform
from shared.dialogs.contract import Role
from shared.escalations.desk import REPLY_LIMIT
from shared.escalations.schemas import EscalationReason, EscalationStatus
from shared.kernel.paging import PageQuery

__all__ = [
    "Assignment",
    "EscalationChange",
    "EscalationDetail",
    "EscalationFilter",
    "EscalationView",
    "HistoryEntry",
    "LinkCode",
    "LinkTarget",
    "MessengerLink",
    "NewEscalation",
    "StaffReply",
]

_BIGINT = (1 << 63) - 1


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", from_attributes=True)


class EscalationFilter(PageQuery):
    """Which escalations to list; several statuses or reasons are separated by commas."""

    status: Annotated[list[EscalationStatus], Field(default_factory=list)]
    reason: Annotated[list[EscalationReason], Field(default_factory=list)]
    assignee_id: UUID | None = None
    city_id: UUID | None = None
    dialog_id: Annotated[int | None, Field(ge=1, le=_BIGINT)] = None
    opened_from: Annotated[AwareDatetime | None, Field(description="Opened at this moment or later.")] = None
    opened_before: Annotated[AwareDatetime | None, Field(description="Opened before this moment.")] = None
    sort: Literal["-opened_at", "opened_at", "priority"] = "-opened_at"


class EscalationView(_Frozen):
    """An escalation in a list."""

    id: UUID
    dialog_id: int
    customer_name: str
    platform: Platform
    bot_id: UUID
    city_id: UUID | None
    reason: EscalationReason
    priority: Annotated[int, Field(description="0 is served before 1.")]
    summary: Annotated[str, Field(description="What the talk was about: a summary, or the last messages.")]
    status: EscalationStatus
    assignee_id: UUID | None
    assignee_name: str | None
    opened_at: datetime
    expires_at: Annotated[datetime, Field(description="When the bot answers again if nobody ends it before.")]
    assigned_at: datetime | None
    answered_at: Annotated[datetime | None, Field(description="The staff's first answer.")]
    waiting_since: Annotated[
        datetime | None, Field(description="Since when the shopper waits; null: the staff spoke last, or it ended.")
    ]
    resolved_at: datetime | None
    resolved_by: Annotated[str | None, Field(description="`shopper`, `staff`, `erasure`, `joined` or a user's id.")]
    updated_at: datetime


class HistoryEntry(_Frozen):
    """A message of the dialog; role `note` marks who had it from there on."""

    seq: int
    role: Role
    text: str
    at: datetime


class EscalationDetail(EscalationView):
    """An escalation with the talk around it: twenty messages before, and what was said since."""

    history: list[HistoryEntry]


class NewEscalation(_Frozen):
    """A dialog that the staff takes over."""

    dialog_id: Annotated[int, Field(ge=1, le=_BIGINT)]
    reason: EscalationReason = EscalationReason.ASKED
    summary: Annotated[str, Field(max_length=2000, description="For whoever takes it; empty: it is written.")] = ""
    assignee_id: Annotated[UUID | None, Field(description="Who takes it; null: whoever comes first.")] = None


class EscalationChange(_Frozen):
    """`resolved` gives the dialog back to the bot; `open` takes it from its assignee, for anybody to take."""

    status: Literal["open", "resolved"]


class Assignment(_Frozen):
    """Who has it from now on; null: nobody."""

    user_id: UUID | None


class StaffReply(_Frozen):
    """What the shopper is told, in the same dialog."""

    text: Annotated[str, Field(min_length=1, max_length=REPLY_LIMIT, pattern=r"\S")]


class MessengerLink(_Frozen):
    """A user's own messenger, if one is linked."""

    linked: bool
    platform: Platform | None = None
    bot_id: UUID | None = None
    bot_name: str | None = None
    linked_at: datetime | None = None
    reachable: Annotated[bool, Field(description="False: no messenger, or its owner has blocked the bot.")] = False


class LinkTarget(_Frozen):
    """A bot to which the code can be written."""

    bot_id: UUID
    platform: Platform
    name: str
    url: Annotated[str | None, Field(description="Opens the chat and sends the code; null: write `message`.")]
    message: str


class LinkCode(_Frozen):
    """A one-time code, shown once."""

    code: str
    expires_at: datetime
    bots: list[LinkTarget]
