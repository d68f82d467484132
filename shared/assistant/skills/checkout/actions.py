"""Leading from a cart to an order: what buttons, answers and the model's tools all come to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from shared.assistant.facts import Evidence
from shared.assistant.skill import Answer, Moment
from shared.assistant.skills.cart.actions import STATE_KEY as CART_KEY
from shared.assistant.skills.cart.views import cart_facts, cart_lines, empty_cart, show_cart
from shared.assistant.skills.checkout import views
from shared.assistant.skills.checkout.steps import Step, before, first_missing
from shared.assistant.skills.shop import Shop, message_of, request_of
from shared.channels.messages import ContactContent, OutboundMessage
from shared.dialogs.contract import AnalyticsEvent
from shared.kernel.errors import NotFound
from shared.orders.schemas import (
    Cart,
    CheckoutChanged,
    CheckoutDraft,
    CheckoutIncomplete,
    Confirmation,
    DeliveryMethod,
    Order,
    OrderPlaced,
    OrderStatus,
)

__all__ = ["ORDER_BUTTON", "STATE_KEY", "CheckoutActions", "profile_name"]

ORDER_BUTTON = "myorder:"
"""Before the number of the order that it shows; the skill ``orders`` owns it."""

STATE_KEY = "checkout"
_OPEN_FOR = timedelta(minutes=30)
"""How long a question waits: what is written tomorrow is no answer to it."""


def profile_name(moment: Moment) -> str:
    """What the person is called at the messenger, as an order could bear it; empty where that is no name."""
    name = " ".join(moment.turn.customer_name.replace("\0", "").split())[:200]
    return name if any(char.isalpha() for char in name) else ""


def _remembering(noted: Answer, moment: Moment, step: Step) -> Answer:
    """The answer, which also remembers which question the turn's message answered."""
    kept = noted.kept.get(STATE_KEY)
    if not isinstance(kept, Mapping):
        return noted
    answered = {"message": message_of(moment), "step": step.value}
    return replace(noted, kept={**noted.kept, STATE_KEY: {**kept, "answered": answered}})


