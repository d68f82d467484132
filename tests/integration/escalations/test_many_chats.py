"""A manager with many shoppers in one chat: who is answered, who waits, and nobody gets another one's words."""

from __future__ import annotations

from typing import Any

import pytest

from shared.channels.contract import Platform
from tests.integration.conversation import Shopper
from tests.integration.escalations.staff import Counter, Member
from tests.integration.escalations.test_serving import talking


async def two_shoppers(counter: Counter) -> tuple[Member, Shopper, Shopper]:
    """A manager who has two shoppers and writes to the second."""
    anna, aigul = await talking(counter)
    await anna.presses("Готово")
    await anna.listens()
    marat = await counter.shopper_waits("Марат")
    await anna.hears("Новое обращение", "Марат")
    await anna.presses("Ответить")
    await anna.hears("получит Марат")
    return anna, aigul, marat


async def quotes(member: Member, fragment: str, words: str) -> None:
    """Answer the newest message that holds the fragment, by a swipe."""
    quoted = next(message for message in reversed(member.person.received) if fragment in (message.text or ""))
    person: Any = member.person
    assert await person.send_text(words, reply_to=quoted) == 200


async def corrects(member: Member, words: str, instead: str) -> None:
    """Edit the own message that says those words."""
    chat = member.person.chat
    [own] = [message for message in chat.messages if not message.from_bot and message.text == words]
    assert await member.person.edit(instead, message_id=own.id) == 200


async def test_words_that_may_be_for_either_shopper_are_asked_about(counter: Counter) -> None:
    anna, aigul, marat = await two_shoppers(counter)
    await aigul.says("а доставка платная?")
    await aigul.listens()
    await anna.hears("Айгуль Ким:", "доставка")

    await anna.says("Да, две тысячи")

    await anna.hears("Пока не отправил", "Марат", "Айгуль Ким", "Кому отправить?")
    assert anna.buttons == ["Айгуль Ким", "Марат", "Не отправлять"]
    await aigul.hears_nothing()
    await anna.presses("Айгуль Ким")
    await anna.hears("Отправлено: Айгуль Ким")
    await aigul.hears("Да, две тысячи")
    await marat.listens()
    await anna.says("Оплата при получении")
    await aigul.hears("Оплата при получении")
    await marat.hears_nothing()


async def test_words_that_were_held_can_be_dropped_or_gather(counter: Counter) -> None:
    anna, aigul, marat = await two_shoppers(counter)
    await aigul.says("а доставка платная?")
    await aigul.listens()
    await anna.says("Да")
    await anna.hears("Кому отправить?")
    await anna.says("две тысячи")
    await anna.hears("Кому отправить?")

    await anna.presses("Марат")
    await marat.hears("Да\nдве тысячи")

    await aigul.says("алло")
    await aigul.listens()
    await anna.says("лишнее")
    await anna.hears("Кому отправить?")
    await anna.presses("Не отправлять")
    await anna.hears("не отправляю")
    await aigul.hears_nothing()
    await marat.hears_nothing()


@pytest.mark.parametrize("trouble", ["too long", "a place on the map", "blocked"])
async def test_held_words_that_cannot_be_sent_are_held_no_longer(counter: Counter, trouble: str) -> None:
    anna, aigul, marat = await two_shoppers(counter)
    await aigul.says("а доставка платная?")
    await aigul.listens()
    if trouble == "too long":
        await anna.says("а" * 2000, "б" * 2000)
    elif trouble == "a place on the map":
        person: Any = anna.person
        assert await person.send_location() == 200
    else:
        await anna.says("Да")
    await anna.hears("Кому отправить?")
    if trouble == "blocked":
        await aigul.person.block()
        await counter.stage.work()
    refused = {
        "too long": "слишком длинно",
        "a place on the map": "вложение клиенту не передано",
        "blocked": "больше не принимает",
    }

    await anna.presses("Айгуль Ким")
    await anna.hears(refused[trouble])

    await anna.says("Две тысячи")
    await anna.hears("больше не принимает" if trouble == "blocked" else "Отправлено: Айгуль Ким")
    if trouble != "blocked":
        assert (await aigul.listens()).endswith("Две тысячи")
    await marat.hears_nothing()


async def test_words_that_follow_a_command_at_once_are_asked_about_too(counter: Counter) -> None:
    anna, aigul, marat = await two_shoppers(counter)
    await aigul.says("а доставка платная?")
    await aigul.listens()

    await anna.says("/open", "Да, две тысячи")

    await anna.hears("Открыто 2 обращения", "Кому отправить?")
    await aigul.hears_nothing()
    await marat.hears_nothing()


