"""A manager serves a shopper from the own messenger: hears of them, takes, answers, closes; on every messenger."""

from __future__ import annotations

import json

import pytest

from shared.channels.contract import Platform
from tests.integration.conversation import Shopper, Stage
from tests.integration.escalations.staff import Counter, Member


async def talking(counter: Counter, platform: Platform = Platform.TELEGRAM) -> tuple[Member, Shopper]:
    """A manager in reply mode, and the shopper."""
    anna = await counter.member("Анна", platform)
    aigul = await counter.shopper_waits(platform=platform)
    await anna.hears("Новое обращение")
    await anna.presses("Ответить")
    await anna.hears("Пишите")
    return anna, aigul


async def test_a_shopper_and_a_manager_talk_through_the_bot(counter: Counter, platform: Platform) -> None:
    anna = await counter.member("Анна", platform)
    aigul = await counter.shopper_waits(platform=platform)

    card = await anna.hears("Новое обращение: просит менеджера", "Айгуль Ким", "красный диван")
    assert "позовите менеджера" in card
    assert anna.buttons == ["Взять", "Ответить", "Закрыть"]

    await anna.presses("Взять")
    await anna.hears("Клиент за вами: Айгуль Ким")
    await anna.presses("Ответить")
    await anna.hears("Пишите")
    await anna.says("Здравствуйте! Чем помочь?")
    await anna.hears("Отправлено")
    await aigul.hears("Анна", "Здравствуйте! Чем помочь?")

    await aigul.says("Есть ли доставка в Шымкент?")
    await aigul.hears_nothing()
    await anna.hears("Айгуль Ким:", "Есть ли доставка в Шымкент?")
    await anna.says("Да, за три дня")
    await anna.listens()
    await aigul.hears("Да, за три дня")

    await anna.presses("Закрыть")
    await anna.hears("Обращение закрыто")
    await aigul.hears("Менеджер завершил разговор")
    await aigul.says("синий диван")
    await aigul.hears("Номад")


async def test_the_history_marks_who_had_the_dialog(counter: Counter) -> None:
    anna, aigul = await talking(counter)
    await anna.says("Добрый день")
    await anna.listens()
    await anna.presses("Закрыть")
    await anna.listens()

    history = await counter.history(aigul)

    marks = [text for role, text in history if role == "note"]
    assert marks == ["[handover.opened]", "[handover.taken]", "[handover.resolved]"]
    assert ("staff", "Анна\nДобрый день") in history
    assert history.index(("shopper", "позовите менеджера")) < history.index(("note", "[handover.opened]"))


async def test_a_shop_s_measures_are_counted(counter: Counter) -> None:
    anna, _ = await talking(counter)
    await counter.pass_minutes(5)
    await anna.says("Добрый день")
    await anna.listens()
    await counter.pass_minutes(5)
    await anna.presses("Закрыть")
    await anna.listens()

    counted = await counter.stage.sql(
        counter.shop, "SELECT kind, properties FROM analytics_events WHERE kind LIKE 'escalation_%' ORDER BY id"
    )

    answered, resolved = counted
    assert (answered["kind"], resolved["kind"]) == ("escalation_answered", "escalation_resolved")
    assert 300 <= answered["properties"]["seconds"] < 330
    assert 600 <= resolved["properties"]["seconds"] < 660
    assert resolved["properties"]["outcome"] == "resolved"


async def test_a_shopper_s_attachment_is_told_of(counter: Counter) -> None:
    anna, aigul = await talking(counter)

    await aigul.person.send_photo(caption="вот такой")
    await aigul.listens()

    await anna.hears("[фото] вот такой")


async def test_a_manager_s_photo_and_file_reach_the_shopper_of_the_same_telegram_bot(counter: Counter) -> None:
    anna, aigul = await talking(counter)

    await anna.person.send_photo(caption="Такой оттенок")
    await anna.hears("Отправлено")
    await aigul.hears("Анна", "Такой оттенок")
    assert aigul.person.last.kind == "photo"
    await anna.person.send_document()
    await anna.hears("Отправлено")
    await aigul.hears("Анна")

    assert aigul.person.last.kind == "document"
    assert await counter.kept("Такой оттенок") == []


