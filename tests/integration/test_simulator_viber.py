"""The simulated Viber API behaves as Viber's: statuses, callbacks, keyboards."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
import pytest_asyncio

from infra.local.simulator import Fault, FaultKind, Simulator, samples
from infra.local.simulator.viber.accounts import ViberAccount
from infra.local.simulator.viber.person import ViberPerson
from infra.local.simulator.viber.webhooks import sign
from tests.doubles.recording_bot import Answer, RecordingBot


@dataclass(slots=True)
class Stage:
    sim: Simulator
    bot: RecordingBot
    account: ViberAccount
    http: httpx.AsyncClient
    shopper: ViberPerson

    async def call(self, method: str, **body: Any) -> dict[str, Any]:
        answer = await self.http.post(f"/pa/{method}", json=body)
        assert answer.status_code == 200
        result: dict[str, Any] = answer.json()
        return result

    async def send(self, **body: Any) -> dict[str, Any]:
        sender = {"receiver": self.shopper.id, "sender": {"name": "Магазин"}}
        return await self.call("send_message", **{**sender, **body})

    def events(self, *kinds: str) -> list[dict[str, Any]]:
        return [webhook.body for webhook in self.bot.received if webhook.body["event"] in kinds]


@pytest_asyncio.fixture
async def stage() -> AsyncIterator[Stage]:
    async with (
        RecordingBot.start() as bot,
        Simulator.start(speed=1000) as sim,
        httpx.AsyncClient(base_url=sim.viber_api_url, headers={"X-Viber-Auth-Token": "viber-token"}) as http,
    ):
        account = sim.viber.add_account(webhook_url=f"{bot.url}/hook")
        yield Stage(sim, bot, account, http, sim.viber.user("Айгерим", subscribed=True))


def test_the_signature_matches_the_known_vector() -> None:
    raw = b'{"event":"webhook","timestamp":1700000000000,"message_token":1}'

    assert sign("viber-token", raw) == "23bc7030ab898b1ff5d04fd53f908faf933d6c6b7e4cc9356619610d93937da3"


async def test_setting_the_webhook_calls_it_at_once(stage: Stage) -> None:
    good = await stage.call("set_webhook", url=f"{stage.bot.url}/new", event_types=["delivered"])
    stage.bot.answers = [Answer(500)]
    bad = await stage.call("set_webhook", url=f"{stage.bot.url}/broken")

    assert (good["status"], good["event_types"]) == (0, ["delivered", "message"])
    assert bad["status"] == 1
    assert stage.account.webhook_url == f"{stage.bot.url}/new"
    first = stage.bot.received[0]
    assert (first.path, first.body["event"]) == ("/new", "webhook")
    digest = hmac.new(b"viber-token", first.raw, hashlib.sha256).hexdigest()
    assert first.headers["X-Viber-Content-Signature"] == digest


async def test_the_token_may_stand_in_header_or_body(stage: Stage) -> None:
    in_body = await stage.http.post(
        "/pa/get_account_info", json={"auth_token": "viber-token"}, headers={"X-Viber-Auth-Token": ""}
    )
    wrong = await stage.http.post("/pa/get_account_info", json={}, headers={"X-Viber-Auth-Token": "x"})

    assert in_body.json()["webhook"] == stage.account.webhook_url
    assert wrong.json()["status"] == 2


async def test_every_kind_of_message_arrives_in_its_shape(stage: Stage) -> None:
    await stage.shopper.send_text("привет")
    await stage.shopper.send_photo(caption="такой?")
    await stage.shopper.send_document()
    await stage.shopper.send_location(43.2, 76.9)
    await stage.shopper.send_contact("77011234567", "Айгерим")

    text, picture, document, location, contact = (event["message"] for event in stage.events("message"))
    assert text == {"type": "text", "text": "привет"}
    assert (picture["type"], picture["text"]) == ("picture", "такой?")
    assert document["file_name"] == "price-list.pdf"
    assert location["location"] == {"lat": 43.2, "lon": 76.9}
    assert contact["contact"] == {"name": "Айгерим", "phone_number": "77011234567"}
    assert stage.events("message")[0]["sender"]["id"] == stage.shopper.id


async def test_inbound_media_links_expire_after_an_hour(stage: Stage) -> None:
    await stage.shopper.send_photo()
    url = stage.events("message")[0]["message"]["media"]

    fresh = await stage.http.get(url)
    stage.sim.clock.advance(3700)
    stale = await stage.http.get(url)

    assert fresh.content == samples.photo().data
    assert stale.status_code == 404


async def test_the_answer_to_conversation_started_is_shown_as_a_welcome(stage: Stage) -> None:
    newcomer = stage.sim.viber.user("Данияр")
    welcome = {"sender": {"name": "Магазин"}, "type": "text", "text": "Добро пожаловать!"}
    stage.bot.answers = [Answer(200, json.dumps(welcome).encode())]

    await newcomer.start("instagram")

    assert (await newcomer.wait_for(1))[0].text == "Добро пожаловать!"
    started = stage.events("conversation_started")[0]
    assert (started["context"], started["subscribed"]) == ("instagram", False)
    assert (await stage.send(receiver=newcomer.id, type="text", text="ещё"))["status"] == 6


async def test_receipts_repeat_the_token_of_the_message(stage: Stage) -> None:
    token = (await stage.send(type="text", text="Здравствуйте!"))["message_token"]
    await stage.bot.wait_for(1)
    await stage.shopper.read()

    receipts = stage.events("delivered", "seen")
    assert [receipt["event"] for receipt in receipts] == ["delivered", "seen"]
    assert {receipt["message_token"] for receipt in receipts} == {token}
    assert {receipt["user_id"] for receipt in receipts} == {stage.shopper.id}


async def test_who_may_be_written_to(stage: Stage) -> None:
    await stage.shopper.block()
    blocked = await stage.send(type="text", text="эй")
    unknown = await stage.send(receiver="nobody==", type="text", text="эй")
    await stage.shopper.send_text("я вернулась")

    assert stage.events("unsubscribed")[0]["user_id"] == stage.shopper.id
    assert (blocked["status"], unknown["status"]) == (6, 5)
    assert (await stage.send(type="text", text="рады видеть"))["status"] == 0


def keyboard(**button: Any) -> dict[str, Any]:
    return {
        "Type": "keyboard",
        "Buttons": [{"Columns": 3, "Rows": 1, "ActionBody": "catalog", "Text": "Каталог", **button}],
    }


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"type": "text", "text": "я" * 7000}, 0),
        ({"type": "text", "text": "я" * 7001}, 3),
        ({"type": "text"}, 4),
        ({"type": "hologram"}, 3),
        ({"type": "text", "text": "x", "sender": {"name": "я" * 29}}, 3),
        ({"type": "text", "text": "x", "sender": {}}, 4),
        ({"type": "text", "text": "x", "tracking_data": "x" * 4001}, 3),
        ({"type": "picture", "media": "not a link"}, 3),
        ({"type": "file", "media": "https://a.kz/a.pdf", "file_name": "a.pdf"}, 4),
        ({"type": "text", "text": "x", "keyboard": keyboard()}, 0),
        ({"type": "text", "text": "x", "keyboard": keyboard(Columns=7)}, 3),
        ({"type": "text", "text": "x", "keyboard": keyboard(ActionBody="")}, 3),
        ({"type": "text", "text": "x", "keyboard": keyboard(ActionType="share-phone")}, 14),
        (
            {
                "type": "text",
                "text": "x",
                "min_api_version": 3,
                "keyboard": keyboard(ActionType="share-phone"),
            },
            0,
        ),
    ],
)
async def test_what_is_accepted(stage: Stage, body: dict[str, Any], status: int) -> None:
    assert (await stage.send(**body))["status"] == status


async def test_a_request_over_30_kb_is_refused(stage: Stage) -> None:
    buttons = keyboard()["Buttons"] * 600

    answer = await stage.send(type="text", text="x", keyboard={"Type": "keyboard", "Buttons": buttons})

    assert (answer["status"], answer["status_message"]) == (3, "request is larger than 30 KB")


async def test_pressing_a_button_sends_its_action_body(stage: Stage) -> None:
    await stage.send(
        type="text", text="Что дальше?", tracking_data="turn-5", keyboard=keyboard(Text="<b>Каталог</b>")
    )

    await stage.shopper.press("Каталог")

    message = stage.events("message")[0]["message"]
    assert message == {"type": "text", "text": "catalog", "tracking_data": "turn-5"}


async def test_a_carousel_shows_its_buttons(stage: Stage) -> None:
    card = [{"Columns": 6, "Rows": 6, "ActionBody": "buy:1", "Text": "Купить"}]
    carousel = {"Type": "rich_media", "ButtonsGroupColumns": 6, "ButtonsGroupRows": 6, "Buttons": card}

    old = await stage.send(type="rich_media", rich_media=carousel)
    new = await stage.send(type="rich_media", min_api_version=7, rich_media=carousel)

    assert (old["status"], new["status"]) == (14, 0)
    await stage.shopper.press("Купить")
    assert stage.events("message")[0]["message"]["text"] == "buy:1"


async def test_a_hundred_messages_without_an_answer_are_the_limit(stage: Stage) -> None:
    answers = [(await stage.send(type="text", text=str(number)))["status"] for number in range(101)]
    await stage.shopper.send_text("я тут")

    assert answers == [0] * 100 + [12]
    assert (await stage.send(type="text", text="снова"))["status"] == 0


async def plainly(stage: Stage, method: str, **body: Any) -> dict[str, Any]:
    """A call as Viber's own SDK makes it: the token in the body, and no content type."""
    raw = json.dumps({"auth_token": "viber-token", **body}).encode()
    headers = {"X-Viber-Auth-Token": "", "User-Agent": "ViberBot-Python"}
    request = stage.http.build_request("POST", f"/pa/{method}", content=raw, headers=headers)
    assert "Content-Type" not in request.headers
    result: dict[str, Any] = (await stage.http.send(request)).json()
    return result


