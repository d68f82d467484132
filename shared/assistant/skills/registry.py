"""The skills of the assistant, in their order: the one place where a new one is added."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from shared.alerts.service import AlertService
from shared.assistant import buttons, replies
from shared.assistant.cards import CardButton, Cards
from shared.assistant.products import CityFinder, ProductFinder
from shared.assistant.skills.advice.skill import advice_skill
from shared.assistant.skills.alerts.skill import alerts_skill
from shared.assistant.skills.alerts.views import watch_button
from shared.assistant.skills.availability.skill import availability_skill
from shared.assistant.skills.cart.skill import cart_skill
from shared.assistant.skills.cart.views import BUY, buy_button
from shared.assistant.skills.cart.views import TEXTS as CART_TEXTS
from shared.assistant.skills.checkout.skill import checkout_skill
from shared.assistant.skills.handover.skill import handover_skill
from shared.assistant.skills.orders.skill import orders_skill
from shared.assistant.skills.person.skill import person_skill
from shared.assistant.skills.search.similar import similar_button
from shared.assistant.skills.search.skill import search_skill
from shared.assistant.skills.shop import Shop
from shared.assistant.skills.talk.skill import talk_skill
from shared.assistant.skillset import Skills
from shared.catalog.service import CatalogService
from shared.channels.messages import Button
from shared.kernel.languages import Language
from shared.recommendations.service import RecommendationService

__all__ = ["Parts", "built_in_skills", "product_buttons"]


@dataclass(frozen=True, slots=True)
class Parts:
    """What skills are built from; composition fills it in."""

    finder: ProductFinder
    cities: CityFinder | None
    handover_seconds: float
    """How long an escalation keeps the bot silent."""
    shop: Shop
    catalog: CatalogService
    recommendations: RecommendationService
    alerts: AlertService


CARD_BUTTONS: tuple[CardButton, ...] = (buy_button, watch_button, similar_button)
"""The skills' buttons on a product's whole card, the most useful first."""


def product_buttons(product_id: UUID, sku: str, language: Language) -> tuple[Button, ...]:
    """What can be done with a product in stock that the shop speaks of outside of a turn."""
    buy = Button(id=BUY + product_id.hex, title=CART_TEXTS.get("button.buy", language))
    return (buy, replies.button("details", buttons.card(sku), language))


def built_in_skills(parts: Parts) -> Skills:
    """All skills. Of phrases that are equally strong, those of the earlier skill are asked first."""
    cards = Cards(CARD_BUTTONS)
    return Skills(
        (
            alerts_skill(parts.alerts, parts.shop),
            cart_skill(parts.shop, cards),
            checkout_skill(parts.shop),
            orders_skill(parts.shop),
            person_skill(parts.shop, parts.recommendations, parts.catalog),
            availability_skill(parts.shop),
            handover_skill(handover_seconds=parts.handover_seconds),
            talk_skill(),
            advice_skill(parts.shop, parts.recommendations, cards),
            search_skill(parts.finder, parts.cities, cards),
        ),
        cards=cards,
    )
