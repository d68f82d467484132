"""Which language the shop speaks: the chosen one, else that of the words, else the one known, else the bot's."""

from __future__ import annotations

import pytest

from shared.channels.contract import Platform
from shared.kernel.languages import Language
from tests.doubles.echo import ECHO
from tests.integration.conversation import Shopper, Stage

REQUESTS = {
    Language.RU: "здравствуйте, хочу красный диван",
    Language.KK: "қызыл диван керек",
    Language.EN: "i want a red sofa please",
}


def heard_in(stage: Stage) -> Language:
    return stage.echo.turns[-1].language


async def say_and_hear(aigul: Shopper, words: str) -> str:
    await aigul.says(words)
    return await aigul.hears()


@pytest.mark.parametrize("language", list(Language))
async def test_the_language_of_the_words_is_taken_and_kept(
    stage: Stage, platform: Platform, language: Language
) -> None:
    shop = await stage.open_shop(mode=ECHO)
    aigul = stage.shopper(shop, platform)

    await say_and_hear(aigul, REQUESTS[language])
    assert heard_in(stage) is language
    await say_and_hear(aigul, "ALM-1")

    assert heard_in(stage) is language
    assert (await stage.sql(shop, "SELECT language FROM dialogs"))[0]["language"] == language.value


async def test_a_chosen_language_stays_whatever_is_written(stage: Stage, platform: Platform) -> None:
    shop = await stage.open_shop(mode=ECHO)
    aigul = stage.shopper(shop, platform)
    await say_and_hear(aigul, "/language")

    await aigul.presses("Қазақша")
    await aigul.hears()
    await say_and_hear(aigul, REQUESTS[Language.RU])

    assert heard_in(stage) is Language.KK


async def test_a_choice_outlives_a_reset_and_redis(stage: Stage) -> None:
    shop = await stage.open_shop(mode=ECHO)
    aigul = stage.shopper(shop)

    await say_and_hear(aigul, "/language en")
    await say_and_hear(aigul, "/reset")
    await say_and_hear(aigul, REQUESTS[Language.RU])

    assert heard_in(stage) is Language.EN