async def test_the_last_heard_shopper_is_answered_without_a_question(counter: Counter) -> None:
    anna, aigul, marat = await two_shoppers(counter)
    await aigul.says("алло")
    await aigul.listens()
    await marat.says("есть скидка?")
    await marat.listens()
    await anna.hears("алло", "есть скидка?")

    await anna.says("Есть, пять процентов")

    await anna.hears("Отправлено: Марат")
    await marat.hears("пять процентов")
    await aigul.hears_nothing()


async def test_a_new_request_of_somebody_else_interrupts_no_talk(counter: Counter) -> None:
    anna, _, marat = await two_shoppers(counter)
    await counter.shopper_waits("Сауле")
    await anna.hears("Новое обращение", "Сауле")

    await anna.says("Есть, пять процентов")

    await anna.hears("Отправлено: Марат")
    await marat.hears("пять процентов")


async def test_a_quoting_answer_goes_to_the_quoted_shopper(counter: Counter) -> None:
    anna, aigul, marat = await two_shoppers(counter)
    await aigul.says("а доставка платная?")
    await aigul.listens()
    await anna.listens()

    await quotes(anna, "доставка платная", "Да, две тысячи")

    await anna.hears("Отправлено: Айгуль Ким")
    await aigul.hears("Да, две тысячи")
    await marat.hears_nothing()
    await anna.says("/open")
    await anna.hears("Сейчас вы пишете: Марат")


async def test_a_quoting_answer_needs_no_reply_mode(counter: Counter) -> None:
    anna = await counter.member("Анна")
    aigul = await counter.shopper_waits()
    await anna.hears("Новое обращение")

    await quotes(anna, "Новое обращение", "Здравствуйте!")

    await anna.hears("Отправлено: Айгуль Ким")
    await aigul.hears("Здравствуйте!")
    assert (await counter.escalation())["assignee_id"] == anna.user_id
    await anna.says("синий диван")
    await anna.hears("Номад")


async def test_a_quote_of_the_bot_s_own_words_is_for_the_bot(counter: Counter) -> None:
    anna = await counter.member("Анна")
    await anna.says("красный диван")
    await anna.hears()

    await quotes(anna, "Алма", "синий диван")

    await anna.hears("Номад")


async def test_a_correction_goes_where_the_words_went(counter: Counter) -> None:
    anna, aigul, marat = await two_shoppers(counter)
    await quotes(anna, "красный диван", "Доставка 200")
    await anna.hears("Отправлено: Марат")
    await anna.presses("Готово")
    await anna.listens()
    await quotes(anna, "получит Айгуль Ким", "Здравствуйте")
    await anna.hears("Отправлено: Айгуль Ким")
    await anna.says("/open")
    await anna.listens()
    await anna.presses("Марат")
    await anna.listens()
    await anna.presses("Ответить")
    await anna.hears("получит Марат")
    for shopper in (aigul, marat):
        await shopper.listens()

    await corrects(anna, "Здравствуйте", "Здравствуйте!")

    await anna.hears("Отправлено: Айгуль Ким")
    await aigul.hears("Здравствуйте!")
    await marat.hears_nothing()
    await corrects(anna, "Здравствуйте!", "Здравствуйте!")
    await anna.hears_nothing()
    await aigul.hears_nothing()


async def test_a_correction_of_what_the_bot_was_told_reaches_no_shopper(counter: Counter) -> None:
    anna = await counter.member("Анна")
    await anna.says("красный диван")
    await anna.hears()
    aigul = await counter.shopper_waits()
    await anna.listens()
    await anna.presses("Ответить")
    await anna.hears("Пишите")

    await corrects(anna, "красный диван", "синий диван")

    await anna.hears("Правка не отправлена")
    await aigul.hears_nothing()


async def test_a_correction_of_what_a_shopper_was_told_long_ago_is_not_for_the_bot(counter: Counter) -> None:
    anna, aigul = await talking(counter)
    await anna.says("красный диван есть")
    await anna.hears("Отправлено")
    await counter.stage.sql(
        counter.shop, "UPDATE dialogs SET state = state #- '{staff,sent}' WHERE staff_user_id IS NOT NULL"
    )
    await anna.presses("Готово")
    await anna.listens()
    await aigul.listens()

    await corrects(anna, "красный диван есть", "синий диван есть")

    await anna.hears("Правка не отправлена")
    assert await counter.kept("синий диван") == []
    await aigul.hears_nothing()