async def test_every_call_is_taken_without_a_content_type(stage: Stage) -> None:
    stage.account.members = [stage.shopper.id]
    message = {"type": "text", "text": "привет", "sender": {"name": "Магазин", "avatar": None}}
    calls: dict[str, dict[str, Any]] = {
        "set_webhook": {"url": f"{stage.bot.url}/new", "is_inline": False},
        "send_message": {"receiver": stage.shopper.id, **message},
        "broadcast_message": {"broadcast_list": [stage.shopper.id], **message},
        "post": {"from": stage.shopper.id, **message},
        "get_account_info": {},
        "get_user_details": {"id": stage.shopper.id},
        "get_online": {"ids": [stage.shopper.id]},
    }

    answers = {method: await plainly(stage, method, **body) for method, body in calls.items()}

    assert {method: answer["status"] for method, answer in answers.items()} == dict.fromkeys(calls, 0)
    assert [message.text for message in stage.shopper.received] == ["привет", "привет"]
    assert [post.text for post in stage.account.posts] == ["привет"]
    assert answers["get_account_info"]["members"][0]["id"] == stage.shopper.id


async def test_a_keyboard_can_be_sent_on_its_own(stage: Stage) -> None:
    keyboard = {"Type": "keyboard", "Buttons": [{"ActionType": "reply", "ActionBody": "да", "Text": "Да"}]}

    assert (await stage.send(keyboard=keyboard))["status"] == 0

    assert await stage.shopper.press("Да") == 200
    assert stage.events("message")[0]["message"]["text"] == "да"


