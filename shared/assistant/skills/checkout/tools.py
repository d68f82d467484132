"""The model's tools over the checkout. There is none that orders: only the shopper confirms."""

from __future__ import annotations

from pydantic import Field, ValidationError

from shared.assistant.skill import Answer, Moment, Tool, ToolArguments
from shared.assistant.skills.checkout.actions import CheckoutActions
from shared.orders.schemas import CheckoutDraft, DeliveryMethod

__all__ = ["checkout_tools"]


class _StartCheckout(ToolArguments):
    pass


class _FillCheckout(ToolArguments):
    name: str | None = Field(
        default=None, max_length=100, description="The recipient's name, as the shopper gave it"
    )
    phone: str | None = Field(default=None, max_length=40, description="A phone for the delivery")
    method: DeliveryMethod | None = Field(default=None, description="delivery or pickup")
    address: str | None = Field(default=None, max_length=500, description="Where to deliver")
    comment: str | None = Field(default=None, max_length=500, description="The shopper's wish for the courier")


def checkout_tools(actions: CheckoutActions) -> tuple[Tool, ...]:
    """``start_checkout`` and ``fill_checkout``."""
    tools = _Tools(actions)
    return (
        Tool("start_checkout", "Begin to order what is in the cart.", _StartCheckout, tools.start),
        Tool(
            "fill_checkout", "Note for the order what the shopper said, and only that.", _FillCheckout, tools.fill
        ),
    )


class _Tools:
    def __init__(self, actions: CheckoutActions) -> None:
        self._actions = actions

    async def start(self, moment: Moment, _wanted: _StartCheckout) -> Answer:
        return await self._actions.start(moment)

    async def fill(self, moment: Moment, wanted: _FillCheckout) -> Answer:
        said = wanted.model_dump(exclude_none=True)
        if not said:
            return Answer(facts="error: nothing to note")
        try:
            draft = CheckoutDraft.model_validate(said)
        except ValidationError as error:
            return Answer(facts=f"error: {error.errors()[0]['loc'][0]} cannot be read")
        return await self._actions.note(moment, draft)
