"""``zeta user``: the users of a company, for the operator: the first owner, and a way back in."""

from __future__ import annotations

import os
import secrets
import sys
from datetime import timedelta
from typing import Annotated

import typer
from pydantic import SecretStr, TypeAdapter

from infra.local.cli.administration import Administration, administer
from infra.local.cli.lookup import CompanyOption, chosen_company
from infra.local.cli.tables import facts, table
from shared.companies import service as companies
from shared.identity import audit, service
from shared.identity.accounts import ChosenPassword, Email, User
from shared.identity.mails import Links
from shared.identity.passwords import Passwords
from shared.identity.permissions import Role
from shared.identity.resets import issue_by_operator
from shared.kernel.errors import NotFound
from shared.kernel.languages import Language
from shared.runtime.settings import Settings

commands = typer.Typer(no_args_is_help=True, help="Users of a company.")

PASSWORD_VARIABLE = "ZETA_USER_PASSWORD"  # noqa: S105 - the variable's name
EmailArgument = Annotated[str, typer.Argument(help="The user's e-mail address.")]


@commands.command("add")
def add(
    email: EmailArgument,
    *,
    company: CompanyOption = None,
    name: Annotated[str, typer.Option("--name", help="The user's name.")] = "",
    role: Annotated[Role, typer.Option("--role", help="What the user may do.")] = Role.OWNER,
    language: Annotated[Language | None, typer.Option("--language", help="Default: the company's.")] = None,
) -> None:
    """Add a user. The password comes from ZETA_USER_PASSWORD, a prompt, or is made and printed once."""

    async def work(administration: Administration) -> tuple[User, str | None]:
        address = TypeAdapter[str](Email).validate_python(email)
        owner = await chosen_company(administration, company)
        password, made = _password()
        password_hash = await _passwords(administration.settings).hash(password)
        async with administration.database.session_scope(owner.id) as session:
            described = await companies.current_company(session)
            row = await service.insert_user(
                session,
                owner.id,
                email=address,
                name=name or address.partition("@")[0],
                role=role,
                language=language or described.language,
                password_hash=password_hash,
            )
            user = service.user_view(row)
            await audit.record_by_system(
                session,
                owner.id,
                action="user.created",
                subject_type="user",
                subject_id=str(user.id),
                before=None,
                after=user.model_dump(),
                actor_name="zeta user add",
            )
        return user, password.get_secret_value() if made else None

    user, shown = administer(work)
    facts([("id", user.id), ("e-mail", user.email), ("role", user.role)])
    if shown is not None:
        typer.echo(f"Password, shown this once: {shown}")


@commands.command("list")
def list_all(company: CompanyOption = None) -> None:
    """List the users of a company."""

    async def work(administration: Administration) -> list[User]:
        owner = await chosen_company(administration, company)
        async with administration.database.session_scope(owner.id) as session:
            return list(await service.list_users(session))

    table(
        ("id", "e-mail", "name", "role", "active", "last log-in"),
        ((user.id, user.email, user.name, user.role, user.active, user.last_login_at) for user in administer(work)),
        empty="No user yet: zeta user add E-MAIL",
    )


@commands.command("reset")
def reset(email: EmailArgument, company: CompanyOption = None) -> None:
    """Print a link by which a user chooses a new password; it works once."""

    async def work(administration: Administration) -> tuple[str, int]:
        settings = administration.settings
        owner = await chosen_company(administration, company)
        address = TypeAdapter[str](Email).validate_python(email)
        async with administration.database.session_scope(owner.id) as session:
            row = await service.find_row(session, address)
            if row is None:
                raise NotFound("user", address)
            lifetime = timedelta(minutes=settings.password_reset_minutes)
            token = await issue_by_operator(session, owner.id, row.id, lifetime, actor_name="zeta user reset")
        links = Links(settings.panel_url or settings.public_base_url)
        return links.reset(token), round(settings.password_reset_minutes)

    link, minutes = administer(work)
    typer.echo(link)
    typer.echo(f"It works once, within {minutes} minutes.")


def _password() -> tuple[SecretStr, bool]:
    """The password, and whether it was made here."""
    given = os.environ.get(PASSWORD_VARIABLE) or ""
    if not given and sys.stdin.isatty():
        given = typer.prompt("Password (empty: one is made)", default="", hide_input=True, show_default=False)
    if given:
        return TypeAdapter[SecretStr](ChosenPassword).validate_python(given), False
    return SecretStr(secrets.token_urlsafe(12)), True


def _passwords(settings: Settings) -> Passwords:
    return Passwords(memory_kib=settings.password_memory_kib, passes=settings.password_passes)
