"""What the shop says unasked: an order's status, an alert, a manager's answer."""

from __future__ import annotations

import json
from uuid import UUID

import pytest

from shared.channels.contract import Platform
from shared.channels.messages import Reply, RichText, TemplateMessage, TextMessage
from shared.dialogs.contract import Role
from shared.kernel.errors import NotFound
from shared.kernel.languages import Language
from tests.doubles.echo import ECHO
from tests.integration.conversation import Shop, Shopper, Stage


def in_words(words: str) -> Reply:
    return Reply(messages=(TextMessage(text=RichText.of(words)),))


def shipped(language: Language) -> Reply:
    return in_words({Language.RU: "Заказ в пути", Language.KK: "Тапсырыс жолда"}.get(language, "On its way"))


def template(language: Language) -> TemplateMessage:
    return TemplateMessage(name="order_status", language=language, parameters=("7",), text=RichText.of("7"))


async def dialog_of(stage: Stage, shop: Shop) -> int:
    [row] = await stage.sql(shop, "SELECT id FROM dialogs")
    return int(row["id"])


async def notify(stage: Stage, shop: Shop, dialog_id: int, *, role: Role = Role.BOT) -> bool:
    async with stage.worker.database.session_scope(shop.company_id) as session:
        return await stage.worker.services.notices.say(session, dialog_id, shipped, role=role, template=template)


async def greeted(stage: Stage, shop: Shop, platform: Platform = Platform.TELEGRAM) -> Shopper:
    aigul = stage.shopper(shop, platform)
    await aigul.says("привет")
    await aigul.hears("привет")
    return aigul


async def test_a_notice_is_told_in_the_dialog_s_language(stage: Stage, platform: Platform) -> None:
    shop = await stage.open_shop(mode=ECHO)
    aigul = await greeted(stage, shop, platform)
    await stage.sql(shop, "UPDATE dialogs SET language = 'kk', language_chosen = true")

    assert await notify(stage, shop, await dialog_of(stage, shop))

    await aigul.hears("Тапсырыс жолда")


async def test_a_notice_of_a_transaction_that_fails_is_never_told(stage: Stage) -> None:
    shop = await stage.open_shop(mode=ECHO)
    aigul = await greeted(stage, shop)
    dialog_id = await dialog_of(stage, shop)

    async def say_and_fail() -> None:
        async with stage.worker.database.session_scope(shop.company_id) as session:
            await stage.worker.services.notices.say(session, dialog_id, shipped)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await say_and_fail()

    await aigul.hears_nothing()
    assert await stage.sql(shop, "SELECT 1 FROM messages WHERE text = 'Заказ в пути'") == []


async def test_a_notice_joins_the_history_and_the_memory_of_the_next_turn(stage: Stage) -> None:
    shop = await stage.open_shop(mode=ECHO)
    aigul = await greeted(stage, shop)

    await notify(stage, shop, await dialog_of(stage, shop), role=Role.STAFF)
    await aigul.says("спасибо")
    await aigul.hears("Заказ в пути", "спасибо")

    said = [(message.role, message.text) for message in stage.echo.turns[-1].memory]
    assert said == [(Role.SHOPPER, "привет"), (Role.BOT, "«привет»"), (Role.STAFF, "Заказ в пути")]


async def test_outside_the_window_only_its_template_is_sent(stage: Stage) -> None:
    shop = await stage.open_shop(mode=ECHO)
    await greeted(stage, shop, Platform.WHATSAPP)
    await stage.sql(shop, "UPDATE dialogs SET last_inbound_at = now() - interval '25 hours'")

    await notify(stage, shop, await dialog_of(stage, shop))
    await stage.work()

    last = json.loads(stage.calls("messages")[-1]["body"])
    assert (last["type"], last["template"]["name"]) == ("template", "order_status")


async def test_who_blocked_the_bot_is_told_nothing(stage: Stage) -> None:
    shop = await stage.open_shop(mode=ECHO)
    aigul = await greeted(stage, shop)
    await stage.sql(shop, "UPDATE dialogs SET blocked = true")

    assert not await notify(stage, shop, await dialog_of(stage, shop))
    await aigul.hears_nothing()


async def test_a_dialog_of_another_company_is_not_found(stage: Stage) -> None:
    shop = await stage.open_shop(mode=ECHO)
    await greeted(stage, shop)
    dialog_id = await dialog_of(stage, shop)

    async with stage.worker.database.session_scope(UUID(int=7)) as session:
        with pytest.raises(NotFound):
            await stage.worker.services.notices.say(session, dialog_id, shipped)
