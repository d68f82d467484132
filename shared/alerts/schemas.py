"""What other capabilities know of an alert."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from shared.kernel.money import Currency, Money

__all__ = ["Alert", "AlertChange", "AlertCondition", "AlertState", "AlertWish"]


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


class AlertChange(BaseModel):
    """What to change of an alert; fields left out stay."""

    model_config = ConfigDict(frozen=True)

    limit: Money | None = None
    check_hours: float | None = Field(default=None, gt=0, le=24 * 30)
    expires_at: AwareDatetime | None = None


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
