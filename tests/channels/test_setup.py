"""Connecting real bots: what is asked of the platforms, and what their answers mean."""

from __future__ import annotations

import pytest
from pydantic import SecretStr

from shared.channels.contract import Uncertain
from shared.channels.telegram import setup as telegram
from shared.channels.viber import setup as viber
from shared.channels.whatsapp import setup as whatsapp
from shared.kernel.errors import Misconfigured
from shared.runtime.http import HttpTransport
from tests.doubles.scripted_api import Answer, ScriptedApi

HOOK = "https://zeta.example/api/webhook/telegram/1"
WA_CREDENTIALS = {
    "access_token": SecretStr("EAAx"),
    "phone_number_id": SecretStr("1065"),
    "waba_id": SecretStr("1022"),
}
ME = Answer({"ok": True, "result": {"id": 7, "is_bot": True, "first_name": "Жиһаз", "username": "zhihaz_bot"}})
DONE = Answer({"ok": True, "result": True})


def webhook_info(url: str) -> Answer:
    return Answer(
        {"ok": True, "result": {"url": url, "pending_update_count": 3, "last_error_message": "timed out"}}
    )


async def connect_telegram(api: ScriptedApi, http: HttpTransport) -> telegram.TelegramConnection:
    return await telegram.connect(
        http, api_url=api.url, token=SecretStr("1:A"), secret_token=SecretStr("s"), webhook_url=HOOK
    )


async def test_telegram_gets_the_secret_and_the_updates_that_zeta_reads(
    api: ScriptedApi, http: HttpTransport
) -> None:
    api.script(ME, DONE, webhook_info(HOOK))
    connection = await connect_telegram(api, http)
    assert connection == telegram.TelegramConnection(
        bot_id="7",
        username="zhihaz_bot",
        name="Жиһаз",
        webhook_url=HOOK,
        pending_updates=3,
        last_error="timed out",
    )
    assert [asked.path for asked in api.asked] == ["/bot1:A/getMe", "/bot1:A/setWebhook", "/bot1:A/getWebhookInfo"]
    assert api.asked[1].body == {
        "url": HOOK,
        "secret_token": "s",
        "allowed_updates": ["message", "edited_message", "callback_query", "my_chat_member"],
        "max_connections": 40,
    }


async def test_telegram_with_a_wrong_token_is_misconfigured(api: ScriptedApi, http: HttpTransport) -> None:
    api.script(Answer({"ok": False, "error_code": 401, "description": "Unauthorized"}, status=401))
    with pytest.raises(Misconfigured):
        await connect_telegram(api, http)


async def test_a_webhook_that_another_instance_took_over_is_noticed(api: ScriptedApi, http: HttpTransport) -> None:
    api.script(ME, DONE, webhook_info("https://other.example/"))
    with pytest.raises(Misconfigured, match="second instance"):
        await connect_telegram(api, http)


async def test_telegram_without_an_answer_is_to_be_tried_again(api: ScriptedApi, http: HttpTransport) -> None:
    api.script(ME, Answer(status=502))
    with pytest.raises(Uncertain):
        await connect_telegram(api, http)


async def test_viber_gets_the_webhook_with_its_event_types(api: ScriptedApi, http: HttpTransport) -> None:
    account = {"status": 0, "name": "Жиһаз", "uri": "zhihaz", "subscribers_count": 12}
    api.script(Answer(account), Answer({"status": 0, "event_types": []}))
    connection = await viber.connect(http, api_url=api.url, auth_token=SecretStr("t"), webhook_url=HOOK)
    assert connection == viber.ViberConnection(name="Жиһаз", uri="zhihaz", subscribers=12, webhook_url=HOOK)
    assert [asked.path for asked in api.asked] == ["/pa/get_account_info", "/pa/set_webhook"]
    assert api.asked[1].body["url"] == HOOK
    assert set(api.asked[1].body["event_types"]) == set(viber.EVENT_TYPES)


async def test_viber_that_cannot_reach_the_webhook_is_misconfigured(api: ScriptedApi, http: HttpTransport) -> None:
    api.script(Answer({"status": 0}), Answer({"status": 1, "status_message": "invalidUrl"}))
    with pytest.raises(Misconfigured):
        await viber.connect(http, api_url=api.url, auth_token=SecretStr("t"), webhook_url=HOOK)


async def test_whatsapp_is_asked_for_the_number_and_subscribed(api: ScriptedApi, http: HttpTransport) -> None:
    number = {
        "id": "1065",
        "display_phone_number": "+7 727 000 00 00",
        "verified_name": "Жиһаз",
        "quality_rating": "GREEN",
    }
    api.script(Answer(number), Answer({"success": True}), Answer({"data": [{"whatsapp_business_api_data": {}}]}))
    connection = await whatsapp.check(http, api_url=api.url, api_version="v25.0", credentials=WA_CREDENTIALS)
    assert connection == whatsapp.WhatsAppConnection("+7 727 000 00 00", "Жиһаз", "GREEN", subscribed=True)
    assert [(asked.method, asked.path.partition("?")[0]) for asked in api.asked] == [
        ("GET", "/v25.0/1065"),
        ("POST", "/v25.0/1022/subscribed_apps"),
        ("GET", "/v25.0/1022/subscribed_apps"),
    ]
    assert all(asked.headers["authorization"] == "Bearer EAAx" for asked in api.asked)


async def test_whatsapp_with_an_expired_token_is_misconfigured(api: ScriptedApi, http: HttpTransport) -> None:
    api.script(Answer({"error": {"code": 190}}, status=401))
    with pytest.raises(Misconfigured):
        await whatsapp.check(http, api_url=api.url, api_version="v25.0", credentials=WA_CREDENTIALS)


def test_the_steps_at_meta_name_the_webhook() -> None:
    assert any(HOOK in step for step in whatsapp.steps(HOOK))
