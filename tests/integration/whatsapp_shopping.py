"""What people do in WhatsApp's own catalogue and the shop in its Business app, as webhooks in Meta's shape."""

from __future__ import annotations

import itertools
import time
from typing import Any

from infra.local.simulator.whatsapp.numbers import WhatsAppNumber
from shared.channels.contract import Platform
from tests.integration.conversation import Shopper, Stage

__all__ = ["asks_about", "fills_form", "orders", "sends", "shop_writes"]

_NUMBERS = itertools.count(1)


def _number_of(shopper: Shopper) -> WhatsAppNumber:
    number = shopper.shop.simulated[Platform.WHATSAPP]
    assert isinstance(number, WhatsAppNumber)
    return number


async def _inject(stage: Stage, shopper: Shopper, field: str, key: str, message: dict[str, Any]) -> str:
    number = _number_of(shopper)
    message = {"id": f"wamid.injected{next(_NUMBERS)}", "timestamp": str(int(time.time())), **message}
    metadata = {"display_phone_number": number.display_phone_number, "phone_number_id": number.phone_number_id}
    contact = {"profile": {"name": shopper.person.name}, "wa_id": shopper.person.id}
    value = {"messaging_product": "whatsapp", "metadata": metadata, "contacts": [contact], key: [message]}
    body = {
        "object": "whatsapp_business_account",
        "entry": [{"id": "1", "changes": [{"field": field, "value": value}]}],
    }
    assert await stage.simulator.whatsapp.inject(body, bot=number) == 200
    return str(message["id"])


async def sends(stage: Stage, shopper: Shopper, **message: Any) -> str:
    """The person sends a message of any type; its id."""
    return await _inject(stage, shopper, "messages", "messages", {"from": shopper.person.id, **message})


async def orders(stage: Stage, shopper: Shopper, *items: tuple[str, int], text: str = "", **message: Any) -> str:
    """The person sends a cart of the catalogue, with the catalogue's old prices."""
    told = [
        {"product_retailer_id": sku, "quantity": quantity, "item_price": 1.5, "currency": "USD"}
        for sku, quantity in items
    ]
    order = {"catalog_id": "1", "text": text, "product_items": told}
    return await sends(stage, shopper, type="order", order=order, **message)


async def asks_about(stage: Stage, shopper: Shopper, sku: str, words: str) -> str:
    """The person writes from a product's page in the catalogue."""
    product = {"catalog_id": "1", "product_retailer_id": sku}
    return await sends(stage, shopper, type="text", text={"body": words}, context={"referred_product": product})


async def fills_form(stage: Stage, shopper: Shopper, answers: str) -> str:
    """The person fills a Flow of the shop's in; ``answers`` is JSON."""
    reply = {"name": "flow", "body": "Sent", "response_json": answers}
    return await sends(stage, shopper, type="interactive", interactive={"type": "nfm_reply", "nfm_reply": reply})


async def shop_writes(stage: Stage, shopper: Shopper, words: str, **message: Any) -> str:
    """Somebody of the shop writes to the person in the Business app."""
    echo = {
        "from": _number_of(shopper).display_phone_number,
        "to": shopper.person.id,
        "type": "text",
        "text": {"body": words},
        **message,
    }
    return await _inject(stage, shopper, "smb_message_echoes", "message_echoes", echo)