class CheckoutActions:
    """Asks, keeps the answers with the cart, and orders. Every change is made with the turn's commit."""

    def __init__(self, shop: Shop) -> None:
        self._shop = shop

    # ---- where it stands ----------------------------------------------------------------------------------

    @staticmethod
    def step(moment: Moment) -> Step | None:
        """The question that waits for an answer."""
        kept = moment.kept(STATE_KEY)
        try:
            asked_at = datetime.fromisoformat(str(kept.get("at")))
            step = Step(str(kept.get("step")))
        except ValueError:
            return None
        return step if moment.turn.started_at - asked_at < _OPEN_FOR else None

    @staticmethod
    def seen(moment: Moment) -> str | None:
        """The id of the button that orders what the shopper saw last."""
        seen = moment.kept(STATE_KEY).get("order")
        return seen if isinstance(seen, str) else None

    @staticmethod
    def answered(moment: Moment) -> Step | None:
        """The question that the edited message answered, where it was the last to be answered in words."""
        last = moment.kept(STATE_KEY).get("answered")
        if not isinstance(last, Mapping) or last.get("message") != message_of(moment):
            return None
        try:
            return Step(str(last.get("step")))
        except ValueError:
            return None

    # ---- steps --------------------------------------------------------------------------------------------

    async def start(self, moment: Moment) -> Answer:
        """Begin, or go on where it was left; with an empty cart, with the product that was spoken of last."""
        focus = await self._focus(moment)

        async def write(session: AsyncSession) -> Answer:
            customer = await self._shop.customers.ensure(session, moment.turn.dialog_id)
            cart = await self._shop.carts.show(session, customer.id)
            if not cart.lines and focus is not None:
                await self._add(session, moment, customer.id, focus)
            review = await self._shop.checkout.review(session, customer.id)
            above = views.changes_told(review.changes, moment.language) if review.changes else ""
            if not review.cart.lines:
                return self._empty(moment, above)
            cart = await self._shop.checkout.begin(session, customer.id, name="", phone=customer.phone)
            begun = AnalyticsEvent("checkout_started", {"lines": len(cart.lines)})
            return self._next(moment, cart, above=above, counted=(begun,))

        return Answer(state=moment.state.with_help(), write=write)

    async def note(self, moment: Moment, said: CheckoutDraft, *, step: Step | None = None) -> Answer:
        """Keep an answer and ask the next question.

        ``step``: the question that the message answers, remembered in case the message is edited.
        """

        async def write(session: AsyncSession) -> Answer:
            customer = await self._shop.customers.ensure(session, moment.turn.dialog_id)
            noted = await self._noted(session, moment, customer.id, said)
            return noted if step is None else _remembering(noted, moment, step)

        return Answer(state=moment.state.with_help(), write=write)

    async def take_contact(self, moment: Moment, contact: ContactContent) -> Answer:
        """The phone of a shared contact; where the messenger vouches that it is the sender's own, it is a proof."""

        async def write(session: AsyncSession) -> Answer:
            dialog_id = moment.turn.dialog_id
            customer = await self._shop.customers.ensure(session, dialog_id)
            if contact.own:
                customer = await self._shop.customers.prove_phone(session, dialog_id, contact.phone)
            return await self._noted(session, moment, customer.id, CheckoutDraft(phone=contact.phone))

        return Answer(state=moment.state.with_help(), write=write)

    async def ask(self, moment: Moment, step: Step, *, again: bool = False) -> Answer:
        """Put one question; what was answered before stays until it is answered anew."""
        async with moment.turn.session() as session:
            cart = await self._shop.cart(session, moment)
        if not cart.lines:
            return self._empty(moment)
        if step is Step.SUMMARY and not cart.checkout.missing:
            return self._summary(moment, cart, above=views.what_to_do(moment.language) if again else "")
        return self._asked(
            moment, cart, first_missing(cart.checkout) if step is Step.SUMMARY else step, again=again
        )

    async def resume(self, moment: Moment) -> Answer:
        """Put the open question once more, after a talk about something else."""
        step = self.step(moment)
        return await self.start(moment) if step is None else await self.ask(moment, step)

    async def stand(self, moment: Moment) -> Answer:
        """Where the checkout stands: its open question, else the order just placed, else the cart."""
        step = self.step(moment)
        if step is not None:
            return await self.ask(moment, step)
        ordered = await self._just_ordered(moment)
        if ordered is not None:
            return Answer((self._stands(moment, ordered),), moment.state.with_help())
        async with moment.turn.session() as session:
            cart = await self._shop.cart(session, moment)
        return Answer((show_cart(cart, moment.language),), moment.state.with_help())

    async def back(self, moment: Moment) -> Answer:
        """The question before; from the first one, out of the checkout."""
        async with moment.turn.session() as session:
            cart = await self._shop.cart(session, moment)
        earlier = before(self.step(moment) or Step.NAME, cart.checkout)
        return await self.leave(moment) if earlier is None else await self.ask(moment, earlier)

    async def leave(self, moment: Moment) -> Answer:
        """Leave the checkout; the cart and what was said stay for the next time. What was ordered stays ordered."""
        ordered = await self._just_ordered(moment)
        said = views.left(moment.language) if ordered is None else self._stands(moment, ordered)
        return Answer((said,), moment.state.with_help(), kept={STATE_KEY: None})

    async def edit(self, moment: Moment) -> Answer:
        """Which answer to give anew."""
        async with moment.turn.session() as session:
            cart = await self._shop.cart(session, moment)
        delivered = cart.checkout.method is DeliveryMethod.DELIVERY
        said = views.edit_list(moment.language, delivered=delivered)
        kept = moment.kept(STATE_KEY)
        asked_now = {STATE_KEY: {**kept, "at": moment.turn.started_at.isoformat()}} if kept else {}
        return Answer((said,), moment.state.with_help(), kept=asked_now)

    async def confirm(self, moment: Moment, button_id: str) -> Answer | None:
        """Order what the shopper saw: the button names the cart, its version and its total."""
        try:
            cart, version, total = button_id.removeprefix(views.CONFIRM).split(":")
            cart_id, seen_version, seen_total = UUID(hex=cart), int(version), int(total)
        except ValueError:
            return None

        async def write(session: AsyncSession) -> Answer:
            customer = await self._shop.customers.ensure(session, moment.turn.dialog_id)
            outcome = await self._shop.checkout.confirm(
                session,
                customer.id,
                cart_id,
                version=seen_version,
                total_minor=seen_total,
                dialog_id=moment.turn.dialog_id,
            )
            return self._outcome(moment, outcome)

        return Answer(state=moment.state.with_help(), write=write)

    # ---- answers ------------------------------------------------------------------------------------------

    async def _noted(self, session: AsyncSession, moment: Moment, customer_id: UUID, said: CheckoutDraft) -> Answer:
        cart = await self._shop.checkout.note(session, customer_id, said)
        if not cart.lines:
            return self._empty(moment)
        if first_missing(cart.checkout) is not Step.SUMMARY:
            return self._next(moment, cart)
        review = await self._shop.checkout.review(session, customer_id)
        above = views.changes_told(review.changes, moment.language) if review.changes else ""
        return self._next(moment, review.cart, above=above) if review.cart.lines else self._empty(moment, above)

    def _outcome(self, moment: Moment, outcome: Confirmation) -> Answer:
        match outcome:
            case OrderPlaced(order=order):
                said = self._stands(moment, order)
                if order.status is OrderStatus.NEW:
                    said = views.placed(order, moment.language, details=f"{ORDER_BUTTON}{order.number}")
                answered = moment.kept(STATE_KEY).get("answered")
                left = None if answered is None else {"answered": answered}
                return Answer((said,), kept={STATE_KEY: left, CART_KEY: None})
            case CheckoutChanged(cart=cart, changes=changes):
                above = views.changes_told(changes, moment.language)
                if not cart.lines:
                    return self._empty(moment, above if changes else "")
                return self._next(
                    moment,
                    cart,
                    above=above,
                    counted=(AnalyticsEvent("checkout_changed", {"changes": len(changes)}),),
                )
            case CheckoutIncomplete(cart=cart):
                return self._next(moment, cart)

    async def _just_ordered(self, moment: Moment) -> Order | None:
        """The order that this checkout led to: one of another day is no news, a filled cart a new purchase."""
        async with moment.turn.session() as session:
            cart = await self._shop.cart(session, moment)
            customer_id = None if cart.lines else await self._shop.customer_id(session, moment)
            ordered = (
                [] if customer_id is None else await self._shop.orders.of_customer(session, customer_id, limit=1)
            )
        recent = bool(ordered) and moment.turn.started_at - ordered[0].created_at < _OPEN_FOR
        return ordered[0] if recent else None

    @staticmethod
    def _stands(moment: Moment, order: Order) -> OutboundMessage:
        return views.stands(order, moment.language, details=f"{ORDER_BUTTON}{order.number}")

    def _next(
        self, moment: Moment, cart: Cart, *, above: str = "", counted: tuple[AnalyticsEvent, ...] = ()
    ) -> Answer:
        step = first_missing(cart.checkout)
        if step is Step.SUMMARY:
            return self._summary(moment, cart, above=above, counted=counted)
        return self._asked(moment, cart, step, above=above, counted=counted)

    def _asked(
        self,
        moment: Moment,
        cart: Cart,
        step: Step,
        *,
        again: bool = False,
        above: str = "",
        counted: tuple[AnalyticsEvent, ...] = (),
    ) -> Answer:
        known_name = profile_name(moment)
        question = views.ask(step, moment.language, known_name=known_name, again=again)
        said = (views.plain(above), question) if above else (question,)
        return Answer(said, analytics=counted, kept=self._kept(moment, step), facts=self._facts(moment, cart, step))

    def _summary(
        self, moment: Moment, cart: Cart, *, above: str = "", counted: tuple[AnalyticsEvent, ...] = ()
    ) -> Answer:
        said = views.summary(cart, moment.language, above=above)
        return Answer(
            (said,),
            analytics=counted,
            kept=self._kept(moment, Step.SUMMARY, order=views.confirm_id(cart)),
            facts=self._facts(moment, cart, Step.SUMMARY),
            evidence=Evidence(stated=cart_lines(cart, moment.language)),
        )

    def _empty(self, moment: Moment, above: str = "") -> Answer:
        said = (empty_cart(moment.language),)
        messages = (views.plain(above), *said) if above else said
        return Answer(messages, kept={STATE_KEY: None}, facts="error: the cart is empty", refused=True)

    @staticmethod
    def _kept(moment: Moment, step: Step, **more: Any) -> dict[str, Any]:
        answered = moment.kept(STATE_KEY).get("answered")
        kept = {"step": step.value, "at": moment.turn.started_at.isoformat(), **more}
        return {STATE_KEY: kept if answered is None else {**kept, "answered": answered}}

    @staticmethod
    def _facts(moment: Moment, cart: Cart, step: Step) -> dict[str, object]:
        """What the model reads: which question the shopper sees now, never the answers themselves."""
        asked = "confirmation" if step is Step.SUMMARY else step.value
        return {"the shopper is asked for": asked, **cart_facts(cart, moment.language)}

    # ---- the product spoken of ----------------------------------------------------------------------------

    async def _focus(self, moment: Moment) -> UUID | None:
        if moment.state.focus is None:
            return None
        async with moment.turn.session() as session:
            product = await self._shop.product(session, moment, moment.state.focus)
        return product.id if product is not None and product.orderable else None

    async def _add(self, session: AsyncSession, moment: Moment, customer_id: UUID, product_id: UUID) -> None:
        city_id = moment.turn.bot.city_id
        request = f"{request_of(moment)}:{product_id.hex}"
        try:
            await self._shop.carts.add(session, customer_id, product_id, city_id=city_id, request=request)
        except NotFound:
            return  # withdrawn this very moment: the cart stays empty, and that is told
