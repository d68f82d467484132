"""WhatsApp's own shopping as content: orders from its catalogue, the product asked about, answers to Flows."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

from shared.channels.messages import FormContent, OrderContent, OrderedItem
from shared.channels.whatsapp.wire import FlowReply, Message, Order
from shared.channels.wire import clean_text
from shared.kernel.errors import InvalidInput
from shared.kernel.json import decode_object

__all__ = ["form_of", "order_of", "referred_sku"]

_SKU_LIMIT = 100
_ITEMS_LIMIT = 100
_QUANTITY_LIMIT = 9999
_TEXT_LIMIT = 4096
_FORM_LIMIT = 20_000
"""Characters of a Flow's answers that are read at all."""
_ANSWERS_LIMIT = 50
_NAME_LIMIT = 80
_ANSWER_LIMIT = 300
_NOT_FILLED_IN = frozenset(["flow_token"])
"""What the Flow was sent with."""


def order_of(order: Order | None) -> OrderContent | None:
    """The order, with the pieces of one article added up; ``None`` where nothing of it can be read."""
    pieces: dict[str, int] = {}
    for item in order.product_items if order is not None else ():
        sku = _sku(item.product_retailer_id)
        if sku is not None and item.quantity > 0 and (sku in pieces or len(pieces) < _ITEMS_LIMIT):
            pieces[sku] = min(pieces.get(sku, 0) + item.quantity, _QUANTITY_LIMIT)
    if order is None or not pieces:
        return None
    items = tuple(OrderedItem(sku=sku, quantity=quantity) for sku, quantity in pieces.items())
    return OrderContent(items=items, text=order.text[:_TEXT_LIMIT])


def referred_sku(message: Message) -> str | None:
    """The article number of the product that a message is about."""
    referred = message.context.referred_product if message.context else None
    return _sku(referred.product_retailer_id) if referred is not None else None


def form_of(reply: FlowReply | None) -> FormContent | None:
    """What was filled in; a reply that cannot be read is one without answers."""
    if reply is None:
        return None
    try:
        filled = decode_object(reply.response_json[:_FORM_LIMIT].encode())
    except InvalidInput:
        filled = {}
    return FormContent(name=reply.name[:_NAME_LIMIT], answers=tuple(_answers(filled)))


def _answers(filled: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, value in list(filled.items())[:_ANSWERS_LIMIT]:
        answer = _words(value)
        if name not in _NOT_FILLED_IN and answer:
            yield clean_text(name)[:_NAME_LIMIT], clean_text(answer)[:_ANSWER_LIMIT]


def _words(value: Any) -> str:
    """An answer as words: several choices one after another; what is nested deeper is no answer of a person."""
    match value:
        case bool() | None:
            return "" if value is None else "✓" if value else "✗"
        case str():
            return value.strip()
        case int() | float():
            return f"{value:g}" if isinstance(value, float) and math.isfinite(value) else str(value)
        case list():
            told = (_words(one) for one in value[:_ANSWERS_LIMIT] if not isinstance(one, list | dict))
            return ", ".join(filter(None, told))
        case _:
            return ""


def _sku(told: str) -> str | None:
    return told.strip()[:_SKU_LIMIT] or None
