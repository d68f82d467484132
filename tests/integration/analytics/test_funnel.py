"""A shop's day as its owner reads it: shoppers talk on every messenger, and ``GET /api/analytics`` counts them."""

from __future__ import annotations

from typing import Any

from pydantic import SecretStr

from shared.channels.contract import Platform
from shared.identity.permissions import Role
from tests.doubles.openai_server import OpenAIServer, calls, says
from tests.integration.alerts.waiting import run, sells
from tests.integration.assistant.administration import administrator
from tests.integration.assistant.shopping import places_order
from tests.integration.conversation import Shop, Stage, open_stage


async def kinds(stage: Stage, shop: Shop) -> dict[str, int]:
    rows = await stage.sql(shop, "SELECT kind, count(*) AS times FROM analytics_events GROUP BY 1")
    return {row["kind"]: row["times"] for row in rows}


async def report(stage: Stage, shop: Shop, query: str = "") -> dict[str, Any]:
    answer = await administrator(stage, shop, Role.OWNER).get(f"analytics{query}")
    assert answer.status == 200
    return dict(answer.json)


async def test_the_way_from_a_search_to_an_order_is_counted(stage: Stage, platform: Platform) -> None:
    shop = await stage.open_shop()
    aigul, marat = stage.shopper(shop, platform), stage.shopper(shop, platform, "Марат")
    await marat.says("зелёный холодильник")
    await marat.listens()
    await places_order(aigul)

    told = await report(stage, shop, "?by=platform")

    totals = told["totals"]
    assert totals["funnel"] == {"searched": 2, "viewed": 1, "carted": 1, "ordered": 1}
    assert (totals["searches"], totals["empty_searches"], totals["orders"]) == (2, 1, 1)
    assert (totals["active_people"], totals["escalations"]) == (2, 0)
    [money] = totals["revenue"]
    assert (money["currency"], money["placed_minor"], money["cancelled_minor"]) == ("KZT", 12_000_000, 0)
    assert totals["response_ms"]["p95"] > 0
    assert [group["key"] for group in told["groups"]] == [platform.value]
    assert [search["query"] for search in told["empty_searches"]] == ["холодильник"]
    assert told["own_events"] == {}
    assert (await kinds(stage, shop))["checkout_started"] == 1


async def test_a_cancelled_order_is_counted_once_and_taken_off_the_revenue(
    stage: Stage, platform: Platform
) -> None:
    shop = await stage.open_shop()
    aigul = stage.shopper(shop, platform)
    await places_order(aigul)
    await aigul.says("отмените мой заказ")
    await aigul.hears("Отменить заказ №1")
    await aigul.presses("Да, отменить")
    await aigul.hears("отменён")

    [money] = (await report(stage, shop))["totals"]["revenue"]
    assert (money["placed_minor"], money["cancelled_minor"]) == (12_000_000, 12_000_000)
    assert (await kinds(stage, shop))["order_cancelled"] == 1


async def test_told_alerts_and_calls_for_a_person_are_counted(stage: Stage, platform: Platform) -> None:
    shop = await stage.open_shop()
    aigul = stage.shopper(shop, platform)
    await aigul.says("NOM-1")
    await aigul.hears("Номад")
    await aigul.presses("🔔 Следить за ценой")
    await aigul.hears("Договорились")
    await sells(stage, shop, "NOM-1", tenge=99_000)
    await run(stage)
    await aigul.hears("99 000 ₸")
    await aigul.says("позовите менеджера")
    await aigul.hears("менеджера")

    told = await report(stage, shop)
    assert (told["totals"]["alerts_sent"], told["totals"]["escalations"]) == (1, 1)
    assert told["totals"]["escalation_rate"] == 1.0
    assert told["own_events"] == {}


async def test_what_the_model_shows_is_counted_like_what_is_shown_without_one(
    settings_env: dict[str, str], platform: Platform
) -> None:
    script = [
        calls(("search_products", {"query": "диван", "colour": "синий"})),
        says("Вот синий диван [NOM-1]."),
    ]
    async with (
        OpenAIServer(script) as model,
        open_stage(settings_env, openai_base_url=model.base_url, openai_api_key=SecretStr("test")) as stage,
    ):
        shop = await stage.open_shop()
        aigul = stage.shopper(shop, platform)
        await aigul.says("подберите, пожалуйста, что-нибудь синее в гостиную")
        await aigul.hears("Диван «Номад»")
        await aigul.presses("В корзину")
        await aigul.hears("Добавили в корзину")

        funnel = (await report(stage, shop))["totals"]["funnel"]
        assert funnel == {"searched": 1, "viewed": 1, "carted": 1, "ordered": 0}
