"""The control routes: what the page and tests in other processes can do."""

from __future__ import annotations

import base64
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio

from infra.local.demo.products import demo_products
from infra.local.simulator import Simulator, samples
from infra.local.simulator.demo_state import BrokenStateError
from shared.kernel.ids import new_id
from tests.doubles.recording_bot import RecordingBot


@dataclass(slots=True)
class Stage:
    sim: Simulator
    bot: RecordingBot
    http: httpx.AsyncClient

    async def act(self, platform: str, action: str, **parameters: Any) -> httpx.Response:
        body = {"platform": platform, "user": "Айгерим Сатпаева", "action": action, **parameters}
        return await self.http.post("/control/act", json=body)


def state(url: str) -> dict[str, Any]:
    whatsapp = {
        "access_token": "t",
        "phone_number_id": "55",
        "app_secret": "s",
        "verify_token": "v",
        "waba_id": "66",
    }
    bots = [
        ("telegram", {"token": "7:abc", "secret_token": "s3"}),
        ("whatsapp", whatsapp),
        ("viber", {"auth_token": "vt"}),
    ]
    return {
        "bots": [
            {
                "platform": platform,
                "bot_id": f"{platform}-1",
                "webhook_url": f"{url}/{platform}",
                "name": "Мебель",
                "credentials": credentials,
            }
            for platform, credentials in bots
        ]
    }


@pytest_asyncio.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with RecordingBot.start() as bot:
        path = tmp_path / "demo.json"
        path.write_text(json.dumps(state(bot.url)), encoding="utf-8")
        async with Simulator.start(state=path, speed=200) as sim, httpx.AsyncClient(base_url=sim.url) as http:
            yield Stage(sim, bot, http)


async def test_a_state_file_makes_the_windows_ready(stage: Stage) -> None:
    shown = (await stage.http.get("/control/state")).json()

    assert [(bot["platform"], bot["bot_id"]) for bot in shown["bots"]] == [
        ("telegram", "telegram-1"),
        ("whatsapp", "whatsapp-1"),
        ("viber", "viber-1"),
    ]
    assert shown["people"] == ["Айгерим Сатпаева", "Данияр Ким", "Мария Иванова"]
    assert "abc" not in json.dumps(shown)


async def test_a_broken_state_file_says_where(tmp_path: Path) -> None:
    path = tmp_path / "demo.json"
    path.write_text('{"bots": [{"platform": "pigeon"}]}', encoding="utf-8")

    with pytest.raises(BrokenStateError, match=r"bots\[0\].*pigeon"):
        async with Simulator.start(state=path):
            pass


@pytest.mark.parametrize("platform", ["telegram", "whatsapp", "viber"])
async def test_a_person_acts_on_every_platform(stage: Stage, platform: str) -> None:
    actions = (
        "send_text",
        "send_photo",
        "send_album",
        "send_voice",
        "send_document",
        "send_location",
        "send_contact",
    )
    for action in actions:
        answer = await stage.act(platform, action, text="привет")
        assert (action, answer.json()["status"]) == (action, 200)

    assert {webhook.path for webhook in stage.bot.received} == {f"/{platform}"}
    assert len(stage.bot.received) == len(actions) + 1


async def test_a_group_is_reached_by_its_name_with_topics_and_stand_ins(stage: Stage) -> None:
    in_group = {"group": "Дом", "text": "привет"}
    await stage.act("telegram", "send_text", **in_group, topic="Заказы")
    await stage.act("telegram", "send_text", **in_group, **{"as": "anonymous_admin"})
    await stage.act("telegram", "upgrade_group", group="Дом")
    await stage.act("telegram", "open_link", url="https://t.me/zeta_demo_bot?start=hello")

    topic, admin, old, new, start = (webhook.body["message"] for webhook in stage.bot.received)
    assert topic["is_topic_message"] is True
    assert admin["sender_chat"]["id"] == admin["chat"]["id"]
    assert old["migrate_to_chat_id"] == new["chat"]["id"]
    assert (start["text"], start["chat"]["type"]) == ("/start hello", "private")


