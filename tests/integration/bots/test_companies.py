"""Companies and cities: created, listed, changed, taken out of use."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from shared.companies import service as companies
from shared.companies.schemas import CityChanges, CompanyChanges, NewCity, NewCompany
from shared.kernel.errors import Conflict, NotFound
from shared.kernel.ids import new_id
from shared.kernel.languages import Language
from shared.runtime.database import Database
from tests.integration.shops import Shop


async def test_a_city_takes_from_its_company_what_it_leaves_open(database: Database) -> None:
    company_id = new_id()
    new = NewCompany(
        slug="osh", name="Ош", language=Language.KK, currency="KGS", timezone="Asia/Bishkek", daily_model_budget=2.5
    )
    async with database.session_scope(company_id) as session:
        created = await companies.create_company(session, company_id, new)
        city = await companies.create_city(session, company_id, NewCity(slug="osh", name="Ош", currency="USD"))
    assert (created.daily_model_budget, created.config_version) == (2.5, 1)
    assert (city.timezone, city.currency, city.language) == ("Asia/Bishkek", "USD", Language.KK)


async def test_a_slug_belongs_to_one_company(database: Database, shop: Shop) -> None:
    company_id = new_id()
    with pytest.raises(Conflict, match="uyut"):
        async with database.session_scope(company_id) as session:
            await companies.create_company(session, company_id, NewCompany(slug="uyut", name="Copy"))
    async with database.session_scope(company_id) as session:
        with pytest.raises(NotFound):
            await companies.get_company(session, company_id)


async def test_city_slugs_are_unique_inside_a_company_only(
    database: Database, shop: Shop, other_shop: Shop
) -> None:
    with pytest.raises(Conflict, match="almaty"):
        async with database.session_scope(shop.company_id) as session:
            await companies.create_city(session, shop.company_id, NewCity(slug="almaty", name="Алматы"))
    async with database.session_scope(other_shop.company_id) as session:
        assert (await companies.find_city(session, "almaty")).id == other_shop.city_id


async def test_a_city_out_of_use_keeps_its_data_and_leaves_the_list_of_active_ones(
    database: Database, shop: Shop
) -> None:
    async with database.session_scope(shop.company_id) as session:
        await companies.update_city(session, shop.city_id, CityChanges(active=False, name="Алма-Ата"))
    async with database.session_scope(shop.company_id) as session:
        assert await companies.list_cities(session, only_active=True) == []
        assert [city.name for city in await companies.list_cities(session)] == ["Алма-Ата"]


async def test_changes_touch_only_the_fields_that_were_set(database: Database, shop: Shop) -> None:
    async with database.session_scope(shop.company_id) as session:
        budgeted = await companies.update_company(session, shop.company_id, CompanyChanges(daily_model_budget=1))
    async with database.session_scope(shop.company_id) as session:
        renamed = await companies.update_company(session, shop.company_id, CompanyChanges(name="Уют+"))
    async with database.session_scope(shop.company_id) as session:
        freed = await companies.update_company(session, shop.company_id, CompanyChanges(daily_model_budget=None))
    assert (renamed.name, renamed.daily_model_budget) == ("Уют+", 1)
    assert freed.daily_model_budget is None
    assert budgeted.config_version < renamed.config_version < freed.config_version


@pytest.mark.parametrize(
    "wrong",
    [{"slug": "No Caps"}, {"slug": "-a"}, {"timezone": "Asia/Atlantis"}, {"currency": "tenge"}, {"name": ""}],
)
def test_what_breaks_a_rule_is_refused_before_the_database(wrong: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        NewCompany.model_validate({"slug": "a", "name": "A"} | wrong)
