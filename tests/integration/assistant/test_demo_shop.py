"""The offline assistant in the demo shop: real requests over the real catalogue in Postgres."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

import pytest
from sqlalchemy import text

from infra.local.demo.loader import load_demo
from shared.assistant.catalogue import CatalogueFinder
from shared.assistant.offline.assistant import OfflineAssistant
from shared.assistant.replies import TEXTS
from shared.bots.schemas import BotSnapshot
from shared.catalog.service import CatalogService
from shared.channels.contract import InboundMessage
from shared.channels.messages import ListMessage, ProductCard, ProductCards
from shared.dialogs.contract import TurnResult
from shared.kernel.languages import Language
from shared.runtime.crypto import KeyRing
from shared.runtime.database import Database
from tests.doubles.skills import skills_without_database
from tests.doubles.turns import bot, pressed, shown_skus, turn, words

Say = Callable[..., Coroutine[Any, Any, TurnResult]]


@pytest.fixture
async def say(database: Database, keyring: KeyRing) -> Say:
    """Says turns one after another to the demo shop's Almaty bot; returns the last answer."""
    demo = await load_demo(database, keyring, base_url="http://127.0.0.1:1", simulator="http://127.0.0.1:2")
    async with database.session_scope(demo.company_id) as session:
        city = await session.scalar(text("SELECT id FROM cities WHERE slug = 'almaty'"))
    shop: BotSnapshot = bot(company_id=demo.company_id, city_id=city)
    assistant = OfflineAssistant(skills_without_database(CatalogueFinder(CatalogService())))

    async def talk(*said: str | InboundMessage, language: Language = Language.RU) -> TurnResult:
        result: TurnResult | None = None
        for one in said:
            result = await assistant.respond(
                turn(
                    one,
                    of=shop,
                    language=language,
                    after=result,
                    session=lambda: database.session_scope(demo.company_id),
                )
            )
        assert result is not None
        return result

    return talk


def cards(result: TurnResult) -> list[ProductCard]:
    found: list[ProductCard] = []
    for message in result.reply.messages:
        if isinstance(message, ProductCards):
            found += message.cards
        elif isinstance(message, ProductCard):
            found.append(message)
    return found


@pytest.mark.parametrize(
    ("said", "language", "category", "prices"),
    [
        ("хочу красный диван до 400000", Language.RU, "SOFA", (0, 400_000)),
        ("кресло от 50 до 120 тыс, серое", Language.RU, "ARM", (50_000, 120_000)),
        ("қызыл диван керек 400 мыңға дейін", Language.KK, "SOFA", (0, 400_000)),
        ("cheap white desk under 80k", Language.EN, "TAB", (0, 80_000)),
        ("кровать дороже 200 тысяч", Language.RU, "BED", (200_000, 10_000_000)),
    ],
)
async def test_a_request_finds_what_it_asks_for(
    say: Say, said: str, language: Language, category: str, prices: tuple[int, int]
) -> None:
    found = cards(await say(said, language=language))

    assert found
    assert all(card.sku.startswith(category) for card in found)
    assert all(prices[0] * 100 <= card.price.minor <= prices[1] * 100 for card in found)


async def test_a_wish_for_something_cheap_begins_with_the_cheapest(say: Say) -> None:
    prices = [card.price.minor for card in cards(await say("недорогой матрас"))]
    assert prices
    assert prices == sorted(prices)


async def test_a_conversation_goes_on_from_its_last_search(say: Say) -> None:
    sofas = cards(await say("диван"))
    cheaper = cards(await say("диван", "дешевле"))
    assert max(card.price.minor for card in cheaper) < min(card.price.minor for card in sofas)
    more = await say("диван", "ещё")
    assert not {card.sku for card in cards(more)} & {card.sku for card in sofas}
    assert shown_skus(await say("диван", "покажи второй")) == [sofas[1].sku]
    blue = cards(await say("диван", "а синий есть?"))
    assert blue
    assert all("син" in card.name.lower() for card in blue)


async def test_what_is_not_sold_is_answered_by_the_shops_categories(say: Say) -> None:
    result = await say("холодильник с морозильной камерой")
    (choice,) = result.reply.messages
    assert isinstance(choice, ListMessage)
    chosen = await say("холодильник с морозильной камерой", pressed(choice.rows[0].id))
    assert cards(chosen)


async def test_a_forged_button_is_explained(say: Say) -> None:
    assert words(await say(pressed("card:\x00"))) == TEXTS.get("card.gone", Language.RU)


async def test_paging_ends_politely_however_long_one_goes_on(say: Say) -> None:
    result = await say("диван", *["ещё"] * 12)
    assert words(result) == TEXTS.get("more.none", Language.RU)
