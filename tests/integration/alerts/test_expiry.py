"""An alert whose time ran out says so once, and one press lets it go on."""

from __future__ import annotations

import pytest

from shared.channels.contract import Platform
from shared.kernel.errors import NotFound
from tests.integration.alerts.waiting import run, sells
from tests.integration.conversation import Shop, Shopper, Stage

OVER = "UPDATE price_alerts SET expires_at = now(), due_at = now()"
OTHERS = """
INSERT INTO customers (company_id, id, name)
SELECT company_id, gen_random_uuid(), 'more' FROM customers, generate_series(1, :others)
"""
MORE_OF_THE_SAME = """
INSERT INTO price_alerts (company_id, id, customer_id, dialog_id, product_id, condition, currency, seen_minor,
                          mark_minor, check_every, due_at, expires_at)
SELECT a.company_id, gen_random_uuid(), c.id, dialog_id, product_id, condition, currency, seen_minor,
       mark_minor, check_every, due_at, expires_at
  FROM price_alerts a, customers c WHERE c.name = 'more'
"""


async def waits_for(shopper: Shopper, *skus: str) -> None:
    for sku in skus:
        await shopper.says(sku)
        await shopper.listens()
        await shopper.presses("🔔 Следить за ценой")
        await shopper.hears("Договорились")


async def states(stage: Stage, shop: Shop) -> list[str]:
    return [row["state"] for row in await stage.sql(shop, "SELECT state FROM price_alerts ORDER BY id")]


async def test_it_is_told_and_goes_on_with_a_press(stage: Stage, platform: Platform) -> None:
    shop = await stage.open_shop()
    aigul = stage.shopper(shop, platform)
    await waits_for(aigul, "NOM-1")
    await stage.sql(shop, OVER)

    await run(stage)
    assert "Номад" in await aigul.hears("срок уведомления вышел")
    assert await states(stage, shop) == ["expired"]
    await run(stage)
    await aigul.hears_nothing()

    for _ in range(2):
        await aigul.presses("Продлить")
        await aigul.hears("Договорились", "дешевле 120 000 ₸")
    assert await states(stage, shop) == ["active"]
    await sells(stage, shop, "NOM-1", tenge=99_000)
    await run(stage)
    await aigul.hears("стало 99 000 ₸")


async def test_several_are_one_message(stage: Stage, platform: Platform) -> None:
    shop = await stage.open_shop()
    aigul = stage.shopper(shop, platform)
    await waits_for(aigul, "NOM-1", "ALM-1")
    await stage.sql(shop, OVER)

    await run(stage)
    await aigul.hears("Срок этих уведомлений вышел")
    await aigul.presses("Диван «Алма»")
    await aigul.hears("Договорились", "«Алма»")
    assert await states(stage, shop) == ["expired", "active"]


async def test_more_than_fit_one_message_are_told_in_several(stage: Stage, platform: Platform) -> None:
    shop = await stage.open_shop()
    aigul = stage.shopper(shop, platform)
    await waits_for(aigul, "NOM-1")
    await stage.sql(shop, OTHERS, others=11)
    await stage.sql(shop, MORE_OF_THE_SAME)
    await stage.sql(shop, OVER)

    await run(stage)

    await aigul.hears("Срок этих уведомлений вышел")
    assert await states(stage, shop) == ["expired"] * 12
    [row] = await stage.sql(shop, "SELECT string_agg(call::text, '') AS calls FROM outbox")
    offered = await stage.sql(shop, "SELECT id FROM price_alerts")
    assert all(f"alert:renew:{each['id'].hex}" in row["calls"] for each in offered)


async def test_while_a_person_has_the_dialog_its_end_waits(stage: Stage) -> None:
    shop = await stage.open_shop()
    aigul = stage.shopper(shop)
    await waits_for(aigul, "NOM-1")
    await stage.sql(shop, OVER)
    await stage.sql(shop, "UPDATE dialogs SET handover_until = now() + interval '1 hour'")

    assert (await run(stage)).looked == 1
    await aigul.hears_nothing()
    assert await states(stage, shop) == ["active"]
    assert await stage.sql(
        shop,
        "SELECT a.due_at = d.handover_until AS waits FROM price_alerts a JOIN dialogs d ON d.id = a.dialog_id",
    ) == [{"waits": True}]

    await stage.sql(shop, "UPDATE dialogs SET handover_until = NULL")
    await stage.sql(shop, OVER)
    await run(stage)
    await aigul.hears("срок уведомления вышел")
    assert await states(stage, shop) == ["expired"]


async def test_one_that_was_ended_or_is_another_s_does_not_come_back(stage: Stage) -> None:
    shop = await stage.open_shop()
    aigul, marat = stage.shopper(shop), stage.shopper(shop, name="Марат")
    await waits_for(aigul, "NOM-1")
    await waits_for(marat, "ALM-1")
    hers, his = await stage.sql(shop, "SELECT id, customer_id FROM price_alerts ORDER BY id")
    await stage.sql(shop, OVER)
    await run(stage)
    await aigul.hears("срок уведомления вышел")

    async with stage.worker.database.session_scope(shop.company_id) as session:
        with pytest.raises(NotFound):
            await stage.worker.services.alerts.renew(session, hers["id"], customer_id=his["customer_id"])
    await stage.sql(shop, "UPDATE price_alerts SET state = 'cancelled'")
    await aigul.presses("Продлить")
    await aigul.hears("уже не действует")
    assert await states(stage, shop) == ["cancelled", "cancelled"]


async def test_outside_the_reply_window_nothing_is_said_and_nothing_fails(stage: Stage) -> None:
    shop = await stage.open_shop(window_template="come_back")
    aigul = stage.shopper(shop, Platform.WHATSAPP)
    await waits_for(aigul, "NOM-1")
    await stage.sql(shop, OVER)
    await stage.sql(shop, "UPDATE dialogs SET last_inbound_at = now() - interval '25 hours'")

    await run(stage)

    await aigul.hears_nothing()
    assert await states(stage, shop) == ["expired"]
    assert await stage.sql(shop, "SELECT 1 FROM failures") == []


async def test_of_what_is_no_longer_sold_nothing_is_said(stage: Stage) -> None:
    shop = await stage.open_shop()
    aigul = stage.shopper(shop)
    await waits_for(aigul, "NOM-1")
    await sells(stage, shop, "NOM-1", active=False)
    await stage.sql(shop, OVER)

    await run(stage)

    await aigul.hears_nothing()
    assert await states(stage, shop) == ["expired"]
