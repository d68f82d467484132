"""What is a drop, and that each is told once."""

from __future__ import annotations

from typing import Any

import pytest

from shared.alerts.schemas import AlertCondition
from tests.integration.alerts.waiting import alerts_of, begin, below, due_now, run, sells, watch
from tests.integration.conversation import Stage


async def test_a_lower_price_is_told_with_both_prices_and_the_product_s_card(stage: Stage) -> None:
    who = await begin(stage)
    await watch(stage, who)

    await sells(stage, who.shop, tenge=120_000)
    assert (await run(stage)).told == 1

    await who.shopper.hears("140 000 ₸", "120 000 ₸", "Диван «Алма»")


async def test_a_drop_is_told_once_however_often_it_is_looked_at(stage: Stage) -> None:
    who = await begin(stage)
    await watch(stage, who)
    await sells(stage, who.shop, tenge=120_000)
    await run(stage)
    await who.shopper.hears("120 000 ₸")

    await due_now(stage, who.shop)
    assert (await run(stage)).looked == 1

    await who.shopper.hears_nothing()


async def test_a_further_drop_is_told_again_and_a_rise_is_not(stage: Stage) -> None:
    who = await begin(stage)
    await watch(stage, who)

    for price, told in [(130_000, 1), (125_000, 1), (128_000, 0), (126_000, 1), (170_000, 0), (139_000, 1)]:
        await sells(stage, who.shop, tenge=price)
        assert (await run(stage)).told == told, price


async def test_a_price_between_the_one_seen_and_a_higher_one_is_no_drop(stage: Stage) -> None:
    who = await begin(stage)
    await watch(stage, who)

    for price in (200_000, 150_000, 140_000):
        await sells(stage, who.shop, tenge=price)
        assert (await run(stage)).told == 0, price


async def test_a_limit_is_met_by_that_price_or_a_lower_one(stage: Stage) -> None:
    who = await begin(stage)
    await watch(stage, who, **below(100_000))

    for price, told in [(110_000, 0), (100_000, 1), (105_000, 0), (100_000, 1), (99_999, 1), (99_999, 0)]:
        await sells(stage, who.shop, tenge=price)
        await due_now(stage, who.shop)
        assert (await run(stage)).told == told, price


async def test_a_product_that_is_back_is_told_once_and_the_alert_is_over(stage: Stage) -> None:
    who = await begin(stage)
    await sells(stage, who.shop, availability="out_of_stock")
    await watch(stage, who, condition=AlertCondition.RESTOCK)
    assert (await run(stage)).told == 0

    await sells(stage, who.shop, availability="in_stock")
    await run(stage)
    await who.shopper.hears("Снова в наличии", "140 000 ₸")

    for availability in ("out_of_stock", "in_stock"):
        await sells(stage, who.shop, availability=availability)
        await run(stage)
    await who.shopper.hears_nothing()
    [alert] = await alerts_of(stage, who)
    assert (alert["state"], alert["times_told"]) == ("sent", 1)


async def test_a_drop_of_a_sold_out_product_is_told_when_it_can_be_had(stage: Stage) -> None:
    who = await begin(stage)
    await watch(stage, who)

    await sells(stage, who.shop, tenge=90_000, availability="out_of_stock")
    assert (await run(stage)).told == 0
    await sells(stage, who.shop, availability="in_stock")
    await run(stage)

    await who.shopper.hears("90 000 ₸")


@pytest.mark.parametrize("change", [{"active": False}, {"currency": "USD"}])
async def test_what_is_not_sold_or_in_another_currency_is_not_told(stage: Stage, change: dict[str, Any]) -> None:
    who = await begin(stage)
    await watch(stage, who)

    await sells(stage, who.shop, tenge=90_000, **change)
    await due_now(stage, who.shop)

    assert (await run(stage)).told == 0


async def test_a_person_has_the_dialog_and_the_news_waits(stage: Stage) -> None:
    who = await begin(stage)
    await watch(stage, who)
    await stage.sql(who.shop, "UPDATE dialogs SET handover_until = now() + interval '1 hour'")

    await sells(stage, who.shop, tenge=90_000)
    assert (await run(stage)).told == 0
    [alert] = await stage.sql(
        who.shop,
        "SELECT a.due_at = d.handover_until AS waits FROM price_alerts a JOIN dialogs d ON d.id = a.dialog_id",
    )
    assert alert["waits"]

    await stage.sql(who.shop, "UPDATE dialogs SET handover_until = NULL")
    await due_now(stage, who.shop)
    await run(stage)
    await who.shopper.hears("90 000 ₸")


async def test_who_blocked_the_bot_is_told_after_coming_back(stage: Stage) -> None:
    who = await begin(stage)
    await watch(stage, who)
    await stage.sql(who.shop, "UPDATE dialogs SET blocked = true")

    await sells(stage, who.shop, tenge=90_000)
    assert (await run(stage)).told == 0
    await stage.sql(who.shop, "UPDATE dialogs SET blocked = false")
    await due_now(stage, who.shop)

    assert (await run(stage)).told == 1


async def test_an_alert_ends_at_its_time_and_is_told_no_more(stage: Stage) -> None:
    who = await begin(stage)
    await watch(stage, who)
    await stage.sql(who.shop, "UPDATE price_alerts SET expires_at = now(), due_at = now()")

    await sells(stage, who.shop, tenge=90_000)
    await run(stage)

    assert "90 000" not in await who.shopper.hears("срок уведомления вышел")
    [alert] = await alerts_of(stage, who)
    assert (alert["state"], alert["times_told"]) == ("expired", 0)
