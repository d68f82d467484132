"""How a command runs: with the settings, the database and the key ring, and with errors that say what to do."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TypeVar

import typer
from pydantic import ValidationError

from infra.local.errors import StackError
from infra.local.host.configuration import load_local_settings
from shared.channels.contract import NotSent, Uncertain
from shared.kernel.errors import Conflict, Misconfigured, NotFound, Unavailable, ZetaError
from shared.runtime.crypto import KeyRing
from shared.runtime.database import Database
from shared.runtime.settings import Settings

__all__ = ["Administration", "administer", "fail"]

CHECKOUT = Path(__file__).resolve().parents[3]
T = TypeVar("T")


@dataclass(frozen=True)
class Administration:
    """What a command works with."""

    settings: Settings
    database: Database

    @cached_property
    def keyring(self) -> KeyRing:
        """The keys of the credentials; read only by commands that open or seal them."""
        return KeyRing.from_setting(self.settings.credential_keys)


def administer(work: Callable[[Administration], Awaitable[T]]) -> T:
    """Run a command's work and close what it opened; an error is told in one line, with what to do, and exits 1.

    Settings come from the environment, and from local.settings.json where the environment lacks them.
    """
    try:
        load_local_settings(CHECKOUT)
        return asyncio.run(_with_database(Settings(), work))
    except ValidationError as error:
        raise fail(_invalid(error), "`--help` tells what the command takes") from None
    except StackError as error:
        raise fail(str(error.args[0]), error.remedy) from None
    except ZetaError as error:
        raise fail(str(error), _remedy(error)) from None


async def _with_database(settings: Settings, work: Callable[[Administration], Awaitable[T]]) -> T:
    database = Database(settings)
    try:
        return await work(Administration(settings, database))
    finally:
        await database.aclose()


def fail(message: str, remedy: str) -> typer.Exit:
    """Tell an error on stderr; the caller raises what is returned."""
    typer.echo(f"error: {message}", err=True)
    if remedy:
        typer.echo(f"  → {remedy}", err=True)
    return typer.Exit(1)


def _invalid(error: ValidationError) -> str:
    """The fields and what is wrong with them, without the values: one of them may be a secret."""
    found = error.errors(include_input=False, include_url=False, include_context=False)
    lines = [f"{'.'.join(str(part) for part in entry['loc'])}: {entry['msg']}" for entry in found]
    missing = error.title == "Settings"
    return ("a setting is missing or wrong: " if missing else "") + "; ".join(lines)


def _remedy(error: ZetaError) -> str:
    match error:
        case Unavailable(dependency="postgres"):
            return "start the local stack with ./infra/local/up, or check DATABASE_URL and SYSTEM_DATABASE_URL"
        case Unavailable(dependency=dependency):
            return f"{dependency} did not answer; check the network and its address, then run the command again"
        case NotFound(kind="company"):
            return "list the companies with `zeta company list`"
        case NotFound(kind=kind):
            return f"list what there is with `zeta {kind.split()[0]} list`"
        case NotSent() | Uncertain():
            return "the messenger could not be asked: check the network and its address, then run the command again"
        case Misconfigured():
            return "mend that setting or credential and run the command again"
        case Conflict():
            return "nothing was changed"
        case _:
            return ""
