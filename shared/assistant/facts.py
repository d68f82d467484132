"""What the model reads of the database, and what its words may rest on afterwards."""

from __future__ import annotations

import json
from dataclasses import dataclass
from decimal import Decimal

from shared.assistant.products import FoundProduct
from shared.kernel.languages import Language
from shared.kernel.money import format_money

__all__ = ["Evidence", "as_data", "describe_product"]


@dataclass(frozen=True, slots=True)
class Evidence:
    """What one answer adds to what the model may say in this turn."""

    products: tuple[FoundProduct, ...] = ()
    """Their names, prices and article numbers may be spoken of."""
    bounds: frozenset[Decimal] = frozenset()
    """Price bounds that were searched with, in whole currency units."""
    stated: str = ""
    """Words and sums of the company's own records (an order's number, a cart's total). Nothing that a shopper
    wrote belongs here: it would let a shopper put a price into the model's mouth."""
    said: str = ""
    """Words of the shopper or of the model itself: may be repeated to deny them, never as a fact."""


def as_data(value: object) -> str:
    """JSON that cannot close a mark around it, whatever a product's texts hold."""
    return json.dumps(value, ensure_ascii=False).replace("<", "\\u003c")


def describe_product(product: FoundProduct) -> dict[str, object]:
    """A product as the model reads it; texts are cut, so that no description fills the context."""
    row: dict[str, object] = {
        "sku": product.sku,
        "name": product.name[:200],
        "price": format_money(product.price, Language.EN),
        "available": product.orderable,
    }
    if product.old_price is not None:
        row["old_price"] = format_money(product.old_price, Language.EN)
    if product.category:
        row["category"] = product.category
    if product.colour:
        row["colour"] = product.colour
    if product.description:
        row["description"] = product.description[:300]
    if product.attributes:
        row["attributes"] = {key[:40]: value[:80] for key, value in list(product.attributes.items())[:12]}
    return row
