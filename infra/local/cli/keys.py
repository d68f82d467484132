"""``zeta keys``: the keys that seal credentials at rest."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer

from infra.local.cli.administration import Administration, administer, fail
from infra.local.cli.lookup import chosen_companies
from infra.local.cli.tables import table
from shared.bots import service as bots
from shared.kernel.errors import Misconfigured
from shared.runtime.crypto import generate_key

commands = typer.Typer(no_args_is_help=True, help="Keys of the setting CREDENTIAL_KEYS, and their rotation.")


@commands.command("generate")
def generate(
    key_id: Annotated[str | None, typer.Option("--id", help="Name of the key; default: today's date.")] = None,
) -> None:
    """Print a new key, to put in front of CREDENTIAL_KEYS. Nothing else is printed, so it can be piped."""
    try:
        typer.echo(generate_key(key_id or datetime.now(UTC).strftime("%Y-%m-%d")))
    except Misconfigured as error:
        raise fail(str(error), "give another --id") from None


@commands.command("rotate")
def rotate() -> None:
    """Seal all credentials with the first key of CREDENTIAL_KEYS; afterwards the other keys can be removed."""

    async def work(administration: Administration) -> list[tuple[str, int]]:
        keyring = administration.keyring
        rotated = []
        for owner in await chosen_companies(administration, None):
            async with administration.database.session_scope(owner.id) as session:
                rotated.append((owner.slug, await bots.rotate_credentials(session, keyring)))
        return rotated

    table(("company", "bots sealed anew"), administer(work), empty="No company yet: nothing to rotate.")
