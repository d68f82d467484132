"""One suite over all channels: the same thing said on any messenger is the same event."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from shared.channels.contract import (
    DeliveryState,
    DeliveryUpdate,
    Ignored,
    InboundMessage,
    Membership,
    MembershipChange,
    Person,
    Platform,
    Refusal,
    Refused,
)
from shared.channels.messages import (
    ChoiceContent,
    ContactContent,
    LocationContent,
    MediaContent,
    MediaKind,
    TextContent,
    UnsupportedContent,
)
from shared.kernel.languages import Language
from tests.channels.recorded import (
    BOT,
    CHATS,
    channel_of,
    event_of,
    events_of,
    every_recording,
    message_of,
    recorded,
)

TG, WA, VB = Platform.TELEGRAM, Platform.WHATSAPP, Platform.VIBER
EVERYWHERE = pytest.mark.parametrize("platform", list(Platform))


@pytest.mark.parametrize(("platform", "name"), every_recording())
def test_every_recorded_payload_yields_events_with_keys_that_repeat(platform: Platform, name: str) -> None:
    first, second = events_of(platform, name), events_of(platform, name)
    assert first
    assert [event.event_id for event in first] == [event.event_id for event in second]
    assert len({event.event_id for event in first}) == len(first)


@EVERYWHERE
def test_keys_differ_between_payloads(platform: Platform) -> None:
    names = [name for where, name in every_recording() if where == platform]
    keys = [event.event_id for name in names for event in events_of(platform, name)]
    assert len(keys) == len(set(keys))


@EVERYWHERE
def test_text_is_a_message_of_its_sender(platform: Platform) -> None:
    event = message_of(platform, "text")
    assert event.content == TextContent(text="Хочу красный диван 🛋")
    assert event.chat_id == CHATS[platform]
    assert event.sender.name.startswith("Айгерим")
    assert not event.edited
    assert event.occurred_at.timestamp() == pytest.approx(1767225600, abs=1)


@pytest.mark.parametrize(
    ("platform", "content"),
    [
        (
            TG,
            MediaContent(
                media=MediaKind.PHOTO,
                file_id="AgAC-large",
                mime_type="image/jpeg",
                size=150233,
                caption="Есть такой же?",
            ),
        ),
        (
            WA,
            MediaContent(
                media=MediaKind.PHOTO, file_id="1003383421387256", mime_type="image/jpeg", caption="Есть такой же?"
            ),
        ),
        (
            VB,
            MediaContent(
                media=MediaKind.PHOTO,
                url="https://dl-media.viber.com/1/share/2/long/p.jpg",
                caption="Есть такой же?",
            ),
        ),
    ],
)
def test_a_photo_is_its_largest_file_with_the_caption(platform: Platform, content: MediaContent) -> None:
    assert message_of(platform, "photo").content == content


@EVERYWHERE
@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("voice", MediaKind.VOICE),
        ("audio", MediaKind.AUDIO),
        ("video", MediaKind.VIDEO),
        ("document", MediaKind.DOCUMENT),
        ("sticker", MediaKind.STICKER),
    ],
)
def test_a_file_is_what_it_is_for_the_person(platform: Platform, name: str, kind: MediaKind) -> None:
    content = message_of(platform, name).content
    assert isinstance(content, MediaContent)
    assert content.media is kind
    assert (content.file_id is None) != (content.url is None)


@EVERYWHERE
def test_a_document_keeps_its_name(platform: Platform) -> None:
    content = message_of(platform, "document").content
    assert isinstance(content, MediaContent)
    assert content.file_name == "план.pdf"


@EVERYWHERE
def test_a_location_is_in_degrees(platform: Platform) -> None:
    content = message_of(platform, "location").content
    assert isinstance(content, LocationContent)
    assert (content.latitude, content.longitude) == (43.238949, 76.889709)


@EVERYWHERE
def test_a_contact_of_somebody_else_is_not_proven(platform: Platform) -> None:
    content = message_of(platform, "contact_of_another").content
    assert content == ContactContent(phone="+77057654321", name="Ержан К.", own=False)


@pytest.mark.parametrize("platform", [TG, WA])
def test_an_own_contact_is_proven_by_the_platform(platform: Platform) -> None:
    content = message_of(platform, "contact_own").content
    assert content == ContactContent(phone="+77011234567", name="Айгерим", own=True)


@pytest.mark.parametrize(
    ("platform", "name"),
    [
        (TG, "callback"),
        (TG, "callback_on_inaccessible_message"),
        (WA, "button_reply"),
        (WA, "list_reply"),
        (WA, "template_button"),
        (VB, "button_press"),
    ],
)
def test_a_pressed_button_gives_back_our_id(platform: Platform, name: str) -> None:
    event = message_of(platform, name)
    assert isinstance(event.content, ChoiceContent)
    assert event.content.id == "product:SOFA-001"
    assert event.chat_id == CHATS[platform]


@pytest.mark.parametrize(
    ("platform", "name"), [(TG, "callback"), (WA, "button_reply"), (WA, "template_button"), (VB, "button_press")]
)
def test_a_pressed_button_says_what_stood_on_it(platform: Platform, name: str) -> None:
    content = message_of(platform, name).content
    assert isinstance(content, ChoiceContent)
    assert content.title == "Подробнее"


@EVERYWHERE
def test_only_a_telegram_button_waits_for_an_acknowledgement(platform: Platform) -> None:
    name = {TG: "callback", WA: "button_reply", VB: "button_press"}[platform]
    call = channel_of(platform).acknowledge(message_of(platform, name))
    assert (call.payload if call else None) == (
        {"callback_query_id": "4382bfdwdsb323b2d9"} if platform is TG else None
    )
    assert channel_of(platform).acknowledge(message_of(platform, "text")) is None


@pytest.mark.parametrize(("platform", "original"), [(TG, "41"), (WA, "wamid.ORIGINAL")])
def test_an_edit_replaces_the_message_it_names(platform: Platform, original: str) -> None:
    event = message_of(platform, "edited_text")
    assert (event.edited, event.message_id) == (True, original)
    assert event.content == TextContent(text="Хочу синий диван")
    assert event.event_id != original


@pytest.mark.parametrize(
    ("platform", "name", "state"),
    [
        (WA, "status_sent", DeliveryState.SENT),
        (WA, "status_delivered", DeliveryState.DELIVERED),
        (WA, "status_read", DeliveryState.READ),
        (WA, "status_played", DeliveryState.READ),
        (WA, "status_failed_window", DeliveryState.FAILED),
        (VB, "status_delivered", DeliveryState.DELIVERED),
        (VB, "status_seen", DeliveryState.READ),
        (VB, "status_failed", DeliveryState.FAILED),
    ],
)
def test_a_status_tells_of_our_message(platform: Platform, name: str, state: DeliveryState) -> None:
    event = event_of(platform, name)
    assert isinstance(event, DeliveryUpdate)
    assert event.state is state
    assert event.platform_message_id == {WA: "wamid.OURS", VB: "4912661846655238145"}[platform]
    assert event.chat_id == CHATS[platform]


def test_whatsapp_carries_our_reference_back_and_says_why_a_send_failed() -> None:
    event = event_of(WA, "status_failed_window")
    assert isinstance(event, DeliveryUpdate)
    assert (event.reference, event.error_code) == ("outbox-7", "131047")
    error = channel_of(WA).late_error(event.error_code)
    assert isinstance(error, Refused)
    assert error.refusal is Refusal.WINDOW_CLOSED


@pytest.mark.parametrize(
    ("platform", "name", "change"),
    [
        (TG, "blocked", Membership.BLOCKED),
        (TG, "unblocked", Membership.UNBLOCKED),
        (VB, "blocked", Membership.BLOCKED),
        (VB, "subscribed", Membership.STARTED),
        (VB, "conversation_started", Membership.STARTED),
    ],
)
def test_a_membership_change_is_of_the_person(platform: Platform, name: str, change: Membership) -> None:
    event = event_of(platform, name)
    assert isinstance(event, MembershipChange)
    assert (event.change, event.chat_id) == (change, CHATS[platform])


def test_a_deep_link_keeps_its_parameter() -> None:
    started = event_of(VB, "conversation_started")
    assert isinstance(started, MembershipChange)
    assert started.payload == "promo-42"
    assert message_of(TG, "start_deep_link").content == TextContent(text="/start promo-42")


@pytest.mark.parametrize(
    ("platform", "name", "type_"),
    [
        (TG, "poll", "poll"),
        (WA, "unsupported", "unsupported"),
        (VB, "unknown_type", "hologram"),
    ],
)
def test_what_a_person_said_but_zeta_cannot_read_is_answered(platform: Platform, name: str, type_: str) -> None:
    assert message_of(platform, name).content == UnsupportedContent(type=type_)


@pytest.mark.parametrize(
    ("platform", "name", "reason"),
    [
        (TG, "group_chatter", "group_not_addressed"),
        (TG, "group_command_of_another_bot", "group_not_addressed"),
        (TG, "group_reply_of_another_bot", "from_a_bot"),
        (TG, "group_new_member", "service_message"),
        (TG, "added_to_group", "group_membership"),
        (TG, "live_location_moved", "live_location"),
        (TG, "callback_inline", "button_without_chat"),
        (TG, "channel_post_unknown", "unknown_update"),
        (WA, "group_message", "group_message"),
        (WA, "reaction", "reaction"),
        (WA, "reaction_removed", "reaction"),
        (WA, "revoked", "revoke"),
        (WA, "system_unknown", "user_moved_house"),
        (WA, "other_field", "nothing_for_a_dialog"),
        (WA, "echo_revoked", "echo_of_revoke"),
        (VB, "webhook_check", "webhook_check"),
    ],
)
def test_what_nobody_said_to_the_bot_is_left_alone(platform: Platform, name: str, reason: str) -> None:
    event = event_of(platform, name)
    assert isinstance(event, Ignored)
    assert event.reason == reason


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("group_mention", "👋 есть диван?"),
        ("group_command", "/help диван"),
        ("group_reply_to_bot", "а дешевле?"),
    ],
)
def test_a_group_that_addresses_the_bot_is_answered_without_its_name(name: str, text: str) -> None:
    event = message_of(TG, name)
    assert event.content == TextContent(text=text)
    assert event.chat_id == "-1001234567890"


@pytest.mark.parametrize("name", ["group_mention", "group_command", "group_reply_to_bot", "group_callback"])
def test_a_person_in_a_group_speaks_in_front_of_everybody(name: str) -> None:
    event = message_of(TG, name)
    assert (event.group, event.chat_title, event.sender.anonymous) == (True, "Соседи", False)


@pytest.mark.parametrize(
    ("name", "speaker"),
    [
        ("group_anonymous_admin", "-1001234567890"),
        ("group_channel_speaks", "-1001999888777"),
        ("group_another_bot", "5550007654321"),
    ],
)
def test_who_speaks_in_a_chat_s_name_and_another_bot_are_nobody(name: str, speaker: str) -> None:
    assert message_of(TG, name).sender == Person(id=speaker, anonymous=True)


def test_a_private_chat_is_no_group() -> None:
    assert not message_of(TG, "text").group


def test_parts_of_an_album_share_its_id() -> None:
    assert message_of(TG, "album_part").album_id == "13900000000000001"
    assert message_of(TG, "photo").album_id is None


def test_an_animation_is_a_video_and_not_its_document_twin() -> None:
    content = message_of(TG, "animation").content
    assert isinstance(content, MediaContent)
    assert content.media is MediaKind.VIDEO


def test_a_venue_is_a_location_with_a_name() -> None:
    content = message_of(TG, "venue").content
    assert isinstance(content, LocationContent)
    assert (content.name, content.address) == ("MEGA", "Розыбакиева 247А")


def test_several_whatsapp_messages_come_in_their_order() -> None:
    texts = [event.content for event in events_of(WA, "several_messages") if isinstance(event, InboundMessage)]
    assert texts == [TextContent(text="раз"), TextContent(text="два")]


@pytest.mark.parametrize(
    ("name", "chat_id", "phone"),
    [
        ("text", "77011234567", "+77011234567"),
        ("text_with_user_id", "bsuid:KZ.13491208655302741918", "+77011234567"),
        ("text_without_phone", "bsuid:KZ.13491208655302741918", None),
    ],
)
def test_whatsapp_knows_a_person_by_user_id_where_there_is_one(name: str, chat_id: str, phone: str | None) -> None:
    event = message_of(WA, name)
    assert (event.chat_id, event.sender.phone) == (chat_id, phone)


def test_a_whatsapp_status_names_the_same_chat_as_the_messages() -> None:
    event = event_of(WA, "status_of_user_id")
    assert isinstance(event, DeliveryUpdate)
    assert event.chat_id == message_of(WA, "text_without_phone").chat_id


def test_whatsapp_messages_of_another_number_of_ours_are_left_to_its_bot() -> None:
    other = BOT.__class__(name="x", settings={"phone_number_id": "999"})
    (event,) = channel_of(WA).parse(recorded(WA, "text"), bot=other)
    assert isinstance(event, Ignored)
    assert event.reason == "other_number"


@pytest.mark.parametrize(("platform", "language"), [(TG, Language.KK), (VB, Language.KK), (WA, None)])
def test_the_language_is_the_one_the_platform_tells(platform: Platform, language: Language | None) -> None:
    assert message_of(platform, "text").sender.language is language


def test_order_follows_the_platforms_own_key() -> None:
    assert message_of(TG, "text").order_key == recorded(TG, "text")["update_id"]
    assert message_of(WA, "text").order_key == 1767225600000
    together = [event for event in events_of(WA, "several_messages") if isinstance(event, InboundMessage)]
    assert [event.order_key % 1000 for event in together] == list(range(len(together)))
    assert message_of(VB, "text").order_key == 1767225600123


_WITHOUT: list[tuple[Platform, str, Callable[[dict[str, object]], object]]] = [
    (TG, "text", lambda body: body.pop("update_id")),
    (VB, "text", lambda body: body.pop("message_token")),
]


@pytest.mark.parametrize(("platform", "name", "damage"), _WITHOUT)
def test_a_payload_without_its_key_is_known_by_its_content(
    platform: Platform, name: str, damage: Callable[[dict[str, object]], object]
) -> None:
    body = recorded(platform, name)
    damage(body)
    keys = {event.event_id for _ in range(2) for event in channel_of(platform).parse(body, bot=BOT)}
    assert len(keys) == 1
    assert keys.pop().startswith("body:")
