"""``zeta city``: create, list and change a company's cities."""

from __future__ import annotations

from typing import Annotated

import typer

from infra.local.cli.administration import Administration, administer
from infra.local.cli.lookup import CompanyOption, chosen_company
from infra.local.cli.tables import facts, table
from shared.companies import service as companies
from shared.companies.schemas import CityChanges, CityView, NewCity
from shared.kernel.languages import Language

commands = typer.Typer(no_args_is_help=True, help="Cities of a company, each with its prompt, settings and clock.")

SlugArgument = Annotated[str, typer.Argument(help="Short name: small Latin letters, digits, hyphens.")]
TimezoneOption = Annotated[str | None, typer.Option("--timezone", help="IANA name; default: the company's.")]
CurrencyOption = Annotated[str | None, typer.Option("--currency", help="ISO 4217 code; default: the company's.")]
LanguageOption = Annotated[Language | None, typer.Option("--language", help="Default: the company's.")]


@commands.command("create")
def create(
    *,
    slug: SlugArgument,
    name: Annotated[str, typer.Option("--name", help="Name as shoppers read it.")],
    company: CompanyOption = None,
    timezone: TimezoneOption = None,
    currency: CurrencyOption = None,
    language: LanguageOption = None,
) -> None:
    """Create a city."""

    async def work(administration: Administration) -> CityView:
        new = NewCity(slug=slug, name=name, timezone=timezone, currency=currency, language=language)
        owner = await chosen_company(administration, company)
        async with administration.database.session_scope(owner.id) as session:
            return await companies.create_city(session, owner.id, new)

    _show(administer(work))


@commands.command("update")
def update(
    *,
    slug: SlugArgument,
    company: CompanyOption = None,
    name: Annotated[str | None, typer.Option("--name", help="Name as shoppers read it.")] = None,
    timezone: TimezoneOption = None,
    currency: CurrencyOption = None,
    language: LanguageOption = None,
    active: Annotated[bool | None, typer.Option("--active/--inactive", help="Whether the city is in use.")] = None,
) -> None:
    """Change a city, or take it out of use."""

    async def work(administration: Administration) -> CityView:
        asked = {
            "name": name,
            "timezone": timezone,
            "currency": currency,
            "language": language,
            "active": active,
        }
        changes = CityChanges.model_validate({field: value for field, value in asked.items() if value is not None})
        owner = await chosen_company(administration, company)
        async with administration.database.session_scope(owner.id) as session:
            found = await companies.find_city(session, slug)
            return await companies.update_city(session, found.id, changes)

    _show(administer(work))


@commands.command("list")
def list_all(company: CompanyOption = None) -> None:
    """List the cities of a company."""

    async def work(administration: Administration) -> list[CityView]:
        owner = await chosen_company(administration, company)
        async with administration.database.session_scope(owner.id) as session:
            return await companies.list_cities(session)

    table(
        ("id", "slug", "name", "timezone", "currency", "language", "active"),
        (
            (city.id, city.slug, city.name, city.timezone, city.currency, city.language, city.active)
            for city in administer(work)
        ),
        empty="No city yet: zeta city create SLUG --name NAME",
    )


def _show(city: CityView) -> None:
    facts(
        [
            ("id", city.id),
            ("slug", city.slug),
            ("name", city.name),
            ("timezone", city.timezone),
            ("currency", city.currency),
            ("language", city.language),
            ("active", city.active),
        ]
    )
