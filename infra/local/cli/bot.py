"""``zeta bot``: create bots, connect them to their messenger, and see how they are."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

import typer
from pydantic import SecretStr

from infra.local.cli.administration import Administration, administer
from infra.local.cli.channels import connect_once
from infra.local.cli.credentials import read_credentials
from infra.local.cli.lookup import BotArgument, CompanyOption, bot_named, chosen_company
from infra.local.cli.tables import facts, table
from shared.bots import service as bots
from shared.bots.connection import Connection, credential_names, steps_before
from shared.bots.schemas import BotChanges, BotView, NewBot
from shared.channels.contract import Platform
from shared.companies import service as companies
from shared.kernel.languages import Language

commands = typer.Typer(no_args_is_help=True, help="Bots: one account at one messenger each.")

StdinOption = Annotated[
    bool, typer.Option("--credentials-stdin", help="Read the credentials as a JSON object from standard input.")
]
BaseUrlOption = Annotated[
    str | None, typer.Option("--base-url", help="Where messengers reach the app; default: PUBLIC_BASE_URL.")
]


@commands.command("create")
def create(
    *,
    platform: Annotated[Platform, typer.Option("--platform", "-p", help="The messenger.")],
    name: Annotated[str, typer.Option("--name", help="Name for administrators and group chats.")],
    company: CompanyOption = None,
    city: Annotated[str | None, typer.Option("--city", help="Slug of the city it serves; default: all.")] = None,
    language: Annotated[Language | None, typer.Option("--language", help="Default: the city's.")] = None,
    mode: Annotated[str, typer.Option("--mode", help="What answers.")] = "assistant",
    credentials_stdin: StdinOption = False,
) -> None:
    """Create a bot. Credentials come from the environment (ZETA_TELEGRAM_TOKEN), a prompt, or standard input."""

    async def work(administration: Administration) -> BotView:
        names = credential_names(platform)
        owner = await chosen_company(administration, company)
        given = read_credentials(platform, names, from_stdin=credentials_stdin)
        async with administration.database.session_scope(owner.id) as session:
            place = await companies.find_city(session, city) if city is not None else None
            new = NewBot(
                platform=platform,
                name=name,
                credentials=given,
                language=language,
                mode=mode,
                city_id=place.id if place else None,
            )
            return await bots.create_bot(session, administration.keyring, owner.id, new, names)

    created = administer(work)
    facts([("id", created.id), ("platform", created.platform), ("name", created.name)])
    typer.echo(f"Next: zeta bot connect {created.id}")


@commands.command("list")
def list_all(company: CompanyOption = None) -> None:
    """List the bots of a company."""

    async def work(administration: Administration) -> list[BotView]:
        owner = await chosen_company(administration, company)
        async with administration.database.session_scope(owner.id) as session:
            return await bots.list_bots(session)

    table(
        ("id", "platform", "name", "username", "mode", "language", "active", "refused because"),
        (
            (bot.id, bot.platform, bot.name, bot.username, bot.mode, bot.language, bot.active, bot.misconfigured)
            for bot in administer(work)
        ),
        empty="No bot yet: zeta bot create --platform telegram --name NAME",
    )


@commands.command("show")
def show(bot: BotArgument, company: CompanyOption = None, base_url: BaseUrlOption = None) -> None:
    """Show a bot, its webhook address and which credentials it has, but not their values."""

    async def work(administration: Administration) -> tuple[BotView, list[str], str]:
        owner = await chosen_company(administration, company)
        found = await bot_named(administration, owner.id, bot)
        async with administration.database.session_scope(owner.id) as session:
            given = await bots.credentials(session, administration.keyring, found.id)
        return found, sorted(given), _webhook_url(administration, found, base_url)

    found, names, webhook_url = administer(work)
    facts(
        [
            ("id", found.id),
            ("platform", found.platform),
            ("name", found.name),
            ("username", found.username),
            ("mode", found.mode),
            ("language", found.language),
            ("city", found.city_id),
            ("active", found.active),
            ("refused because", found.misconfigured),
            ("credentials", ", ".join(names)),
            ("webhook", webhook_url),
        ]
    )


@commands.command("credentials")
def replace_credentials(
    bot: BotArgument, company: CompanyOption = None, credentials_stdin: StdinOption = False
) -> None:
    """Put new credentials in place of a bot's old ones."""

    async def work(administration: Administration) -> None:
        owner = await chosen_company(administration, company)
        found = await bot_named(administration, owner.id, bot)
        names = credential_names(found.platform)
        given = read_credentials(found.platform, names, from_stdin=credentials_stdin)
        async with administration.database.session_scope(owner.id) as session:
            await bots.replace_credentials(session, administration.keyring, found.id, given, names)

    administer(work)
    typer.echo("replaced: every worker uses the new ones within 5 seconds; now run `zeta bot connect` again")


@commands.command("enable")
def enable(bot: BotArgument, company: CompanyOption = None) -> None:
    """Take a bot into use."""
    _set_active(bot, company, active=True)


@commands.command("disable")
def disable(bot: BotArgument, company: CompanyOption = None) -> None:
    """Take a bot out of use: its webhooks are refused, nothing is deleted."""
    _set_active(bot, company, active=False)


@commands.command("connect")
def connect_to_platform(bot: BotArgument, company: CompanyOption = None, base_url: BaseUrlOption = None) -> None:
    """Point the messenger at the bot's webhook and check it; for WhatsApp print the steps, and check them."""

    async def work(administration: Administration) -> Connection:
        owner = await chosen_company(administration, company)
        found = await bot_named(administration, owner.id, bot)
        webhook_url = _webhook_url(administration, found, base_url)
        async with administration.database.session_scope(owner.id) as session:
            given = await bots.credentials(session, administration.keyring, found.id)
        _print_steps(found.platform, webhook_url, given)
        connection = await connect_once(administration.settings, found.platform, given, webhook_url)
        async with administration.database.session_scope(owner.id) as session:
            await bots.note_connected(session, found.id, username=connection.username)
        return connection

    facts(administer(work).facts)
    typer.echo("connected")


def _print_steps(platform: Platform, webhook_url: str, credentials: dict[str, SecretStr]) -> None:
    steps = steps_before(platform, webhook_url)
    for number, step in enumerate(steps, start=1):
        typer.echo(f"{number}. {step}")
    if steps and "verify_token" in credentials:
        # a person must type it into Meta's form: the one secret that a command shows
        typer.echo(f"Verify token: {credentials['verify_token'].get_secret_value()}")
        typer.echo("Checking what Meta knows of the number…")


def _webhook_url(administration: Administration, bot: BotView, base_url: str | None) -> str:
    return bots.webhook_url(base_url or administration.settings.public_base_url, bot.platform, bot.id)


def _set_active(bot: str, company: str | None, *, active: bool) -> None:
    async def work(administration: Administration) -> UUID:
        owner = await chosen_company(administration, company)
        found = await bot_named(administration, owner.id, bot)
        async with administration.database.session_scope(owner.id) as session:
            return (await bots.update_bot(session, found.id, BotChanges(active=active))).id

    typer.echo(f"{administer(work)} is {'in use' if active else 'out of use'}")
