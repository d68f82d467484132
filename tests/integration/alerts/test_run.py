"""The timer, the queue, and many alerts: nothing twice, nothing lost, nobody first."""

from __future__ import annotations

import asyncio
import json
from contextvars import Context
from datetime import timedelta

from azure.storage.queue import QueueClient
from sqlalchemy import text

from shared.alerts.run import AlertRun
from shared.alerts.schemas import AlertCondition, AlertWish
from shared.channels.contract import Platform
from shared.composition import Worker
from shared.kernel.clock import utc_now
from tests.doubles.echo import ECHO
from tests.host import PATIENCE
from tests.integration.alerts.waiting import Waiting, alerts_of, begin, product_id, run, sells, watch
from tests.integration.conversation import Shop, Stage

_CROWD = """
WITH people AS (
    INSERT INTO dialogs (company_id, bot_id, chat_id, customer_id)
    SELECT d.company_id, d.bot_id, 'crowd-' || n, 'crowd-' || n
      FROM dialogs d, generate_series(1, :people) n WHERE d.id = :dialog
    RETURNING id
)
INSERT INTO price_alerts (company_id, id, customer_id, dialog_id, product_id, condition, currency, seen_minor,
                          mark_minor, check_every, due_at, expires_at)
SELECT a.company_id, gen_random_uuid(), c.id, p.id, a.product_id, a.condition, a.currency, a.seen_minor,
       a.mark_minor, a.check_every, now() + interval '1 day', a.expires_at
  FROM (SELECT id, row_number() OVER (ORDER BY id) AS n FROM people) p
  JOIN (SELECT id, row_number() OVER (ORDER BY id) AS n FROM customers WHERE name = 'crowd') c USING (n),
       price_alerts a WHERE a.id = :alert
"""

_WAITED_FOR = text(
    "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid)))"
)


async def crowd(stage: Stage, who: Waiting, people: int) -> None:
    """As many other people wait for the same."""
    await stage.sql(
        who.shop,
        "INSERT INTO customers (company_id, id, name) "
        "SELECT company_id, gen_random_uuid(), 'crowd' FROM dialogs, generate_series(1, :n) WHERE id = :dialog",
        n=people,
        dialog=who.dialog_id,
    )
    [alert] = await alerts_of(stage, who)
    await stage.sql(who.shop, _CROWD, people=people, dialog=who.dialog_id, alert=alert["id"])


async def told(stage: Stage, shop: Shop) -> list[int]:
    """How often each dialog of a crowd was spoken to, without its first greeting."""
    rows = await stage.sql(
        shop,
        "SELECT dialog_id, count(*) AS n FROM outbox WHERE dialog_id IN "
        "(SELECT id FROM dialogs WHERE chat_id LIKE 'crowd-%') GROUP BY 1",
    )
    return [row["n"] for row in rows]


def rings(stage: Stage) -> int:
    settings = stage.worker.settings
    with QueueClient.from_connection_string(
        settings.storage_connection.get_secret_value(), f"{settings.queue_prefix}alerts"
    ) as queue:
        return queue.get_queue_properties().approximate_message_count or 0


async def test_a_change_of_price_is_told_at_once_though_no_check_was_near(stage: Stage) -> None:
    who = await begin(stage)
    alert = await watch(stage, who)
    [row] = await alerts_of(stage, who)
    assert row["due_at"] > utc_now() + timedelta(hours=23)

    await sells(stage, who.shop, tenge=100_000)
    assert await stage.worker.alert_watch.run() == 1
    assert rings(stage) == 1
    assert (await run(stage)).told == 1

    assert await stage.sql(who.shop, "SELECT 1 FROM product_changes") == []
    [row] = await alerts_of(stage, who)
    assert (row["id"], row["told_minor"], row["times_told"]) == (alert.id, 10_000_000, 1)
    assert row["due_at"] > utc_now() + timedelta(hours=23)


async def test_a_change_wakes_the_alerts_of_its_product_alone(stage: Stage) -> None:
    who = await begin(stage)
    await watch(stage, who, "ALM-1")
    await watch(stage, who, "NOM-1")

    await sells(stage, who.shop, "NOM-1", tenge=150_000)

    assert (await run(stage)).looked == 1


async def test_the_timer_rings_for_nothing_where_nothing_waits(stage: Stage) -> None:
    who = await begin(stage)
    await watch(stage, who)

    assert await stage.worker.alert_watch.run() == 0


async def test_a_timer_that_fires_twice_tells_nothing_twice(stage: Stage) -> None:
    who = await begin(stage)
    await watch(stage, who)
    await sells(stage, who.shop, tenge=100_000)

    fired = await asyncio.gather(stage.worker.alert_watch.run(), stage.worker.alert_watch.run())
    assert list(fired) == [1, 1]
    runs = [await run(stage) for _ in range(2)]

    assert [each.told for each in runs] == [1, 0]


async def test_two_workers_share_the_work_and_tell_everybody_once(stage: Stage) -> None:
    who = await begin(stage)
    await watch(stage, who)
    await crowd(stage, who, 700)
    await sells(stage, who.shop, tenge=100_000)
    other = Worker(stage.worker.settings)

    try:
        runs = await asyncio.gather(run(stage), other.alert_runner.run(), run(stage))
    finally:
        await other.aclose()

    assert sum(each.told for each in runs) == 701
    assert await told(stage, who.shop) == [1] * 700


