"""The tables of customers and of the dialogs that belong to them (migration 0005)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, DateTime, Text, Uuid, func
from sqlalchemy.orm import Mapped, mapped_column

from shared.runtime.orm import Base

__all__ = ["CustomerDialogRow", "CustomerRow"]


class CustomerRow(Base):
    """One person. ``phone`` is proven, and at most one customer of a company has it."""

    __tablename__ = "customers"

    company_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    phone: Mapped[str | None] = mapped_column(Text)
    language: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())


class CustomerDialogRow(Base):
    """A dialog's customer."""

    __tablename__ = "customer_dialogs"

    company_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    dialog_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    customer_id: Mapped[UUID] = mapped_column(Uuid)
    linked_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
