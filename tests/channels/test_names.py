"""Names of a chat: which stays, which passes to other people, what news of them says, and where a call goes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from shared.channels.contract import AddressChange, AddressNews, ChannelAddress, Platform
from shared.channels.messages import MediaSource, PhotoMessage, RichText, TextMessage
from shared.kernel.languages import Language
from tests.channels.recorded import CHATS, address_of, channel_of, event_of, message_of

TG, WA = Platform.TELEGRAM, Platform.WHATSAPP


@pytest.mark.parametrize(
    ("platform", "name", "told"),
    [
        (TG, "group_moved_to", {"chat_id": "-1001234567890", "also": ("-12345678",)}),
        (TG, "group_moved_from", {"chat_id": "-1001234567890", "also": ("-12345678",)}),
        (WA, "number_changed", {"chat_id": "77019999999", "number": "77019999999", "formerly": ("77011234567",)}),
        (
            WA,
            "number_changed_with_user_id",
            {
                "chat_id": "bsuid:KZ.2222",
                "number": "77019999999",
                "formerly": ("bsuid:KZ.1111", "77011234567"),
            },
        ),
        (WA, "user_id_changed", {"chat_id": "bsuid:KZ.2222", "formerly": ("bsuid:KZ.1111",)}),
        (WA, "identity_changed", {"chat_id": "77011234567", "number": "77011234567", "change": "unsure"}),
    ],
)
def test_news_of_a_chat_s_names_is_told_apart_from_words(
    platform: Platform, name: str, told: dict[str, object]
) -> None:
    event = event_of(platform, name)

    assert isinstance(event, AddressChange)
    expected = {"change": AddressNews.MOVED, "number": None, "also": (), "formerly": (), **told}
    assert {field: getattr(event, field) for field in expected} == expected
    assert event.phone == (f"+{event.number}" if event.number else None)


def test_a_number_is_told_apart_from_the_name_that_stays() -> None:
    both, number, user_id = (message_of(WA, name) for name in ("text_with_user_id", "text", "text_without_phone"))

    assert (both.chat_id, both.number) == ("bsuid:KZ.13491208655302741918", "77011234567")
    assert (number.chat_id, number.number) == ("77011234567", "77011234567")
    assert user_id.number is None


@pytest.mark.parametrize("platform", Platform)
def test_a_call_and_its_fallbacks_go_to_the_address_of_the_moment(platform: Platform) -> None:
    channel = channel_of(platform)
    photo = PhotoMessage(photo=MediaSource(url="https://shop.kz/1.jpg"), caption=RichText.of("Диван"))
    before, now = address_of(platform), ChannelAddress(chat_id="777", language=Language.RU)

    calls = [channel.addressed(call, now) for call in channel.render(photo, before)]

    assert calls == list(channel.render(photo, now))
    assert CHATS[platform] not in "".join(call.model_dump_json() for call in calls)


def test_whatsapp_writes_to_the_user_id_where_no_number_is_proven() -> None:
    channel = channel_of(WA)
    by_number = ChannelAddress(chat_id="bsuid:KZ.1", language=Language.RU, phone="+77011234567")
    [call] = channel.render(TextMessage(text=RichText.of("Привет")), by_number)

    moved = channel.addressed(call, replace(by_number, phone=None))

    assert ("to" in call.payload, "recipient" in call.payload) == (True, False)
    assert (moved.payload.get("to"), moved.payload["recipient"]) == (None, "KZ.1")
