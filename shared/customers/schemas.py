"""What other capabilities know of a customer."""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from shared.channels.contract import Platform
from shared.kernel.languages import Language
from shared.kernel.paging import PageQuery

__all__ = ["Customer", "CustomerDetail", "CustomerDialog", "CustomerFilter"]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Customer(_Frozen):
    """One person of a company, over all messengers."""

    id: UUID
    name: str
    """As the messenger told it first."""
    phone: str | None
    """E.164, proven to be the person's own; ``None``: not proven yet."""
    language: Language | None
    created_at: datetime


class CustomerDialog(_Frozen):
    """A dialog of a customer."""

    dialog_id: int
    bot_id: UUID
    platform: Platform
    name: str
    """The person's name at that messenger."""
    last_inbound_at: datetime | None
    """When the person last wrote."""


class CustomerDetail(Customer):
    """A customer with the dialogs that belong to them, oldest first."""

    dialogs: tuple[CustomerDialog, ...]


class CustomerFilter(PageQuery):
    """Which customers to list. Conditions hold together."""

    q: str | None = Field(default=None, max_length=200, description="A part of the name, in any case.")
    phone: str | None = Field(default=None, max_length=40, description="The proven phone, as people write it.")
    sort: Literal["created_at", "-created_at"] = "-created_at"
