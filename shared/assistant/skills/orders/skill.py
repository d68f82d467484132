"""The skill of one's orders."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from pydantic import Field

from shared.assistant.skill import Answer, ButtonFamily, Moment, Phrase, Skill, Strength, Tool, ToolArguments
from shared.assistant.skills.checkout.actions import ORDER_BUTTON
from shared.assistant.skills.orders import phrases, views
from shared.assistant.skills.orders.actions import OrderActions
from shared.assistant.skills.shop import Shop

__all__ = ["orders_skill"]

_LARGEST_NUMBER = 2**31


class _ListOrders(ToolArguments):
    pass


class _GetOrder(ToolArguments):
    number: int = Field(ge=1, le=_LARGEST_NUMBER, description="The order's number")


class _CancelOrder(ToolArguments):
    number: int = Field(ge=1, le=_LARGEST_NUMBER, description="The order's number")


def orders_skill(shop: Shop) -> Skill:
    """Where an order is, the history, cancelling."""
    actions = OrderActions(shop)
    tools = _Tools(actions)
    return Skill(
        name="orders",
        tools=(
            Tool("list_orders", "The shopper's own orders; the shopper sees them too.", _ListOrders, tools.list),
            Tool("get_order", "One of the shopper's own orders, with its status.", _GetOrder, tools.get),
            Tool("cancel_order", "Ask the shopper whether to cancel an order.", _CancelOrder, tools.cancel),
        ),
        buttons=(
            ButtonFamily(ORDER_BUTTON, _numbered(ORDER_BUTTON, actions.show)),
            ButtonFamily(views.CANCEL, _numbered(views.CANCEL, actions.ask_cancel)),
            ButtonFamily(views.CANCEL_SURELY, _numbered(views.CANCEL_SURELY, actions.cancel)),
        ),
        texts=(views.TEXTS,),
        phrases=(
            Phrase("cancel_order", Strength.PASSING, phrases.read_cancellation, actions.ask_cancel),
            Phrase.matching("order_history", Strength.WHOLE, phrases.HISTORY, actions.history),
            Phrase("order_status", Strength.PASSING, phrases.read_status, actions.status),
        ),
        now=actions.stand,
        rules="Of orders, say only what list_orders or get_order returned.",
    )


class _Tools:
    def __init__(self, actions: OrderActions) -> None:
        self._actions = actions

    async def list(self, moment: Moment, _wanted: _ListOrders) -> Answer:
        return await self._actions.history(moment)

    async def get(self, moment: Moment, wanted: _GetOrder) -> Answer:
        return await self._actions.show(moment, wanted.number)

    async def cancel(self, moment: Moment, wanted: _CancelOrder) -> Answer:
        return await self._actions.ask_cancel(moment, wanted.number)


def _numbered(
    start: str, act: Callable[[Moment, int], Awaitable[Answer]]
) -> Callable[[Moment, str], Awaitable[Answer | None]]:
    """A button whose id ends in an order's number; a forged one means nothing."""

    async def press(moment: Moment, button_id: str) -> Answer | None:
        number = button_id.removeprefix(start)
        if not (number.isascii() and number.isdigit() and 0 < int(number) <= _LARGEST_NUMBER):
            return None
        return await act(moment, int(number))

    return press
