"""The skills of the assistant, in their order: the one place where a new one is added."""

from __future__ import annotations

from dataclasses import dataclass

from shared.assistant.cards import CardButton, Cards
from shared.assistant.products import CityFinder, ProductFinder
from shared.assistant.skills.handover.skill import handover_skill
from shared.assistant.skills.search.skill import search_skill
from shared.assistant.skills.talk.skill import talk_skill
from shared.assistant.skillset import Skills

__all__ = ["Parts", "built_in_skills"]


@dataclass(frozen=True, slots=True)
class Parts:
    """What skills are built from; composition fills it in."""

    finder: ProductFinder
    cities: CityFinder | None
    handover_seconds: float
    """How long an escalation keeps the bot silent."""


CARD_BUTTONS: tuple[CardButton, ...] = ()
"""The skills' buttons on a product's whole card, the most useful first."""


def built_in_skills(parts: Parts) -> Skills:
    """All skills. Of phrases that are equally strong, those of the earlier skill are asked first."""
    cards = Cards(CARD_BUTTONS)
    return Skills(
        (
            handover_skill(handover_seconds=parts.handover_seconds),
            talk_skill(),
            search_skill(parts.finder, parts.cities, cards),
        ),
        cards=cards,
    )
