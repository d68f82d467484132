"""The assistant's skills on a catalogue in memory, for tests that need no database."""

from __future__ import annotations

from collections.abc import Sequence

from shared.assistant.cards import Cards
from shared.assistant.products import CityFinder, ProductFinder
from shared.assistant.skill import Skill
from shared.assistant.skills.handover.skill import handover_skill
from shared.assistant.skills.search.skill import search_skill
from shared.assistant.skills.talk.skill import talk_skill
from shared.assistant.skillset import Skills

__all__ = ["skills_without_database"]


def skills_without_database(
    finder: ProductFinder, *, cities: CityFinder | None = None, more: Sequence[Skill] = ()
) -> Skills:
    """Small talk, search and hand-over; ``more`` are asked before them."""
    cards = Cards()
    return Skills(
        (*more, handover_skill(handover_seconds=3600), talk_skill(), search_skill(finder, cities, cards)),
        cards=cards,
    )
