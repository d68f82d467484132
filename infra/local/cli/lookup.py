"""What a person names on the command line, by slug, name or id, and what that is in the database."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

import typer

from infra.local.cli.administration import Administration
from shared.bots import service as bots
from shared.bots.schemas import BotView
from shared.companies import service as companies
from shared.companies.schemas import CompanyListing
from shared.kernel.errors import InvalidInput, NotFound

__all__ = ["BotArgument", "CityOption", "CompanyOption", "bot_named", "chosen_companies", "chosen_company"]

CompanyOption = Annotated[
    str | None,
    typer.Option("--company", "-c", envvar="ZETA_COMPANY", help="Slug of the company, where there are several."),
]
CityOption = Annotated[str, typer.Option("--city", help="Slug of the city.")]
BotArgument = Annotated[str, typer.Argument(help="Id or name of the bot.")]


async def chosen_company(administration: Administration, slug: str | None) -> CompanyListing:
    """The company of that slug; without one, the only company there is.

    Raises:
        NotFound: no company has the slug.
        InvalidInput: no slug, and not exactly one company.
    """
    async with administration.database.system_scope() as session:
        if slug is not None:
            return await companies.find_company(session, slug)
        existing = await companies.list_companies(session)
    if not existing:
        raise InvalidInput("there is no company yet: create one with `zeta company create SLUG --name NAME`")
    if len(existing) > 1:
        raise InvalidInput("several companies exist: choose one with --company (`zeta company list`)")
    return existing[0]


async def chosen_companies(administration: Administration, slug: str | None) -> list[CompanyListing]:
    """The company of that slug; without one, every company.

    Raises:
        NotFound: no company has the slug.
    """
    async with administration.database.system_scope() as session:
        return [await companies.find_company(session, slug)] if slug else await companies.list_companies(session)


async def bot_named(administration: Administration, company_id: UUID, reference: str) -> BotView:
    """The company's bot of that id or name.

    Raises:
        NotFound: none has it.
        InvalidInput: several bots have the name.
    """
    async with administration.database.session_scope(company_id) as session:
        existing = await bots.list_bots(session)
    found = [bot for bot in existing if reference in (str(bot.id), bot.name)]
    if not found:
        raise NotFound("bot", reference)
    if len(found) > 1:
        raise InvalidInput(f"several bots are called {reference}: give the id (`zeta bot list`)")
    return found[0]
