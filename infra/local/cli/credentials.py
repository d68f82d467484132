"""A bot's credentials as a command takes them: never from arguments, which shells and process lists remember.

They come as a JSON object on standard input (``--credentials-stdin``), else each from the environment variable
``ZETA_<PLATFORM>_<NAME>`` (``ZETA_TELEGRAM_TOKEN``), else from a prompt that shows nothing.
"""

from __future__ import annotations

import json
import os
import secrets
import sys
from collections.abc import Mapping

import typer
from pydantic import SecretStr

from shared.bots.schemas import CredentialNames
from shared.channels.contract import Platform
from shared.kernel.errors import InvalidInput

__all__ = ["read_credentials", "variable_of"]

CHOSEN_BY_US = frozenset({"secret_token", "verify_token"})
"""Secrets that the platform does not give: made up here unless the person has one already."""


def read_credentials(platform: Platform, names: CredentialNames, *, from_stdin: bool) -> dict[str, SecretStr]:
    """The credentials that were given; what is missing is for the bots' service to tell.

    Raises:
        InvalidInput: standard input is not a JSON object of texts, or nobody is there to be asked.
    """
    given = _from_stdin() if from_stdin else _from_environment(platform, names)
    for name in sorted(names.required - given.keys()):
        if name in CHOSEN_BY_US:
            given[name] = SecretStr(secrets.token_urlsafe(32))
        elif not from_stdin:
            given[name] = _ask(platform, name)
    return given


def variable_of(platform: Platform, name: str) -> str:
    """The environment variable of a credential."""
    return f"ZETA_{platform.value}_{name}".upper()


def _from_stdin() -> dict[str, SecretStr]:
    try:
        content = json.loads(sys.stdin.read())
    except ValueError:
        # not chained: the cause's text could show a part of the input
        raise InvalidInput('standard input is not JSON; write {"name": "value", …}') from None
    if not isinstance(content, Mapping) or not all(isinstance(value, str) for value in content.values()):
        raise InvalidInput('standard input is not an object of texts; write {"name": "value", …}')
    return {str(name): SecretStr(value) for name, value in content.items()}


def _from_environment(platform: Platform, names: CredentialNames) -> dict[str, SecretStr]:
    found = {name: os.environ.get(variable_of(platform, name)) for name in names.required | names.optional}
    return {name: SecretStr(value) for name, value in found.items() if value}


def _ask(platform: Platform, name: str) -> SecretStr:
    if not sys.stdin.isatty():
        raise InvalidInput(
            f"the credential {name} is missing: set {variable_of(platform, name)}, or use --credentials-stdin",
            field=f"credentials.{name}",
        )
    return SecretStr(typer.prompt(f"{platform.value} {name}", hide_input=True))
