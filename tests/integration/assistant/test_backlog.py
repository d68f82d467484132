"""Issue 7, number 2: what was written during an outage is answered request by request, in the order of writing."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import random
from collections import defaultdict

import pytest

from shared.channels.contract import Platform, WebhookRequest
from tests.integration.assistant.outage import outage
from tests.integration.conversation import SOFAS, Shop, Shopper, Stage, credentials_of, open_stage

ORDERING = pytest.mark.parametrize("order", ["sent", "reversed"])

EMPTY, NO_ORDERS = "В корзине пока пусто", "Заказов пока нет"
PAIRS = [
    (("корзина", EMPTY), ("мои заказы", NO_ORDERS)),
    (("добавь ALM-1", "Добавили в корзину: Диван «Алма»"), ("добавь NOM-1", "Добавили в корзину: Диван «Номад»")),
    (("добавь ALM-1 в корзину", "Добавили в корзину: Диван «Алма»"), ("корзина", "Итого: 140 000")),
    (("синий диван", "Диван «Номад»"), ("мои заказы", NO_ORDERS)),
    (("синий диван", "Диван «Номад»"), ("добавь в корзину", "Добавили в корзину: Диван «Номад»")),
    (("ALM-1", "(ALM-1)"), ("NOM-1", "(NOM-1)")),
    (("красный диван до 150000", "(ALM-1)"), ("есть доставка?", "менеджер")),
    (("/help", "Я помогаю выбрать товар"), ("корзина", EMPTY)),
    (("Каталог", "Что вас интересует?"), ("синий диван", "Диван «Номад»")),
    (("мои уведомления", "Пока я ни за чем не слежу"), ("что ты обо мне знаешь", "Вот что")),
]


async def dialogue(stage: Stage, shop: Shop) -> dict[int, list[tuple[str, str]]]:
    """By dialog, what was written and what was answered to it: one pair for each message or answer."""
    told = await stage.sql(shop, "SELECT dialog_id, role, text FROM messages ORDER BY dialog_id, seq")
    dialogs: dict[int, list[tuple[str, str]]] = defaultdict(list)
    for row in told:
        words = row["text"].replace("\N{NO-BREAK SPACE}", " ")
        dialogs[row["dialog_id"]].append((row["role"], words))
    return dialogs


@pytest.mark.parametrize(("first", "second"), PAIRS)
async def test_two_requests_ten_minutes_apart_are_answered_one_after_the_other(
    stage: Stage, platform: Platform, first: tuple[str, str], second: tuple[str, str]
) -> None:
    shop = await stage.open_shop()
    aigul = stage.shopper(shop, platform)

    async with outage(stage, order="reversed") as meanwhile:
        await meanwhile.writes(aigul, first[0], at=0)
        await meanwhile.writes(aigul, second[0], at=600)
    await aigul.hears()

    [said] = (await dialogue(stage, shop)).values()
    assert [(role, words) for role, words in said if role == "shopper"] == [
        ("shopper", first[0]),
        ("shopper", second[0]),
    ]
    assert [role for role, _ in said] == ["shopper", "bot", "shopper", "bot"]
    assert first[1] in said[1][1]
    assert second[1] in said[3][1]


@ORDERING
async def test_fragments_of_an_outage_are_one_request_still(stage: Stage, platform: Platform, order: str) -> None:
    shop = await stage.open_shop()
    aigul = stage.shopper(shop, platform)

    async with outage(stage, order=order) as meanwhile:
        await meanwhile.writes(aigul, "красный диван", at=0)
        await meanwhile.writes(aigul, "до 150 000", at=0.5)

    heard = await aigul.hears("Диван «Алма»", "140 000")
    assert "290 000" not in heard


async def test_requests_typed_in_one_breath_are_answered_each(settings_env: dict[str, str]) -> None:
    async with open_stage(settings_env, merge_window=1.0) as stage:
        for platform in Platform:
            shop = await stage.open_shop(f"shop-{platform.value}")
            aigul = stage.shopper(shop, platform)

            await aigul.says("добавь ALM-1 в корзину", "добавь NOM-1 в корзину", "мои заказы")

            await aigul.hears("«Алма»", "«Номад»", NO_ORDERS)
            lines = await stage.sql(shop, "SELECT quantity FROM cart_lines")
            assert lines == [{"quantity": 1}, {"quantity": 1}]


@pytest.mark.parametrize("edits_on", [Platform.TELEGRAM, Platform.WHATSAPP])
async def test_a_request_that_was_edited_during_the_outage_is_carried_out_once_as_it_reads_now(
    stage: Stage, edits_on: Platform
) -> None:
    shop = await stage.open_shop()
    aigul = stage.shopper(shop, edits_on)

    async with outage(stage, order="sent") as meanwhile:
        await meanwhile.writes(aigul, "добавь ALM-1 в корзину", at=0)
        await meanwhile.corrects(aigul, "добавь NOM-1 в корзину", at=300)

    heard = await aigul.hears("Добавили в корзину: Диван «Номад»")
    assert "Алма" not in heard
    assert await stage.sql(shop, "SELECT quantity FROM cart_lines") == [{"quantity": 1}]


async def receives(stage: Stage, shop: Shop, person: str, number: int, words: str, *, age: float) -> None:
    """A Telegram update, written ``age`` seconds ago, reaches the webhook now."""
    now = int(stage.simulator.clock.now())
    chat = {"id": int(person), "type": "private", "first_name": "Айгуль"}
    update = {
        "update_id": number,
        "message": {
            "message_id": number,
            "date": now - int(age),
            "chat": chat,
            "from": {"id": int(person), "is_bot": False, "first_name": "Айгуль"},
            "text": words,
        },
    }
    secret = credentials_of(Platform.TELEGRAM, shop.slug)["secret_token"]
    request = WebhookRequest({"x-telegram-bot-api-secret-token": secret}, json.dumps(update).encode())
    await stage.worker.webhooks.receive("telegram", shop.bots[Platform.TELEGRAM], request)


async def test_what_comes_late_waits_a_moment_for_what_was_written_before_it(settings_env: dict[str, str]) -> None:
    """The later message comes first, and the bot is at work already when the earlier one comes."""
    async with open_stage(settings_env, late_window=3.0, near_due=5.0) as stage:
        shop = await stage.open_shop()
        aigul = stage.shopper(shop)
        await receives(stage, shop, aigul.person.id, 2, "мои заказы", age=600)
        working = asyncio.create_task(stage.worker.drainer.run())
        await receives(stage, shop, aigul.person.id, 1, "корзина", age=1200)
        await working

        [said] = (await dialogue(stage, shop)).values()
        assert [words for role, words in said if role == "shopper"] == ["корзина", "мои заказы"]


@pytest.mark.parametrize(
    ("words", "age", "waits"),
    [("диван", 0, 0.05), ("/help", 0, 0.0), ("диван", 4, 0.05), ("диван", 60, 1.0), ("/help", 60, 1.0)],
)
async def test_only_what_comes_late_waits_for_others_to_come(
    stage: Stage, words: str, age: float, waits: float
) -> None:
    shop = await stage.open_shop()
    await receives(stage, shop, "77", 1, words, age=age)
    [row] = await stage.sql(shop, "SELECT extract(epoch FROM due_at - received_at) AS wait FROM inbox")
    assert row["wait"] >= 1.0 if waits == 1.0 else waits <= row["wait"] < 1.0


async def receives_together(
    stage: Stage, shop: Shop, person: str, said: list[tuple[str, str]], *, age: int
) -> None:
    """One WhatsApp body with several messages of one second: the id and the words of each."""
    secrets = credentials_of(Platform.WHATSAPP, shop.slug)
    written = str(int(stage.simulator.clock.now()) - age)
    messages = [
        {"from": person, "id": identity, "timestamp": written, "type": "text", "text": {"body": words}}
        for identity, words in said
    ]
    value = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": "1", "phone_number_id": secrets["phone_number_id"]},
        "contacts": [{"wa_id": person, "profile": {"name": "Айгуль"}}],
        "messages": messages,
    }
    change = {"field": "messages", "value": value}
    body = json.dumps({"object": "whatsapp_business_account", "entry": [{"id": "1", "changes": [change]}]}).encode()
    proof = hmac.new(secrets["app_secret"].encode(), body, hashlib.sha256).hexdigest()
    request = WebhookRequest({"x-hub-signature-256": f"sha256={proof}"}, body)
    await stage.worker.webhooks.receive("whatsapp", shop.bots[Platform.WHATSAPP], request)


@pytest.mark.parametrize("age", [0, 900])
async def test_messages_of_one_whatsapp_body_are_answered_in_their_order_and_each(stage: Stage, age: int) -> None:
    shop = await stage.open_shop()
    aigul = stage.shopper(shop, Platform.WHATSAPP)
    # ids in no order: neither they nor their reverse tell the place
    first = [("wamid.7", "корзина"), ("wamid.9", "добавь ALM-1"), ("wamid.6", "синий"), ("wamid.8", "диван")]
    await receives_together(stage, shop, aigul.person.id, first, age=age)
    await receives_together(stage, shop, aigul.person.id, [("wamid.5", "мои заказы")], age=age)

    await stage.work()

    [said] = (await dialogue(stage, shop)).values()
    asked = ["корзина", "добавь ALM-1", "синий", "диван", "мои заказы"]
    assert [words for role, words in said if role == "shopper"] == asked
    answers = [words for role, words in said if role == "bot"]
    for answer, shown in zip(answers, [EMPTY, "Добавили", "(NOM-1)", NO_ORDERS], strict=True):
        assert shown in answer


REQUESTS = {
    "корзина": "орзин",
    "мои заказы": NO_ORDERS,
    "ALM-1": "(ALM-1)",
    "ALM-2": "(ALM-2)",
    "NOM-1": "(NOM-1)",
    "добавь NOM-1": "Добавили в корзину: Диван «Номад»",
    "добавь ALM-1 в корзину": "Добавили в корзину: Диван «Алма»",
    "есть доставка?": "менеджер",
    "Каталог": "Что вас интересует?",
    "мои уведомления": "Пока я ни за чем не слежу",
    "красный диван до 150000": "(ALM-1)",
}


async def test_a_backlog_of_two_hours_is_answered_request_by_request_in_the_order_of_writing(
    settings_env: dict[str, str],
) -> None:
    """500 messages in 50 dialogs over the three messengers, delivered at once and out of order."""
    dice = random.Random(7)
    async with open_stage(settings_env, pace_factor=0.0) as stage:
        shop = await stage.open_shop(wares=SOFAS)
        people = [stage.shopper(shop, list(Platform)[number % 3], f"Person {number}") for number in range(50)]
        times = [at for person in people for at in _times(dice, person)]
        written: dict[str, list[str]] = defaultdict(list)
        async with outage(stage) as meanwhile:
            for at, person in sorted(times, key=lambda one: one[0]):
                words = dice.choice(list(REQUESTS))
                written[person.person.name].append(words)
                await meanwhile.writes(person, words, at=at)

        await stage.work()

        dialogs = await stage.sql(shop, "SELECT id, customer_name, outbox_seq, sent_seq FROM dialogs")
        told = await dialogue(stage, shop)
        assert len(dialogs) == 50
        for dialog in dialogs:
            said = told[dialog["id"]]
            requests = written[dialog["customer_name"]]
            assert [role for role, _ in said] == ["shopper", "bot"] * 10
            assert [words for _, words in said[::2]] == requests
            for request, (_, answer) in zip(requests, said[1::2], strict=True):
                assert REQUESTS[request] in answer, (request, answer)
            assert dialog["sent_seq"] == dialog["outbox_seq"] >= 10
        assert await stage.sql(shop, "SELECT count(*) AS left FROM inbox WHERE status <> 'done'") == [{"left": 0}]


def _times(dice: random.Random, person: Shopper) -> list[tuple[float, Shopper]]:
    """Ten moments of two hours, at least two seconds apart."""
    return [(at * 2.0, person) for at in dice.sample(range(3500), 10)]
