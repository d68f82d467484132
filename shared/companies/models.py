"""Tables of companies and their cities."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, FetchedValue, ForeignKey, Text, func
from sqlalchemy.dialects.postgresql import TIMESTAMP
from sqlalchemy.orm import Mapped, mapped_column

from shared.runtime.orm import Base

__all__ = ["City", "Company"]


class Company(Base):
    """A tenant. ``config_version`` is raised by triggers on every change of its configuration."""

    __tablename__ = "companies"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(Text, unique=True)
    name: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(Text)
    currency: Mapped[str] = mapped_column(Text)
    timezone: Mapped[str] = mapped_column(Text)
    active: Mapped[bool] = mapped_column(default=True)
    daily_model_budget_micros: Mapped[int | None] = mapped_column(BigInteger)
    config_version: Mapped[int] = mapped_column(
        BigInteger, server_default="1", server_onupdate=FetchedValue(for_update=True)
    )
    created_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=func.now())


class City(Base):
    """Where a company sells: its own prices' currency, clock, language and configuration."""

    __tablename__ = "cities"

    company_id: Mapped[UUID] = mapped_column(ForeignKey("companies.id"), primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    timezone: Mapped[str] = mapped_column(Text)
    currency: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(Text)
    active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=func.now())
