"""The skills of the assistant, in their order: the one place where a new one is added."""

from __future__ import annotations

from dataclasses import dataclass

from shared.alerts.service import AlertService
from shared.assistant import buttons, replies
from shared.assistant.cards import CardButton, Cards
from shared.assistant.products import CityFinder, ProductFinder
from shared.assistant.skills.alerts.skill import alerts_skill
from shared.assistant.skills.alerts.watching import watch_button
from shared.assistant.skills.handover.skill import handover_skill
from shared.assistant.skills.search.skill import search_skill
from shared.assistant.skills.talk.skill import talk_skill
from shared.assistant.skillset import Skills
from shared.channels.messages import Button
from shared.customers.service import CustomerService
from shared.kernel.languages import Language

__all__ = ["Parts", "built_in_skills", "product_buttons"]


@dataclass(frozen=True, slots=True)
class Parts:
    """What skills are built from; composition fills it in."""

    finder: ProductFinder
    cities: CityFinder | None
    handover_seconds: float
    """How long an escalation keeps the bot silent."""
    alerts: AlertService
    customers: CustomerService


CARD_BUTTONS: tuple[CardButton, ...] = (watch_button,)
"""The skills' buttons on a product's whole card, the most useful first."""


def product_buttons(sku: str, language: Language) -> tuple[Button, ...]:
    """What can be done with a product that the shop speaks of outside of a turn."""
    return (replies.button("details", buttons.card(sku), language),)


def built_in_skills(parts: Parts) -> Skills:
    """All skills. Of phrases that are equally strong, those of the earlier skill are asked first."""
    cards = Cards(CARD_BUTTONS)
    return Skills(
        (
            handover_skill(handover_seconds=parts.handover_seconds),
            talk_skill(),
            alerts_skill(parts.alerts, parts.customers, parts.finder),
            search_skill(parts.finder, parts.cities, cards),
        ),
        cards=cards,
    )
