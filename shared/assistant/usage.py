"""What the model cost a company, by day and model, and the budget that it is held against."""

from __future__ import annotations

import logging
import random
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import BigInteger, Date, SmallInteger, Text, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from shared.runtime.orm import Base
from shared.runtime.tenancy import TENANT

__all__ = ["ModelUsage", "UsageRow", "record_usage", "spending_day", "spent_micros"]

_log = logging.getLogger(__name__)

SLOTS = 16
"""Rows over which the sum of one company, day and model is spread."""


class UsageRow(Base):
    """A part of one day's sum, in the time zone of the city whose bot spent it.

    The sum of a company, day and model lies in ``SLOTS`` rows, of which a turn adds to any one: turns of a company
    that commit at the same moment need not wait for each other. Costs are millionths of a US dollar.
    """

    __tablename__ = "model_usage"

    company_id: Mapped[UUID] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    model: Mapped[str] = mapped_column(Text, primary_key=True)
    slot: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    calls: Mapped[int] = mapped_column(BigInteger)
    prompt_tokens: Mapped[int] = mapped_column(BigInteger)
    completion_tokens: Mapped[int] = mapped_column(BigInteger)
    cost_micros: Mapped[int] = mapped_column(BigInteger)


@dataclass(slots=True)
class ModelUsage:
    """Tokens of one turn, added up call by call; prices are US dollars per million tokens."""

    model: str
    price_input: float
    price_output: float
    calls: int = field(default=0)
    prompt_tokens: int = field(default=0)
    completion_tokens: int = field(default=0)
    sound_micros: int = field(default=0)
    """What sound cost that was written down, which is counted by its length."""

    def add(self, prompt_tokens: int, completion_tokens: int) -> None:
        """Count one answered call."""
        self.calls += 1
        self.prompt_tokens += prompt_tokens
        self.completion_tokens += completion_tokens

    def add_sound(self, seconds: float, price_minute: float) -> None:
        """Count one voice note that was written down; the price is US dollars a minute."""
        self.calls += 1
        self.sound_micros += round(seconds / 60 * price_minute * 1_000_000)

    @property
    def cost_micros(self) -> int:
        """Millionths of a US dollar: dollars per million tokens times tokens, and the sound."""
        tokens = self.prompt_tokens * self.price_input + self.completion_tokens * self.price_output
        return round(tokens) + self.sound_micros


def spending_day(moment: datetime, timezone: str) -> date:
    """The calendar day of a moment where the shop is; UTC where its zone is unknown."""
    try:
        return moment.astimezone(ZoneInfo(timezone)).date()
    except (ZoneInfoNotFoundError, ValueError):
        _log.warning("unknown time zone, days are counted in UTC", extra={"timezone": timezone})
        return moment.date()


async def record_usage(session: AsyncSession, usage: ModelUsage, *, day: date) -> None:
    """Add a turn's tokens to the day's sum of the session's company."""
    row = insert(UsageRow).values(
        company_id=TENANT,
        day=day,
        model=usage.model,
        slot=random.randrange(SLOTS),  # noqa: S311 - spreads writers, hides nothing
        calls=usage.calls,
        prompt_tokens=usage.prompt_tokens,
        completion_tokens=usage.completion_tokens,
        cost_micros=usage.cost_micros,
    )
    summed = {
        name: getattr(UsageRow, name) + row.excluded[name]
        for name in ("calls", "prompt_tokens", "completion_tokens", "cost_micros")
    }
    identity = [UsageRow.company_id, UsageRow.day, UsageRow.model, UsageRow.slot]
    await session.execute(row.on_conflict_do_update(index_elements=identity, set_=summed))


async def spent_micros(session: AsyncSession, *, day: date) -> int:
    """What the session's company spent that day on all models, in millionths of a US dollar."""
    spent = await session.scalar(
        select(func.coalesce(func.sum(UsageRow.cost_micros), 0)).where(UsageRow.day == day)
    )
    return int(spent or 0)