async def test_a_whatsapp_persons_identity_and_shopping_are_set_from_outside(stage: Stage) -> None:
    await stage.act("whatsapp", "send_order", items=[["SOFA-013", 1, 189990]])
    await stage.act("whatsapp", "becomes_known_by", known_by="user_id", username="aigerim")
    await stage.act("whatsapp", "submit_flow", answers={"city": "Алматы"}, message_id="wamid.1")
    await stage.act("whatsapp", "hears_owner", text="здравствуйте")
    await stage.act("whatsapp", "becomes_known_by", known_by="both")
    await stage.act("whatsapp", "change_number", phone="77059998877")

    changes = [webhook.body["entry"][0]["changes"][0] for webhook in stage.bot.received]
    order, flow, echo, moved = changes
    assert order["value"]["messages"][0]["order"]["product_items"][0]["product_retailer_id"] == "SOFA-013"
    assert "from" not in flow["value"]["messages"][0]
    assert echo["field"] == "smb_message_echoes"
    assert moved["value"]["messages"][0]["system"]["wa_id"] == "77059998877"


async def test_a_file_of_ones_own_can_be_sent(stage: Stage) -> None:
    form = {"platform": "telegram", "user": "Айгерим Сатпаева", "action": "send_document"}

    await stage.http.post("/control/act", data=form, files={"file": ("план.txt", b"3 x 4", "text/plain")})

    assert stage.bot.received[0].body["message"]["document"]["file_name"] == "план.txt"


async def test_messages_can_be_waited_for_listed_and_cleared(stage: Stage) -> None:
    who = {"platform": "telegram", "user": "Айгерим Сатпаева"}
    await stage.act("telegram", "send_text", text="/start")
    chat = stage.bot.received[0].body["message"]["chat"]["id"]
    send = {
        "chat_id": chat,
        "text": "Выберите",
        "reply_markup": {"inline_keyboard": [[{"text": "Да", "callback_data": "y"}]]},
    }

    early = await stage.http.get("/control/messages", params={**who, "wait": "1", "timeout": "0.05"})
    await stage.http.post("/telegram/bot7:abc/sendMessage", json=send)
    listed = (await stage.http.get("/control/messages", params={**who, "wait": "1"})).json()["messages"]
    pressed = await stage.act("telegram", "press", title_or_id="Да")
    await stage.http.request("DELETE", "/control/messages", params=who)

    assert early.status_code == 408
    assert listed[0]["text"] == "Выберите"
    assert listed[0]["buttons"] == [{"title": "Да", "action": "callback", "payload": "y", "description": ""}]
    assert listed[0]["wire"]["reply_markup"] == send["reply_markup"]
    assert pressed.json()["status"] == 200
    assert (await stage.http.get("/control/messages", params=who)).json()["messages"] == []


async def test_any_webhook_can_be_injected_also_forged_and_broken(stage: Stage) -> None:
    raw = base64.b64encode(b'{"entry":[\xff').decode()

    await stage.http.post("/control/inject", json={"platform": "whatsapp", "raw": raw, "signature": "sha256=00"})
    await stage.http.post("/control/inject", json={"platform": "telegram", "body": {"update_id": 1}, "secret": "x"})

    broken, forged = stage.bot.received
    assert (broken.raw, broken.headers["X-Hub-Signature-256"]) == (b'{"entry":[\xff', "sha256=00")
    assert forged.headers["X-Telegram-Bot-Api-Secret-Token"] == "x"


async def test_fault_rules_come_and_go(stage: Stage) -> None:
    rule = {"kind": "server_error", "platform": "telegram", "count": 5}

    added = (await stage.http.post("/control/faults", json=rule)).json()
    broken = await stage.http.post("/telegram/bot7:abc/getMe")
    await stage.http.delete(f"/control/faults/{added['number']}")
    well = await stage.http.post("/telegram/bot7:abc/getMe")
    wrong = await stage.http.post("/control/faults", json={"kind": "earthquake"})

    assert (broken.status_code, well.status_code, wrong.status_code) == (500, 200, 400)


