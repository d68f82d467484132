"""Shoppers who wait for a product, and shops that change it: what tests of alerts begin with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from shared.alerts.run import AlertRun
from shared.alerts.schemas import Alert, AlertCondition, AlertWish
from shared.channels.contract import Platform
from shared.kernel.money import Money
from tests.doubles.echo import ECHO
from tests.integration.conversation import Shop, Shopper, Stage

__all__ = ["Waiting", "alerts_of", "begin", "below", "due_now", "product_id", "run", "sells", "watch"]


@dataclass(frozen=True)
class Waiting:
    """A shopper, the dialog and the customer behind it."""

    shop: Shop
    shopper: Shopper
    dialog_id: int
    customer_id: UUID


async def begin(
    stage: Stage, *, platform: Platform = Platform.TELEGRAM, name: str = "Айгуль Ким", shop: Shop | None = None
) -> Waiting:
    """Someone who has just written to the shop, whose bot repeats all words."""
    shop = shop or await stage.open_shop(mode=ECHO)
    shopper = stage.shopper(shop, platform, name)
    await shopper.says("привет")
    await shopper.hears("привет")
    [row] = await stage.sql(shop, "SELECT id FROM dialogs ORDER BY id DESC LIMIT 1")
    async with stage.worker.database.session_scope(shop.company_id) as session:
        customer = await stage.worker.services.customers.ensure(session, row["id"])
    return Waiting(shop, shopper, row["id"], customer.id)


async def product_id(stage: Stage, shop: Shop, sku: str) -> UUID:
    [row] = await stage.sql(shop, "SELECT id FROM products WHERE sku = :sku", sku=sku)
    found: UUID = row["id"]
    return found


def below(tenge: int) -> dict[str, Any]:
    """A wish to be told at that price or lower."""
    return {"condition": AlertCondition.BELOW, "limit": Money(minor=tenge * 100, currency="KZT")}


async def watch(
    stage: Stage,
    who: Waiting,
    sku: str = "ALM-1",
    *,
    condition: AlertCondition = AlertCondition.DROP,
    limit: Money | None = None,
    **terms: Any,
) -> Alert:
    """Make an alert and let its first check pass, as the timer would."""
    wish = AlertWish(product_id=await product_id(stage, who.shop, sku), condition=condition, limit=limit)
    async with stage.worker.database.session_scope(who.shop.company_id) as session:
        alert = await stage.worker.services.alerts.make(
            session, customer_id=who.customer_id, dialog_id=who.dialog_id, wish=wish, **terms
        )
    await run(stage)
    return alert


async def sells(stage: Stage, shop: Shop, sku: str = "ALM-1", **columns: Any) -> None:
    """The shop changes a product: ``tenge`` is its price, anything else a column."""
    if "tenge" in columns:
        columns["price_minor"] = columns.pop("tenge") * 100
    changes = ", ".join(f"{column} = :{column}" for column in columns)
    await stage.sql(shop, f"UPDATE products SET {changes} WHERE sku = :sku", sku=sku, **columns)


async def run(stage: Stage) -> AlertRun:
    """What the queue function does."""
    return await stage.worker.alert_runner.run()


async def due_now(stage: Stage, shop: Shop) -> None:
    """A day passes: every active alert is due."""
    await stage.sql(shop, "UPDATE price_alerts SET due_at = now() WHERE state = 'active'")


async def alerts_of(stage: Stage, who: Waiting) -> list[dict[str, Any]]:
    return await stage.sql(
        who.shop, "SELECT * FROM price_alerts WHERE customer_id = :id ORDER BY id", id=who.customer_id
    )