async def test_who_is_online_is_told(stage: Stage) -> None:
    before = await stage.call("get_online", ids=[stage.shopper.id, "nobody=="])
    await stage.shopper.send_text("я тут")
    after = await stage.call("get_online", ids=[stage.shopper.id])

    assert [user["online_status"] for user in before["users"]] == [1, 4]
    assert [user["online_status"] for user in after["users"]] == [0]
    assert (await stage.call("get_online"))["status"] == 4


async def test_only_an_administrator_of_the_channel_posts_in_it(stage: Stage) -> None:
    post = {"type": "text", "text": "Скидки", "sender": {"name": "Магазин"}}

    assert (await stage.call("post", **post))["status"] == 4
    assert (await stage.call("post", **post, **{"from": stage.shopper.id}))["status"] == 3
    assert not stage.account.posts


async def test_a_broadcast_tells_who_could_not_get_it(stage: Stage) -> None:
    other = stage.sim.viber.user("Данияр", subscribed=True)
    receivers = [stage.shopper.id, other.id, "nobody=="]

    answer = await stage.call(
        "broadcast_message", sender={"name": "Магазин"}, type="text", text="Скидки", broadcast_list=receivers
    )

    assert [failed["receiver"] for failed in answer["failed_list"]] == ["nobody=="]
    assert [message.text for message in other.received] == ["Скидки"]


async def test_a_client_side_failure_comes_as_failed(stage: Stage) -> None:
    stage.sim.faults.add(
        Fault(FaultKind.FAIL_LATER, platform="viber", count=1, description="keyboard is not valid")
    )

    assert (await stage.send(type="text", text="x"))["status"] == 0
    await stage.bot.wait_for(1)

    assert stage.events("failed")[0]["desc"] == "keyboard is not valid"


async def test_a_refused_callback_comes_again_until_200(stage: Stage) -> None:
    stage.bot.answers = [Answer(500), Answer(204)]

    await stage.shopper.send_text("привет")
    await stage.sim.delivery.settle()

    assert len(stage.bot.received) == 3
