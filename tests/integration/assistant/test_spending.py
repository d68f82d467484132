"""What the model costs is added up per company, day and model, and held against the budget, on real Postgres."""

from __future__ import annotations

from datetime import date

from pydantic import SecretStr
from sqlalchemy import text

from shared.assistant.service import AssistantResponder
from shared.assistant.usage import ModelUsage, record_usage, spent_micros
from shared.dialogs.contract import Turn
from shared.runtime.database import Database
from shared.runtime.settings import Settings
from tests.doubles.memory_catalogue import MemoryCatalogue
from tests.doubles.openai_server import OpenAIServer, calls, says
from tests.doubles.skills import skills_without_database
from tests.doubles.turns import bot, turn
from tests.integration.shops import Shop

DAY = date(2026, 11, 21)


def usage(model: str = "gpt-4o-mini") -> ModelUsage:
    used = ModelUsage(model=model, price_input=0.15, price_output=0.60)
    used.add(1000, 100)
    used.add(2000, 200)
    return used


async def test_tokens_cost_their_price_per_million() -> None:
    # 3000 x 0.15 + 300 x 0.60 millionths of a dollar
    assert usage().cost_micros == 630


async def test_turns_of_a_day_are_added_up(database: Database, shop: Shop) -> None:
    for _ in range(2):
        async with database.session_scope(shop.company_id) as session:
            await record_usage(session, usage(), day=DAY)
            await record_usage(session, usage("gpt-4o"), day=DAY)
    async with database.session_scope(shop.company_id) as session:
        rows = await session.execute(
            text(
                "SELECT model, sum(calls), sum(prompt_tokens), sum(completion_tokens), sum(cost_micros) "
                "FROM model_usage GROUP BY model ORDER BY model"
            )
        )
        assert [tuple(row) for row in rows] == [("gpt-4o", 4, 6000, 600, 1260), ("gpt-4o-mini", 4, 6000, 600, 1260)]
        assert await spent_micros(session, day=DAY) == 2520
        assert await spent_micros(session, day=date(2026, 11, 22)) == 0


async def test_one_companys_spending_is_not_anothers(database: Database, shop: Shop, other_shop: Shop) -> None:
    async with database.session_scope(shop.company_id) as session:
        await record_usage(session, usage(), day=DAY)
    async with database.session_scope(other_shop.company_id) as session:
        assert await spent_micros(session, day=DAY) == 0


async def test_a_days_budget_ends_in_the_rules(database: Database, settings: Settings, shop: Shop) -> None:
    async with OpenAIServer([calls(("search_products", {"query": "диван"})), says("Вот диваны.")]) as server:
        responder = AssistantResponder(
            settings.model_copy(
                update={"openai_base_url": server.base_url, "openai_api_key": SecretStr("test")},
            ),
            skills_without_database(MemoryCatalogue()),
            MemoryCatalogue(),
        )

        def ask_for(words: str) -> Turn:
            return turn(
                words,
                session=lambda: database.session_scope(shop.company_id),
                # two calls of 100 + 20 tokens cost 54 millionths of a dollar
                of=bot(company_id=shop.company_id, daily_model_budget=0.00005),
            )

        first = await responder.respond(ask_for("диван"))
        async with database.session_scope(shop.company_id) as session:
            for effect in first.effects:
                await effect(session)
            assert await spent_micros(session, day=DAY) == 54
        second = await responder.respond(ask_for("диван"))
        await responder.aclose()
        assert len(server.requests) == 2
        assert "over_budget" in [event.properties.get("reason") for event in second.analytics]
