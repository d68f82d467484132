"""The model's tools over the shopper's alerts."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from pydantic import Field

from shared.alerts.schemas import AlertCondition
from shared.assistant.facts import Evidence
from shared.assistant.skill import Answer, Moment, Tool, ToolArguments
from shared.assistant.skills.alerts import views
from shared.assistant.skills.alerts.watching import Wanted, Watching
from shared.kernel.languages import Language
from shared.kernel.money import format_money

__all__ = ["alert_tools"]


class _CreatePriceAlert(ToolArguments):
    sku: str = Field(min_length=1, max_length=100, description="Article number")
    when: Literal["cheaper", "back_in_stock"] = Field(
        default="cheaper", description="back_in_stock: for a sold-out product"
    )
    price_below: int | None = Field(
        default=None, ge=1, le=10**10, description="Only if a price was named: whole currency units"
    )


class _ListPriceAlerts(ToolArguments):
    pass


class _CancelPriceAlert(ToolArguments):
    sku: str = Field(min_length=1, max_length=100, description="Article number of the product")


def alert_tools(watching: Watching) -> tuple[Tool, ...]:
    """``create_price_alert``, ``list_price_alerts``, ``cancel_price_alert``."""
    calls = _Calls(watching)
    return (
        Tool(
            "create_price_alert",
            "Promise to write to the shopper when a product becomes cheaper, or is back in stock.",
            _CreatePriceAlert,
            calls.create,
        ),
        Tool(
            "list_price_alerts",
            "The shopper's price and restock alerts; the shopper sees them too.",
            _ListPriceAlerts,
            calls.list,
        ),
        Tool("cancel_price_alert", "End the shopper's alerts for a product.", _CancelPriceAlert, calls.cancel),
    )


class _Calls:
    def __init__(self, watching: Watching) -> None:
        self._watching = watching

    async def create(self, moment: Moment, asked: _CreatePriceAlert) -> Answer:
        product = await self._watching.by_sku(moment, asked.sku)
        if product is None:
            return Answer(facts="error: no such product; search for it first")
        bounds = frozenset() if asked.price_below is None else frozenset({Decimal(asked.price_below)})
        back = asked.when == "back_in_stock"
        wanted = Wanted(AlertCondition.RESTOCK if back else None, None if back else asked.price_below)
        return self._watching.watch(
            moment, product.id, wanted, evidence=Evidence(products=(product,), bounds=bounds)
        )

    async def list(self, moment: Moment, _asked: _ListPriceAlerts) -> Answer:
        found = await self._watching.own(moment)
        products = [await self._watching.by_sku(moment, product.sku) for _, product in found[:10]]
        prices = [format_money(limit, Language.EN) for alert, _ in found if (limit := alert.limit) is not None]
        return Answer(
            facts={
                "alerts": [views.facts_of(alert, product) for alert, product in found[:10]],
                "total": len(found),
            },
            evidence=Evidence(
                products=tuple(product for product in products if product is not None), stated="\n".join(prices)
            ),
        )

    async def cancel(self, moment: Moment, asked: _CancelPriceAlert) -> Answer:
        ids = [alert.id for alert, product in await self._watching.own(moment) if product.sku == asked.sku]
        if not ids:
            return Answer(facts="error: the shopper has no alert for that product")
        return self._watching.stop(moment, *ids)
