"""``zeta escalations``: dialogs that wait for a person."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

import typer

from infra.local.cli.administration import Administration, administer
from infra.local.cli.lookup import CompanyOption, chosen_companies, chosen_company
from infra.local.cli.tables import table
from shared.escalations import service as escalations
from shared.escalations.schemas import Escalation

commands = typer.Typer(no_args_is_help=True, help="Dialogs in which the bot is silent until a person is done.")

RESOLVED_BY = "staff"


@commands.command("list")
def list_all(company: CompanyOption = None) -> None:
    """List open escalations, oldest first; of every company unless one is chosen."""

    async def work(administration: Administration) -> list[tuple[str, Escalation]]:
        found: list[tuple[str, Escalation]] = []
        for owner in await chosen_companies(administration, company):
            async with administration.database.session_scope(owner.id) as session:
                found += [(owner.slug, escalation) for escalation in await escalations.list_open(session)]
        return found

    table(
        ("id", "company", "dialog", "reason", "since", "until"),
        (
            (found.id, slug, found.dialog_id, found.reason, found.opened_at, found.expires_at)
            for slug, found in administer(work)
        ),
        empty="No open escalations.",
    )


@commands.command("resolve")
def resolve(
    escalation: Annotated[UUID, typer.Argument(help="Id of the escalation (`zeta escalations list`).")],
    company: CompanyOption = None,
) -> None:
    """End an escalation: the bot answers in that dialog again."""

    async def work(administration: Administration) -> None:
        owner = await chosen_company(administration, company)
        async with administration.database.session_scope(owner.id) as session:
            await escalations.resolve(session, by=RESOLVED_BY, escalation_id=escalation)

    administer(work)
    typer.echo("resolved: the bot answers there again")
