"""The sweep finds what nobody rang for, whoever else is waiting, and forgets raw bodies that are old enough."""

from __future__ import annotations

import pytest

from tests.doubles.echo import ECHO
from tests.integration.conversation import Shop, Stage

MANY = 1_200
"""More than any look takes in."""


async def rung(stage: Stage, queue: str) -> int:
    """Rings in a queue, taken out."""
    client = stage.worker.queues._client(queue)
    messages = [message async for message in client.receive_messages(max_messages=32)]
    for message in messages:
        await client.delete_message(message)
    return len(messages)


async def quiet(stage: Stage) -> None:
    """Answer all rings so far."""
    for queue in ("turns", "deliveries"):
        await stage.worker.queues.send(queue, queue)
        await rung(stage, queue)


async def crowd(stage: Stage, shop: Shop, waits: str) -> None:
    """Dialogs of a shop that wait for something of their own; ``waits`` sets their columns."""
    await stage.sql(
        shop,
        f"""INSERT INTO dialogs (company_id, bot_id, chat_id, customer_id, {waits.split("|", maxsplit=1)[0]})
            SELECT company_id, id, 'c' || n, 'c' || n, {waits.split("|")[1]}
              FROM bots, generate_series(1, {MANY}) n WHERE platform = 'telegram'""",
    )


@pytest.mark.parametrize("crowded_first", [True, False])
async def test_a_company_whose_dialogs_wait_for_a_retry_hides_no_other_s(stage: Stage, crowded_first: bool) -> None:
    shops = sorted(
        [await stage.open_shop("uyut", mode=ECHO), await stage.open_shop("sklad", mode=ECHO)],
        key=lambda shop: shop.company_id,
    )
    crowded, other = shops if crowded_first else reversed(shops)
    await crowd(stage, crowded, "received_seq, due_at, attempts|1, now() + interval '5 minutes', 2")
    await stage.shopper(other).says("/help")
    await quiet(stage)

    await stage.worker.sweep.run()

    assert await rung(stage, "turns") == 1


async def test_a_resting_bot_s_calls_hide_no_other_s(stage: Stage) -> None:
    crowded, other = await stage.open_shop("uyut", mode=ECHO), await stage.open_shop("sklad", mode=ECHO)
    await crowd(stage, crowded, "outbox_seq, send_at|1, now() - interval '1 hour'")
    await stage.sql(crowded, "UPDATE bots SET send_after = now() + interval '5 minutes'")
    await crowd(stage, other, "outbox_seq, send_at|1, now() - interval '1 second'")
    await quiet(stage)

    await stage.worker.sweep.run()

    assert await rung(stage, "deliveries") == 1


async def test_with_nothing_to_do_the_sweep_rings_for_nobody(stage: Stage) -> None:
    shop = await stage.open_shop(mode=ECHO)
    aigul = stage.shopper(shop)
    await aigul.says("диван")
    await aigul.hears()
    await quiet(stage)

    await stage.worker.sweep.run()

    assert (await rung(stage, "turns"), await rung(stage, "deliveries")) == (0, 0)


async def test_raw_bodies_are_forgotten_after_their_retention_and_no_sooner(stage: Stage) -> None:
    shop = await stage.open_shop(mode=ECHO)
    aigul = stage.shopper(shop)
    await aigul.says("старое")
    await aigul.hears()
    await stage.sql(shop, "UPDATE inbox SET received_at = received_at - interval '30 days 1 minute'")
    await aigul.says("новое")
    await aigul.hears()

    await stage.worker.sweep.run()

    kept = await stage.sql(
        shop, "SELECT event -> 'content' ->> 'text' AS words, raw IS NOT NULL AS raw FROM inbox ORDER BY id"
    )
    assert [tuple(row.values()) for row in kept] == [("старое", False), ("новое", True)]
