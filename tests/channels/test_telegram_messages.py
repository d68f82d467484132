"""Telegram: which messages a person said, and in which topic (number 6 and 7)."""

from __future__ import annotations

from typing import Any

import pytest

from shared.channels.contract import Call, ChannelAddress, Ignored, InboundMessage, Platform, Refused, Sent
from shared.channels.messages import MediaSource, PhotoMessage, RichText, TextMessage, UnsupportedContent
from shared.kernel.languages import Language
from shared.runtime.http import HttpTransport
from tests.channels.recorded import BOT, channel_of, message_of, recorded
from tests.channels.samples import SAMPLES, rows
from tests.channels.test_send import ACCEPTED, send, telegram
from tests.doubles.scripted_api import Answer, ScriptedApi

TG = Platform.TELEGRAM


def _keys(text: str) -> list[str]:
    return text.split()


SAID = _keys("""
    animation audio checklist contact dice document game giveaway invoice live_photo location paid_media photo poll
    rich_message sticker story text venue video video_note voice
""")
SERVICE = _keys("""
    boost_added channel_chat_created chat_background_set chat_owner_changed chat_owner_left chat_shared
    checklist_tasks_added checklist_tasks_done community_chat_added community_chat_removed connected_website
    delete_chat_photo direct_message_price_changed forum_topic_closed forum_topic_created forum_topic_edited
    forum_topic_reopened general_forum_topic_hidden general_forum_topic_unhidden gift gift_upgrade_sent
    giveaway_completed giveaway_created giveaway_winners group_chat_created left_chat_member managed_bot_created
    message_auto_delete_timer_changed migrate_from_chat_id migrate_to_chat_id new_chat_members new_chat_photo
    new_chat_title paid_message_price_changed passport_data pinned_message poll_option_added poll_option_deleted
    proximity_alert_triggered refunded_payment successful_payment suggested_post_approval_failed
    suggested_post_approved suggested_post_declined suggested_post_paid suggested_post_refunded
    supergroup_chat_created unique_gift user_shared users_shared video_chat_ended video_chat_participants_invited
    video_chat_scheduled video_chat_started web_app_data write_access_allowed
""")
FRAME = _keys("""
    author_signature business_connection_id caption caption_entities direct_messages_topic edit_date effect_id
    entities ephemeral_message_id external_reply forward_date forward_from forward_from_chat forward_from_message_id
    forward_origin forward_sender_name forward_signature guest_bot_caller_chat guest_bot_caller_user guest_query_id
    has_media_spoiler has_protected_content is_automatic_forward is_from_offline is_paid_post is_topic_message
    link_preview_options media_group_id message_thread_id paid_star_count quote receiver_user reply_markup
    reply_to_checklist_task_id reply_to_message reply_to_poll_option_id reply_to_story sender_boost_count
    sender_business_bot sender_tag show_caption_above_media suggested_post_info via_bot
""")
"""All keys of a message in Bot API 10.2, but for the five that every message has."""


def update(**parts: Any) -> dict[str, Any]:
    body = recorded(TG, "text")
    message = {key: value for key, value in body["message"].items() if key != "text"}
    return {**body, "message": message | parts}


def parsed(**parts: Any) -> object:
    (event,) = channel_of(TG).parse(update(**parts), bot=BOT)
    return event


# ---- who said it ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", SAID)
def test_what_a_person_sends_is_answered(key: str) -> None:
    event = parsed(**{key: "слово" if key == "text" else {}})
    assert isinstance(event, InboundMessage)
    assert isinstance(event.content, UnsupportedContent) == (key != "text")


@pytest.mark.parametrize("key", [*SERVICE, *FRAME, "a_kind_of_next_year"])
def test_what_the_chat_itself_tells_is_no_question(key: str) -> None:
    event = parsed(**{key: {"name": "слово"}})
    assert isinstance(event, Ignored)
    assert event.reason == "service_message"


def test_every_key_of_a_message_stands_in_one_list() -> None:
    assert len({*SAID, *SERVICE, *FRAME}) == len(SAID) + len(SERVICE) + len(FRAME)


def test_a_broken_file_is_named_by_its_own_kind() -> None:
    event = parsed(is_topic_message=True, forward_origin={"type": "user"}, voice={"file_id": 1.5})
    assert isinstance(event, InboundMessage)
    assert event.content == UnsupportedContent(type="voice")


