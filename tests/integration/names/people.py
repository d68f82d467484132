"""People on WhatsApp whose names change, and the news of it as WhatsApp sends it."""

from __future__ import annotations

import itertools
import json
import time
from collections.abc import Iterator
from typing import Any

from infra.local.simulator.whatsapp.identity import KnownBy, find_by_identity
from infra.local.simulator.whatsapp.person import WhatsAppPerson
from shared.channels.contract import Platform
from tests.integration.conversation import Shop, Shopper, Stage

__all__ = ["known_by_number", "news", "recipients", "shows_user_id", "writes"]

_IDS = itertools.count(1)


def known_by_number(stage: Stage, shop: Shop) -> Shopper:
    """Somebody on WhatsApp who has no user id yet."""
    shopper = stage.shopper(shop, Platform.WHATSAPP)
    assert isinstance(shopper.person, WhatsAppPerson)
    shopper.person.becomes_known_by(KnownBy.NUMBER)
    return shopper


def shows_user_id(shopper: Shopper, user_id: str, *, hides_number: bool = False) -> None:
    """From now on WhatsApp tells the person's user id, and the number only where it is not hidden."""
    assert isinstance(shopper.person, WhatsAppPerson)
    shopper.person.person.details["user_id"] = user_id
    find_by_identity(shopper.person.environment.world, shopper.person.person)
    shopper.person.becomes_known_by(KnownBy.USER_ID if hides_number else KnownBy.BOTH)


async def writes(
    stage: Stage, shop: Shop, words: str, *, number: str | None = None, user: str | None = None, later: int = 0
) -> None:
    """Somebody whom the simulator does not know writes: raw, as another owner of a known number must.

    ``later``: seconds from now, for WhatsApp tells whole ones.
    """
    contact = {"profile": {"name": "Берик"}, "wa_id": number, "user_id": user}
    message = {
        "from": number,
        "from_user_id": user,
        "type": "text",
        "text": {"body": words},
        "timestamp": str(int(time.time()) + later),
    }
    await _push(stage, shop, message, contact)


async def news(stage: Stage, shop: Shop, kind: str, *, number: str | None = None, **system: Any) -> None:
    """WhatsApp tells what became of whoever had this number."""
    await _push(stage, shop, {"from": number, "type": "system", "system": {"type": kind, "body": "news", **system}})


def recipients(stage: Stage, fragment: str) -> list[tuple[str | None, str | None]]:
    """``to`` and ``recipient`` of each message with these words that was sent, in order."""
    bodies = [json.loads(call["body"]) for call in stage.calls("messages") if call["status"] == 200]
    return [
        (body.get("to"), body.get("recipient")) for body in bodies if any(fragment in text for text in _texts(body))
    ]


async def _push(stage: Stage, shop: Shop, message: dict[str, Any], contact: dict[str, Any] | None = None) -> None:
    whatsapp, bot = stage.simulator.whatsapp, shop.simulated[Platform.WHATSAPP]
    message = {"id": f"wamid.news{next(_IDS)}", "timestamp": str(int(time.time())), **message}
    value = {"contacts": [_told(contact)] if contact else [], "messages": [_told(message)]}
    number = next(each for each in whatsapp.bots if each.bot_id == bot.bot_id)
    assert await whatsapp.inject(whatsapp.api.webhooks.envelope(number, [("messages", value)]), bot=number) == 200


def _told(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for part in value.values():
            yield from _texts(part)
    elif isinstance(value, list):
        for part in value:
            yield from _texts(part)
    elif isinstance(value, str):
        yield value.replace("\N{NO-BREAK SPACE}", " ")
