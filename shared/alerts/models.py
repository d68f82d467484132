"""The table of alerts."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import BigInteger, DateTime, Interval, Text
from sqlalchemy.orm import Mapped, mapped_column

from shared.runtime.orm import Base

__all__ = ["AlertRow"]


class AlertRow(Base):
    """What one customer asked to be told about one product."""

    __tablename__ = "price_alerts"

    company_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    customer_id: Mapped[UUID]
    dialog_id: Mapped[int] = mapped_column(BigInteger)
    product_id: Mapped[UUID]
    condition: Mapped[str] = mapped_column(Text)
    currency: Mapped[str] = mapped_column(Text)
    seen_minor: Mapped[int] = mapped_column(BigInteger)
    limit_minor: Mapped[int | None] = mapped_column(BigInteger)
    mark_minor: Mapped[int] = mapped_column(BigInteger)
    state: Mapped[str] = mapped_column(Text)
    check_every: Mapped[timedelta] = mapped_column(Interval)
    due_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    expires_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    told_minor: Mapped[int | None] = mapped_column(BigInteger)
    told_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    times_told: Mapped[int]
    version: Mapped[int] = mapped_column(BigInteger)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    updated_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
