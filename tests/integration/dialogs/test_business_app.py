"""The shop answers in the WhatsApp Business app: the bot steps back (number 7)."""

from __future__ import annotations

import time

import pytest

from shared.channels.contract import Platform
from tests.integration.conversation import Shop, Shopper, Stage, open_stage
from tests.integration.whatsapp_shopping import orders, shop_writes


@pytest.fixture
async def shop(stage: Stage) -> Shop:
    return await stage.open_shop()


@pytest.fixture
async def aigul(stage: Stage, shop: Shop) -> Shopper:
    """Somebody who is in talk with the bot."""
    shopper = stage.shopper(shop, Platform.WHATSAPP)
    await shopper.says("красный диван")
    await shopper.hears("Алма")
    return shopper


async def said(stage: Stage, shop: Shop) -> list[tuple[str, str]]:
    rows = await stage.sql(shop, "SELECT role, text FROM messages WHERE role <> 'note' ORDER BY seq")
    return [(row["role"], row["text"]) for row in rows]


async def test_the_bot_steps_back_for_words_from_the_business_app(stage: Stage, shop: Shop, aigul: Shopper) -> None:
    await shop_writes(stage, aigul, "Здравствуйте! Отвечу вам сама.")
    await aigul.hears_nothing()

    await aigul.says("а доставка есть?")
    await orders(stage, aigul, ("ALM-1", 1))

    await aigul.hears_nothing()
    assert ("staff", "Здравствуйте! Отвечу вам сама.") in await said(stage, shop)
    assert ("shopper", "а доставка есть?") in await said(stage, shop)
    [escalation] = await stage.sql(
        shop,
        "SELECT status, announced_at IS NOT NULL AS announced, answered_at IS NOT NULL AS answered,"
        " waiting_since IS NOT NULL AS waits, expires_at - now() > interval '11 hours' AS lasts FROM escalations",
    )
    assert escalation == {"status": "open", "announced": True, "answered": True, "waits": True, "lasts": True}


async def test_nobody_of_the_staff_is_told_of_a_talk_that_one_of_them_leads(
    stage: Stage, shop: Shop, aigul: Shopper
) -> None:
    await shop_writes(stage, aigul, "Отвечу сама")
    await stage.work()
    assert await stage.worker.escalation_runner.run() == 0


async def test_each_word_of_the_shop_prolongs_the_silence_and_answers_the_shopper(
    stage: Stage, shop: Shop, aigul: Shopper
) -> None:
    await shop_writes(stage, aigul, "Отвечу сама")
    await aigul.says("а доставка есть?")
    await aigul.hears_nothing()
    await stage.sql(shop, "UPDATE escalations SET expires_at = now() + interval '1 hour'")

    await shop_writes(stage, aigul, "Есть, завтра")
    await aigul.hears_nothing()

    [escalation] = await stage.sql(
        shop, "SELECT waiting_since, expires_at - now() > interval '11 hours' AS lasts FROM escalations"
    )
    assert escalation == {"waiting_since": None, "lasts": True}


async def test_the_shopper_may_call_the_bot_back(stage: Stage, shop: Shop, aigul: Shopper) -> None:
    await shop_writes(stage, aigul, "Отвечу сама")
    await aigul.hears_nothing()

    await aigul.says("Вернуться к боту")

    await aigul.hears("Я снова с вами")
    await aigul.says("синий диван")
    await aigul.hears("Номад")


async def test_words_beside_those_of_the_shop_are_not_answered(stage: Stage, shop: Shop, aigul: Shopper) -> None:
    await aigul.says("а доставка есть?")
    await shop_writes(stage, aigul, "Есть, завтра")

    await aigul.hears_nothing()
    assert (await said(stage, shop))[-2:] == [("shopper", "а доставка есть?"), ("staff", "Есть, завтра")]


async def test_the_shop_writes_first(stage: Stage, shop: Shop) -> None:
    marat = stage.shopper(shop, Platform.WHATSAPP, "Марат")
    await shop_writes(stage, marat, "Марат, ваш диван готов!")
    await marat.hears_nothing()
    assert await stage.sql(shop, "SELECT customer_name, last_inbound_at FROM dialogs") == [
        {"customer_name": "Марат", "last_inbound_at": None}
    ]

    await marat.says("спасибо, заберу завтра")

    await marat.hears_nothing()


async def test_an_echo_does_not_open_the_reply_window(stage: Stage, shop: Shop, aigul: Shopper) -> None:
    before = await stage.sql(shop, "SELECT last_inbound_at FROM dialogs")
    await shop_writes(stage, aigul, "Отвечу сама")
    await aigul.hears_nothing()
    assert await stage.sql(shop, "SELECT last_inbound_at FROM dialogs") == before


async def test_an_echo_delivered_again_is_recorded_once(stage: Stage, shop: Shop, aigul: Shopper) -> None:
    sent = await shop_writes(stage, aigul, "Отвечу сама")
    await aigul.hears_nothing()
    await shop_writes(stage, aigul, "Отвечу сама", id=sent)
    await aigul.hears_nothing()
    assert [text for role, text in await said(stage, shop) if role == "staff"] == ["Отвечу сама"]


async def test_an_echo_of_the_bots_own_words_is_no_reason_to_step_back(
    stage: Stage, shop: Shop, aigul: Shopper
) -> None:
    [sent] = await stage.sql(shop, "SELECT platform_message_id AS id FROM outbox ORDER BY id DESC LIMIT 1")
    await shop_writes(stage, aigul, "Вот подходящий вариант", id=sent["id"])
    await aigul.hears_nothing()

    await aigul.says("синий диван")

    await aigul.hears("Номад")
    assert not [text for role, text in await said(stage, shop) if role == "staff"]


async def test_words_of_a_hand_over_that_is_long_past_are_kept_and_silence_nobody(
    stage: Stage, shop: Shop, aigul: Shopper
) -> None:
    await shop_writes(stage, aigul, "Отвечу сама", timestamp=str(int(time.time()) - 13 * 3600))
    await aigul.hears_nothing()

    await aigul.says("синий диван")

    await aigul.hears("Номад")
    assert ("staff", "Отвечу сама") in await said(stage, shop)
    assert await stage.sql(shop, "SELECT id FROM escalations") == []


async def test_in_a_hand_over_words_from_the_business_app_count_as_the_staffs_answer(
    stage: Stage, shop: Shop, aigul: Shopper
) -> None:
    await aigul.says("позовите менеджера")
    await aigul.hears("Позвал менеджера")

    await shop_writes(stage, aigul, "Слушаю вас")
    await aigul.says("есть доставка?")

    await aigul.hears_nothing()
    [escalation] = await stage.sql(shop, "SELECT answered_at IS NOT NULL AS answered FROM escalations")
    assert escalation == {"answered": True}


async def test_a_flood_of_messages_does_not_keep_the_bot_from_stepping_back(
    settings_env: dict[str, str],
) -> None:
    async with open_stage(settings_env, messages_per_minute=1) as stage:
        shop = await stage.open_shop()
        marat = stage.shopper(shop, Platform.WHATSAPP, "Марат")
        for words in ("диван", "кресло", "стол"):
            await marat.says(words)
            await marat.listens()

        await shop_writes(stage, marat, "Отвечу сама")
        await marat.hears_nothing()

        assert len(await stage.sql(shop, "SELECT id FROM escalations")) == 1