@pytest.mark.parametrize("served", [Platform.WHATSAPP, Platform.VIBER])
async def test_a_manager_is_told_what_is_not_passed_on(counter: Counter, served: Platform) -> None:
    anna = await counter.member("Анна", Platform.TELEGRAM)
    aigul = await counter.shopper_waits(platform=served)
    await anna.listens()
    await anna.presses("Ответить")
    await anna.listens()

    await anna.person.send_photo(caption="")

    await anna.hears("вложение клиенту не передано")
    await aigul.hears_nothing()


async def test_a_manager_s_voice_note_is_not_passed_on_and_its_words_are(counter: Counter) -> None:
    anna, aigul = await talking(counter)

    await anna.records()
    await anna.says("Перезвоню в 18:00")

    await anna.hears("вложение клиенту не передано", "Отправлено")
    await aigul.hears("Перезвоню в 18:00")


async def test_the_manager_s_chat_is_a_shopper_s_chat_outside_of_reply_mode(counter: Counter) -> None:
    anna, aigul = await talking(counter)

    await anna.presses("Готово")
    await anna.hears("дальше пишите мне")
    await anna.says("синий диван")
    await anna.hears("Номад")
    await aigul.hears_nothing()


async def test_commands_in_reply_mode_are_not_told_to_the_shopper(counter: Counter) -> None:
    anna, aigul = await talking(counter)

    await anna.says("/help")
    assert "Отправлено" not in await anna.hears()
    await anna.says("/open")
    await anna.hears("ждут ответа: 1", "Сейчас вы пишете: Айгуль Ким")
    await aigul.hears_nothing()


async def test_the_list_leads_to_the_card(counter: Counter) -> None:
    anna = await counter.member("Анна")
    await anna.says("/open")
    await anna.hears("Открытых обращений нет")
    await counter.shopper_waits()
    await anna.listens()

    await anna.says("/open")
    await anna.hears("Айгуль Ким")
    await anna.presses("Айгуль Ким")
    await anna.hears("Обращение: просит менеджера", "красный диван")


async def test_the_shopper_who_returns_to_the_bot_ends_it_for_the_manager(counter: Counter) -> None:
    anna, aigul = await talking(counter)

    await aigul.presses("Вернуться к боту")
    await aigul.hears("Я снова с вами")
    await anna.hears("Клиент вернулся к боту")
    await anna.says("Ещё минуту")
    await anna.hears("Не отправлено: обращение уже закрыто")
    await anna.says("синий диван")
    await anna.hears("Номад")
    await aigul.hears_nothing()


async def test_nobody_is_disturbed_by_a_shopper_whom_a_colleague_has(counter: Counter) -> None:
    anna, berik = await counter.member("Анна"), await counter.member("Берик")
    aigul = await counter.shopper_waits()
    await anna.hears("Новое обращение")
    await berik.hears("Новое обращение")
    await anna.presses("Взять")
    await anna.listens()

    await aigul.says("вы тут?")
    await aigul.listens()
    await anna.hears("вы тут?")
    await berik.hears_nothing()
    await berik.presses("Ответить")
    await berik.hears("уже занимается Анна")


async def test_a_viewer_hears_of_no_shoppers_and_cannot_serve(counter: Counter) -> None:
    viewer = await counter.member("Вера", role="viewer")
    await counter.shopper_waits()

    await viewer.hears_nothing()
    await viewer.says("/open")
    await viewer.hears("Отвечать клиентам может менеджер")


async def test_a_manager_who_was_shut_out_serves_nobody(counter: Counter) -> None:
    anna, aigul = await talking(counter)
    await counter.stage.sql(counter.shop, "UPDATE users SET active = false")

    await anna.says("Ещё минуту")

    await anna.hears("Отвечать клиентам может менеджер")
    await aigul.hears_nothing()


