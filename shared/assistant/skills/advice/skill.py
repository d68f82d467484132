"""The skill of recommending: what goes with the cart, what is like what was looked at, what pleases, what sells."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from pydantic import Field

from shared.assistant import buttons, replies
from shared.assistant.cards import Cards
from shared.assistant.catalogue import found_products
from shared.assistant.facts import Evidence, describe_product
from shared.assistant.products import FoundProduct
from shared.assistant.skill import (
    Answer,
    ButtonFamily,
    Found,
    Label,
    Moment,
    Phrase,
    Skill,
    Strength,
    Tool,
    ToolArguments,
)
from shared.assistant.skills.advice import phrases
from shared.assistant.skills.shop import Shop
from shared.assistant.state import PAGE_SIZE
from shared.assistant.texts import AssistantTexts
from shared.channels.messages import Button, RichText, TextMessage
from shared.kernel.languages import Language
from shared.recommendations.schemas import Recommendation, Wanted
from shared.recommendations.service import RecommendationService

__all__ = ["ADVICE", "TEXTS", "advice_button", "advice_skill"]

TEXTS = AssistantTexts(Path(__file__).parent / "locales", "advice")
ADVICE = "advice"


class _Recommend(ToolArguments):
    near_sku: str | None = Field(
        default=None, max_length=100, description="Article number of a product that it should go with or be like"
    )


@dataclass(frozen=True, slots=True)
class _Advised:
    product: FoundProduct
    why: str


def advice_button(language: Language) -> Button:
    """«Что посоветуете?», for wherever a shopper may want to see more."""
    return TEXTS.button("advice", ADVICE, language)


def advice_skill(shop: Shop, recommendations: RecommendationService, cards: Cards) -> Skill:
    """Advice by words, by button and by the model."""
    adviser = _Adviser(shop, recommendations, cards)
    return Skill(
        name="advice",
        public=True,
        tools=(
            Tool(
                "recommend_products",
                "Recommend products that suit this shopper, each with the reason why.",
                _Recommend,
                adviser.by_model,
            ),
        ),
        buttons=(ButtonFamily(ADVICE, adviser.by_button),),
        labels=(Label(lambda: TEXTS.variants("button.advice"), ADVICE),),
        texts=(TEXTS,),
        phrases=(Phrase.matching("advice", Strength.WHOLE, phrases.ADVICE, adviser.advise),),
        rules="When the shopper asks what you would recommend, without saying what to look for, call"
        " recommend_products and give its reasons.",
    )


class _Adviser:
    def __init__(self, shop: Shop, recommendations: RecommendationService, cards: Cards) -> None:
        self._shop = shop
        self._recommendations = recommendations
        self._cards = cards

    async def by_button(self, moment: Moment, _button_id: str) -> Answer:
        return await self.advise(moment)

    async def advise(self, moment: Moment) -> Answer:
        """What suits the shopper, next to the cart and to what was spoken of last."""
        return self._told(moment, await self._advice(moment, moment.state.focus))

    async def by_model(self, moment: Moment, wanted: _Recommend) -> Answer:
        advised = await self._advice(moment, wanted.near_sku or moment.state.focus)
        products = tuple(one.product for one in advised)
        return Answer(
            facts={"products": [describe_product(one.product) | {"why": one.why} for one in advised]},
            evidence=Evidence(products=products, stated="\n".join(one.why for one in advised)),
            found=Found(products),
        )

    async def _advice(self, moment: Moment, sku: str | None) -> list[_Advised]:
        turn = moment.turn
        async with turn.session() as session:
            person = await self._shop.person(session, moment)
            near = [line.product_id for line in (await self._shop.cart(session, moment)).lines]
            spoken_of = await self._shop.product(session, moment, sku) if sku is not None else None
            if spoken_of is not None:
                near.insert(0, spoken_of.id)
            wanted = Wanted(
                dialog_ids=person.dialog_ids,
                customer_id=person.customer.id if person.customer is not None else None,
                city_id=turn.bot.city_id,
                near=near,
                limit=PAGE_SIZE,
            )
            found = await self._recommendations.recommend(session, wanted, now=turn.started_at)
            products = await found_products(session, [one.product for one in found], turn.language)
        return [_Advised(product, _why(one, turn.language)) for one, product in zip(found, products, strict=True)]

    def _told(self, moment: Moment, advised: list[_Advised]) -> Answer:
        language = moment.language
        if not advised:
            below = replies.button("categories", buttons.CATEGORIES, language)
            words = TEXTS.get("nothing", language)
            said = TextMessage(text=RichText.of(words), buttons=((below,),))
            return Answer((said,), moment.state.with_help())
        explained = [replace(one.product, description=one.why) for one in advised]
        several = len(advised) > 1
        text = TEXTS.count("advised", len(advised), language) if several else TEXTS.get("advised.one", language)
        cards = self._cards.several(text, explained, language, has_more=False)
        products = [one.product for one in advised]
        return Answer((cards,), moment.state.with_products(products))


def _why(found: Recommendation, language: Language) -> str:
    about = found.about.get(language) if found.about is not None else ""
    return TEXTS.get(f"reason.{found.reason.value}", language, about=about)
