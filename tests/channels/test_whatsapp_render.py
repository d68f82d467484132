"""WhatsApp: what a person sees."""

from __future__ import annotations

import pytest

from shared.channels.choices import Choice, choices_of
from shared.channels.contract import ChannelAddress, Platform
from shared.channels.messages import (
    Button,
    ListMessage,
    MediaSource,
    PhotoMessage,
    RichText,
    Span,
    Style,
    TextMessage,
)
from shared.channels.whatsapp.markup import to_markup
from shared.kernel.languages import Language
from tests.channels.recorded import channel_of, message_of
from tests.channels.samples import SAMPLES, SITE, cards, press, render, rows, text

WA = Platform.WHATSAPP


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("*жирный*", "∗жирный∗"),
        ("_так_ и ~так~", "ˍтакˍ и ∼так∼"),
        ("```код```", "ˋˋˋкодˋˋˋ"),
        ("2*3*4", "2∗3∗4"),
        ("ivan_petrov@mail.kz", "ivan_petrov@mail.kz"),
        ("https://x.kz/a_b_c~d*e", "https://x.kz/a_b_c~d*e"),
        ("> цитата\n- пункт", "\u2060> цитата\n\u2060- пункт"),
        ("5 > 3 - да", "5 > 3 - да"),
    ],
)
def test_words_are_shown_as_typed(typed: str, shown: str) -> None:
    assert to_markup(RichText.of(typed)) == shown


@pytest.mark.parametrize(
    ("spans", "shown"),
    [
        (("Цена: ", Span(text="100 ₸", style=Style.BOLD), "."), "Цена: *100 ₸*."),
        ((Span(text="a*b", style=Style.BOLD),), "*a∗b*"),
        ((Span(text=" край ", style=Style.ITALIC),), " _край_ "),
        ((Span(text="раз\nдва", style=Style.STRIKE),), "~раз~\n~два~"),
        ((Span(text="A*B_1", style=Style.CODE),), "```A*B_1```"),
        (("сло", Span(text="во", style=Style.BOLD)), "слово"),
        ((Span(text="тут", url="https://x.kz/a_b"),), "тут (https://x.kz/a_b)"),
        ((Span(text="https://x.kz", url="https://x.kz"),), "https://x.kz"),
    ],
)
def test_a_style_is_marked_only_where_whatsapp_shows_it(spans: tuple[str | Span, ...], shown: str) -> None:
    assert to_markup(RichText.of(*spans)) == shown


def test_a_number_is_written_to_and_a_user_id_where_there_is_none() -> None:
    def recipient(address: ChannelAddress) -> dict[str, str]:
        (call,) = channel_of(WA).render(text(), address)
        return {key: value for key, value in call.payload.items() if key in {"to", "recipient"}}

    assert recipient(ChannelAddress("77011234567", Language.RU)) == {"to": "77011234567"}
    assert recipient(ChannelAddress("bsuid:KZ.1", Language.RU)) == {"recipient": "KZ.1"}
    assert recipient(ChannelAddress("bsuid:KZ.1", Language.RU, phone="+77011234567")) == {"to": "77011234567"}


def test_a_title_too_long_for_a_list_stands_whole_in_its_description() -> None:
    title = "Угловые диваны с ящиком для белья"
    (call,) = render(WA, text(Button(id="corner", title=title)))
    (section,) = call.payload["interactive"]["action"]["sections"]
    assert section["rows"] == [{"id": "corner", "title": "Угловые диваны с ящиком…", "description": title}]
    assert call.payload["interactive"]["action"]["button"] == "Выбрать"


def test_too_many_choices_are_numbered_in_the_order_that_can_be_resolved() -> None:
    message = SAMPLES["more than 10 buttons"]
    (call,) = render(WA, message)
    body = call.payload["text"]["body"]
    assert body.startswith("Что показать?\n\nОтветьте номером или названием:\n1. *Вариант 1*\n2. *Вариант 2*")
    for number, choice in enumerate(choices_of(message), start=1):
        assert f"\n{number}. *{choice.title}*" in body


