"""The assistant's skills on a catalogue in memory, for tests that need no database."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from pydantic import SecretStr

from shared.alerts.service import AlertService
from shared.assistant.cards import Cards
from shared.assistant.catalogue import CatalogueFinder
from shared.assistant.products import CityFinder, ProductFinder
from shared.assistant.skill import Skill
from shared.assistant.skills.handover.skill import handover_skill
from shared.assistant.skills.registry import Parts, built_in_skills
from shared.assistant.skills.search.skill import search_skill
from shared.assistant.skills.shop import Shop
from shared.assistant.skills.talk.skill import talk_skill
from shared.assistant.skillset import Skills
from shared.catalog.service import CatalogService
from shared.channels.registry import build_channels
from shared.channels.settings import ChannelSettings
from shared.customers.service import CustomerService
from shared.dialogs.bells import Bells
from shared.dialogs.memory import Memory
from shared.dialogs.notices import Notices
from shared.dialogs.personal_data import DialogCopies, DialogHistory
from shared.orders.carts import CartService
from shared.orders.checkout import CheckoutService
from shared.orders.service import OrderService
from shared.recommendations.service import RecommendationService
from shared.runtime.cache import Cache
from shared.runtime.queues import Queues
from shared.runtime.settings import Settings

__all__ = ["skills_of_a_shop", "skills_without_database"]


def skills_without_database(
    finder: ProductFinder, *, cities: CityFinder | None = None, more: Sequence[Skill] = ()
) -> Skills:
    """Small talk, search and hand-over; ``more`` are asked before them."""
    cards = Cards()
    return Skills(
        (*more, handover_skill(handover_seconds=3600), talk_skill(), search_skill(finder, cities, cards)),
        cards=cards,
    )


def skills_of_a_shop() -> Skills:
    """All built-in skills over a real shop's services, for tests that read words and open no session."""
    settings = Settings(
        database_url=SecretStr("postgresql://nowhere"),
        system_database_url=SecretStr("postgresql://nowhere"),
        credential_keys=SecretStr(""),
        storage_connection=SecretStr("UseDevelopmentStorage=true"),
    )
    catalog = CatalogService()
    finder = CatalogueFinder(catalog)
    cache = Cache(settings)
    bells = Bells(Queues(settings), cache, marker_seconds=settings.ring_marker_seconds)
    shop = Shop(
        finder=finder,
        customers=CustomerService(DialogHistory(DialogCopies(Memory(cache, messages=1, seconds=1)))),
        carts=CartService(catalog),
        checkout=CheckoutService(catalog, reserved_for=timedelta(hours=1)),
        orders=OrderService(catalog, Notices(build_channels(ChannelSettings()).channel_of, bells)),
    )
    return built_in_skills(
        Parts(
            finder=finder,
            cities=None,
            handover_seconds=3600,
            shop=shop,
            alerts=AlertService(settings, catalog),
            catalog=catalog,
            recommendations=RecommendationService(catalog),
        )
    )
