"""What goes into and comes out of the analytics capability."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from enum import StrEnum
from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator, model_validator

from shared.analytics.kinds import RESERVED

__all__ = [
    "LONGEST_REPORT",
    "AnalyticsReport",
    "Breakdown",
    "Funnel",
    "Group",
    "Metrics",
    "NewEvent",
    "Percentiles",
    "ReportFilter",
    "Revenue",
    "SearchCount",
]

LONGEST_REPORT = timedelta(days=366)
_PROPERTIES = 20

Scalar = bool | int | float | Annotated[str, StringConstraints(max_length=200)] | None


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class NewEvent(_Frozen):
    """A countable fact of the shop's own, e.g. from its site. Nothing personal belongs in it."""

    kind: str = Field(pattern=r"^[a-z][a-z0-9_.]{0,59}$", examples=["leaflet_opened"])
    properties: Mapping[Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")], Scalar] = Field(
        default_factory=dict, max_length=_PROPERTIES
    )
    dialog_id: int | None = Field(default=None, ge=1, le=2**63 - 1)
    """The dialog it belongs to, if any."""

    @field_validator("kind")
    @classmethod
    def _is_the_shop_s_own(cls, kind: str) -> str:
        if kind in RESERVED:
            raise ValueError("Zeta counts this itself; choose another name")
        return kind


class Breakdown(StrEnum):
    """What a report is split by."""

    DAY = "day"
    CITY = "city"
    BOT = "bot"
    PLATFORM = "platform"


class ReportFilter(_Frozen):
    """Which events a report counts. Days are those of the city where it happened; both ends are counted."""

    first_day: date | None = None
    """By default 29 days before the last one."""
    last_day: date | None = None
    """By default today."""
    by: Breakdown = Breakdown.DAY
    bot_id: UUID | None = None
    city_id: UUID | None = None
    platform: str | None = Field(default=None, pattern="^(telegram|whatsapp|viber)$")

    @model_validator(mode="after")
    def _is_a_period(self) -> Self:
        if self.first_day is not None and self.last_day is not None:
            if self.last_day < self.first_day:
                raise ValueError("last_day lies before first_day")
            if self.last_day - self.first_day >= LONGEST_REPORT:
                raise ValueError(f"a report covers {LONGEST_REPORT.days} days at most")
        return self


class Percentiles(_Frozen):
    """How a duration is spread; ``None`` where nothing was measured."""

    p50: float | None = None
    p95: float | None = None
    p99: float | None = None


class Funnel(_Frozen):
    """People who came to each step, in any order of the others."""

    searched: int = 0
    viewed: int = 0
    carted: int = 0
    ordered: int = 0


class Revenue(_Frozen):
    """Money of one currency, in minor units (tiyn, cents)."""

    currency: str
    placed_minor: int
    """Of orders placed in the period."""
    cancelled_minor: int
    """Of orders cancelled in the period, whenever they were placed."""


class Metrics(_Frozen):
    """What a report tells of all events, or of one group of them."""

    messages: int = 0
    """Written by people."""
    replies: int = 0
    """Said by bots."""
    staff_replies: int = 0
    """Said by people of the staff."""
    active_people: int = 0
    """People who wrote at least once; somebody known on two messengers is one."""
    searches: int = 0
    empty_searches: int = 0
    """Searches that found nothing."""
    funnel: Funnel = Funnel()
    orders: int = 0
    revenue: tuple[Revenue, ...] = ()
    response_ms: Percentiles = Percentiles()
    """From a person's last message to the bot's answer, in milliseconds."""
    escalations: int = 0
    escalation_rate: float | None = None
    """Escalations per active person."""
    time_to_answer_seconds: Percentiles = Percentiles()
    """From an escalation to the first answer of a person of the staff."""
    alerts_sent: int = 0


class Group(_Frozen):
    """One row of the breakdown. ``key``: a day (ISO), the id of a city or bot, or a platform; ``None``: no such."""

    key: str | None
    metrics: Metrics


class SearchCount(_Frozen):
    """What people looked for."""

    query: str
    times: int


class AnalyticsReport(_Frozen):
    """A report on a period of days, each by the clock of the city where it happened.

    ``timezone``: of the cities counted, where it is one; else the company's, whose day today is.
    """

    first_day: date
    last_day: date
    timezone: str
    by: Breakdown
    totals: Metrics
    groups: tuple[Group, ...]
    top_searches: tuple[SearchCount, ...]
    empty_searches: tuple[SearchCount, ...]
    """What was looked for most and not found."""
    own_events: Mapping[str, int]
    """The shop's own events by kind."""
