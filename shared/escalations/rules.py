"""A bot's rules of the hand-over: how soon people answer, at which hours, what reaches a closed WhatsApp window.

They stand in the bot's settings, or in its city's, under ``handover``::

    {"reply_minutes": 15, "opens": "09:00", "closes": "18:00", "days": [1, 2, 3, 4, 5], "template": "shopper_waits"}

Every key may be missing. Hours are in the city's time zone; days are 1 (Monday) to 7; ``closes`` before ``opens``
means the next morning. ``template`` is an approved WhatsApp template with one place, the shopper's name.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Annotated, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from shared.bots.schemas import BotSnapshot

__all__ = ["HandoverRules", "rules_of"]

_log = logging.getLogger(__name__)
_ALL_DAYS = (1, 2, 3, 4, 5, 6, 7)


class HandoverRules(BaseModel):
    """What a bot promises of the people behind it."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    reply_minutes: int | None = Field(default=None, ge=1, le=24 * 60)
    """How soon an answer is promised; ``None``: the platform's reply timer, and no promise."""
    opens: time | None = None
    closes: time | None = None
    days: tuple[Annotated[int, Field(ge=1, le=7)], ...] = Field(default=_ALL_DAYS, min_length=1)
    template: str | None = Field(default=None, min_length=1, max_length=512)
    timezone: str = "UTC"

    @property
    def has_hours(self) -> bool:
        """Whether working hours are set at all."""
        return self.opens is not None and self.closes is not None and self.opens != self.closes

    def patience(self, default: timedelta) -> timedelta:
        """How long the staff may take before it is reminded."""
        return timedelta(minutes=self.reply_minutes) if self.reply_minutes is not None else default

    def is_open(self, moment: datetime) -> bool:
        """Whether people are at work at that moment."""
        if self.opens is None or self.closes is None or not self.has_hours:
            return True
        local = self.local(moment)
        if self.opens < self.closes:
            return local.isoweekday() in self.days and self.opens <= local.time() < self.closes
        since_yesterday = (local - timedelta(days=1)).isoweekday() in self.days and local.time() < self.closes
        return since_yesterday or (local.isoweekday() in self.days and local.time() >= self.opens)

    def next_open(self, moment: datetime) -> datetime:
        """The moment itself when people are at work then, else when they next are."""
        opening = self.next_opening(moment)
        return moment if opening is None else opening.astimezone(moment.tzinfo)

    def next_opening(self, moment: datetime) -> datetime | None:
        """When people are next at work, in the city's time; ``None``: they are at work."""
        if self.opens is None or self.is_open(moment):
            return None
        local = self.local(moment)
        for ahead in range(9):
            day = local.date() + timedelta(days=ahead)
            opening = datetime.combine(day, self.opens, self._zone)
            if opening > local and day.isoweekday() in self.days:
                return opening
        return None

    def local(self, moment: datetime) -> datetime:
        """The moment by the city's clock."""
        return moment.astimezone(self._zone)

    @property
    def _zone(self) -> ZoneInfo:
        try:
            return ZoneInfo(self.timezone)
        except (ZoneInfoNotFoundError, ValueError):
            return ZoneInfo("UTC")


def rules_of(bot: BotSnapshot) -> HandoverRules:
    """Read a bot's rules; what cannot be read counts as not set."""
    told: Any = bot.settings.get("handover")
    given = told if isinstance(told, Mapping) else {}
    try:
        return HandoverRules.model_validate({**given, "timezone": bot.timezone})
    except ValidationError as error:
        _log.warning(
            "the bot's rules of the hand-over cannot be read",
            extra={"bot_id": str(bot.bot_id), "defects": error.error_count()},
        )
        return HandoverRules(timezone=bot.timezone)