async def test_a_correction_of_what_the_bot_was_told_is_for_the_bot(counter: Counter) -> None:
    anna = await counter.member("Анна")
    await anna.says("красный диван")
    await anna.hears()

    await corrects(anna, "красный диван", "синий диван")

    await anna.hears("Номад")


async def test_a_page_that_is_gone_is_the_first_one(counter: Counter) -> None:
    anna = await counter.member("Анна")
    for number in range(10):
        await counter.shopper_waits(f"Клиент {number:02}")
    await anna.listens()
    await anna.says("/open")
    await anna.hears("Открыто 10 обращений")
    await counter.stage.sql(
        counter.shop,
        "UPDATE escalations SET status = 'expired', resolved_at = now(), waiting_since = NULL"
        " WHERE id = (SELECT id FROM escalations ORDER BY opened_at LIMIT 1)",
    )

    await anna.presses("Ещё")

    await anna.hears("Открыто 9 обращений", "Клиент 09")
    assert "Ещё" not in anna.buttons


async def test_the_list_tells_all_and_turns_pages(counter: Counter) -> None:
    berik = await counter.member("Берик")
    for number in range(11):
        await counter.shopper_waits(f"Клиент {number:02}")
    await berik.presses("Взять")
    await berik.listens()
    anna = await counter.member("Анна")
    await counter.stage.sql(
        counter.shop,
        "UPDATE escalations SET waiting_since = NULL WHERE id = (SELECT min(id::text) FROM escalations)::uuid",
    )

    await anna.says("/open")
    first = await anna.hears("Открыто 11 обращений, ждут ответа: 10")
    titles = [title for title in anna.buttons if title != "Ещё"]
    await anna.presses("Ещё")
    second = await anna.hears("отвечает Берик", "ответ дан")

    assert len(titles) == 9
    assert "отвечает Берик" not in first
    assert {f"Клиент {number:02}" for number in range(11)} == {
        f"Клиент {number:02}" for number in range(11) if f"Клиент {number:02}" in first + second
    }
    assert len(anna.buttons) == 2


async def test_what_was_said_meanwhile_is_shown_to_whoever_takes_it(counter: Counter) -> None:
    anna, berik = await counter.member("Анна"), await counter.member("Берик")
    aigul = await counter.shopper_waits()
    await aigul.says("номер заказа 1007")
    await aigul.listens()
    for member in (anna, berik):
        await member.listens()

    await anna.presses("Ответить")
    await anna.hears("→ номер заказа 1007", "получит Айгуль Ким")
    await anna.says("Сейчас проверю")
    await anna.listens()
    await berik.says("/open")
    await berik.hears("отвечает Анна")
    await berik.presses("Айгуль Ким")
    await berik.hears("Отвечает Анна", "→ номер заказа 1007", "⇐ Анна\nСейчас проверю")


async def test_a_colleague_s_shopper_can_be_taken_over(counter: Counter) -> None:
    anna, aigul = await talking(counter)
    berik = await counter.member("Берик", Platform.WHATSAPP)
    await berik.says("/open")
    await berik.listens()
    await berik.presses("Айгуль Ким")
    await berik.listens()

    await berik.presses("Ответить")
    await berik.hears("уже занимается Анна")
    await berik.presses("Забрать себе")
    await berik.hears("Клиент за вами: Айгуль Ким")
    await anna.hears("Клиентом Айгуль Ким теперь занимается Берик")

    await anna.says("Ещё минуту")
    await anna.hears("уже занимается Берик")
    await aigul.hears_nothing()
    await aigul.says("вы тут?")
    await aigul.listens()
    await berik.hears("вы тут?")
    await anna.hears_nothing()


async def test_a_manager_who_was_shut_out_hears_no_shopper(counter: Counter) -> None:
    anna, aigul = await talking(counter)
    await counter.stage.sql(counter.shop, "UPDATE users SET active = false")

    await aigul.says("мой адрес: Абая 10")
    await aigul.listens()

    await anna.hears_nothing()


async def test_the_staff_is_written_to_in_their_own_language(counter: Counter) -> None:
    """A manager who answers in English goes on reading Russian."""
    anna, aigul = await talking(counter)

    await anna.says("Good afternoon, the sofa is available")

    await anna.hears("Отправлено")
    await aigul.says("спасибо")
    await aigul.listens()
    assert anna.buttons == ["Ответить", "Закрыть"]
