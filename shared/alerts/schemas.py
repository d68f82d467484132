"""What other capabilities know of an alert."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from shared.kernel.changes import Changes, left_out
from shared.kernel.money import Currency, Money
from shared.kernel.paging import PageQuery

__all__ = [
    "Alert",
    "AlertChange",
    "AlertCondition",
    "AlertFilter",
    "AlertState",
    "AlertView",
    "AlertWish",
    "NewAlert",
]


CheckHours = Annotated[float, Field(gt=0, le=24 * 30, description="Hours between two checks.")]
DialogId = Annotated[int, Field(ge=1, lt=1 << 63)]


class AlertCondition(StrEnum):
    """What the customer waits for."""

    DROP = "drop"
    """Any price below the one seen when asking."""
    BELOW = "below"
    """A price of the limit or lower."""
    RESTOCK = "restock"
    """The product, sold out when asking, can be had again."""


class AlertState(StrEnum):
    """An alert is active until one of three things ends it."""

    ACTIVE = "active"
    SENT = "sent"
    """Told, and nothing more to wait for: a restock alert. A price alert stays active for further drops."""
    CANCELLED = "cancelled"
    """By the customer or the staff."""
    EXPIRED = "expired"


class AlertWish(BaseModel):
    """What a customer asks for."""

    model_config = ConfigDict(frozen=True)

    product_id: UUID
    condition: AlertCondition
    limit: Money | None = None
    """For ``BELOW``: tell at this price or lower."""


class AlertChange(Changes):
    """What to change of an alert; fields left out stay."""

    limit: Money = Field(
        default_factory=left_out, description="Only of the condition `below`; its drops begin anew."
    )
    check_hours: CheckHours = Field(default_factory=left_out)
    expires_at: AwareDatetime = Field(default_factory=left_out)


class NewAlert(BaseModel):
    """An alert that the staff makes for a customer."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    customer_id: UUID
    product_id: UUID
    condition: AlertCondition
    limit: Annotated[Money | None, Field(description="For the condition `below`: tell at this price or lower.")] = (
        None
    )
    dialog_id: Annotated[
        DialogId | None, Field(description="Where to tell; by default where the customer wrote last.")
    ] = None
    check_hours: CheckHours | None = None
    expires_at: AwareDatetime | None = None


class AlertFilter(PageQuery):
    """Which alerts to list."""

    status: AlertState | None = None
    condition: AlertCondition | None = None
    customer_id: UUID | None = None
    product_id: UUID | None = None
    sort: Literal["created_at", "-created_at"] = "-created_at"


class AlertView(BaseModel):
    """An alert as administrators see it."""

    model_config = ConfigDict(frozen=True)

    id: UUID
    customer_id: UUID
    dialog_id: int
    product_id: UUID
    condition: AlertCondition
    status: AlertState
    seen: Annotated[Money, Field(description="The price when it was asked for.")]
    limit: Money | None
    told: Annotated[Money | None, Field(description="The price that was told last.")]
    told_at: datetime | None
    times_told: int
    check_hours: float
    expires_at: datetime
    version: int
    created_at: datetime
    updated_at: datetime


class Alert(BaseModel):
    """One alert. Prices are in ``currency``'s minor units."""

    model_config = ConfigDict(frozen=True)

    id: UUID
    customer_id: UUID
    dialog_id: int
    product_id: UUID
    condition: AlertCondition
    currency: Currency
    seen_minor: int
    limit_minor: int | None
    mark_minor: int
    """The next telling has to beat this price."""
    state: AlertState
    check_hours: float
    due_at: datetime
    expires_at: datetime
    told_minor: int | None
    told_at: datetime | None
    times_told: int
    version: int
    created_at: datetime
    updated_at: datetime

    @property
    def limit(self) -> Money | None:
        """The price at or below which to tell."""
        return None if self.limit_minor is None else Money(minor=self.limit_minor, currency=self.currency)
