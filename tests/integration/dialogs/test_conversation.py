"""What a shopper lives through on every messenger: answers, merging, albums, edits, commands."""

from __future__ import annotations

import pytest

from shared.channels.contract import Platform
from shared.dialogs.texts import TEXTS
from shared.kernel.languages import Language
from tests.doubles.echo import ECHO
from tests.integration.conversation import Stage, open_stage

EDITING = (Platform.TELEGRAM, Platform.WHATSAPP)
"""Viber tells bots of no edits."""


async def test_a_shopper_is_shown_what_was_asked_for(stage: Stage, platform: Platform) -> None:
    shop = await stage.open_shop()
    aigul = stage.shopper(shop, platform)

    await aigul.says("хочу красный диван до 150000")

    await aigul.hears("Диван «Алма»", "140 000")


async def test_parts_written_one_after_another_get_one_answer(
    settings_env: dict[str, str], platform: Platform
) -> None:
    async with open_stage(settings_env, merge_window=1.0) as stage:
        shop = await stage.open_shop(mode=ECHO)
        aigul = stage.shopper(shop, platform)

        await aigul.says("хочу диван", "красный", "до 150000")

        assert await aigul.hears() == "«хочу диван + красный + до 150000»"
        assert len(stage.echo.turns) == 1


async def test_what_is_written_after_an_answer_gets_an_answer_of_its_own(stage: Stage, platform: Platform) -> None:
    shop = await stage.open_shop(mode=ECHO)
    aigul = stage.shopper(shop, platform)

    await aigul.says("диван")
    assert await aigul.hears() == "«диван»"
    await aigul.says("кресло")
    assert await aigul.hears() == "«кресло»"
    await aigul.hears_nothing()


async def test_two_shoppers_do_not_hear_each_others_answers(stage: Stage, platform: Platform) -> None:
    shop = await stage.open_shop(mode=ECHO)
    aigul, marat = stage.shopper(shop, platform), stage.shopper(shop, platform, "Марат")

    await aigul.says("диван")
    await marat.says("кресло")

    assert await aigul.hears() == "«диван»"
    assert await marat.hears() == "«кресло»"


async def test_an_album_is_one_turn_with_all_its_photos(settings_env: dict[str, str]) -> None:
    async with open_stage(settings_env, album_window=0.3) as stage:
        shop = await stage.open_shop(mode=ECHO)
        aigul = stage.shopper(shop)

        assert await aigul.person.send_album(caption="такой есть?") == [200, 200]

        assert await aigul.hears() == "«photo такой есть? + photo»"


async def test_words_after_an_album_wait_for_the_rest_of_it(settings_env: dict[str, str]) -> None:
    async with open_stage(settings_env, album_window=0.3) as stage:
        shop = await stage.open_shop(mode=ECHO)
        aigul = stage.shopper(shop)

        await aigul.says("смотрите")
        await aigul.person.send_album()

        assert await aigul.hears() == "«смотрите»\n«photo + photo»"


@pytest.mark.parametrize("edits_on", EDITING)
async def test_an_edit_replaces_what_was_not_answered_yet(stage: Stage, edits_on: Platform) -> None:
    shop = await stage.open_shop(mode=ECHO)
    aigul = stage.shopper(shop, edits_on)

    await aigul.says("красный диван")
    await aigul.corrects("синий диван")

    assert await aigul.hears() == "«синий диван»"


@pytest.mark.parametrize("edits_on", EDITING)
async def test_an_edit_of_an_answered_message_is_answered_when_it_changes_words(
    stage: Stage, edits_on: Platform
) -> None:
    shop = await stage.open_shop(mode=ECHO)
    aigul = stage.shopper(shop, edits_on)
    await aigul.says("красный диван")
    await aigul.hears()

    await aigul.corrects("синий диван")

    assert await aigul.hears() == "«синий диван»"


@pytest.mark.parametrize("edits_on", EDITING)
async def test_an_edit_that_changes_no_word_is_not_answered(stage: Stage, edits_on: Platform) -> None:
    shop = await stage.open_shop(mode=ECHO)
    aigul = stage.shopper(shop, edits_on)
    await aigul.says("красный диван")
    await aigul.hears()

    await aigul.corrects("красный диван")

    await aigul.hears_nothing()


async def test_an_edit_back_to_words_of_an_earlier_message_is_a_change(stage: Stage) -> None:
    shop = await stage.open_shop(mode=ECHO)
    aigul = stage.shopper(shop)
    for words in ("диван", "кресло"):
        await aigul.says(words)
        await aigul.hears()

    await aigul.corrects("диван")

    assert await aigul.hears() == "«диван»"


async def test_what_cannot_be_read_is_answered_politely(stage: Stage, platform: Platform) -> None:
    shop = await stage.open_shop()
    aigul = stage.shopper(shop, platform)

    assert await aigul.person.send_voice() == 200

    assert await aigul.hears()


async def test_a_start_greets_with_the_shops_name_and_the_languages(stage: Stage, platform: Platform) -> None:
    shop = await stage.open_shop()
    aigul = stage.shopper(shop, platform)

    assert await aigul.person.send_text("/start") == 200

    await aigul.hears("Uyut")
    assert aigul.buttons == ["Русский", "Қазақша", "English"]


async def test_opening_a_viber_chat_is_answered_in_the_webhook_itself(stage: Stage) -> None:
    shop = await stage.open_shop()
    aigul = stage.shopper(shop, Platform.VIBER)

    assert await aigul.person.start() == 200

    assert "Uyut" in aigul.person.last.text
    assert stage.calls("send_message") == []


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize("command", ["help", "reset"])
async def test_commands_answer_in_the_chosen_language(stage: Stage, command: str, language: Language) -> None:
    shop = await stage.open_shop()
    aigul = stage.shopper(shop)

    await aigul.says(f"/language {language.value}")
    await aigul.hears(TEXTS.get("language.chosen", language))
    await aigul.says(f"/{command}")

    await aigul.hears(TEXTS.get(command, language).splitlines()[0])


async def test_a_group_is_left_alone_until_the_bot_is_addressed(stage: Stage) -> None:
    shop = await stage.open_shop(mode=ECHO)
    bot = stage.simulator.telegram.bots[-1]
    member = stage.simulator.telegram.group_member("Марат", bot=bot)

    assert await member.send_text("кто за хлебом?") == 200
    await stage.work()
    assert member.received == []
    assert await member.send_text(f"@{shop.slug}_bot есть диваны?") == 200
    await stage.work()

    assert len(member.received) == 1


async def test_an_invisible_edit_of_a_message_long_ago_is_not_answered(settings_env: dict[str, str]) -> None:
    async with open_stage(settings_env, merge_window=0.0) as stage:
        shop = await stage.open_shop(mode=ECHO)
        aigul = stage.shopper(shop)
        await aigul.says("красный диван")
        first = aigul.person.chat.messages[-1].id
        for words in ["ещё", *(f"вопрос {number}" for number in range(8)), "/reset"]:
            await aigul.says(words)
            await aigul.hears()

        assert await aigul.person.edit("красный диван", message_id=first) == 200

        await aigul.hears_nothing()
