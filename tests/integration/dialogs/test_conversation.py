"""What a shopper lives through on every messenger, from the message to the answer."""

from __future__ import annotations

from shared.channels.contract import Platform
from tests.doubles.echo import ECHO
from tests.integration.conversation import Stage


async def test_a_shopper_is_shown_what_was_asked_for(stage: Stage, platform: Platform) -> None:
    shop = await stage.open_shop()
    aigul = stage.shopper(shop, platform)

    await aigul.says("хочу красный диван до 150000")

    await aigul.hears("Диван «Алма»", "140 000")


async def test_parts_written_one_after_another_get_one_answer(stage: Stage, platform: Platform) -> None:
    shop = await stage.open_shop(mode=ECHO)
    aigul = stage.shopper(shop, platform)

    await aigul.says("хочу диван", "красный", "до 150000")

    assert await aigul.hears() == "«хочу диван + красный + до 150000»"
    assert len(stage.echo.turns) == 1
