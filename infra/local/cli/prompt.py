"""``zeta prompt``: versions of a city's system prompt."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated, TypeVar
from uuid import UUID

import typer
from sqlalchemy.ext.asyncio import AsyncSession

from infra.local.cli.administration import Administration, administer
from infra.local.cli.lookup import CityOption, CompanyOption, chosen_company
from infra.local.cli.tables import table
from shared.bots import prompts
from shared.bots.schemas import PromptView
from shared.companies import service as companies

T = TypeVar("T")

commands = typer.Typer(no_args_is_help=True, help="System prompts, per city; every change is a version.")


@commands.command("set")
def set_new(
    city: CityOption,
    file: Annotated[typer.FileText, typer.Option("--file", "-f", help="The text; - reads standard input.")],
    company: CompanyOption = None,
    draft: Annotated[bool, typer.Option("--draft", help="Keep the version without making it active.")] = False,
) -> None:
    """Add a version from a file and make it active: bots use it from their next answer on."""
    body = file.read().strip()

    async def change(session: AsyncSession, company_id: UUID, city_id: UUID) -> PromptView:
        return await prompts.create_prompt(session, company_id, city_id, body, activate=not draft)

    _tell(_in_city(company, city, change))


@commands.command("list")
def list_all(city: CityOption, company: CompanyOption = None) -> None:
    """List the versions, newest first."""

    async def read(session: AsyncSession, _company_id: UUID, city_id: UUID) -> list[PromptView]:
        return await prompts.list_prompts(session, city_id)

    table(
        ("version", "active", "created", "characters", "begins with"),
        (
            (found.version, found.active, found.created_at, len(found.body), found.body[:60].replace("\n", " "))
            for found in _in_city(company, city, read)
        ),
        empty="No prompt yet, the built-in one is used: zeta prompt set --city CITY --file FILE",
    )


@commands.command("show")
def show(
    city: CityOption, version: Annotated[int, typer.Argument(help="Version.")], company: CompanyOption = None
) -> None:
    """Print the text of one version."""

    async def read(session: AsyncSession, _company_id: UUID, city_id: UUID) -> PromptView:
        return await prompts.get_prompt(session, city_id, version)

    typer.echo(_in_city(company, city, read).body)


@commands.command("activate")
def activate(
    city: CityOption, version: Annotated[int, typer.Argument(help="Version.")], company: CompanyOption = None
) -> None:
    """Make one version the active one."""

    async def change(session: AsyncSession, _company_id: UUID, city_id: UUID) -> PromptView:
        return await prompts.activate_prompt(session, city_id, version)

    _tell(_in_city(company, city, change))


@commands.command("rollback")
def roll_back(city: CityOption, company: CompanyOption = None) -> None:
    """Return to the version before the active one."""

    async def change(session: AsyncSession, _company_id: UUID, city_id: UUID) -> PromptView:
        return await prompts.roll_back_prompt(session, city_id)

    _tell(_in_city(company, city, change))


def _in_city(company: str | None, city: str, work: Callable[[AsyncSession, UUID, UUID], Awaitable[T]]) -> T:
    async def scoped(administration: Administration) -> T:
        owner = await chosen_company(administration, company)
        async with administration.database.session_scope(owner.id) as session:
            found = await companies.find_city(session, city)
            return await work(session, owner.id, found.id)

    return administer(scoped)


def _tell(prompt: PromptView) -> None:
    typer.echo(f"version {prompt.version} is {'active' if prompt.active else 'kept as a draft'}")
