"""The file that lists the demo company's bots, so that chat windows are ready when the page opens.

``{"bots": [{"platform", "bot_id", "webhook_url", "name", "credentials": {…}}]}`` with the credentials
of that platform: Telegram ``token, secret_token``; WhatsApp ``access_token, phone_number_id,
app_secret, verify_token, waba_id``; Viber ``auth_token``. ``acquaintances`` (names) have talked with the
bot before: it may write to them, where the platform's window allows it.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from infra.local.simulator.errors import SimulatorError
from infra.local.simulator.wire import Json

if TYPE_CHECKING:
    from infra.local.simulator.simulator import Simulator

__all__ = ["SHOPPERS", "BrokenStateError", "add_bot", "load_state"]

SHOPPERS = ("Айгерим Сатпаева", "Данияр Ким", "Мария Иванова")


class BrokenStateError(SimulatorError, ValueError):
    """The file does not have the shape above; the message says where."""


def load_state(simulator: Simulator, path: Path) -> int:
    """Create a state file's bots with their shoppers; how many. Raises ``BrokenStateError``."""
    try:
        state = json.loads(path.read_text(encoding="utf-8"))
        entries = state["bots"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BrokenStateError(f"{path}: cannot be read as a list of bots: {error}") from error
    for index, entry in enumerate(entries):
        try:
            add_bot(simulator, entry)
        except (KeyError, TypeError) as error:
            raise BrokenStateError(f"{path}: bots[{index}]: {error}") from error
    return len(entries)


def add_bot(simulator: Simulator, entry: Json) -> Json:
    """Create one bot of the file's shape, with its shoppers; what identifies it.

    Raises ``KeyError`` for a missing credential and ``TypeError`` for an unknown one or platform.
    """
    platform = entry["platform"]
    common: dict[str, Any] = {
        "bot_id": str(entry.get("bot_id", "")),
        "webhook_url": str(entry.get("webhook_url", "")),
        "name": str(entry.get("name") or "Zeta"),
    }
    credentials: dict[str, Any] = {key: str(value) for key, value in entry.get("credentials", {}).items()}
    acquaintances = {str(name): True for name in entry.get("acquaintances", [])}
    people: dict[str, bool] = dict.fromkeys(SHOPPERS, False) | acquaintances
    if platform == "telegram":
        bot = simulator.telegram.add_bot(**_known(credentials, "token", "secret_token", "username"), **common)
        for name, known in people.items():
            simulator.telegram.user(name, bot=bot, started=known)
        return {"platform": platform, "bot_id": bot.bot_id, "token": bot.token}
    if platform == "whatsapp":
        names = (
            "access_token",
            "phone_number_id",
            "app_secret",
            "verify_token",
            "waba_id",
            "display_phone_number",
        )
        number = simulator.whatsapp.add_number(**_known(credentials, *names), **common)
        for name in people:
            simulator.whatsapp.user(name, bot=number)
        return {"platform": platform, "bot_id": number.bot_id, "phone_number_id": number.phone_number_id}
    if platform == "viber":
        account = simulator.viber.add_account(**_known(credentials, "auth_token"), **common)
        for name, known in people.items():
            simulator.viber.user(name, bot=account, subscribed=known)
        return {"platform": platform, "bot_id": account.bot_id}
    raise TypeError(f"unknown platform {platform!r}")


def _known(credentials: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: credentials[name] for name in names if name in credentials}
