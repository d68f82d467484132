"""Issue 7, number 1: in a group everybody searches; what is somebody's own is done in their private chat."""

from __future__ import annotations

import pytest

from tests.integration.conversation import open_stage
from tests.integration.groups.party import Member, Party

PRIVATE = "Открыть личный чат"


def second_of(told: str) -> str:
    """The price of the second product of a list."""
    return told.split("2. ", 1)[1].splitlines()[1].split(" ₸")[0]


async def test_a_search_and_facts_are_answered_in_the_group(aigul: Member) -> None:
    await aigul.asks("красный диван")
    await aigul.hears("Алма")
    await aigul.asks("ALM-1")
    await aigul.hears("140 000")
    await aigul.asks("сколько стоит доставка?")
    await aigul.hears("менеджер")


async def test_references_are_the_askers_own(aigul: Member, marat: Member) -> None:
    await aigul.asks("красный диван")
    second = second_of(await aigul.hears("Алма"))
    await marat.asks("синий диван")
    await aigul.hears("Номад")
    await aigul.asks("второй")
    await aigul.hears(second)
    await marat.asks("сколько стоит?")
    await aigul.hears("120 000")


async def test_a_newcomers_reference_is_not_to_what_others_saw(aigul: Member, marat: Member) -> None:
    await aigul.asks("красный диван")
    await aigul.hears("Алма")
    await marat.asks("покажи второй")
    heard = await aigul.hears()
    assert "угловой" not in heard


async def test_an_answer_quotes_its_question(aigul: Member, marat: Member) -> None:
    await aigul.asks("ALM-1")
    await marat.asks("NOM-1")
    await aigul.hears("Алма", "Номад")
    questions = [message.id for message in aigul.person.chat.messages if not message.from_bot]
    answers = [message for message in aigul.person.received if message.text.startswith("Диван")]
    assert [message.content.get("reply_to") for message in answers] == questions


@pytest.mark.parametrize(
    "words",
    [
        "корзина",
        "мои заказы",
        "где мой заказ",
        "оформить заказ",
        "добавь ALM-1 в корзину",
        "сообщите, когда ALM-1 подешевеет",
        "мои уведомления",
        "что ты обо мне знаешь",
        "забудь меня",
        "забудь мои вкусы",
        "люблю синие диваны",
        "позовите менеджера",
        "себетім",
        "тапсырыстарым",
        "мені ұмыт",
        "менеджерді шақырыңыз",
        "my orders",
        "check out",
        "forget me",
    ],
)
async def test_what_is_personal_leads_into_the_private_chat(aigul: Member, party: Party, words: str) -> None:
    await aigul.asks(words)
    await aigul.hears()
    [button] = aigul.person.last.buttons
    assert button.payload.startswith("https://t.me/uyut_bot?start=")
    assert await party.stage.sql(party.shop, "SELECT 1 FROM customers") == []
    assert await party.stage.sql(party.shop, "SELECT 1 FROM escalations") == []


async def test_typed_words_are_carried_out_in_the_private_chat(aigul: Member) -> None:
    await aigul.asks("красный диван")
    second = second_of(await aigul.hears("Алма"))
    await aigul.asks("добавь второй в корзину")
    await aigul.hears()
    await aigul.follows(PRIVATE)
    await aigul.private.hears("Добавили в корзину", second)


async def test_a_card_carries_links_and_whoever_presses_one_gets_the_product(aigul: Member, marat: Member) -> None:
    await aigul.asks("ALM-1")
    await aigul.hears("Алма")
    buttons = {button.title: button for button in aigul.person.last.buttons}
    assert buttons["В корзину"].payload.startswith("https://t.me/uyut_bot?start=b_")
    assert buttons["Похожие"].action == "callback"
    await marat.follows_to("В корзину", aigul)
    await marat.private.hears("Диван «Алма»", "140 000")
    await aigul.private.says("корзина")
    await aigul.private.hears("пуст")


async def test_somebody_elses_words_open_nothing(aigul: Member, marat: Member, party: Party) -> None:
    await aigul.asks("ALM-1")
    await aigul.hears("Алма")
    await aigul.asks("добавь в корзину")
    await aigul.hears()
    await marat.follows_to(PRIVATE, aigul)
    await marat.private.hears("Uyut")
    assert await party.stage.sql(party.shop, "SELECT 1 FROM cart_lines") == []


async def test_buttons_from_before_lead_into_the_private_chat(aigul: Member, party: Party) -> None:
    [product] = await party.stage.sql(party.shop, "SELECT id FROM products WHERE sku = 'ALM-1'")
    await aigul.asks("ALM-1")
    await aigul.hears()
    press = {
        "id": "77001",
        "from": {"id": int(aigul.person.id), "is_bot": False, "first_name": "Айгуль"},
        "message": {
            "message_id": int(aigul.person.last.id),
            "date": 0,
            "chat": {"id": int(aigul.person.chat.id), "type": "group", "title": "Семья"},
        },
        "chat_instance": "1",
        "data": f"buy:{product['id'].hex}",
    }
    telegram = party.stage.simulator.telegram
    assert await telegram.inject({"update_id": 990001, "callback_query": press}, bot=aigul.bot) == 200
    await aigul.hears("личном чате")
    await aigul.follows(PRIVATE)
    await aigul.private.hears("140 000")


async def test_each_member_is_spoken_to_in_their_own_language(aigul: Member, marat: Member) -> None:
    await aigul.asks("қазақша жазыңызшы")
    await aigul.hears("қазақша")
    await marat.asks("ALM-1")
    await aigul.hears("В наличии")
    await aigul.asks("ALM-1")
    await aigul.hears("Қолда бар")


async def test_members_have_limits_of_their_own(settings_env: dict[str, str]) -> None:
    async with open_stage(settings_env, messages_per_minute=2) as stage:
        party = Party(stage, await stage.open_shop())
        aigul, marat = party.member("Айгуль Ким"), party.member("Марат Оспанов")
        for _ in range(2):
            await aigul.asks("ALM-1")
            await aigul.hears("140 000")
        await aigul.asks("ALM-1")
        await aigul.hears("Вы пишете быстрее")
        await marat.asks("NOM-1")
        await aigul.hears("120 000")
