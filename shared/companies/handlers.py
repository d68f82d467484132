"""What administrators do with the company and its cities; each method is one endpoint and one transaction."""

from __future__ import annotations

from uuid import UUID

from shared.companies import service
from shared.companies.schemas import CityChanges, CityFilter, CityView, CompanySettings, CompanyView, NewCity
from shared.identity import audit
from shared.identity.schemas import Caller
from shared.kernel.answers import Created
from shared.kernel.etags import IfMatch
from shared.kernel.paging import Page
from shared.runtime.database import Database

__all__ = ["CityHandlers", "CompanyHandlers"]


class CompanyHandlers:
    """The company itself."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, caller: Caller) -> CompanyView:
        """Show the company."""
        async with self._database.session_scope(caller.company_id) as session:
            return await service.current_company(session)

    async def update(self, caller: Caller, body: CompanySettings, if_match: IfMatch) -> CompanyView:
        """Change the company.

        Fields that are left out stay. `daily_model_budget: null` returns to the platform's default.
        """
        async with self._database.session_scope(caller.company_id) as session:
            before = await service.get_company(session, caller.company_id, lock=True)
            if_match.check(before)
            await service.update_company(session, caller.company_id, body.changes())
            after = await service.get_company(session, caller.company_id)
            await audit.record(
                session,
                caller,
                action="company.updated",
                subject_type="company",
                subject_id=str(caller.company_id),
                before=before.model_dump(exclude={"config_version"}),
                after=after.model_dump(exclude={"config_version"}),
            )
            return after


class CityHandlers:
    """Where the company sells."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def list(self, caller: Caller, filters: CityFilter) -> Page[CityView]:
        """List the company's cities."""
        async with self._database.session_scope(caller.company_id) as session:
            return await service.page_cities(session, filters)

    async def get(self, caller: Caller, city_id: UUID) -> CityView:
        """Show one city."""
        async with self._database.session_scope(caller.company_id) as session:
            return await service.get_city(session, city_id)

    async def create(self, caller: Caller, body: NewCity) -> Created[CityView]:
        """Add a city.

        What is left out (time zone, currency, language) is taken from the company.
        """
        async with self._database.session_scope(caller.company_id) as session:
            city = await service.create_city(session, caller.company_id, body)
            await audit.record(
                session,
                caller,
                action="city.created",
                subject_type="city",
                subject_id=str(city.id),
                before=None,
                after=city.model_dump(),
            )
        return Created(city, f"cities/{city.id}")

    async def update(self, caller: Caller, city_id: UUID, body: CityChanges, if_match: IfMatch) -> CityView:
        """Change a city.

        Fields that are left out stay. `active: false` takes the city out of use and keeps its data.
        """
        async with self._database.session_scope(caller.company_id) as session:
            before = await service.get_city(session, city_id, lock=True)
            if_match.check(before)
            after = await service.update_city(session, city_id, body)
            await audit.record(
                session,
                caller,
                action="city.updated",
                subject_type="city",
                subject_id=str(city_id),
                before=before.model_dump(),
                after=after.model_dump(),
            )
            return after

    async def delete(self, caller: Caller, city_id: UUID, if_match: IfMatch) -> None:
        """Delete a city that nothing needs any more.

        Its configuration and prompts go with it. A city that has bots or goods is refused with 409: take it out of
        use instead.

        Raises:
            Conflict: it is in use.
        """
        async with self._database.session_scope(caller.company_id) as session:
            before = await service.get_city(session, city_id, lock=True)
            if_match.check(before)
            await service.delete_city(session, city_id)
            await audit.record(
                session,
                caller,
                action="city.deleted",
                subject_type="city",
                subject_id=str(city_id),
                before=before.model_dump(),
                after=None,
            )