async def test_webhooks_can_be_held_and_released_with_copies(stage: Stage) -> None:
    await stage.http.post("/control/webhooks", json={"do": "hold"})
    held = await stage.act("viber", "send_text", text="раз")
    released = await stage.http.post("/control/webhooks", json={"do": "release", "copies": 3})
    await stage.bot.wait_for(3)

    assert held.json()["status"] == 0
    assert released.json()["released"] == 1
    assert len({webhook.raw for webhook in stage.bot.received}) == 1


async def test_the_clock_can_be_moved(stage: Stage) -> None:
    before = stage.sim.clock.now()

    after = (await stage.http.post("/control/clock", json={"advance": 90_000})).json()["now"]

    assert after - before >= 90_000


@pytest.mark.parametrize(
    "body",
    [
        {"platform": "telegram", "user": "А", "action": "fly"},
        {"platform": "pigeon", "user": "А", "action": "send_text", "text": "x"},
        {"platform": "telegram", "action": "send_text", "text": "x"},
        {"platform": "telegram", "user": "А", "action": "send_text"},
        {"platform": "telegram", "user": "А", "action": "press", "title_or_id": "нет такой"},
        {"platform": "telegram", "bot_id": "none", "user": "А", "action": "start"},
        {"platform": "telegram", "user": "А", "group": "Д", "as": "ghost", "action": "send_text", "text": "x"},
        {"platform": "viber", "user": "А", "action": "send_order", "items": "x"},
        {"platform": "whatsapp", "user": "А", "action": "becomes_known_by", "known_by": "face"},
    ],
)
async def test_requests_without_sense_are_explained(stage: Stage, body: dict[str, str]) -> None:
    answer = await stage.http.post("/control/act", json=body)

    assert answer.status_code == 400
    assert answer.json()["error"]


async def test_live_events_tell_which_chat_changed(stage: Stage) -> None:
    async with stage.http.stream("GET", "/control/events") as events:
        lines = events.aiter_lines()
        assert await anext(lines) == ": connected"
        await stage.act("telegram", "send_text", text="привет")
        seen = [json.loads(line[6:]) async for line in _first(lines, "data: ")]

    assert seen[0]["kind"] == "chat"
    assert seen[0]["chat"].startswith("telegram/telegram-1/")


async def _first(lines: AsyncIterator[str], prefix: str) -> AsyncIterator[str]:
    async for line in lines:
        if line.startswith(prefix):
            yield line
            return


async def test_the_page_loads_nothing_from_elsewhere(stage: Stage) -> None:
    page = await stage.http.get("/")
    script = await stage.http.get("/page/main.js")

    assert "default-src 'self'" in page.headers["Content-Security-Policy"]
    assert "http://" not in page.text
    assert "https://" not in page.text
    assert "javascript" in script.headers["Content-Type"]


async def test_a_document_never_runs_as_a_page_of_the_simulator(stage: Stage) -> None:
    form = {"platform": "telegram", "user": "Айгерим Сатпаева", "action": "send_document"}
    await stage.http.post("/control/act", data=form, files={"file": ("x.html", b"<script>1</script>", "text/html")})
    file_id = stage.bot.received[0].body["message"]["document"]["file_id"]

    media = await stage.http.get(f"/control/media/{file_id}")

    assert media.headers["Content-Type"] == "application/octet-stream"
    assert "sandbox" in media.headers["Content-Security-Policy"]


async def test_every_picture_of_the_demo_shop_is_served(stage: Stage) -> None:
    products = demo_products({"almaty": new_id(), "astana": new_id()}, image_base=f"{stage.sim.url}/media/demo")
    pictures = {image for product in products for image in product.images}

    answers = [await stage.http.get(picture) for picture in sorted(pictures)]

    assert len(pictures) > 100
    assert {(answer.status_code, answer.headers["content-type"]) for answer in answers} == {(200, "image/png")}


async def test_a_sample_photo_is_sent_by_its_name(stage: Stage) -> None:
    await stage.act("telegram", "send_photo", sample="price-tag")

    (chat,) = (chat for chat in stage.sim.world.chats() if chat.messages)
    stored = stage.sim.environment.media.get(chat.messages[-1].file_id)
    assert stored is not None
    assert stored.data == samples.photo("price-tag").data