async def test_complaints_come_before_the_rest(counter: Counter) -> None:
    anna = await counter.member("Анна")
    await counter.shopper_waits("Спокойный")
    angry = counter.stage.shopper(counter.shop, name="Сердитая")
    await angry.says("это безобразие, я буду жаловаться!")
    await angry.hears()
    await counter.attend()
    await anna.listens()

    await anna.says("/open")
    await anna.listens()

    assert [title.split()[-1] for title in anna.buttons] == ["Сердитая", "Спокойный"]


async def test_a_shopper_on_whatsapp_is_served_from_telegram(counter: Counter) -> None:
    anna = await counter.member("Анна", Platform.TELEGRAM)
    aigul = await counter.shopper_waits(platform=Platform.WHATSAPP)
    await anna.hears("Новое обращение", "WhatsApp")
    await anna.presses("Ответить")
    await anna.listens()

    await anna.says("Здравствуйте")

    await anna.hears("Отправлено")
    await aigul.hears("Здравствуйте")


async def test_a_manager_silent_on_whatsapp_for_a_day_gets_the_template(stage: Stage) -> None:
    counter = await Counter.open(stage, template="shopper_waits")
    await counter.member("Анна", Platform.WHATSAPP)
    await stage.sql(counter.shop, "UPDATE dialogs SET last_inbound_at = now() - interval '25 hours'")

    await counter.shopper_waits()
    await stage.work()

    bodies = [json.loads(call["body"]) for call in stage.calls("messages")]
    templates = [body["template"] for body in bodies if body.get("type") == "template"]
    assert [template["name"] for template in templates] == ["shopper_waits"]
    assert templates[0]["components"][0]["parameters"][0]["text"] == "Айгуль Ким"


async def test_an_unlinked_chat_hears_of_nobody(counter: Counter) -> None:
    anna = await counter.member("Анна")
    await anna.says("/unlink")
    await anna.hears("Чат отключён")

    await counter.shopper_waits()

    await anna.hears_nothing()


async def test_what_a_member_does_in_their_messenger_is_in_the_audit_log(counter: Counter) -> None:
    anna, _ = await talking(counter)
    await anna.says("Добрый день")
    await anna.listens()
    await anna.presses("Закрыть")
    await anna.listens()

    logged = await counter.stage.sql(
        counter.shop,
        "SELECT action, actor_id, actor_name, address, before, after FROM audit_log"
        " WHERE subject_type = 'escalation' ORDER BY at",
    )

    assert [row["action"] for row in logged] == [
        "escalation.taken",
        "escalation.answered",
        "escalation.resolved",
    ]
    assert {(row["actor_id"], row["actor_name"], row["address"]) for row in logged} == {
        (anna.user_id, "Анна", "telegram")
    }
    assert logged[-1]["after"] == {"status": "resolved"}
    assert "Добрый день" not in json.dumps([row["after"] for row in logged], ensure_ascii=False, default=str)


async def test_linking_and_unlinking_in_the_messenger_is_in_the_audit_log(counter: Counter) -> None:
    anna = await counter.member("Анна")
    await anna.says("/unlink")
    await anna.listens()

    logged = await counter.stage.sql(
        counter.shop,
        "SELECT action, actor_id, address, subject_id, before, after FROM audit_log"
        " WHERE action LIKE 'messenger_link.%' ORDER BY at",
    )

    assert [row["action"] for row in logged] == ["messenger_link.created", "messenger_link.deleted"]
    assert {(row["actor_id"], row["subject_id"], row["address"]) for row in logged} == {
        (anna.user_id, str(anna.user_id), "telegram")
    }
    assert logged[0]["before"] is None
    assert logged[0]["after"] == logged[1]["before"]
    assert logged[0]["after"]["platform"] == "telegram"
    assert logged[1]["after"] is None
