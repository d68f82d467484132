"""pywa against the simulator: what it sends is accepted, and today's webhooks are read by it."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from pywa import WhatsApp, types
from pywa.errors import ReEngagementMessage

from tests.prove.simulated import JPEG, Inbox, Messengers, Person

PHONE_ID, APP_SECRET = "106540352242922", "app-secret-of-the-test"


@pytest.fixture
def wa(messengers: Messengers, inbox: Inbox) -> Any:
    credentials = {
        "access_token": "EAA-sdk",
        "phone_number_id": PHONE_ID,
        "app_secret": APP_SECRET,
        "verify_token": "v",
        "waba_id": "102290129340398",
    }
    messengers.add_bot("whatsapp", inbox, credentials)
    session = httpx.Client(timeout=30)
    client = WhatsApp(
        phone_id=PHONE_ID,
        token="EAA-sdk",
        session=session,
        waba_id="102290129340398",
        app_secret=APP_SECRET,
        verify_token="v",
    )
    session.base_url = f"{messengers.url}/whatsapp/v25.0"
    yield client
    session.close()


@pytest.fixture
def shopper(messengers: Messengers, wa: Any) -> Person:
    person = messengers.person("whatsapp", "Айгерим")
    assert person.does("send_text", text="привет") == 200
    return person


class Reader:
    """pywa's handlers, and what they were called with."""

    def __init__(self, wa: Any, inbox: Inbox) -> None:
        self._wa = wa
        self._inbox = inbox
        self.updates: list[Any] = []
        for register in (
            wa.on_message,
            wa.on_callback_button,
            wa.on_callback_selection,
            wa.on_message_status,
            wa.on_flow_completion,
            wa.on_phone_number_change,
            wa.on_edited_message,
            wa.on_outgoing_message,
        ):
            register(lambda _, update: self.updates.append(update))

    def read(self, webhooks: int) -> list[Any]:
        """All updates of so many webhooks, each verified first."""
        for webhook in self._inbox.wait_for(webhooks):
            assert self._wa.webhook_update_validator(webhook.raw, webhook.headers["X-Hub-Signature-256"]) is None
            assert self._wa.webhook_update_handler(webhook.raw) == ("ok", 200)
        return self.updates


@pytest.mark.parametrize("known_by", ["both", "user_id"])
def test_a_message_is_read_and_answered_by_the_identity_it_came_with(
    wa: Any, inbox: Inbox, messengers: Messengers, known_by: str
) -> None:
    person = messengers.person("whatsapp", "Айгерим")
    person.does("becomes_known_by", known_by=known_by, username="aigerim")
    person.does("send_text", text="красный диван")

    [message] = Reader(wa, inbox).read(1)
    answer = message.reply("Здравствуйте!")

    assert isinstance(message, types.Message)
    assert (message.text, message.from_user.name, message.from_user.username) == (
        "красный диван",
        "Айгерим",
        "aigerim",
    )
    assert message.from_user.bsuid.startswith("KZ.")
    assert bool(message.from_user.wa_id) is (known_by == "both")
    assert answer.id.startswith("wamid.")
    assert [sent["text"] for sent in person.has(1)] == ["Здравствуйте!"]


def test_messages_of_every_kind_are_accepted(wa: Any, shopper: Person, inbox: Inbox) -> None:
    to, link = shopper.id, f"{inbox.url}/sofa.jpg"
    sections = [types.Section("Диваны", [types.SectionRow("Осло", "row:1", "219 990 ₸")])]

    wa.send_text(to, "Здравствуйте!", preview_url=True)
    wa.send_text(to, "Берёте?", buttons=[types.Button("Да", "yes")], header="Диван", footer="до вечера")
    wa.send_text(to, "Выберите", buttons=types.SectionList("Каталог", sections))
    wa.send_text(to, "На сайте", buttons=types.URLButton("Открыть", "https://example.kz/"))
    wa.send_image(to, link, caption="по ссылке")
    wa.send_image(to, JPEG, caption="загружено", mime_type="image/jpeg", buttons=[types.Button("Ещё", "more")])
    wa.send_document(to, b"%PDF-1.4", filename="прайс.pdf", mime_type="application/pdf", caption="Прайс")
    wa.send_voice(to, b"OggS", mime_type="audio/ogg")
    wa.send_location(to, 51.1, 71.4, name="Склад", address="Астана")
    wa.request_location(to, "Куда везти?")
    wa.send_contact(to, types.Contact(types.Contact.Name("Асель"), phones=[types.Contact.Phone("+77011234567")]))

    kinds = [message["kind"] for message in shopper.has(11)]
    assert kinds.count("interactive") == 5
    assert {"text", "photo", "document", "voice", "location", "contact"} <= set(kinds)
    assert shopper.does("press", title_or_id="yes") == 200