# ---- topics -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("parts", "thread"),
    [
        ({"message_thread_id": 17, "is_topic_message": True}, "17"),
        ({"message_thread_id": 17}, None),  # a thread of replies in a chat without topics
        ({"message_thread_id": 17, "is_topic_message": "yes"}, None),
        ({"is_topic_message": True}, None),
        ({"message_thread_id": "x-1", "is_topic_message": True}, None),
        ({}, None),
    ],
)
def test_a_message_of_a_topic_names_it(parts: dict[str, Any], thread: str | None) -> None:
    event = parsed(text="слово", **parts)
    assert isinstance(event, InboundMessage)
    assert event.thread_id == thread


def test_a_button_pressed_in_a_topic_names_it() -> None:
    body = recorded(TG, "callback")
    body["callback_query"]["message"] |= {"message_thread_id": 17, "is_topic_message": True}
    (event,) = channel_of(TG).parse(body, bot=BOT)
    assert isinstance(event, InboundMessage)
    assert event.thread_id == "17"


def calls_with_fallbacks(calls: list[Call]) -> list[Call]:
    return [form for call in calls for form in (call, *([call.fallback] if call.fallback else []))]


@pytest.mark.parametrize("name", sorted(SAMPLES))
def test_every_call_goes_into_the_topic(name: str) -> None:
    address = ChannelAddress("5", Language.RU, thread_id="17")
    for call in calls_with_fallbacks(list(channel_of(TG).render(SAMPLES[name], address))):
        assert call.payload["message_thread_id"] == 17
    for call in calls_with_fallbacks(list(channel_of(TG).render(SAMPLES[name], ChannelAddress("5", Language.RU)))):
        assert "message_thread_id" not in call.payload


def test_typing_is_shown_in_the_topic() -> None:
    call = channel_of(TG).typing(ChannelAddress("5", Language.RU, thread_id="17"), message_of(TG, "text"))
    assert call is not None
    assert call.payload == {"chat_id": "5", "message_thread_id": 17, "action": "typing"}


def in_topic(message: TextMessage | PhotoMessage) -> Call:
    (call,) = channel_of(TG).render(message, ChannelAddress("5", Language.RU, thread_id="17"))
    return call


_HELLO = TextMessage(text=RichText.of("слово"))


@pytest.mark.parametrize(
    "description",
    [
        "Bad Request: message thread not found",
        "Bad Request: TOPIC_CLOSED",
        "Bad Request: TOPIC_DELETED",
        "Bad Request: TOPIC_ID_INVALID",
    ],
)
async def test_a_topic_that_takes_no_messages_is_left_out(
    description: str, api: ScriptedApi, http: HttpTransport
) -> None:
    api.script(telegram(400, description), Answer(ACCEPTED[TG]))
    assert await send(TG, api.url, http, in_topic(_HELLO)) == Sent(platform_message_ids=("77",))
    first, second = (asked.body for asked in api.asked)
    assert first == {**second, "message_thread_id": 17}
    assert "message_thread_id" not in second


async def test_the_fallback_of_a_call_without_its_topic_has_none_either(
    api: ScriptedApi, http: HttpTransport
) -> None:
    photo = PhotoMessage(photo=MediaSource(url="https://x.kz/1.jpg"), caption=RichText.of("слово"), buttons=rows())
    api.script(
        telegram(400, "Bad Request: message thread not found"),
        telegram(400, "Bad Request: failed to get HTTP URL content"),
        telegram(400, "Bad Request: group chat was upgraded", migrate_to_chat_id=-1009),
        Answer(ACCEPTED[TG]),
    )
    assert (await send(TG, api.url, http, in_topic(photo))).new_chat_id == "-1009"
    assert ["message_thread_id" in asked.body for asked in api.asked] == [True, False, False, False]
    assert [asked.path.rsplit("/", 1)[-1] for asked in api.asked][-2:] == ["sendMessage", "sendMessage"]


async def test_a_chat_that_refuses_without_a_topic_too_is_refused(api: ScriptedApi, http: HttpTransport) -> None:
    closed = telegram(400, "Bad Request: TOPIC_CLOSED")
    api.script(closed, closed, Answer(ACCEPTED[TG]))
    with pytest.raises(Refused):
        await send(TG, api.url, http, in_topic(_HELLO))
    assert len(api.asked) == 2
