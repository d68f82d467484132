"""Tables of bots, of the configuration of each city, and of its prompts."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Text, func
from sqlalchemy.dialects.postgresql import BYTEA, JSONB, TIMESTAMP
from sqlalchemy.orm import Mapped, mapped_column

from shared.runtime.orm import Base

__all__ = ["Bot", "BotConfiguration", "Prompt"]


class Bot(Base):
    """One account at one messenger. ``credentials`` is sealed (``shared.runtime.crypto``)."""

    __tablename__ = "bots"
    __table_args__ = (ForeignKeyConstraint(["company_id", "city_id"], ["cities.company_id", "cities.id"]),)

    company_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    platform: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    username: Mapped[str | None] = mapped_column(Text)
    mode: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(Text)
    city_id: Mapped[UUID | None]
    active: Mapped[bool] = mapped_column(default=True)
    credentials: Mapped[bytes] = mapped_column(BYTEA)
    settings: Mapped[dict[str, Any]] = mapped_column(JSONB)
    misconfigured: Mapped[str | None] = mapped_column(Text)
    send_after: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    created_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=func.now())


class BotConfiguration(Base):
    """Settings that every bot of a city starts from."""

    __tablename__ = "bot_configurations"
    __table_args__ = (ForeignKeyConstraint(["company_id", "city_id"], ["cities.company_id", "cities.id"]),)

    company_id: Mapped[UUID] = mapped_column(primary_key=True)
    city_id: Mapped[UUID] = mapped_column(primary_key=True)
    settings: Mapped[dict[str, Any]] = mapped_column(JSONB)
    updated_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=func.now())


class Prompt(Base):
    """One version of a city's system prompt; at most one of a city is active."""

    __tablename__ = "prompts"
    __table_args__ = (ForeignKeyConstraint(["company_id", "city_id"], ["cities.company_id", "cities.id"]),)

    company_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    city_id: Mapped[UUID]
    version: Mapped[int]
    body: Mapped[str] = mapped_column(Text)
    active: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=func.now())
