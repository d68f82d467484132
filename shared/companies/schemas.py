"""What goes into and comes out of the companies capability."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from shared.kernel.changes import Changes, left_out
from shared.kernel.languages import DEFAULT_LANGUAGE, Language
from shared.kernel.money import Currency
from shared.kernel.paging import PageQuery

__all__ = [
    "CityChanges",
    "CityFilter",
    "CityView",
    "CompanyChanges",
    "CompanyListing",
    "CompanySettings",
    "CompanyView",
    "NewCity",
    "NewCompany",
    "Slug",
    "Timezone",
]

DEFAULT_CURRENCY = "KZT"
DEFAULT_TIMEZONE = "Asia/Almaty"


def _known_timezone(name: str) -> str:
    if name not in available_timezones():
        raise ValueError("not a time zone of the IANA database, e.g. Asia/Almaty")
    return ZoneInfo(name).key


Slug = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$")]
"""A short name for addresses and commands: small Latin letters, digits and hyphens."""
Timezone = Annotated[str, AfterValidator(_known_timezone)]
"""A name of the IANA time zone database."""
Name = Annotated[str, Field(min_length=1, max_length=200)]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", from_attributes=True)


class NewCompany(_Frozen):
    """A company to create. ``daily_model_budget`` is in US dollars; ``None``: the platform's default."""

    slug: Slug
    name: Name
    language: Language = DEFAULT_LANGUAGE
    currency: Currency = DEFAULT_CURRENCY
    timezone: Timezone = DEFAULT_TIMEZONE
    daily_model_budget: float | None = Field(default=None, ge=0)


class CompanyChanges(_Frozen):
    """Fields to change: those that were set, and no others."""

    name: Name | None = None
    language: Language | None = None
    currency: Currency | None = None
    timezone: Timezone | None = None
    daily_model_budget: float | None = Field(default=None, ge=0)
    """US dollars; an explicit ``None`` returns to the platform's default."""
    active: bool | None = None


class CompanySettings(Changes):
    """What an administrator may change of the company; fields that are left out stay."""

    name: Name = Field(default_factory=left_out)
    language: Language = Field(default_factory=left_out)
    currency: Currency = Field(default_factory=left_out)
    timezone: Timezone = Field(default_factory=left_out)
    daily_model_budget: Annotated[
        float | None,
        Field(default=None, ge=0, le=1_000_000, description="US dollars; null: the platform's default."),
    ]

    def changes(self) -> CompanyChanges:
        """The fields that were given."""
        return CompanyChanges(**self.given())


class CompanyView(_Frozen):
    """A company as other capabilities see it."""

    id: UUID
    slug: str
    name: str
    language: Language
    currency: str
    timezone: str
    active: bool
    daily_model_budget: float | None
    """US dollars a day; ``None``: the platform's default."""
    config_version: int


class CompanyListing(_Frozen):
    """What the system role may know of any company."""

    id: UUID
    slug: str
    name: str
    active: bool
    config_version: int


class NewCity(_Frozen):
    """A city to create. What is ``None`` is taken from the company."""

    slug: Slug
    name: Name
    timezone: Timezone | None = None
    currency: Currency | None = None
    language: Language | None = None


class CityChanges(Changes):
    """Fields to change: those that are not ``None``."""

    name: Name = Field(default_factory=left_out)
    timezone: Timezone = Field(default_factory=left_out)
    currency: Currency = Field(default_factory=left_out)
    language: Language = Field(default_factory=left_out)
    active: bool = Field(default_factory=left_out)


class CityFilter(PageQuery):
    """Which cities to list."""

    active: bool | None = None
    sort: Literal["name", "-name"] = "name"


class CityView(_Frozen):
    """A city as other capabilities see it."""

    company_id: UUID
    id: UUID
    slug: str
    name: str
    timezone: str
    currency: str
    language: Language
    active: bool
