"""Queries over companies and cities. Row level security narrows each to the session's company."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncSession

from shared.companies.models import City, Company
from shared.companies.schemas import CityFilter
from shared.runtime.keyset import Key, fetch_page

__all__ = [
    "ListedRow",
    "all_companies",
    "cities",
    "city",
    "city_by_slug",
    "city_page",
    "company",
    "company_by_slug",
    "current_company",
]

ListedRow = Row[UUID, str, str, bool, int]
"""id, slug, name, active, config_version"""

_LISTED = (Company.id, Company.slug, Company.name, Company.active, Company.config_version)


async def company(session: AsyncSession, company_id: UUID, *, lock: bool = False) -> Company | None:
    """The company, read anew: its version is raised behind the session's back; ``lock`` holds it."""
    hold = {"key_share": True} if lock else None
    return await session.get(Company, company_id, populate_existing=True, with_for_update=hold)


async def current_company(session: AsyncSession) -> Company | None:
    """The company that the session was opened for: row level security shows no other."""
    return (await session.scalars(select(Company).execution_options(populate_existing=True))).one_or_none()


async def all_companies(session: AsyncSession) -> Sequence[ListedRow]:
    """Every company, by slug: the columns that the system role may read."""
    return (await session.execute(select(*_LISTED).order_by(Company.slug))).all()


async def company_by_slug(session: AsyncSession, slug: str) -> ListedRow | None:
    """The company of that slug: the columns that the system role may read."""
    return (await session.execute(select(*_LISTED).where(Company.slug == slug))).one_or_none()


async def city(session: AsyncSession, city_id: UUID, *, lock: bool = False) -> City | None:
    """The city; ``lock`` makes others that lock it wait for this transaction's end."""
    query = select(City).where(City.id == city_id).execution_options(populate_existing=True)
    if lock:
        query = query.with_for_update(key_share=True)
    return (await session.scalars(query)).one_or_none()


async def city_by_slug(session: AsyncSession, slug: str) -> City | None:
    """The city of that slug."""
    return (await session.scalars(select(City).where(City.slug == slug))).one_or_none()


async def cities(session: AsyncSession, *, only_active: bool) -> Sequence[City]:
    """The cities, by name."""
    query = select(City).order_by(City.name, City.id)
    if only_active:
        query = query.where(City.active)
    return (await session.scalars(query)).all()


_SORTS = {
    "name": (Key(City.name, str), Key(City.id, UUID)),
    "-name": (Key(City.name, str, descending=True), Key(City.id, UUID, descending=True)),
}


async def city_page(session: AsyncSession, filters: CityFilter) -> tuple[Sequence[City], str | None]:
    """One page of the cities, and the cursor of the next."""
    query = select(City)
    if filters.active is not None:
        query = query.where(City.active == filters.active)
    return await fetch_page(session, query, _SORTS, filters.sort, filters)
