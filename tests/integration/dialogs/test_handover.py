"""A person takes over: the bot is silent until the shopper, the staff or twelve hours give the dialog back."""

from __future__ import annotations

import pytest

from shared.channels.contract import Platform
from shared.escalations import service as escalations
from tests.integration.conversation import Shop, Shopper, Stage


async def handed_over(stage: Stage, platform: Platform = Platform.TELEGRAM) -> tuple[Shop, Shopper]:
    """A shopper who asked for a person and was told that one comes."""
    shop = await stage.open_shop()
    aigul = stage.shopper(shop, platform)
    await aigul.says("красный диван")
    await aigul.hears()
    await aigul.says("позовите менеджера")
    await aigul.hears("Позвал менеджера")
    return shop, aigul


async def test_the_escalation_holds_the_conversation_and_the_bot_keeps_silent(
    stage: Stage, platform: Platform
) -> None:
    shop, aigul = await handed_over(stage, platform)

    await aigul.says("вы тут?")
    await aigul.hears("Менеджер увидит")
    for words in ("хочу диван", "ау"):
        await aigul.says(words)
        await aigul.hears_nothing()

    [escalation] = await stage.sql(shop, "SELECT status, summary FROM escalations")
    assert escalation["status"] == "open"
    assert "красный диван" in escalation["summary"]
    said = [row["text"] for row in await stage.sql(shop, "SELECT text FROM messages ORDER BY seq")]
    assert {"хочу диван", "ау"} <= set(said)  # the staff reads what the bot does not answer


async def test_the_button_brings_the_bot_back(stage: Stage, platform: Platform) -> None:
    shop, aigul = await handed_over(stage, platform)

    await aigul.presses("Вернуться к боту")

    await aigul.hears("Я снова с вами")
    await aigul.says("синий диван")
    await aigul.hears("Номад")
    assert (await stage.sql(shop, "SELECT status FROM escalations"))[0]["status"] == "resolved"


async def test_start_brings_the_bot_back_and_greets(stage: Stage) -> None:
    shop, aigul = await handed_over(stage)

    await aigul.says("/start")

    await aigul.hears("Uyut")
    assert (await stage.sql(shop, "SELECT status FROM escalations"))[0]["status"] == "resolved"


async def test_the_staff_gives_the_dialog_back(stage: Stage) -> None:
    shop, aigul = await handed_over(stage)
    async with stage.worker.database.session_scope(shop.company_id) as session:
        [waiting] = await escalations.list_open(session)
        await escalations.resolve(session, by="staff", escalation_id=waiting.id)

    await aigul.says("синий диван")

    await aigul.hears("Номад")


@pytest.mark.parametrize(("hours", "answered"), [(11, False), (12, True)])
async def test_after_twelve_hours_the_bot_answers_again(stage: Stage, hours: int, answered: bool) -> None:
    shop, aigul = await handed_over(stage)
    age = f"interval '{hours} hours'"
    await stage.sql(shop, f"UPDATE dialogs SET handover_until = handover_until - {age}")
    await stage.sql(shop, f"UPDATE escalations SET opened_at = opened_at - {age}, expires_at = expires_at - {age}")

    await aigul.says("синий диван")

    assert ("Номад" in await aigul.listens()) is answered


async def test_a_second_request_opens_no_second_escalation(stage: Stage) -> None:
    shop, aigul = await handed_over(stage)

    await aigul.says("позовите менеджера!")
    await aigul.listens()

    assert len(await stage.sql(shop, "SELECT id FROM escalations")) == 1
