"""Two companies: neither sees or changes anything of the other; without a company nothing shows."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.ext.asyncio import AsyncSession

from shared.bots import prompts
from shared.bots import service as bots
from shared.bots.schemas import BotChanges
from shared.companies import service as companies
from shared.companies.schemas import CityChanges, CompanyChanges
from shared.kernel.errors import Misconfigured, NotFound
from shared.runtime.crypto import KeyRing
from shared.runtime.database import Database
from tests.integration.shops import Shop

TABLES = ("companies", "cities", "bots", "bot_configurations", "prompts")
Attempt = Callable[[AsyncSession, KeyRing, Shop], Awaitable[object]]


async def _furnish(database: Database, shop: Shop) -> None:
    async with database.session_scope(shop.company_id) as session:
        await bots.set_city_settings(session, shop.company_id, shop.city_id, {"greeting": "warm"})
        await prompts.create_prompt(session, shop.company_id, shop.city_id, "Продавайте диваны.")


@pytest.mark.parametrize("table", TABLES)
async def test_a_session_sees_its_own_rows_and_none_without_a_company(
    database: Database, shop: Shop, other_shop: Shop, table: str
) -> None:
    await _furnish(database, shop)
    await _furnish(database, other_shop)
    count = text(f"SELECT count(*) FROM {table}")
    async with database.session_scope(shop.company_id) as session:
        assert await session.scalar(count) == 1
    async with database.anonymous_scope() as session:
        assert await session.scalar(count) == 0


ATTEMPTS: dict[str, Attempt] = {
    "read the company": lambda s, _, other: companies.get_company(s, other.company_id),
    "rename the company": lambda s, _, other: companies.update_company(
        s, other.company_id, CompanyChanges(name="mine")
    ),
    "read the city": lambda s, _, other: companies.get_city(s, other.city_id),
    "close the city": lambda s, _, other: companies.update_city(s, other.city_id, CityChanges(active=False)),
    "read the bot": lambda s, _, other: bots.get_bot(s, other.bot_id),
    "rename the bot": lambda s, _, other: bots.update_bot(s, other.bot_id, BotChanges(name="mine")),
    "open the credentials": lambda s, ring, other: bots.credentials(s, ring, other.bot_id),
    "read the configuration": lambda s, _, other: bots.snapshot(s, other.bot_id),
    "set the city's settings": lambda s, _, other: bots.set_city_settings(s, other.company_id, other.city_id, {}),
    "add a prompt": lambda s, _, other: prompts.create_prompt(s, other.company_id, other.city_id, "mine"),
    "activate a prompt": lambda s, _, other: prompts.activate_prompt(s, other.city_id, 1),
}


@pytest.mark.parametrize("attempt", ATTEMPTS.values(), ids=ATTEMPTS.keys())
async def test_for_a_company_the_things_of_another_do_not_exist(
    database: Database, keyring: KeyRing, shop: Shop, other_shop: Shop, attempt: Attempt
) -> None:
    await _furnish(database, other_shop)
    with pytest.raises(NotFound):
        async with database.session_scope(shop.company_id) as session:
            await attempt(session, keyring, other_shop)


async def test_a_bot_cannot_be_put_into_another_companys_city(
    database: Database, shop: Shop, other_shop: Shop
) -> None:
    with pytest.raises(NotFound):
        async with database.session_scope(shop.company_id) as session:
            await bots.update_bot(session, shop.bot_id, BotChanges(city_id=other_shop.city_id))


async def test_no_row_can_be_written_for_another_company(database: Database, shop: Shop, other_shop: Shop) -> None:
    steal = text("INSERT INTO bot_configurations (company_id, city_id) VALUES (:company, :city)")
    with pytest.raises(ProgrammingError, match="row-level security"):
        async with database.session_scope(shop.company_id) as session:
            await session.execute(steal, {"company": other_shop.company_id, "city": other_shop.city_id})


async def test_credentials_copied_into_another_companys_row_stay_closed(
    database: Database, keyring: KeyRing, shop: Shop, other_shop: Shop
) -> None:
    take = text("SELECT credentials FROM bots")
    async with database.session_scope(other_shop.company_id) as session:
        sealed = await session.scalar(take)
    async with database.session_scope(shop.company_id) as session:
        await session.execute(text("UPDATE bots SET credentials = :sealed"), {"sealed": sealed})
    with pytest.raises(Misconfigured):
        async with database.session_scope(shop.company_id) as session:
            await bots.credentials(session, keyring, shop.bot_id)


async def test_the_system_role_sees_names_of_companies_but_no_credentials(
    database: Database, shop: Shop, other_shop: Shop
) -> None:
    async with database.system_scope() as session:
        assert [company.slug for company in await companies.list_companies(session)] == ["sklad", "uyut"]
    for forbidden in ("SELECT credentials FROM bots", "SELECT body FROM prompts", "SELECT * FROM companies"):
        with pytest.raises(ProgrammingError, match="permission denied"):
            async with database.system_scope() as session:
                await session.execute(text(forbidden))
