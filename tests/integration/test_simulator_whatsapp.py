"""The simulated Cloud API behaves as WhatsApp's: calls, signatures, statuses, the 24-hour window."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
import pytest_asyncio

from infra.local.simulator import Fault, FaultKind, Simulator, samples
from infra.local.simulator.whatsapp.numbers import Template, WhatsAppNumber
from infra.local.simulator.whatsapp.person import WhatsAppPerson
from infra.local.simulator.whatsapp.webhooks import sign
from tests.doubles.recording_bot import Answer, RecordingBot

DAY = 86_400


@dataclass(slots=True)
class Stage:
    sim: Simulator
    bot: RecordingBot
    number: WhatsAppNumber
    http: httpx.AsyncClient
    shopper: WhatsAppPerson

    async def send(self, **body: Any) -> httpx.Response:
        message = {"messaging_product": "whatsapp", "to": self.shopper.id, **body}
        return await self.http.post(f"/v25.0/{self.number.phone_number_id}/messages", json=message)

    async def text(self, text: str, **body: Any) -> httpx.Response:
        return await self.send(type="text", text={"body": text}, **body)

    def values(self) -> list[dict[str, Any]]:
        """The values of all changes that came, in order."""
        return [
            change["value"]
            for webhook in self.bot.received
            for entry in webhook.body["entry"]
            for change in entry["changes"]
        ]

    def statuses(self) -> list[dict[str, Any]]:
        return [status for value in self.values() for status in value.get("statuses", [])]


@pytest_asyncio.fixture
async def stage() -> AsyncIterator[Stage]:
    async with (
        RecordingBot.start() as bot,
        Simulator.start(speed=200) as sim,
        httpx.AsyncClient(base_url=sim.whatsapp_api_url) as http,
    ):
        number = sim.whatsapp.add_number(webhook_url=f"{bot.url}/hook")
        http.headers["Authorization"] = f"Bearer {number.access_token}"
        yield Stage(sim, bot, number, http, sim.whatsapp.user("Айгерим", phone="77011234567"))


def test_the_signature_matches_the_known_vector() -> None:
    raw = b'{"object":"whatsapp_business_account","entry":[]}'

    assert sign("app-secret", raw) == "sha256=d3e4f9da0ce6c71ab3dba55929b8eeeee2455349e534924ead19f98d143e904f"


async def test_a_message_is_signed_over_its_raw_bytes(stage: Stage) -> None:
    assert await stage.shopper.send_text("Красный диван / до 150 000") == 200

    webhook = stage.bot.received[0]
    digest = hmac.new(b"app-secret", webhook.raw, hashlib.sha256).hexdigest()
    assert webhook.headers["X-Hub-Signature-256"] == f"sha256={digest}"
    assert webhook.raw.isascii()
    value = stage.values()[0]
    assert value["metadata"]["phone_number_id"] == stage.number.phone_number_id
    identity = {"wa_id": "77011234567", "user_id": stage.shopper.user_id}
    assert value["contacts"] == [{"profile": {"name": "Айгерим"}, **identity}]
    assert value["messages"][0]["from"] == "77011234567"
    assert value["messages"][0]["from_user_id"] == stage.shopper.user_id
    assert value["messages"][0]["text"] == {"body": "Красный диван / до 150 000"}


async def test_a_person_with_a_username_has_no_phone_in_the_webhook(stage: Stage) -> None:
    hidden = stage.sim.whatsapp.user("Данияр", user_id="KZ.1349", hide_phone=True)

    await hidden.send_text("привет")
    answer = await stage.send(to=None, recipient="KZ.1349", type="text", text={"body": "здравствуйте"})

    value = stage.values()[0]
    assert value["contacts"] == [{"profile": {"name": "Данияр"}, "user_id": "KZ.1349"}]
    assert "from" not in value["messages"][0]
    assert answer.status_code == 200
    assert (await hidden.wait_for(1))[0].text == "здравствуйте"


async def test_every_kind_of_message_arrives_in_its_field(stage: Stage) -> None:
    await stage.shopper.send_photo(caption="такой?")
    await stage.shopper.send_voice()
    await stage.shopper.send_document()
    await stage.shopper.send_location(43.2, 76.9)
    await stage.shopper.send_contact()

    image, voice, document, location, contact = (value["messages"][0] for value in stage.values())
    assert image["image"]["caption"] == "такой?"
    assert (voice["audio"]["voice"], voice["audio"]["mime_type"]) == (True, "audio/ogg; codecs=opus")
    assert document["document"]["filename"] == "price-list.pdf"
    assert location["location"]["latitude"] == 43.2
    assert contact["contacts"][0]["phones"][0]["wa_id"] == "77011234567"


async def test_media_is_downloaded_in_two_steps_with_the_token(stage: Stage) -> None:
    await stage.shopper.send_photo()
    media_id = stage.values()[0]["messages"][0]["image"]["id"]

    info = (await stage.http.get(f"/v25.0/{media_id}")).json()
    content = await stage.http.get(info["url"])
    without_token = await stage.http.get(info["url"], headers={"Authorization": ""})
    stage.sim.clock.advance(301)
    expired = await stage.http.get(info["url"])

    assert content.content == samples.photo().data
    assert info["file_size"] == len(samples.photo().data)
    assert (without_token.status_code, expired.status_code) == (401, 404)


async def test_an_upload_can_be_sent_by_its_id(stage: Stage) -> None:
    await stage.shopper.send_text("прайс?")
    uploaded = await stage.http.post(
        f"/v25.0/{stage.number.phone_number_id}/media",
        data={"messaging_product": "whatsapp", "type": "application/pdf"},
        files={"file": ("прайс.pdf", samples.document().data, "application/pdf")},
    )
    document = {"id": uploaded.json()["id"], "caption": "Прайс", "filename": "прайс.pdf"}

    answer = await stage.send(type="document", document=document)
    unknown = await stage.send(type="document", document={"id": "1"})

    assert answer.status_code == 200
    assert (await stage.shopper.wait_for(1))[0].content["file"]["name"] == "прайс.pdf"
    assert unknown.json()["error"]["code"] == 131009


async def test_statuses_follow_a_send_and_carry_our_data(stage: Stage) -> None:
    await stage.shopper.send_text("привет")

    answer = await stage.text("Здравствуйте!", biz_opaque_callback_data="outbox-17")
    await stage.bot.wait_for(3)
    await stage.shopper.read()

    sent_id = answer.json()["messages"][0]["id"]
    assert [status["status"] for status in stage.statuses()] == ["sent", "delivered", "read"]
    assert {status["id"] for status in stage.statuses()} == {sent_id}
    assert {status["biz_opaque_callback_data"] for status in stage.statuses()} == {"outbox-17"}
    assert isinstance(stage.statuses()[0]["timestamp"], str)


async def test_the_window_closes_after_24_hours_and_a_template_still_passes(stage: Stage) -> None:
    await stage.shopper.send_text("привет")
    stage.sim.clock.advance(DAY - 10)
    inside = await stage.text("ещё здесь")
    stage.sim.clock.advance(20)

    outside = await stage.text("уже поздно")
    template = await stage.send(type="template", template={"name": "order_ready", "language": {"code": "ru"}})

    assert inside.status_code == 200
    assert (outside.status_code, outside.json()["error"]["code"]) == (400, 131047)
    assert template.json()["messages"][0]["message_status"] == "accepted"


async def test_the_window_error_can_also_come_later(stage: Stage) -> None:
    stage.number.late_window_error = True

    answer = await stage.text("уже поздно")
    await stage.bot.wait_for(1)

    assert answer.status_code == 200
    failed = stage.statuses()[0]
    assert (failed["status"], failed["errors"][0]["code"]) == ("failed", 131047)
    assert stage.shopper.received == []


async def test_a_template_must_exist_and_get_all_its_values(stage: Stage) -> None:
    template = Template("order_ready", {"ru": "Заказ {{1}} готов, {{2}}!"}, ["Где забрать?"])
    stage.number.templates = {template.name: template}

    def body(name: str, *values: str) -> dict[str, Any]:
        parameters = [{"type": "text", "text": value} for value in values]
        return {
            "name": name,
            "language": {"code": "ru"},
            "components": [{"type": "body", "parameters": parameters}],
        }

    missing = await stage.send(type="template", template=body("sale"))
    short = await stage.send(type="template", template=body("order_ready", "№ 7"))
    good = await stage.send(type="template", template=body("order_ready", "№ 7", "Айгерим"))

    assert missing.json()["error"]["code"] == 132001
    assert short.json()["error"]["code"] == 132000
    assert good.status_code == 200
    assert (await stage.shopper.wait_for(1))[0].text == "Заказ № 7 готов, Айгерим!"
    await stage.shopper.press("Где забрать?")
    button = next(value["messages"][0] for value in stage.values() if "messages" in value)
    assert button["button"]["text"] == "Где забрать?"


def buttons(count: int, title: str = "Да") -> dict[str, Any]:
    replies = [{"type": "reply", "reply": {"id": str(n), "title": f"{title}{n}"}} for n in range(count)]
    return {"type": "button", "body": {"text": "Берёте?"}, "action": {"buttons": replies}}


def listing(rows: int, title: str = "Диван") -> dict[str, Any]:
    found = [{"id": str(n), "title": f"{title}{n}", "description": "от 89 900"} for n in range(rows)]
    return {
        "type": "list",
        "body": {"text": "?"},
        "action": {"button": "Каталог", "sections": [{"title": "А", "rows": found}]},
    }


@pytest.mark.parametrize(
    ("interactive", "status"),
    [
        (buttons(3), 200),
        (buttons(4), 400),
        (buttons(1, "д" * 19), 200),
        (buttons(1, "д" * 20), 400),
        (listing(10), 200),
        (listing(11), 400),
        (listing(1, "д" * 24), 400),
        ({"type": "carousel", "body": {"text": "?"}, "action": {}}, 400),
    ],
)
async def test_interactive_limits(stage: Stage, interactive: dict[str, Any], status: int) -> None:
    await stage.shopper.send_text("привет")

    assert (await stage.send(type="interactive", interactive=interactive)).status_code == status


async def test_pressing_and_choosing_answer_with_the_id_and_the_context(stage: Stage) -> None:
    await stage.shopper.send_text("привет")
    sent = (await stage.send(type="interactive", interactive=buttons(2))).json()["messages"][0]["id"]
    await stage.shopper.wait_for(1)
    await stage.send(type="interactive", interactive=listing(2))
    await stage.shopper.wait_for(2)

    await stage.shopper.press("Да1")
    await stage.shopper.press("Диван0")

    pressed, chosen = [value["messages"][0] for value in stage.values() if "messages" in value][1:]
    assert pressed["interactive"] == {"type": "button_reply", "button_reply": {"id": "1", "title": "Да1"}}
    assert pressed["context"]["id"] == sent
    row = {"id": "0", "title": "Диван0", "description": "от 89 900"}
    assert chosen["interactive"] == {"type": "list_reply", "list_reply": row}


async def test_a_picture_that_cannot_be_fetched_fails_later(stage: Stage) -> None:
    await stage.shopper.send_text("покажите")
    stage.bot.files = {"a.jpg": (samples.photo().data, "image/jpeg")}

    bad = await stage.send(type="image", image={"link": "http://127.0.0.1:9/a.jpg"})
    await stage.bot.wait_for(2)
    good = await stage.send(type="image", image={"link": f"{stage.bot.url}/files/a.jpg"})

    assert (bad.status_code, good.status_code) == (200, 200)
    assert stage.statuses()[0]["errors"][0]["code"] == 131053
    assert (await stage.shopper.wait_for(1))[0].kind == "photo"


async def test_a_person_who_blocked_the_number_is_undeliverable(stage: Stage) -> None:
    await stage.shopper.send_text("привет")
    await stage.shopper.block()

    assert (await stage.text("эй")).status_code == 200
    await stage.bot.wait_for(2)

    assert stage.statuses()[0]["errors"][0]["code"] == 131026


async def test_read_with_typing(stage: Stage) -> None:
    await stage.shopper.send_text("привет")
    message_id = stage.values()[0]["messages"][0]["id"]
    mark = {"status": "read", "message_id": message_id, "typing_indicator": {"type": "text"}}

    answer = await stage.http.post(
        f"/v25.0/{stage.number.phone_number_id}/messages", json={"messaging_product": "whatsapp", **mark}
    )

    assert answer.json() == {"success": True}
    assert stage.shopper.typing
    assert stage.shopper.chat.messages[0].status == "read"


async def test_wrong_tokens_and_objects(stage: Stage) -> None:
    body = {"messaging_product": "whatsapp", "to": "7701", "type": "text", "text": {"body": "x"}}
    path = f"/v25.0/{stage.number.phone_number_id}/messages"

    wrong = await stage.http.post(path, json=body, headers={"Authorization": "Bearer nope"})
    unknown = await stage.http.post("/v25.0/999/messages", json=body)
    broken = await stage.http.post(path, content=b"{", headers={"Content-Type": "application/json"})

    assert (wrong.status_code, wrong.json()["error"]["code"]) == (401, 190)
    assert (unknown.status_code, unknown.json()["error"]["error_subcode"]) == (400, 33)
    assert broken.json()["error"]["type"] == "OAuthException"


async def test_subscribing_with_an_address_makes_the_handshake(stage: Stage) -> None:
    path = f"/v25.0/{stage.number.waba_id}/subscribed_apps"
    callback = f"{stage.bot.url}/other"

    refused = await stage.http.post(path, json={"override_callback_uri": callback, "verify_token": "wrong"})
    accepted = await stage.http.post(path, json={"override_callback_uri": callback, "verify_token": "verify-me"})

    assert refused.json()["error"]["code"] == 2200
    assert accepted.json() == {"success": True}
    assert stage.number.webhook_url == callback
    assert await stage.sim.whatsapp.verify_webhook() == (200, True)
    assert await stage.sim.whatsapp.verify_webhook(verify_token="guess") == (403, False)


async def test_several_changes_can_come_in_one_webhook(stage: Stage) -> None:
    async with stage.sim.whatsapp.batch():
        await stage.shopper.send_text("один")
        await stage.shopper.send_text("два")

    assert len(stage.bot.received) == 1
    assert [value["messages"][0]["text"]["body"] for value in stage.values()] == ["один", "два"]


async def test_an_edit_names_the_original(stage: Stage) -> None:
    await stage.shopper.send_text("красный")
    await stage.shopper.edit("синий")

    first, second = (value["messages"][0] for value in stage.values())
    assert second["type"] == "edit"
    assert second["edit"]["original_message_id"] == first["id"]
    assert second["edit"]["message"]["text"]["body"] == "синий"
    assert second["id"] != first["id"]


async def test_a_refused_webhook_comes_again(stage: Stage) -> None:
    stage.bot.answers = [Answer(500), Answer(502)]

    assert await stage.shopper.send_text("привет") == 500
    await stage.sim.delivery.settle()

    assert len({webhook.raw for webhook in stage.bot.received}) == 1
    assert len(stage.bot.received) == 3


async def test_rate_limit_and_late_failure_on_demand(stage: Stage) -> None:
    await stage.shopper.send_text("привет")
    stage.sim.faults.add(Fault(FaultKind.TOO_MANY_REQUESTS, platform="whatsapp", method="messages", count=1))
    stage.sim.faults.add(Fault(FaultKind.FAIL_LATER, platform="whatsapp", code=131049, count=1))

    limited = await stage.text("раз")
    later = await stage.text("два")
    await stage.bot.wait_for(2)

    assert (limited.status_code, limited.json()["error"]["code"]) == (429, 130429)
    assert later.status_code == 200
    assert stage.statuses()[0]["errors"][0]["code"] == 131049