def test_an_id_is_offered_once() -> None:
    twice = text(Button(id="a", title="Раз"), Button(id="b", title="Два"), Button(id="a", title="Опять"))
    assert choices_of(twice) == (Choice(id="a", title="Раз"), Choice(id="b", title="Два"))
    (call,) = render(WA, twice)
    assert [button["reply"]["id"] for button in call.payload["interactive"]["action"]["buttons"]] == ["a", "b"]


def test_text_over_an_interactive_body_goes_ahead() -> None:
    message = TextMessage(text=RichText.of("слово " * 300), buttons=rows(*press(2)))
    words, choice = render(WA, message)
    assert words.payload["text"]["body"].split() == ["слово"] * 300
    assert choice.payload["interactive"]["body"] == {"text": "Выберите, пожалуйста:"}


def test_a_link_beside_answers_is_written_out() -> None:
    (call,) = render(WA, SAMPLES["buttons and a link"])
    assert call.payload["interactive"]["body"]["text"] == f"Что показать?\n\nНаш сайт: {SITE.url}"
    (alone,) = render(WA, SAMPLES["one link"])
    assert alone.payload["interactive"]["action"]["parameters"] == {"display_text": "Наш сайт", "url": SITE.url}


def test_products_are_a_list_whose_rows_say_the_price() -> None:
    (call,) = render(WA, cards(3))
    (section,) = call.payload["interactive"]["action"]["sections"]
    assert section["rows"][1] == {
        "id": "product:SOFA-002",
        "title": "2. Диван «Алматы» углов…",
        "description": "149\u00a0990\u00a0₸ · В наличии: 5 шт.",
    }
    assert (
        "2. *Диван «Алматы» угловой, № 2*\n*149\u00a0990\u00a0₸* ~199\u00a0990\u00a0₸~"
        in (call.payload["interactive"]["body"]["text"])
    )


def test_a_product_is_one_message_headed_by_its_photo_and_falls_back_without_it() -> None:
    (call,) = render(WA, SAMPLES["product"])
    interactive = call.payload["interactive"]
    assert interactive["header"] == {"type": "image", "image": {"link": "https://shop.example/sofa.jpg"}}
    assert call.fallback is not None
    without = {key: value for key, value in interactive.items() if key != "header"}
    assert call.fallback.payload["interactive"] == without


def test_media_received_before_is_sent_by_its_id() -> None:
    (call,) = render(WA, PhotoMessage(photo=MediaSource(file_id="1003", url="https://x.kz/1.jpg")))
    assert call.payload["image"] == {"id": "1003"}


def test_a_list_keeps_its_rows_and_the_buttons_below() -> None:
    message = SAMPLES["list up to 10"]
    assert isinstance(message, ListMessage)
    (call,) = render(WA, message)
    (section,) = call.payload["interactive"]["action"]["sections"]
    assert [row["id"] for row in section["rows"]] == ["row:1", "row:2", "row:3", "row:4", "more"]


def test_only_a_template_may_pass_outside_the_window() -> None:
    (call,) = render(WA, SAMPLES["template"])
    assert call.template
    assert call.payload["template"] == {
        "name": "order_ready",
        "language": {"code": "kk"},
        "components": [{"type": "body", "parameters": [{"type": "text", "text": "42"}]}],
    }
    others = [call for name, message in SAMPLES.items() if name != "template" for call in render(WA, message)]
    assert not any(call.template for call in others)


def test_typing_marks_the_message_read() -> None:
    event = message_of(WA, "text")
    call = channel_of(WA).typing(ChannelAddress(event.chat_id, Language.RU), event)
    assert call is not None
    assert call.payload["message_id"] == event.message_id
    assert call.payload["typing_indicator"] == {"type": "text"}
    assert channel_of(WA).typing(ChannelAddress(event.chat_id, Language.RU), None) is None
