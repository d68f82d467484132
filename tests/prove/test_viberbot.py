"""Viber's own Python SDK against the simulator: all its calls, and its reading of the callbacks."""

from __future__ import annotations

from typing import Any

import pytest
from viberbot import Api
from viberbot.api.bot_configuration import BotConfiguration
from viberbot.api.messages import (
    ContactMessage,
    FileMessage,
    KeyboardMessage,
    LocationMessage,
    PictureMessage,
    RichMediaMessage,
    StickerMessage,
    TextMessage,
    URLMessage,
    VideoMessage,
)
from viberbot.api.messages.data_types.contact import Contact
from viberbot.api.messages.data_types.location import Location
from viberbot.api.viber_requests import (
    ViberConversationStartedRequest,
    ViberDeliveredRequest,
    ViberFailedRequest,
    ViberMessageRequest,
    ViberSeenRequest,
    ViberSubscribedRequest,
    ViberUnsubscribedRequest,
)

from tests.prove.simulated import Inbox, Messengers, Person

KEYBOARD = {"Type": "keyboard", "Buttons": [{"ActionType": "reply", "ActionBody": "да", "Text": "Да"}]}
CAROUSEL = {"Type": "rich_media", "Buttons": [{"ActionType": "reply", "ActionBody": "купить", "Text": "Купить"}]}


@pytest.fixture
def viber(messengers: Messengers, inbox: Inbox) -> Any:
    messengers.add_bot("viber", inbox, {"auth_token": "sdk-token"})
    api = Api(BotConfiguration(auth_token="sdk-token", name="Магазин", avatar=None))
    api._request_sender._viber_bot_api_url = f"{messengers.url}/viber/pa"
    return api


@pytest.fixture
def shopper(messengers: Messengers, viber: Any) -> Person:
    person = messengers.person("viber", "Айгерим")
    assert person.does("send_text", text="привет") == 200
    return person


def test_the_webhook_is_set_and_taken_away(viber: Any, inbox: Inbox) -> None:
    assert "message" in viber.set_webhook(f"{inbox.url}/other", ["delivered", "seen"])
    [test] = inbox.wait_for(1)
    assert viber.verify_signature(test.raw, test.headers["X-Viber-Content-Signature"])
    assert viber.get_account_info()["webhook"] == f"{inbox.url}/other"
    viber.unset_webhook()
    assert viber.get_account_info()["webhook"] == ""


def test_messages_of_every_type_are_accepted(viber: Any, shopper: Person, inbox: Inbox) -> None:
    media = f"{inbox.url}/sofa.jpg"
    messages = [
        TextMessage(text="Здравствуйте!", keyboard=KEYBOARD, tracking_data="t"),
        PictureMessage(media=media, text="диван"),
        VideoMessage(media=f"{inbox.url}/a.mp4", size=1000),
        FileMessage(media=media, size=1000, file_name="прайс.pdf"),
        LocationMessage(location=Location(lat=51.1, lon=71.4)),
        ContactMessage(contact=Contact(name="Асель", phone_number="+77011234567")),
        StickerMessage(sticker_id=40100),
        URLMessage(media="https://example.kz/"),
        RichMediaMessage(rich_media=CAROUSEL, alt_text="товар", min_api_version=2),
        KeyboardMessage(keyboard=KEYBOARD),
    ]

    tokens = viber.send_messages(shopper.id, messages)

    assert len(set(tokens)) == len(messages)
    kinds = [message["kind"] for message in shopper.has(len(messages))]
    assert kinds == [
        "text",
        "photo",
        "document",
        "document",
        "location",
        "contact",
        "sticker",
        "text",
        "rich_media",
        "keyboard",
    ]
    assert shopper.does("press", title_or_id="Купить") == 200


def test_what_can_be_asked_about_people_is_told(viber: Any, shopper: Person) -> None:
    assert viber.get_user_details(shopper.id)["name"] == "Айгерим"
    assert viber.get_online([shopper.id])[0]["online_status"] == 0


def test_a_refusal_comes_as_the_sdk_s_exception(viber: Any, shopper: Person) -> None:
    with pytest.raises(Exception, match="5"):
        viber.send_messages("nobody==", TextMessage(text="?"))
    with pytest.raises(Exception, match="3"):
        viber.post_messages_to_public_account(shopper.id, TextMessage(text="я не администратор"))


def test_callbacks_are_verified_and_read(viber: Any, shopper: Person, inbox: Inbox, messengers: Messengers) -> None:
    shopper.does("send_photo", caption="такой?")
    shopper.does("send_location")
    shopper.does("send_contact")
    shopper.does("send_document")
    messengers.person("viber", "Данияр").does("start", payload="buy-1")
    viber.send_messages(shopper.id, TextMessage(text="Здравствуйте!"))
    inbox.wait_for(7)
    shopper.does("read")
    shopper.does("block")
    shopper.does("unblock")
    messengers.control("POST", "faults", {"kind": "fail_later", "platform": "viber", "description": "bad keyboard"})
    viber.send_messages(shopper.id, TextMessage(text="не дойдёт"))

    webhooks = inbox.wait_for(11)
    for webhook in webhooks:
        assert viber.verify_signature(webhook.raw, webhook.headers["X-Viber-Content-Signature"])
    read = [viber.parse_request(webhook.raw) for webhook in webhooks]
    messages = [request.message for request in read if isinstance(request, ViberMessageRequest)]
    assert [type(message) for message in messages] == [
        TextMessage,
        PictureMessage,
        LocationMessage,
        ContactMessage,
        FileMessage,
    ]
    assert messages[0].text == "привет"
    kinds = {type(request) for request in read}
    assert kinds >= {
        ViberConversationStartedRequest,
        ViberDeliveredRequest,
        ViberFailedRequest,
        ViberSeenRequest,
        ViberSubscribedRequest,
        ViberUnsubscribedRequest,
    }
    started = next(request for request in read if isinstance(request, ViberConversationStartedRequest))
    assert (started.user.name, started.context, started.subscribed) == ("Данияр", "buy-1", False)
