"""The skill of the checkout."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from shared.assistant.skill import Answer, ButtonFamily, Label, Moment, Phrase, Skill, Strength
from shared.assistant.skills.cart.views import CHECKOUT
from shared.assistant.skills.cart.views import TEXTS as CART_TEXTS
from shared.assistant.skills.checkout import phrases, views
from shared.assistant.skills.checkout.actions import CheckoutActions, profile_name
from shared.assistant.skills.checkout.form import CheckoutForm
from shared.assistant.skills.checkout.steps import Step
from shared.assistant.skills.checkout.tools import checkout_tools
from shared.assistant.skills.shop import Shop
from shared.orders.schemas import CheckoutDraft, DeliveryMethod

__all__ = ["checkout_skill"]


def checkout_skill(shop: Shop) -> Skill:
    """Name, phone, delivery or pick-up, address, comment, summary, confirmation."""
    actions = CheckoutActions(shop)
    presses = _Presses(actions)
    return Skill(
        name="checkout",
        tools=checkout_tools(actions),
        buttons=(
            ButtonFamily(CHECKOUT, _plain(actions.start)),
            ButtonFamily(views.CANCEL, _plain(actions.leave)),
            ButtonFamily(views.RESUME, _plain(actions.resume)),
            ButtonFamily(views.BACK, _plain(actions.back)),
            ButtonFamily(views.EDIT, _plain(actions.edit)),
            ButtonFamily(views.SKIP, presses.no_comment),
            ButtonFamily(views.NAME_IS, presses.profile_name),
            ButtonFamily(views.CHOOSE, presses.method),
            ButtonFamily(views.ASK, presses.ask),
            ButtonFamily(views.CONFIRM, actions.confirm),
        ),
        labels=(
            Label(lambda: CART_TEXTS.variants("button.checkout"), CHECKOUT),
            Label(lambda: views.TEXTS.variants("button.cancel"), views.CANCEL),
            Label(lambda: views.TEXTS.variants("button.resume"), views.RESUME),
        ),
        texts=(views.TEXTS,),
        phrases=(Phrase.matching("start_checkout", Strength.WHOLE, phrases.START, actions.start),),
        form=CheckoutForm(actions, shop.finder),
        now=actions.stand,
        rules="When the shopper wants to order, call start_checkout, then fill_checkout with what was said already."
        " The next question, or the summary to confirm, stands below your words: do not ask it yourself. Only the"
        " shopper confirms an order; never say that an order is placed.",
    )


class _Presses:
    """Buttons that answer a question."""

    def __init__(self, actions: CheckoutActions) -> None:
        self._actions = actions

    async def no_comment(self, moment: Moment, _button_id: str) -> Answer:
        return await self._actions.note(moment, CheckoutDraft(comment=""))

    async def profile_name(self, moment: Moment, _button_id: str) -> Answer | None:
        name = profile_name(moment)
        return await self._actions.note(moment, CheckoutDraft(name=name)) if name else None

    async def method(self, moment: Moment, button_id: str) -> Answer | None:
        try:
            method = DeliveryMethod(button_id.removeprefix(views.CHOOSE))
        except ValueError:
            return None
        return await self._actions.note(moment, CheckoutDraft(method=method))

    async def ask(self, moment: Moment, button_id: str) -> Answer | None:
        try:
            step = Step(button_id.removeprefix(views.ASK))
        except ValueError:
            return None
        return await self._actions.ask(moment, step)


def _plain(act: Callable[[Moment], Awaitable[Answer]]) -> Callable[[Moment, str], Awaitable[Answer]]:
    async def press(moment: Moment, _button_id: str) -> Answer:
        return await act(moment)

    return press
