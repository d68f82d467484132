"""The tables of the hand-over: escalations, and the codes that link a member's own messenger."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, DateTime, LargeBinary, SmallInteger, Text
from sqlalchemy.orm import Mapped, mapped_column

from shared.runtime.orm import Base

__all__ = ["EscalationRow", "LinkCodeRow"]

_MOMENT = DateTime(timezone=True)


class EscalationRow(Base):
    """One escalation; at most one of a dialog is active (partial unique index in the migration)."""

    __tablename__ = "escalations"

    company_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    dialog_id: Mapped[int] = mapped_column(BigInteger)
    reason: Mapped[str] = mapped_column(Text)
    summary: Mapped[str] = mapped_column(Text)
    status: Mapped[str] = mapped_column(Text)
    priority: Mapped[int] = mapped_column(SmallInteger)
    city_id: Mapped[UUID | None]
    assignee_id: Mapped[UUID | None]
    opened_at: Mapped[datetime] = mapped_column(_MOMENT)
    expires_at: Mapped[datetime] = mapped_column(_MOMENT)
    assigned_at: Mapped[datetime | None] = mapped_column(_MOMENT)
    answered_at: Mapped[datetime | None] = mapped_column(_MOMENT)
    waiting_since: Mapped[datetime | None] = mapped_column(_MOMENT)
    reminders: Mapped[int] = mapped_column(SmallInteger)
    announced_at: Mapped[datetime | None] = mapped_column(_MOMENT)
    due_at: Mapped[datetime] = mapped_column(_MOMENT)
    resolved_at: Mapped[datetime | None] = mapped_column(_MOMENT)
    resolved_by: Mapped[str | None] = mapped_column(Text)
    updated_at: Mapped[datetime] = mapped_column(_MOMENT)


class LinkCodeRow(Base):
    """The one live code of a user; only its digest is kept."""

    __tablename__ = "staff_link_codes"

    company_id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID] = mapped_column(primary_key=True)
    code_hash: Mapped[bytes] = mapped_column(LargeBinary)
    expires_at: Mapped[datetime] = mapped_column(_MOMENT)
