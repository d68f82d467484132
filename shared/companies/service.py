"""Companies and their cities. Functions take the caller's transaction and never commit."""

from __future__ import annotations

from uuid import UUID

import psycopg
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from shared.companies import repository
from shared.companies.models import City, Company
from shared.companies.schemas import (
    CityChanges,
    CityFilter,
    CityView,
    CompanyChanges,
    CompanyListing,
    CompanyView,
    NewCity,
    NewCompany,
)
from shared.kernel.errors import Conflict, NotFound, Taken
from shared.kernel.ids import new_id
from shared.kernel.languages import Language
from shared.kernel.paging import Page

__all__ = [
    "create_city",
    "create_company",
    "current_company",
    "delete_city",
    "find_city",
    "find_company",
    "get_city",
    "get_company",
    "list_cities",
    "list_companies",
    "page_cities",
    "update_city",
    "update_company",
]

_MICROS = 1_000_000


async def create_company(session: AsyncSession, company_id: UUID, new: NewCompany) -> CompanyView:
    """Create the company ``company_id``; the session must have been opened for that very id.

    Raises:
        Conflict: the slug is taken, or the id exists.
    """
    fields = new.model_dump(exclude={"daily_model_budget"})
    row = Company(id=company_id, daily_model_budget_micros=_micros(new.daily_model_budget), **fields)
    await _insert(session, row, taken=f"there is a company {new.slug} already")
    return await get_company(session, company_id)


async def get_company(session: AsyncSession, company_id: UUID, *, lock: bool = False) -> CompanyView:
    """The company; ``lock`` makes others that change it wait for this transaction's end.

    Raises:
        NotFound: there is none of that id for this session.
    """
    return _company_view(await _company(session, company_id, lock=lock))


async def current_company(session: AsyncSession) -> CompanyView:
    """The company that the session was opened for.

    Raises:
        NotFound: it does not exist.
    """
    row = await repository.current_company(session)
    if row is None:
        raise NotFound("company", "of this session")
    return _company_view(row)


async def update_company(session: AsyncSession, company_id: UUID, changes: CompanyChanges) -> CompanyView:
    """Change the fields that were set.

    Raises:
        NotFound: there is none of that id for this session.
    """
    row = await _company(session, company_id)
    for name, value in changes.model_dump(exclude_unset=True).items():
        if name == "daily_model_budget":
            row.daily_model_budget_micros = _micros(value)
        elif value is not None:
            setattr(row, name, value)
    await session.flush()
    return await get_company(session, company_id)


async def list_companies(session: AsyncSession) -> list[CompanyListing]:
    """Every company, by slug. For a session of the system role: any other sees its own company alone."""
    return [CompanyListing.model_validate(row) for row in await repository.all_companies(session)]


async def find_company(session: AsyncSession, slug: str) -> CompanyListing:
    """The company of that slug. For a session of the system role.

    Raises:
        NotFound: there is none.
    """
    row = await repository.company_by_slug(session, slug)
    if row is None:
        raise NotFound("company", slug)
    return CompanyListing.model_validate(row)


async def create_city(session: AsyncSession, company_id: UUID, new: NewCity) -> CityView:
    """Create a city; what ``new`` leaves open is the company's.

    Raises:
        NotFound: there is no such company for this session.
        Conflict: the company has a city of that slug.
    """
    company = await _company(session, company_id)
    row = City(
        company_id=company_id,
        id=new_id(),
        slug=new.slug,
        name=new.name,
        timezone=new.timezone or company.timezone,
        currency=new.currency or company.currency,
        language=new.language or company.language,
    )
    await _insert(session, row, taken=f"the company has a city {new.slug} already")
    return CityView.model_validate(row)


async def get_city(session: AsyncSession, city_id: UUID, *, lock: bool = False) -> CityView:
    """The city; ``lock`` serialises writers of what belongs to it until the transaction ends.

    Raises:
        NotFound: there is none of that id for this session.
    """
    return CityView.model_validate(await _city(session, city_id, lock=lock))


async def find_city(session: AsyncSession, slug: str) -> CityView:
    """The city of that slug.

    Raises:
        NotFound: there is none for this session.
    """
    row = await repository.city_by_slug(session, slug)
    if row is None:
        raise NotFound("city", slug)
    return CityView.model_validate(row)


async def list_cities(session: AsyncSession, *, only_active: bool = False) -> list[CityView]:
    """The company's cities, by name."""
    return [CityView.model_validate(row) for row in await repository.cities(session, only_active=only_active)]


async def update_city(session: AsyncSession, city_id: UUID, changes: CityChanges) -> CityView:
    """Change the fields that were given; ``active=False`` takes the city out of use and keeps its data.

    Raises:
        NotFound: there is none of that id for this session.
    """
    row = await _city(session, city_id, lock=True)
    for name, value in changes.given().items():
        setattr(row, name, value)
    await session.flush()
    return CityView.model_validate(row)


async def page_cities(session: AsyncSession, filters: CityFilter) -> Page[CityView]:
    """One page of the company's cities.

    Raises:
        InvalidInput: the cursor is none of this list.
    """
    rows, following = await repository.city_page(session, filters)
    return Page(items=[CityView.model_validate(row) for row in rows], next=following)


async def delete_city(session: AsyncSession, city_id: UUID) -> None:
    """Delete a city that nothing needs any more, its configuration and prompts with it.

    Raises:
        NotFound: there is none of that id for this session.
        Conflict: bots, goods or orders belong to it; it can be taken out of use instead.
    """
    await session.delete(await _city(session, city_id, lock=True))
    try:
        await session.flush()
    except IntegrityError as error:
        if isinstance(error.orig, psycopg.errors.ForeignKeyViolation):
            raise Conflict("the city is in use") from error
        raise


async def _company(session: AsyncSession, company_id: UUID, *, lock: bool = False) -> Company:
    row = await repository.company(session, company_id, lock=lock)
    if row is None:
        raise NotFound("company", company_id)
    return row


async def _city(session: AsyncSession, city_id: UUID, *, lock: bool) -> City:
    row = await repository.city(session, city_id, lock=lock)
    if row is None:
        raise NotFound("city", city_id)
    return row


async def _insert(session: AsyncSession, row: Company | City, *, taken: str) -> None:
    """Insert at once, so that a taken name is told here and not at the commit."""
    session.add(row)
    try:
        await session.flush()
    except IntegrityError as error:
        if isinstance(error.orig, psycopg.errors.UniqueViolation):
            raise Taken(taken, field="slug") from error
        raise


def _micros(dollars: float | None) -> int | None:
    return None if dollars is None else round(dollars * _MICROS)


def _company_view(row: Company) -> CompanyView:
    micros = row.daily_model_budget_micros
    return CompanyView(
        id=row.id,
        slug=row.slug,
        name=row.name,
        language=Language(row.language),
        currency=row.currency,
        timezone=row.timezone,
        active=row.active,
        daily_model_budget=None if micros is None else micros / _MICROS,
        config_version=row.config_version,
    )
