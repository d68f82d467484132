"""The model's tools over the cart."""

from __future__ import annotations

from pydantic import Field

from shared.assistant.facts import describe_product
from shared.assistant.products import FoundProduct
from shared.assistant.skill import Answer, Moment, Tool, ToolArguments
from shared.assistant.skills.cart.actions import CartActions
from shared.assistant.skills.shop import Shop
from shared.orders.schemas import QUANTITY_LIMIT

__all__ = ["cart_tools"]


class _AddToCart(ToolArguments):
    sku: str = Field(min_length=1, max_length=100, description="Article number")
    quantity: int = Field(default=1, ge=1, le=QUANTITY_LIMIT, description="Pieces to add")


class _ChangeCart(ToolArguments):
    sku: str = Field(min_length=1, max_length=100, description="Article number of a line of the cart")
    quantity: int = Field(ge=0, le=QUANTITY_LIMIT, description="Pieces to leave in the cart; 0 takes it out")


class _ShowCart(ToolArguments):
    pass


def cart_tools(shop: Shop, actions: CartActions) -> tuple[Tool, ...]:
    """``add_to_cart``, ``change_cart``, ``show_cart``."""
    tools = _Tools(shop, actions)
    return (
        Tool("add_to_cart", "Put a product into the shopper's cart.", _AddToCart, tools.add),
        Tool("change_cart", "Set how many pieces of a product are in the cart.", _ChangeCart, tools.change),
        Tool("show_cart", "The shopper's cart with its total; the shopper sees it too.", _ShowCart, tools.show),
    )


class _Tools:
    def __init__(self, shop: Shop, actions: CartActions) -> None:
        self._shop = shop
        self._actions = actions

    async def add(self, moment: Moment, wanted: _AddToCart) -> Answer:
        product = await self._product(moment, wanted.sku)
        if product is None:
            return Answer(facts="error: no product has that article number")
        if not product.available:
            return Answer(facts={"error": "sold out", "product": describe_product(product)})
        return await self._actions.add(moment, product.id, wanted.quantity)

    async def change(self, moment: Moment, wanted: _ChangeCart) -> Answer:
        async with moment.turn.session() as session:
            cart = await self._shop.cart(session, moment)
        line = next((line for line in cart.lines if line.sku.casefold() == wanted.sku.casefold()), None)
        if line is not None:
            return await self._actions.set(moment, line.product_id, wanted.quantity)
        # it may have been added by an earlier call of this turn, which is not committed yet
        product = await self._product(moment, wanted.sku)
        if product is None:
            return Answer(facts="error: not in the cart")
        return await self._actions.set(moment, product.id, wanted.quantity)

    async def show(self, moment: Moment, _wanted: _ShowCart) -> Answer:
        return await self._actions.show(moment)

    async def _product(self, moment: Moment, sku: str) -> FoundProduct | None:
        async with moment.turn.session() as session:
            return await self._shop.product(session, moment, sku)
