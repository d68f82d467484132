"""The simulated Bot API behaves as Telegram's: calls, updates, retries."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
import pytest_asyncio

from infra.local.simulator import Simulator, samples
from infra.local.simulator.delivery import WebhookAnswer
from infra.local.simulator.telegram.bots import TelegramBot
from infra.local.simulator.telegram.person import TelegramPerson
from infra.local.simulator.telegram.updates import TelegramRetries
from infra.local.simulator.wire import UploadedFile
from tests.doubles.recording_bot import Answer, RecordingBot


@dataclass(slots=True)
class Stage:
    sim: Simulator
    bot: RecordingBot
    account: TelegramBot
    http: httpx.AsyncClient
    shopper: TelegramPerson

    async def call(self, method: str, **parameters: Any) -> httpx.Response:
        return await self.http.post(f"/bot{self.account.token}/{method}", json=parameters)

    async def send(self, text: str, **parameters: Any) -> httpx.Response:
        return await self.call("sendMessage", chat_id=int(self.shopper.id), text=text, **parameters)


@pytest_asyncio.fixture
async def stage() -> AsyncIterator[Stage]:
    async with (
        RecordingBot.start() as bot,
        Simulator.start(speed=200) as sim,
        httpx.AsyncClient(base_url=sim.telegram_api_url) as http,
    ):
        account = sim.telegram.add_bot(webhook_url=f"{bot.url}/hook", secret_token="s3cret_-A")
        yield Stage(sim, bot, account, http, sim.telegram.user("Айгерим Сатпаева", started=True))


async def test_an_update_carries_the_secret_and_the_message(stage: Stage) -> None:
    status = await stage.shopper.send_text("/start акция")

    update = stage.bot.received[0]
    assert status == 200
    assert update.headers["X-Telegram-Bot-Api-Secret-Token"] == "s3cret_-A"
    message = update.body["message"]
    assert message["text"] == "/start акция"
    assert message["entities"] == [{"offset": 0, "length": 6, "type": "bot_command"}]
    assert message["from"]["first_name"] == "Айгерим"
    assert message["chat"] == {
        "id": int(stage.shopper.id),
        "first_name": "Айгерим",
        "last_name": "Сатпаева",
        "type": "private",
    }


async def test_update_ids_rise(stage: Stage) -> None:
    for text in ("раз", "два", "три"):
        await stage.shopper.send_text(text)

    ids = [update.body["update_id"] for update in stage.bot.received]
    assert ids == sorted(set(ids))


async def test_every_kind_of_message_arrives_in_its_field(stage: Stage) -> None:
    await stage.shopper.send_photo(caption="такой?")
    await stage.shopper.send_voice()
    await stage.shopper.send_document()
    await stage.shopper.send_location(43.2, 76.9)
    await stage.shopper.send_contact()

    photo, voice, document, location, contact = (update.body["message"] for update in stage.bot.received)
    assert photo["caption"] == "такой?"
    assert (photo["photo"][-1]["width"], photo["photo"][-1]["height"]) == (640, 480)
    assert voice["voice"]["mime_type"] == "audio/ogg"
    assert document["document"]["file_name"] == "price-list.pdf"
    assert location["location"] == {"latitude": 43.2, "longitude": 76.9}
    assert contact["contact"]["user_id"] == contact["from"]["id"]


async def test_an_album_is_one_update_per_photo_with_one_group_id(stage: Stage) -> None:
    statuses = await stage.shopper.send_album(caption="подберите похожее")

    first, second = (update.body["message"] for update in stage.bot.received)
    assert statuses == [200, 200]
    assert first["media_group_id"] == second["media_group_id"]
    assert first["caption"] == "подберите похожее"
    assert "caption" not in second


async def test_a_file_sent_by_a_person_can_be_downloaded(stage: Stage) -> None:
    await stage.shopper.send_document(UploadedFile("план.txt", "text/plain", b"3 x 4 m"))
    file_id = stage.bot.received[0].body["message"]["document"]["file_id"]

    path = (await stage.call("getFile", file_id=file_id)).json()["result"]["file_path"]
    content = await stage.http.get(f"/file/bot{stage.account.token}/{path}")

    assert content.content == b"3 x 4 m"


async def test_html_becomes_text_and_entities_in_utf16_units(stage: Stage) -> None:
    answer = await stage.send(
        "😀 <b>Диван <i>Самал</i></b> &lt;5&gt; <a href='https://a.kz/?a=1&amp;b=2'>сайт</a>",
        parse_mode="HTML",
    )

    result = answer.json()["result"]
    assert result["text"] == "😀 Диван Самал <5> сайт"
    assert result["entities"] == [
        {"offset": 3, "length": 11, "type": "bold"},
        {"offset": 9, "length": 5, "type": "italic"},
        {"offset": 19, "length": 4, "type": "text_link", "url": "https://a.kz/?a=1&b=2"},
    ]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("<b>жирный", 'Can\'t find end tag corresponding to start tag "b"'),
        ("цена <5000", 'Unsupported start tag "5000" at byte offset 9'),
        ("<table>x</table>", 'Unsupported start tag "table" at byte offset 0'),
        ("<b>x</i>", 'Unmatched end tag at byte offset 4, expected "</b>", found "</i>"'),
        ("x</b>", "Unexpected end tag at byte offset 1"),
    ],
)
async def test_broken_html_is_refused_as_the_server_words_it(stage: Stage, text: str, problem: str) -> None:
    answer = await stage.send(text, parse_mode="HTML")

    expected = {
        "ok": False,
        "error_code": 400,
        "description": f"Bad Request: can't parse entities: {problem}",
    }
    assert (answer.status_code, answer.json()) == (400, expected)
    assert stage.shopper.received == []


@pytest.mark.parametrize(
    ("length", "status"), [(4096, 200), (4097, 400)], ids=["at the limit", "one over the limit"]
)
async def test_length_is_counted_after_parsing(stage: Stage, length: int, status: int) -> None:
    answer = await stage.send(f"<b>{'я' * length}</b>", parse_mode="HTML")

    assert answer.status_code == status


@pytest.mark.parametrize(
    ("data", "status"), [("я" * 32, 200), ("я" * 33, 400), ("", 400)], ids=["64 bytes", "66 bytes", "empty"]
)
async def test_callback_data_is_1_to_64_bytes(stage: Stage, data: str, status: int) -> None:
    markup = {"inline_keyboard": [[{"text": "В корзину", "callback_data": data}]]}

    assert (await stage.send("Диван", reply_markup=markup)).status_code == status


async def test_parameters_may_come_as_a_form_with_json_strings(stage: Stage) -> None:
    markup = json.dumps({"keyboard": [["Каталог"], [{"text": "Телефон", "request_contact": True}]]})
    form = {"chat_id": stage.shopper.id, "text": "Что дальше?", "reply_markup": markup}

    answer = await stage.http.post(f"/bot{stage.account.token}/sendMessage", data=form)

    assert answer.json()["ok"] is True
    assert [button.title for button in stage.shopper.last.buttons] == ["Каталог", "Телефон"]


async def test_pressing_buttons_tells_the_bot_what_that_button_tells(stage: Stage) -> None:
    inline = {"inline_keyboard": [[{"text": "В корзину", "callback_data": "add:7"}]]}
    sent = (await stage.send("Диван", reply_markup=inline)).json()["result"]
    await stage.send("?", reply_markup={"keyboard": [[{"text": "Телефон", "request_contact": True}]]})

    await stage.shopper.press("В корзину")
    await stage.shopper.press("Телефон")

    query = stage.bot.received[0].body["callback_query"]
    assert query["data"] == "add:7"
    assert query["message"]["message_id"] == sent["message_id"]
    assert "contact" in stage.bot.received[1].body["message"]
    answered = await stage.call("answerCallbackQuery", callback_query_id=query["id"])
    again = await stage.call("answerCallbackQuery", callback_query_id=query["id"])
    assert (answered.json()["result"], again.status_code) == (True, 400)


async def test_a_photo_by_address_is_fetched_like_the_real_server_does(stage: Stage) -> None:
    stage.bot.files = {"a.jpg": (samples.photo().data, "image/jpeg"), "a.html": (b"<html>", "text/html")}
    chat = stage.shopper.id

    good = await stage.call("sendPhoto", chat_id=chat, photo=f"{stage.bot.url}/files/a.jpg", caption="Диван")
    page = await stage.call("sendPhoto", chat_id=chat, photo=f"{stage.bot.url}/files/a.html")
    gone = await stage.call("sendPhoto", chat_id=chat, photo="http://127.0.0.1:9/none.jpg")
    far = await stage.call("sendPhoto", chat_id=chat, photo="https://example.com/a.jpg")

    assert good.json()["result"]["photo"][-1]["width"] == 640
    assert page.json()["description"] == "Bad Request: wrong type of the web page content"
    assert gone.json()["description"] == "Bad Request: failed to get HTTP URL content"
    assert far.json()["description"] == "Bad Request: failed to get HTTP URL content"


async def test_uploads_come_as_multipart(stage: Stage) -> None:
    answer = await stage.http.post(
        f"/bot{stage.account.token}/sendDocument",
        data={"chat_id": stage.shopper.id, "caption": "Прайс"},
        files={"document": ("прайс.pdf", samples.document().data, "application/pdf")},
    )

    assert answer.json()["result"]["document"]["file_name"] == "прайс.pdf"


@pytest.mark.parametrize(("items", "status"), [(1, 400), (2, 200), (10, 200), (11, 400)])
async def test_an_album_of_the_bot_has_2_to_10_items(stage: Stage, items: int, status: int) -> None:
    await stage.shopper.send_photo()
    file_id = stage.bot.received[0].body["message"]["photo"][-1]["file_id"]
    media = [{"type": "photo", "media": file_id}] * items

    answer = await stage.call("sendMediaGroup", chat_id=stage.shopper.id, media=media)

    assert answer.status_code == status


async def test_editing_the_same_content_is_refused(stage: Stage) -> None:
    message_id = (await stage.send("Ищу…")).json()["result"]["message_id"]
    edit = {"chat_id": stage.shopper.id, "message_id": message_id, "text": "Нашёл 3 дивана"}

    first = await stage.call("editMessageText", **edit)
    second = await stage.call("editMessageText", **edit)

    assert first.json()["result"]["edit_date"] > 0
    assert second.json()["description"].startswith("Bad Request: message is not modified")
    assert stage.shopper.last.text == "Нашёл 3 дивана"


async def test_who_may_be_written_to(stage: Stage) -> None:
    stranger = stage.sim.telegram.user("Незнакомец")
    await stage.shopper.block()
    blocked = stage.bot.received[0].body["my_chat_member"]

    to_blocked = await stage.send("эй")
    to_stranger = await stage.call("sendMessage", chat_id=stranger.id, text="эй")
    to_nobody = await stage.call("sendMessage", chat_id=42, text="эй")
    await stage.shopper.send_text("я вернулась")

    assert blocked["new_chat_member"]["status"] == "kicked"
    assert to_blocked.json()["description"] == "Forbidden: bot was blocked by the user"
    assert to_stranger.json()["error_code"] == 403
    assert to_nobody.json()["description"] == "Bad Request: chat not found"
    assert (await stage.send("рады видеть")).status_code == 200


async def test_wrong_tokens_and_methods(stage: Stage) -> None:
    unknown = await stage.http.post("/bot1:wrong/getMe")
    missing = await stage.call("sendMoney")

    assert (unknown.status_code, unknown.json()) == (
        401,
        {"ok": False, "error_code": 401, "description": "Unauthorized"},
    )
    assert missing.json()["description"] == "Not Found: method not found"


@pytest.mark.parametrize(
    ("parameters", "status"),
    [
        ({"url": "https://shop.kz/hook"}, 200),
        ({"url": "http://shop.kz/hook"}, 400),
        ({"url": "https://shop.kz:9000/hook"}, 400),
        ({"url": "https://shop.kz/hook", "secret_token": "пароль"}, 400),
        ({"url": "https://shop.kz/hook", "secret_token": "a" * 257}, 400),
        ({"url": "http://127.0.0.1:7071/hook"}, 200),
    ],
)
async def test_set_webhook_checks_address_and_secret(stage: Stage, parameters: dict[str, str], status: int) -> None:
    assert (await stage.call("setWebhook", **parameters)).status_code == status


async def test_updates_that_are_not_allowed_do_not_come(stage: Stage) -> None:
    await stage.call("setWebhook", url=stage.account.webhook_url, allowed_updates=["message"])

    assert await stage.shopper.block() == 0
    assert await stage.shopper.send_text("привет") == 200


async def test_a_failed_update_comes_again_and_the_chat_waits_for_it(stage: Stage) -> None:
    stage.bot.answers = [Answer(500), Answer(500), Answer(200)]
    other = stage.sim.telegram.user("Данияр Ким", started=True)

    assert await stage.shopper.send_text("первое") == 500
    assert await other.send_text("из другого чата") in (200, 500)
    await stage.shopper.send_text("второе")
    await stage.sim.delivery.settle()

    mine = [
        update.body["message"]["text"]
        for update in stage.bot.received
        if update.body["message"]["chat"]["id"] == int(stage.shopper.id)
    ]
    assert mine[-1] == "второе"
    assert mine.count("второе") == 1
    assert set(mine[:-1]) == {"первое"}
    assert len(stage.bot.received) == 5
    info = (await stage.call("getWebhookInfo")).json()["result"]
    assert info["last_error_message"].startswith("Wrong response from the webhook: 500")
    assert info["pending_update_count"] == 0


def test_retry_delays_follow_the_bot_api_server() -> None:
    policy = TelegramRetries()
    delays = [policy.delay(failures, WebhookAnswer(500)) for failures in range(1, 7)]

    assert delays == [0.0, 2.0, 4.0, 8.0, 16.0, 32.0]
    assert 60 <= (policy.delay(20, WebhookAnswer(500)) or 0) <= 120
    assert policy.delay(1, WebhookAnswer(503, retry_after=30)) == 30
    assert policy.delay(1, WebhookAnswer(503, retry_after=9000)) == 3600


async def test_a_button_press_expires_after_150_seconds(stage: Stage) -> None:
    await stage.send("Диван", reply_markup={"inline_keyboard": [[{"text": "Да", "callback_data": "y"}]]})
    stage.bot.answers = [Answer(503, headers={"Retry-After": "200"})]

    await stage.shopper.press("Да")
    settled = await stage.sim.delivery.settle()

    assert settled
    assert len(stage.bot.received) == 1


async def test_a_method_call_in_the_answer_is_carried_out(stage: Stage) -> None:
    call = {"method": "sendMessage", "chat_id": int(stage.shopper.id), "text": "ответ в ответе"}
    stage.bot.answers = [Answer(200, json.dumps(call).encode(), {"Content-Type": "application/json"})]

    await stage.shopper.send_text("привет")

    messages = await stage.shopper.wait_for(1)
    assert messages[0].text == "ответ в ответе"


async def test_a_group_is_a_chat_of_its_own(stage: Stage) -> None:
    member = stage.sim.telegram.group_member("Мария Иванова", group="Семья")

    await member.send_text("@zeta_demo_bot какой диван взять?")

    message = stage.bot.received[0].body["message"]
    assert message["chat"]["type"] == "group"
    assert message["chat"]["id"] < 0
    assert message["from"]["first_name"] == "Мария"


async def test_typing_is_shown_until_the_next_message(stage: Stage) -> None:
    await stage.call("sendChatAction", chat_id=stage.shopper.id, action="typing")
    assert stage.shopper.typing

    await stage.send("готово")

    assert not stage.shopper.typing


async def test_a_reply_to_the_bot_carries_its_message(stage: Stage) -> None:
    await stage.send("Какой цвет?")

    await stage.shopper.send_text("красный", reply_to=stage.shopper.last)

    replied = stage.bot.received[0].body["message"]["reply_to_message"]
    assert (replied["text"], replied["from"]["is_bot"]) == ("Какой цвет?", True)
