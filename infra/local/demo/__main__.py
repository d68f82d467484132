"""``python -m infra.local.demo load``: the demo company, in the database that the settings name."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from infra.local.cli.administration import Administration, administer
from infra.local.demo.loader import DemoState, has_traded, load_demo, write_state
from infra.local.demo.users import DEMO_USERS, kept_password, load_users

app = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_show_locals=False)


@app.callback()
def demo() -> None:
    """The demo company: a furniture shop with two cities and a bot at each messenger."""


@app.command("load")
def load(
    base_url: Annotated[
        str, typer.Option("--base-url", help="Where messengers reach the function app.")
    ] = "http://127.0.0.1:7071",
    simulator: Annotated[
        str, typer.Option("--simulator", help="The messenger simulator, which serves the pictures.")
    ] = "http://127.0.0.1:7080",
    out: Annotated[Path, typer.Option("--out", help="Where to write ids, addresses and secrets.")] = Path(
        ".local/demo.json"
    ),
) -> None:
    """Load what is missing, and write the file that the simulator starts from."""

    async def work(administration: Administration) -> tuple[DemoState, str, bool]:
        database, settings = administration.database, administration.settings
        state = await load_demo(database, administration.keyring, base_url=base_url, simulator=simulator)
        password = kept_password(out)
        users = await load_users(database, settings, state.company_id, password)
        fresh = not await has_traded(database, state.company_id)
        if fresh:
            # the whole shop is loaded for it: not each time
            from infra.local.demo.life import load_life

            await load_life(database, settings, state, users)
        return state, password, fresh

    state, password, fresh = administer(work)
    write_state(state, out, password, fresh=fresh)
    typer.echo(f"demo company: {len(state.bots)} bots, {state.products} products new or changed; see {out}")
    for user in DEMO_USERS:
        typer.echo(f"its {user.role.value}: {user.email}, password {password}")


if __name__ == "__main__":
    app(prog_name="python -m infra.local.demo")