async def test_news_and_endings_lock_their_dialogs_in_one_order(stage: Stage) -> None:
    """Whoever takes two dialogs in the order of their ids, as a webhook does, is never in the run's way."""
    first = await begin(stage)
    second = await begin(stage, shop=first.shop, name="Данияр")
    await watch(stage, first)
    await watch(stage, second)
    await stage.sql(
        first.shop, "UPDATE price_alerts SET expires_at = now() WHERE dialog_id = :id", id=first.dialog_id
    )
    await sells(stage, first.shop, tenge=100_000)
    lock = text("SELECT id FROM dialogs WHERE id = :id FOR NO KEY UPDATE NOWAIT")

    async with stage.worker.database.session_scope(first.shop.company_id) as webhook:
        await webhook.execute(lock, {"id": first.dialog_id})
        running = asyncio.create_task(run(stage), context=Context())
        async with asyncio.timeout(PATIENCE):
            while True:
                if (await webhook.execute(_WAITED_FOR)).scalar_one():
                    break
                await asyncio.sleep(0.02)
        await webhook.execute(lock, {"id": second.dialog_id})

    assert await running == AlertRun(looked=2, told=1)
    await first.shopper.hears("срок уведомления вышел")
    await second.shopper.hears("100 000 ₸")


async def test_a_price_that_changed_while_the_alert_was_made_is_not_missed(stage: Stage) -> None:
    """The change is dealt with before the alert's transaction is committed, so it wakes nothing."""
    who = await begin(stage)
    wish = AlertWish(product_id=await product_id(stage, who.shop, "ALM-1"), condition=AlertCondition.DROP)

    async def cheaper_meanwhile() -> None:
        await sells(stage, who.shop, tenge=100_000)
        assert (await run(stage)).looked == 0

    async with stage.worker.database.session_scope(who.shop.company_id) as session:
        await stage.worker.services.alerts.make(
            session, customer_id=who.customer_id, dialog_id=who.dialog_id, wish=wish
        )
        await asyncio.create_task(cheaper_meanwhile(), context=Context())

    assert (await run(stage)).told == 1


async def test_a_small_company_does_not_wait_for_a_large_one(stage: Stage) -> None:
    large = await begin(stage)
    await watch(stage, large)
    await crowd(stage, large, 1000)
    small = await begin(stage, shop=await stage.open_shop("sklad", mode=ECHO), name="Данияр")
    await watch(stage, small)
    for who in (large, small):
        await sells(stage, who.shop, tenge=100_000)

    await run(stage)

    found = await stage.sql(small.shop, "SELECT told_at FROM price_alerts")
    before = await stage.sql(
        large.shop, "SELECT count(*) AS n FROM price_alerts WHERE told_at < :at", at=found[0]["told_at"]
    )
    assert before[0]["n"] <= 2 * stage.worker.settings.alert_batch


async def test_another_company_s_alerts_are_not_touched(stage: Stage) -> None:
    who = await begin(stage)
    await watch(stage, who)
    other = await begin(stage, shop=await stage.open_shop("sklad", mode=ECHO), name="Данияр")
    await watch(stage, other)

    await sells(stage, who.shop, tenge=100_000)
    await run(stage)

    await who.shopper.hears("100 000 ₸")
    await other.shopper.hears_nothing()


async def test_outside_the_reply_window_the_bot_s_template_is_sent(stage: Stage) -> None:
    shop = await stage.open_shop(mode=ECHO, price_alert_template="price_drop")
    who = await begin(stage, platform=Platform.WHATSAPP, shop=shop)
    await watch(stage, who)
    await stage.sql(shop, "UPDATE dialogs SET last_inbound_at = now() - interval '25 hours'")

    await sells(stage, shop, tenge=100_000)
    await run(stage)
    await stage.work()

    bodies = [json.loads(call["body"]) for call in stage.calls("messages")]
    [template] = [body for body in bodies if body.get("type") == "template"]
    assert template["template"]["name"] == "price_drop"
    told = [each["text"] for each in template["template"]["components"][0]["parameters"]]
    assert [words.replace("\N{NO-BREAK SPACE}", " ") for words in told] == [
        "Диван «Алма»",
        "100 000 ₸",
        "140 000 ₸",
    ]


async def test_outside_the_reply_window_without_a_template_the_failure_is_recorded(stage: Stage) -> None:
    who = await begin(stage, platform=Platform.WHATSAPP)
    await watch(stage, who)
    await stage.sql(who.shop, "UPDATE dialogs SET last_inbound_at = now() - interval '25 hours'")

    await sells(stage, who.shop, tenge=100_000)
    await run(stage)
    await stage.work()

    [failure] = await stage.sql(who.shop, "SELECT kind, code FROM failures")
    assert failure == {"kind": "send", "code": "window_closed"}


async def test_a_product_that_cannot_be_shown_holds_up_nobody_else(stage: Stage) -> None:
    who = await begin(stage)
    await watch(stage, who, "ALM-1")
    await watch(stage, who, "NOM-1")
    await sells(stage, who.shop, "ALM-1", tenge=100_000, name="{}")
    await sells(stage, who.shop, "NOM-1", tenge=90_000)

    assert (await run(stage)).told == 1

    await who.shopper.hears("90 000 ₸")
