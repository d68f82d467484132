"""WhatsApp's own shopping: orders, the product asked about, answers to Flows, the Business app (number 7)."""

from __future__ import annotations

import json
from typing import Any

import pytest

from shared.channels.contract import Ignored, InboundEvent, InboundMessage, Platform
from shared.channels.messages import (
    EchoContent,
    FormContent,
    InboundContent,
    MediaContent,
    MediaKind,
    OrderContent,
    OrderedItem,
    TextContent,
    UnsupportedContent,
)
from tests.channels.recorded import BOT, channel_of, message_of, recorded

WA = Platform.WHATSAPP
ADA = "bsuid:KZ.13491208655302741918"


def item(sku: Any, quantity: Any = 1) -> dict[str, Any]:
    return {"product_retailer_id": sku, "quantity": quantity, "item_price": 1, "currency": "USD"}


def parsed(name: str, part: str, **changes: Any) -> InboundEvent:
    """The recorded event with changes of its message, or of the object ``part`` in it."""
    body = recorded(WA, name)
    value = body["entry"][0]["changes"][0]["value"]
    message = value.get("messages", value.get("message_echoes"))[0]
    (message[part] if part else message).update(changes)
    (event,) = channel_of(WA).parse(body, bot=BOT)
    return event


def content(name: str, part: str, **changes: Any) -> InboundContent:
    event = parsed(name, part, **changes)
    assert isinstance(event, InboundMessage)
    return event.content


def items(*wanted: tuple[str, int]) -> tuple[OrderedItem, ...]:
    return tuple(OrderedItem(sku=sku, quantity=quantity) for sku, quantity in wanted)


# ---- orders -----------------------------------------------------------------------------------------------


def test_an_order_is_its_articles_and_words() -> None:
    assert message_of(WA, "order").content == OrderContent(
        items=items(("SOFA-001", 2), ("LAMP-7", 1)), text="Можно завтра?"
    )


@pytest.mark.parametrize(
    ("told", "read"),
    [
        ([item("A", 2), item("B"), item("A", 3)], items(("A", 5), ("B", 1))),
        ([item(" A ", "4")], items(("A", 4))),
        ([item("A", 10**12), item("A", 7)], items(("A", 9999))),
        ([item("A", None), item("B", 0), item("C", -1), item("", 5), item(None), "D", item("E", True)],
         items(("A", 1), ("E", 1))),
        ([item("A" * 500)], items(("A" * 100, 1))),
        ([item(f"A{number}") for number in range(200)], items(*((f"A{number}", 1) for number in range(100)))),
    ],
)  # fmt: skip
def test_an_order_is_read_within_bounds(told: list[Any], read: tuple[OrderedItem, ...]) -> None:
    assert content("order", "order", product_items=told, text="") == OrderContent(items=read)


@pytest.mark.parametrize("told", [[], None, "A", [item("")], [item("A", 0)]])
def test_an_order_of_nothing_is_no_order(told: Any) -> None:
    assert content("order", "order", product_items=told) == UnsupportedContent(type="order")


# ---- the product asked about ------------------------------------------------------------------------------


def test_a_message_names_the_product_that_it_is_about() -> None:
    event = message_of(WA, "referred_product")
    assert (event.product_sku, event.reply_to) == ("SOFA-001", "wamid.CATALOGUE")
    assert message_of(WA, "text").product_sku is None


@pytest.mark.parametrize("told", [None, "SOFA-001", {}, {"product_retailer_id": " "}, {"product_retailer_id": 5}])
def test_a_product_that_cannot_be_read_is_none(told: Any) -> None:
    event = parsed("referred_product", "context", referred_product=told)
    assert isinstance(event, InboundMessage)
    assert event.product_sku is None


# ---- Flows ------------------------------------------------------------------------------------------------


def test_a_flow_is_what_was_filled_in() -> None:
    form = message_of(WA, "flow_reply").content
    assert form == FormContent(
        name="flow", answers=(("screen_0_Ваше_имя_0", "Айгерим"), ("rooms", "2, 3"), ("delivery", "✓"))
    )
    assert form.lines == ("Ваше имя: Айгерим", "rooms: 2, 3", "delivery: ✓")


@pytest.mark.parametrize(
    ("response", "answers"),
    [
        ("", ()),
        ("[1]", ()),
        ("{", ()),
        ("[" * 9000, ()),
        ('{"a":' * 3000 + "1" + "}" * 3000, ()),
        (json.dumps({"a": "x" * 30_000}), ()),
        (json.dumps({"a": {"b": 1}, "c": None, "d": " ", "e": 1.50, "f": False}), (("e", "1.5"), ("f", "✗"))),
        (json.dumps({"a" * 200: "b" * 900}), (("a" * 80, "b" * 300),)),
        (json.dumps({str(n): n for n in range(90)}), tuple((str(n), str(n)) for n in range(50))),
        ('{"a": "\\u0000\\ud800"}', (("a", "\ufffd\ufffd"),)),
    ],
)
def test_a_flow_is_read_within_bounds(response: str, answers: tuple[tuple[str, str], ...]) -> None:
    told = {"name": "flow", "response_json": response}
    assert content("flow_reply", "interactive", nfm_reply=told) == FormContent(name="flow", answers=answers)


# ---- the Business app -------------------------------------------------------------------------------------


def test_words_from_the_business_app_are_the_shops_in_the_persons_chat() -> None:
    event = message_of(WA, "echo")
    assert event.content == EchoContent(said=TextContent(text="Здравствуйте! Отвечу сама."))
    assert event.chat_id == message_of(WA, "text").chat_id
    assert event.sender.phone == message_of(WA, "text").sender.phone


def test_a_correction_from_the_business_app_names_what_it_corrects_and_the_same_person() -> None:
    event = message_of(WA, "echo_edited")
    assert (event.edited, event.message_id, event.chat_id) == (True, "wamid.ORIGINAL", "77011234567")
    assert event.content == EchoContent(said=TextContent(text="Отвечу сама сегодня."))


def test_a_picture_from_the_business_app_goes_to_the_person_known_by_user_id() -> None:
    event = message_of(WA, "echo_with_user_id")
    assert (event.chat_id, event.sender.name, event.sender.phone) == (ADA, "Айгерим", "+77011234567")
    assert isinstance(event.content, EchoContent)
    assert isinstance(event.content.said, MediaContent)
    assert (event.content.said.media, event.content.said.caption) == (MediaKind.PHOTO, "Вот он")


def test_an_echo_of_an_unknown_kind_is_an_echo_all_the_same() -> None:
    assert content("echo", "", type="hologram") == EchoContent(said=UnsupportedContent(type="hologram"))


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"to": None}, "echo_to_nobody"),
        ({"to": "77270000000"}, "echo_to_nobody"),
        ({"id": None}, "incomplete_message"),
        ({"type": "reaction"}, "echo_of_reaction"),
    ],
)
def test_an_echo_that_is_no_message_to_somebody_is_left_alone(changes: dict[str, Any], reason: str) -> None:
    event = parsed("echo", "", **changes)
    assert isinstance(event, Ignored)
    assert event.reason == reason
