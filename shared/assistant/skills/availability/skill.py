"""The skill of telling whether a product can be had: what lies in the warehouse, less what orders hold of it."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field

from shared.assistant import replies
from shared.assistant.asked import Asked
from shared.assistant.facts import Evidence, describe_product
from shared.assistant.products import FoundProduct
from shared.assistant.skill import Answer, Moment, Phrase, Skill, Strength, Tool, ToolArguments
from shared.assistant.skills.availability import phrases
from shared.assistant.skills.cart.views import buy_button
from shared.assistant.skills.search.similar import similar_button
from shared.assistant.skills.shop import Shop
from shared.assistant.texts import AssistantTexts, message

__all__ = ["availability_skill"]

TEXTS = AssistantTexts(Path(__file__).parent / "locales", "availability")


class _CheckAvailability(ToolArguments):
    sku: str = Field(min_length=1, max_length=100, description="Article number")


def availability_skill(shop: Shop) -> Skill:
    """«Есть в наличии?» of what was spoken of."""
    asking = _Asking(shop)
    return Skill(
        name="availability",
        public=True,
        tools=(
            Tool(
                "check_availability",
                "Whether a product can be had now, and how many pieces.",
                _CheckAvailability,
                asking.by_model,
            ),
        ),
        phrases=(Phrase.matching("availability", Strength.WHOLE, phrases.AVAILABLE, asking.of_focus),),
    )


class _Asking:
    def __init__(self, shop: Shop) -> None:
        self._shop = shop

    async def of_focus(self, moment: Moment) -> Answer | None:
        """Of the product spoken of; of several, which one is meant."""
        state = moment.state
        sku = state.focus or (state.shown[0] if len(state.shown) == 1 else None)
        if sku is None:
            which = replies.say("number.which", moment.language)
            return Answer((which,), state.with_help()) if state.shown else None
        return await self._of(moment, sku)

    async def by_model(self, moment: Moment, wanted: _CheckAvailability) -> Answer:
        """The same for the model, which says it in its own words."""
        answer = await self._of(moment, wanted.sku)
        return Answer(facts=answer.facts, evidence=answer.evidence)

    async def _of(self, moment: Moment, sku: str) -> Answer:
        async with moment.turn.session() as session:
            product = await self._shop.product(session, moment, sku)
            free = None if product is None else await self._shop.carts.free(session, product.id)
        if product is None:
            gone = replies.say("card.gone", moment.language)
            return Answer((gone,), moment.state.with_help(), facts="error: no product has that article number")
        words = self._words(moment, product, free)
        offered = (buy_button if free != 0 else similar_button)(product, moment.language)
        return Answer(
            (message(words, *((offered,) if offered is not None else ())),),
            moment.state.with_help(),
            facts={
                **describe_product(product),
                "available": free != 0,
                "pieces": free if free is not None else "any",
            },
            evidence=Evidence(products=(product,), stated=words),
            asks=Asked(offered.id) if free == 0 and offered is not None else None,
        )

    def _words(self, moment: Moment, product: FoundProduct, free: int | None) -> str:
        if free == 0:
            return TEXTS.get("none", moment.language, name=product.name)
        if free is None:
            return TEXTS.get("some", moment.language, name=product.name)
        return TEXTS.count("pieces", free, moment.language, name=product.name)
