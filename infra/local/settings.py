"""The settings of the local stack: what the environment asks for, and what the function app is told.

The app's settings are written to ``local.settings.json`` (mode 0600), where the functions host, the
command line and Azure Functions Core Tools find them. Values that a person added there stay.
"""

from __future__ import annotations

import base64
import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from infra.local.errors import StackError
from infra.local.services.ports import LOOPBACK
from infra.local.services.provision import DatabaseUrls
from infra.local.state import SETTINGS, kept_secret

__all__ = ["Choices", "app_environment", "app_settings", "telegram_is_simulated", "write_app_settings"]

CREDENTIAL_KEYS = "credential-keys"


@dataclass(frozen=True)
class Choices:
    """What the environment may choose; an address replaces that embedded service."""

    database_url: str | None
    redis_url: str | None
    storage: str | None
    postgres_port: int
    redis_port: int
    azurite_port: int
    host_port: int
    simulator_port: int
    queue_processes: int

    @classmethod
    def from_environment(cls) -> Choices:
        """Read the environment.

        Raises:
            StackError: a port or a number is not one.
        """
        return cls(
            database_url=os.environ.get("DATABASE_URL") or None,
            redis_url=os.environ.get("REDIS_URL") or None,
            storage=os.environ.get("AzureWebJobsStorage") or None,  # noqa: SIM112 - Azure's own spelling
            postgres_port=_number("ZETA_POSTGRES_PORT", 7432),
            redis_port=_number("ZETA_REDIS_PORT", 7379),
            azurite_port=_number("ZETA_AZURITE_PORT", 7000),
            host_port=_number("ZETA_HOST_PORT", 7071),
            simulator_port=_number("ZETA_SIMULATOR_PORT", 7080),
            queue_processes=_number("ZETA_QUEUE_PROCESSES", 2),
        )

    @property
    def host_url(self) -> str:
        """Where the function app answers."""
        return f"http://{LOOPBACK}:{self.host_port}"

    @property
    def simulator_url(self) -> str:
        """Where the messenger simulator answers."""
        return f"http://{LOOPBACK}:{self.simulator_port}"


def telegram_is_simulated() -> bool:
    """Whether bots talk to the simulator's Telegram: not where the environment names the real one."""
    return not os.environ.get("TELEGRAM_API_URL")


def app_settings(choices: Choices, *, database: DatabaseUrls, redis_url: str, storage: str) -> dict[str, str]:
    """The settings of the function app; messenger addresses from the environment win."""
    fresh_key = "local:" + base64.b64encode(secrets.token_bytes(32)).decode()
    messengers = {
        f"{name.upper()}_API_URL": os.environ.get(f"{name.upper()}_API_URL") or f"{choices.simulator_url}/{name}"
        for name in ("telegram", "whatsapp", "viber")
    }
    return {
        "FUNCTIONS_WORKER_RUNTIME": "python",
        "AzureWebJobsStorage": storage,
        "DATABASE_URL": database.app,
        "SYSTEM_DATABASE_URL": database.system,
        "REDIS_URL": redis_url,
        "CREDENTIAL_KEYS": kept_secret(CREDENTIAL_KEYS, fresh_key),
        "PUBLIC_BASE_URL": os.environ.get("PUBLIC_BASE_URL") or choices.host_url,
        **messengers,
    }


def write_app_settings(settings: Mapping[str, str], path: Path = SETTINGS) -> dict[str, str]:
    """Put the settings into ``local.settings.json``, keep what else is there, and return all values.

    Raises:
        StackError: the file is there and is not JSON.
    """
    content: dict[str, Any] = {"IsEncrypted": False}
    if path.exists():
        try:
            content = dict(json.loads(path.read_text()))
            kept = {str(name): str(value) for name, value in dict(content.get("Values") or {}).items()}
        except (ValueError, TypeError) as error:
            raise StackError(f"{path} cannot be used: {error}", remedy="mend or delete it") from error
    else:
        path.touch(mode=0o600)
        kept = {}
    values = {**kept, **settings}
    path.write_text(json.dumps({**content, "Values": values}, indent=2, ensure_ascii=False) + "\n")
    return values


def app_environment(settings: Mapping[str, str], values: Mapping[str, str]) -> dict[str, str]:
    """The environment of the processes that run the app.

    The stack's own ``settings`` win over the caller's environment, where ``DATABASE_URL`` may be an
    administrator's; that wins over what else stands in ``local.settings.json`` (``values``).
    """
    return {**values, **os.environ, **settings}


def _number(name: str, default: int) -> int:
    text = os.environ.get(name, str(default))
    if not text.isdigit():
        raise StackError(f"{name} is «{text}», not a number", remedy=f"set {name} to a number or unset it")
    return int(text)