def test_media_are_uploaded_and_downloaded(wa: Any, shopper: Person, inbox: Inbox) -> None:
    shopper.does("send_photo", caption="такой?")

    photo = Reader(wa, inbox).read(2)[-1]
    media = wa.upload_media(JPEG, mime_type="image/jpeg", filename="sofa.jpg")

    assert photo.caption == "такой?"
    assert photo.image.get_bytes().startswith(b"\xff\xd8")
    assert wa.get_media_url(media.id).file_size == len(JPEG)
    assert wa.delete_media(media.id)


def test_buttons_lists_orders_forms_and_echoes_are_read(wa: Any, shopper: Person, inbox: Inbox) -> None:
    wa.send_text(shopper.id, "Берёте?", buttons=[types.Button("Да", "yes")], tracker="outbox-17")
    sections = [types.Section("Диваны", [types.SectionRow("Осло", "row:1")])]
    wa.send_text(shopper.id, "Выберите", buttons=types.SectionList("Каталог", sections))
    shopper.has(2)
    shopper.does("press", title_or_id="yes")
    shopper.does("press", title_or_id="row:1")
    shopper.does("send_text", text="есть в синем?", about="SOFA-013")
    shopper.does("send_order", items=[["SOFA-013", 2, 189990]])
    shopper.does("submit_flow", answers={"city": "Алматы"})
    shopper.does("edit", text="есть в зелёном?")
    shopper.does("hears_owner", text="это Асель")

    read = Reader(wa, inbox).read(12)

    def only(kind: type) -> list[Any]:
        return [update for update in read if type(update) is kind]

    assert [button.data for button in only(types.CallbackButton)] == ["yes"]
    assert [row.data for row in only(types.CallbackSelection)] == ["row:1"]
    asked = next(message for message in only(types.Message) if message.reply_to_message)
    assert asked.reply_to_message.referred_product.sku == "SOFA-013"
    order = next(message.order for message in only(types.Message) if message.order)
    assert [(line.sku, line.quantity) for line in order.products] == [("SOFA-013", 2)]
    assert only(types.FlowCompletion)[0].response["city"] == "Алматы"
    assert only(types.EditedMessage)[0].message.text == "есть в зелёном?"
    assert only(types.OutgoingMessage)[0].text == "это Асель"
    statuses = only(types.MessageStatus)
    assert {status.status for status in statuses} == {"sent", "delivered"}
    assert "outbox-17" in {status.tracker for status in statuses}


def test_a_changed_number_is_read(wa: Any, shopper: Person, inbox: Inbox) -> None:
    old = shopper.id
    shopper.does("change_number", phone="77059998877")

    change = Reader(wa, inbox).read(2)[-1]

    assert (change.old_wa_id, change.new_wa_id) == (old, "77059998877")


def test_reactions_reading_and_typing_are_accepted(wa: Any, shopper: Person, inbox: Inbox) -> None:
    [message] = Reader(wa, inbox).read(1)

    assert message.mark_as_read()
    assert message.indicate_typing()
    assert message.react("👍").id
    assert wa.get_business_phone_number().verified_name == "Магазин"


def test_a_closed_window_is_the_sdk_s_own_error(wa: Any, shopper: Person, messengers: Messengers) -> None:
    messengers.control("POST", "clock", {"advance": 90_000})

    with pytest.raises(ReEngagementMessage):
        wa.send_text(shopper.id, "вы ещё здесь?")
    template = wa.send_template(shopper.id, "order_ready", types.templates.TemplateLanguage.RUSSIAN, params=[])
    assert template.id
