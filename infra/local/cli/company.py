"""``zeta company``: create and list tenants."""

from __future__ import annotations

from typing import Annotated

import typer

from infra.local.cli.administration import Administration, administer
from infra.local.cli.tables import facts, table
from shared.companies import service as companies
from shared.companies.schemas import CompanyListing, CompanyView, NewCompany
from shared.kernel.ids import new_id
from shared.kernel.languages import Language

commands = typer.Typer(no_args_is_help=True, help="Companies: the tenants of this installation.")


@commands.command("create")
def create(
    *,
    slug: Annotated[str, typer.Argument(help="Short name for commands: small Latin letters, digits, hyphens.")],
    name: Annotated[str, typer.Option("--name", help="Name as shoppers read it.")],
    language: Annotated[Language, typer.Option("--language", help="Default language.")] = Language.RU,
    currency: Annotated[str, typer.Option("--currency", help="ISO 4217 code.")] = "KZT",
    timezone: Annotated[str, typer.Option("--timezone", help="IANA name.")] = "Asia/Almaty",
    budget: Annotated[
        float | None, typer.Option("--daily-model-budget", help="US dollars a day; default: the platform's.")
    ] = None,
) -> None:
    """Create a company."""

    async def work(administration: Administration) -> CompanyView:
        new = NewCompany(
            slug=slug,
            name=name,
            language=language,
            currency=currency,
            timezone=timezone,
            daily_model_budget=budget,
        )
        company_id = new_id()
        async with administration.database.session_scope(company_id) as session:
            return await companies.create_company(session, company_id, new)

    created = administer(work)
    facts([("id", created.id), ("slug", created.slug), ("name", created.name)])
    typer.echo(f"Next: zeta city create almaty --name Алматы --company {created.slug}")


@commands.command("list")
def list_all() -> None:
    """List the companies."""

    async def work(administration: Administration) -> list[CompanyListing]:
        async with administration.database.system_scope() as session:
            return await companies.list_companies(session)

    table(
        ("id", "slug", "name", "active", "version"),
        (
            (company.id, company.slug, company.name, company.active, company.config_version)
            for company in administer(work)
        ),
        empty="No company yet: zeta company create SLUG --name NAME",
    )
