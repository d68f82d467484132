"""``zeta failures``: work that was given up; do it again, or let it be."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

import typer

from infra.local.cli.administration import Administration, administer
from infra.local.cli.lookup import CompanyOption, chosen_companies, chosen_company
from infra.local.cli.tables import table
from shared.dialogs import failures
from shared.dialogs.bells import Bell, Bells
from shared.runtime.cache import Cache
from shared.runtime.queues import Queues

commands = typer.Typer(no_args_is_help=True, help="Messages and sends that were given up after their attempts.")

FailureArgument = Annotated[UUID, typer.Argument(help="Id of the failure (`zeta failures list`).")]


@commands.command("list")
def list_all(
    company: CompanyOption = None,
    everything: Annotated[bool, typer.Option("--all", help="Also those that were dealt with.")] = False,
    limit: Annotated[int, typer.Option("--limit", min=1, max=1000, help="Of each company at most.")] = 100,
) -> None:
    """List failures, newest first; of every company unless one is chosen."""

    async def work(administration: Administration) -> list[tuple[str, failures.FailureView]]:
        found: list[tuple[str, failures.FailureView]] = []
        for owner in await chosen_companies(administration, company):
            async with administration.database.session_scope(owner.id) as session:
                listed = await failures.list_failures(session, resolved=everything, limit=limit)
            found += [(owner.slug, failure) for failure in listed]
        return found

    table(
        ("id", "company", "kind", "dialog", "code", "attempts", "at", "resolution"),
        (_row(slug, failure) for slug, failure in administer(work)),
        empty="No failures.",
    )


@commands.command("replay")
def replay(failure: FailureArgument, company: CompanyOption = None) -> None:
    """Do the work again, from its first attempt."""

    async def work(administration: Administration) -> None:
        owner = await chosen_company(administration, company)
        async with administration.database.session_scope(owner.id) as session:
            kind = await failures.replay(session, failure)
        await _ring(administration, "turns" if kind == "turn" else "deliveries")

    administer(work)
    typer.echo("replayed: it is done again within seconds")


@commands.command("discard")
def discard(failure: FailureArgument, company: CompanyOption = None) -> None:
    """Note that nothing more will be done about it."""

    async def work(administration: Administration) -> None:
        owner = await chosen_company(administration, company)
        async with administration.database.session_scope(owner.id) as session:
            await failures.discard(session, failure)

    administer(work)
    typer.echo("discarded")


def _row(slug: str, failure: failures.FailureView) -> tuple[object, ...]:
    return (
        failure.id,
        slug,
        failure.kind,
        failure.dialog_id,
        failure.code,
        failure.attempts,
        failure.created_at,
        failure.resolution,
    )


async def _ring(administration: Administration, bell: Bell) -> None:
    """Wake a drainer; without a queue service at hand the sweep does within seconds."""
    settings = administration.settings
    if not settings.storage_connection.get_secret_value():
        return
    queues, cache = Queues(settings), Cache(settings)
    try:
        await Bells(queues, cache, marker_seconds=settings.ring_marker_seconds).ring(bell)
    finally:
        await queues.aclose()
        await cache.aclose()
