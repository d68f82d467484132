"""What became of a call: the platforms' answers over real HTTP, as Sent, NotSent, Refused or Uncertain."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from pydantic import SecretStr

from shared.channels.contract import Call, Channel, NotSent, Platform, Refusal, Refused, SendError, Sent, Uncertain
from shared.channels.registry import build_channels
from shared.channels.settings import ChannelSettings
from shared.runtime.http import HttpTransport
from tests.channels.recorded import BOT
from tests.doubles.scripted_api import Answer, ScriptedApi

TG, WA, VB = Platform.TELEGRAM, Platform.WHATSAPP, Platform.VIBER
EVERYWHERE = pytest.mark.parametrize("platform", list(Platform))
SECRETS = {
    "token": "123456:AAtelegram-Secret_token",
    "access_token": "EAAwhatsappSecret",
    "phone_number_id": "106540352242922",
    "auth_token": "445da6az1s345z78-vibersecret",
}
CREDENTIALS = {name: SecretStr(value) for name, value in SECRETS.items()}
CALLS = {
    TG: Call(method="sendMessage", payload={"chat_id": "5", "text": "секрет"}),
    WA: Call(method="messages", payload={"to": "77011234567", "type": "text", "text": {"body": "секрет"}}),
    VB: Call(method="send_message", payload={"receiver": "A=", "type": "text", "text": "секрет"}),
}
ACCEPTED: dict[Platform, Any] = {
    TG: {"ok": True, "result": {"message_id": 77}},
    WA: {"messaging_product": "whatsapp", "contacts": [], "messages": [{"id": "wamid.1"}]},
    VB: {"status": 0, "status_message": "ok", "message_token": 5741311803571721087},
}


def channel(platform: Platform, url: str) -> Channel:
    settings = ChannelSettings(telegram_api_url=url, whatsapp_api_url=url, viber_api_url=url)
    return build_channels(settings).channel_of(platform)


async def send(platform: Platform, api_url: str, http: HttpTransport, call: Call | None = None) -> Sent:
    return await channel(platform, api_url).send(
        call or CALLS[platform], reference="outbox-7", credentials=CREDENTIALS, http=http, bot=BOT
    )


async def outcome(platform: Platform, api: ScriptedApi, http: HttpTransport, answer: Answer) -> SendError:
    api.script(answer)
    with pytest.raises(SendError) as caught:
        await send(platform, api.url, http)
    assert len(api.asked) == 1, "a send is made once"
    return caught.value


@pytest.mark.parametrize(
    ("platform", "path", "ids"),
    [
        (TG, f"/bot{SECRETS['token']}/sendMessage", ("77",)),
        (WA, "/v25.0/106540352242922/messages", ("wamid.1",)),
        (VB, "/pa/send_message", ("5741311803571721087",)),
    ],
)
async def test_an_accepted_call_gives_the_platforms_id(
    platform: Platform, path: str, ids: tuple[str, ...], api: ScriptedApi, http: HttpTransport
) -> None:
    api.script(Answer(ACCEPTED[platform]))
    assert (await send(platform, api.url, http)).platform_message_ids == ids
    (asked,) = api.asked
    assert (asked.method, asked.path) == ("POST", path)
    assert CALLS[platform].payload.items() <= asked.body.items()


async def test_each_platform_gets_what_it_needs_besides_the_payload(api: ScriptedApi, http: HttpTransport) -> None:
    seen = {}
    for platform in Platform:
        api.script(Answer(ACCEPTED[platform]))
        await send(platform, api.url, http)
        seen[platform] = api.asked[0]
    assert seen[WA].body["biz_opaque_callback_data"] == "outbox-7"
    assert seen[WA].headers["authorization"] == f"Bearer {SECRETS['access_token']}"
    assert seen[VB].body["sender"] == {"name": "Жиһаз"}
    assert seen[VB].headers["x-viber-auth-token"] == SECRETS["auth_token"]


async def test_an_album_gives_the_ids_of_all_its_pictures(api: ScriptedApi, http: HttpTransport) -> None:
    api.script(Answer({"ok": True, "result": [{"message_id": 1}, {"message_id": 2}]}))
    assert await send(TG, api.url, http) == Sent(platform_message_ids=("1", "2"))


async def test_read_receipts_carry_no_reference(api: ScriptedApi, http: HttpTransport) -> None:
    api.script(Answer({"success": True}))
    call = Call(method="messages", payload={"status": "read", "message_id": "wamid.1"})
    assert await send(WA, api.url, http, call) == Sent()
    assert "biz_opaque_callback_data" not in api.asked[0].body


# ---- the same on every platform -------------------------------------------------------------------------


@EVERYWHERE
async def test_no_connection_means_not_sent(platform: Platform, http: HttpTransport) -> None:
    with pytest.raises(NotSent):
        await send(platform, "http://127.0.0.1:1", http)


@EVERYWHERE
@pytest.mark.parametrize(
    "answer",
    [
        Answer(drop=True),
        Answer(status=500),
        Answer(b"<html>Bad Gateway</html>", status=502),
        Answer(b"<html>OK?</html>", status=200),
        Answer([], status=200),
        Answer(b"[" * 5000, status=200),
    ],
)
async def test_no_word_of_the_platform_means_uncertain(
    platform: Platform, answer: Answer, api: ScriptedApi, http: HttpTransport
) -> None:
    assert isinstance(await outcome(platform, api, http, answer), Uncertain)


@EVERYWHERE
async def test_a_time_out_after_sending_means_uncertain(platform: Platform, api: ScriptedApi) -> None:
    http = HttpTransport(timeout=1.2)
    try:
        assert isinstance(await outcome(platform, api, http, Answer(ACCEPTED[platform], delay=30)), Uncertain)
    finally:
        await http.aclose()


@EVERYWHERE
@pytest.mark.parametrize("status", [429, 503])
async def test_a_clear_come_later_means_not_sent_and_names_the_time(
    platform: Platform, status: int, api: ScriptedApi, http: HttpTransport
) -> None:
    error = await outcome(platform, api, http, Answer(b"busy", status=status, headers={"Retry-After": "17"}))
    assert isinstance(error, NotSent)
    assert error.after == 17.0


@EVERYWHERE
async def test_a_breaker_that_is_open_means_not_sent(platform: Platform, http: HttpTransport) -> None:
    for _ in range(10):
        with pytest.raises(NotSent):
            await send(platform, "http://127.0.0.1:1", http)
    with pytest.raises(NotSent, match="keeps failing") as caught:
        await send(platform, "http://127.0.0.1:1", http)
    assert caught.value.after


@EVERYWHERE
@pytest.mark.parametrize("broken", ["", "to ken", "to\nken", "тоқен", "../../x?"])
async def test_a_malformed_credential_is_misconfigured_and_sends_nothing(
    platform: Platform, broken: str, api: ScriptedApi, http: HttpTransport
) -> None:
    names = {TG: "token", WA: "phone_number_id", VB: "auth_token"}
    if platform is VB and broken.isascii() and broken.isprintable() and " " not in broken and broken:
        broken = "\x7f"
    with pytest.raises(Refused) as caught:
        await channel(platform, api.url).send(
            CALLS[platform],
            reference="r",
            credentials={**CREDENTIALS, names[platform]: SecretStr(broken)},
            http=http,
            bot=BOT,
        )
    assert caught.value.refusal is Refusal.MISCONFIGURED
    assert not api.asked


@EVERYWHERE
@pytest.mark.parametrize(
    "answer",
    [Answer(drop=True), Answer(status=500), Answer({"ok": False}, status=400), Answer({"status": 3}, status=403)],
)
async def test_neither_secrets_nor_words_get_into_errors_and_logs(
    platform: Platform, answer: Answer, api: ScriptedApi, http: HttpTransport, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    error: BaseException | None = await outcome(platform, api, http, answer)
    said = caplog.text
    while error is not None:
        said += repr(error) + str(error)
        error = error.__cause__ or error.__context__
    api.script(Answer(ACCEPTED[platform]))
    await send(platform, api.url, http)
    for secret in (*SECRETS.values(), "секрет"):
        if secret != SECRETS["phone_number_id"]:
            assert secret not in said + caplog.text


# ---- the tables -----------------------------------------------------------------------------------------


def telegram(status: int, description: str, **parameters: int) -> Answer:
    body = {"ok": False, "error_code": status, "description": description, "parameters": parameters}
    return Answer(body, status=status)


@pytest.mark.parametrize(
    ("answer", "refusal"),
    [
        (telegram(403, "Forbidden: bot was blocked by the user"), Refusal.UNREACHABLE),
        (telegram(403, "Forbidden: user is deactivated"), Refusal.UNREACHABLE),
        (telegram(403, "Forbidden: bot was kicked from the supergroup chat"), Refusal.UNREACHABLE),
        (telegram(400, "Bad Request: chat not found"), Refusal.UNREACHABLE),
        (telegram(400, "Bad Request: message text is empty"), Refusal.REJECTED),
        (telegram(400, "Bad Request: can't parse entities: unsupported start tag"), Refusal.REJECTED),
        (telegram(400, "Bad Request: failed to get HTTP URL content"), Refusal.REJECTED),
        (telegram(413, "Request Entity Too Large"), Refusal.REJECTED),
        (telegram(401, "Unauthorized"), Refusal.MISCONFIGURED),
        (telegram(404, "Not Found: method not found"), Refusal.MISCONFIGURED),
        (telegram(409, "Conflict: terminated by other setWebhook"), Refusal.MISCONFIGURED),
    ],
)
async def test_telegrams_refusals(answer: Answer, refusal: Refusal, api: ScriptedApi, http: HttpTransport) -> None:
    error = await outcome(TG, api, http, answer)
    assert isinstance(error, Refused)
    assert error.refusal is refusal


async def test_telegram_names_the_wait_in_the_body(api: ScriptedApi, http: HttpTransport) -> None:
    answer = telegram(429, "Too Many Requests: retry after 31", retry_after=31)
    error = await outcome(TG, api, http, answer)
    assert isinstance(error, NotSent)
    assert (error.after, error.scope) == (31.0, "chat")


@pytest.mark.parametrize(
    "description",
    [
        "Bad Request: message is not modified: specified new message content is the same",
        "Bad Request: query is too old and response timeout expired or query ID is invalid",
    ],
)
async def test_what_telegram_has_done_already_is_sent(
    description: str, api: ScriptedApi, http: HttpTransport
) -> None:
    api.script(telegram(400, description))
    assert await send(TG, api.url, http) == Sent()


async def test_a_moved_telegram_chat_is_written_to_once_more(api: ScriptedApi, http: HttpTransport) -> None:
    moved = telegram(400, "Bad Request: group chat was upgraded to a supergroup chat", migrate_to_chat_id=-1009)
    api.script(moved, Answer(ACCEPTED[TG]))
    assert await send(TG, api.url, http) == Sent(platform_message_ids=("77",), new_chat_id="-1009")
    assert [asked.body["chat_id"] for asked in api.asked] == ["5", "-1009"]


async def test_a_chat_that_moves_for_ever_is_refused(api: ScriptedApi, http: HttpTransport) -> None:
    moved = telegram(400, "Bad Request: group chat was upgraded", migrate_to_chat_id=-1009)
    api.script(moved, moved, Answer(ACCEPTED[TG]))
    with pytest.raises(Refused):
        await send(TG, api.url, http)
    assert len(api.asked) == 2


@pytest.mark.parametrize(
    "description",
    [
        "Bad Request: failed to get HTTP URL content",
        "Bad Request: wrong type of the web page content",
        "Bad Request: Wrong HTTP URL specified",
        "Bad Request: can't parse entities: unclosed start tag",
    ],
)
async def test_telegram_gets_another_form_of_what_it_cannot_take(
    description: str, api: ScriptedApi, http: HttpTransport
) -> None:
    plain = Call(method="sendMessage", payload={"chat_id": "5", "text": "b"})
    marked = plain.model_copy(update={"payload": {"chat_id": "5", "text": "<b>b"}, "fallback": plain})
    photo = Call(method="sendPhoto", payload={"chat_id": "5", "photo": "http://x"}, fallback=marked)
    api.script(telegram(400, description), telegram(400, "Bad Request: can't parse entities"), Answer(ACCEPTED[TG]))
    assert await send(TG, api.url, http, photo) == Sent(platform_message_ids=("77",), form=plain)
    assert [asked.path.rsplit("/", 1)[-1] for asked in api.asked] == ["sendPhoto", "sendMessage", "sendMessage"]
    assert api.asked[2].body == plain.payload


async def test_a_refusal_of_the_chat_tries_no_other_form(api: ScriptedApi, http: HttpTransport) -> None:
    call = CALLS[TG].model_copy(update={"fallback": CALLS[TG]})
    api.script(telegram(403, "Forbidden: bot was blocked by the user"), Answer(ACCEPTED[TG]))
    with pytest.raises(Refused):
        await send(TG, api.url, http, call)
    assert len(api.asked) == 1


def whatsapp(code: int, status: int = 400) -> Answer:
    return Answer({"error": {"message": f"(#{code})", "type": "OAuthException", "code": code}}, status=status)


@pytest.mark.parametrize(
    ("code", "status", "refusal"),
    [
        (190, 401, Refusal.MISCONFIGURED),
        (0, 401, Refusal.MISCONFIGURED),
        (10, 403, Refusal.MISCONFIGURED),
        (200, 403, Refusal.MISCONFIGURED),
        (131031, 403, Refusal.MISCONFIGURED),
        (368, 403, Refusal.MISCONFIGURED),
        (131042, 400, Refusal.MISCONFIGURED),
        (131047, 400, Refusal.WINDOW_CLOSED),
        (131026, 400, Refusal.UNREACHABLE),
        (131049, 400, Refusal.REJECTED),
        (131050, 400, Refusal.REJECTED),
        (130472, 400, Refusal.REJECTED),
        (131051, 400, Refusal.REJECTED),
        (100, 400, Refusal.REJECTED),
        (131053, 400, Refusal.REJECTED),
        (131030, 400, Refusal.REJECTED),
        (132001, 404, Refusal.REJECTED),
        (131062, 400, Refusal.REJECTED),
        (999999, 400, Refusal.REJECTED),
    ],
)
async def test_whatsapps_refusals(
    code: int, status: int, refusal: Refusal, api: ScriptedApi, http: HttpTransport
) -> None:
    error = await outcome(WA, api, http, whatsapp(code, status))
    assert isinstance(error, Refused)
    assert (error.refusal, error.platform_code) == (refusal, str(code))


@pytest.mark.parametrize(
    ("answer", "wait"),
    [
        (whatsapp(4, 429), ("bot", 2, None)),
        (whatsapp(80007, 429), ("bot", 2, None)),
        (whatsapp(130429, 429), ("bot", 2, None)),
        (whatsapp(131056, 429), ("chat", 4, None)),
        (whatsapp(131048, 429), ("bot", None, 600.0)),
        (whatsapp(131064, 429), ("bot", None, 600.0)),
        (whatsapp(131000, 500), ("bot", 2, None)),
        (whatsapp(131016, 503), ("bot", 2, None)),
        (whatsapp(2, 503), ("bot", 2, None)),
        (whatsapp(133016, 400), ("bot", 2, None)),
    ],
)
async def test_whatsapps_waits(
    answer: Answer, wait: tuple[str, float | None, float | None], api: ScriptedApi, http: HttpTransport
) -> None:
    error = await outcome(WA, api, http, answer)
    assert isinstance(error, NotSent)
    assert (error.scope, error.attempt_curve, error.after) == wait


async def test_a_closed_window_takes_the_template_and_nothing_else(api: ScriptedApi, http: HttpTransport) -> None:
    template = Call(method="messages", payload={"to": "7", "type": "template", "template": {}}, template=True)
    words = CALLS[WA].model_copy(update={"fallback": template})
    api.script(whatsapp(131047), Answer(ACCEPTED[WA]))
    assert await send(WA, api.url, http, CALLS[WA].model_copy(update={"fallback": words}))
    assert [asked.body["type"] for asked in api.asked] == ["text", "template"]
    api.script(whatsapp(131047), Answer(ACCEPTED[WA]))
    with pytest.raises(Refused):
        await send(WA, api.url, http, CALLS[WA].model_copy(update={"fallback": CALLS[WA]}))
    assert len(api.asked) == 1


async def test_whatsapp_gets_words_for_media_it_cannot_load(api: ScriptedApi, http: HttpTransport) -> None:
    image = Call(method="messages", payload={"to": "7", "type": "image", "image": {}}, fallback=CALLS[WA])
    api.script(whatsapp(131053), Answer(ACCEPTED[WA]))
    assert await send(WA, api.url, http, image) == Sent(platform_message_ids=("wamid.1",), form=CALLS[WA])
    assert api.asked[1].body["type"] == "text"


@pytest.mark.parametrize(
    ("code", "refusal"),
    [
        *((code, Refusal.MISCONFIGURED) for code in (2, 7, 8, 9, 10, 15)),
        *((code, Refusal.UNREACHABLE) for code in (5, 6, 11)),
        *((code, Refusal.REJECTED) for code in (1, 3, 4, 13, 14, 16, 17, 18, 19, 20)),
    ],
)
async def test_vibers_refusals(code: int, refusal: Refusal, api: ScriptedApi, http: HttpTransport) -> None:
    error = await outcome(VB, api, http, Answer({"status": code, "status_message": "x"}))
    assert isinstance(error, Refused)
    assert (error.refusal, error.platform_code) == (refusal, str(code))


@pytest.mark.parametrize(("code", "curve"), [(12, 4), (99, 2)])
async def test_vibers_waits(code: int, curve: float, api: ScriptedApi, http: HttpTransport) -> None:
    error = await outcome(VB, api, http, Answer({"status": code, "status_message": "x"}))
    assert isinstance(error, NotSent)
    assert (error.scope, error.attempt_curve) == ("chat", curve)


@pytest.mark.parametrize("code", [1, 3, 13, 14])
async def test_an_old_viber_app_gets_the_older_form(code: int, api: ScriptedApi, http: HttpTransport) -> None:
    modern = Call(method="send_message", payload={"receiver": "A=", "type": "rich_media"}, fallback=CALLS[VB])
    api.script(Answer({"status": code}), Answer(ACCEPTED[VB]))
    await send(VB, api.url, http, modern)
    assert [asked.body["type"] for asked in api.asked] == ["rich_media", "text"]


async def test_all_requests_of_a_send_share_one_time_budget(api: ScriptedApi) -> None:
    http = HttpTransport(timeout=2.0)
    try:
        call = CALLS[TG].model_copy(update={"fallback": CALLS[TG]})
        refused = telegram(400, "Bad Request: can't parse entities")
        api.script(Answer(refused.body, status=400, delay=1.6), Answer(ACCEPTED[TG]))
        with pytest.raises((NotSent, Uncertain)):  # the latter where the machine took the rest of the time
            await send(TG, api.url, http, call)
        assert len(api.asked) == 1
    finally:
        await http.aclose()
