"""The command tree."""

from __future__ import annotations

import typer

from infra.local.cli import bot, city, company, escalations, failures, keys, prompt, user

__all__ = ["app"]

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    # a traceback with local variables would show opened credentials
    pretty_exceptions_show_locals=False,
    help="Administer Zeta: companies, users, cities, bots, prompts, and what waits for a person.",
)
for group, name in (
    (company, "company"),
    (city, "city"),
    (bot, "bot"),
    (prompt, "prompt"),
    (user, "user"),
    (escalations, "escalations"),
    (failures, "failures"),
    (keys, "keys"),
):
    app.add_typer(group.commands, name=name)
