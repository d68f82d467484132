"""Viber: what a person sees."""

from __future__ import annotations

from typing import Any

from shared.channels.choices import choices_of
from shared.channels.contract import Call, ChannelAddress, Platform
from shared.channels.messages import Button, ChoiceContent, MediaSource, PhotoMessage, RichText, Span, TextMessage
from shared.channels.viber.actions import pressed
from shared.kernel.languages import Language
from tests.channels.recorded import BOT, channel_of, event_of, message_of
from tests.channels.samples import PDF, SAMPLES, card, cards, press, render, rows, text

VB = Platform.VIBER


def keyboard(call: Call) -> list[dict[str, Any]]:
    found = call.payload["keyboard"]["Buttons"]
    assert isinstance(found, list)
    return found


def test_a_press_comes_back_as_the_button_it_was() -> None:
    (call,) = render(VB, text(Button(id="product:SOFA-001", title="Подробнее <о диване>")))
    (button,) = keyboard(call)
    assert pressed(button["ActionBody"]) == ChoiceContent(id="product:SOFA-001", title="Подробнее <о диване>")
    assert button["Text"] == "Подробнее &lt;о диване&gt;"


def test_words_are_no_press() -> None:
    assert pressed("хочу #zeta:product") is None
    assert pressed("#zeta:") is None


def test_the_keyboard_is_on_every_part() -> None:
    first, last = render(VB, SAMPLES["text over the limit"])
    assert keyboard(first) == keyboard(last)


def test_many_buttons_move_together_and_the_rest_is_numbered() -> None:
    def grid(count: int) -> tuple[int, int, str]:
        message = TextMessage(text=RichText.of("?"), buttons=rows(*press(count)))
        (call,) = render(VB, message)
        found = keyboard(call)
        return len(found), found[0]["Columns"], call.payload["text"]

    assert grid(12) == (12, 6, "?")
    assert grid(24) == (24, 3, "?")
    assert grid(36) == (36, 2, "?")
    count, _, words = grid(38)
    assert count == 36
    assert words == "?\n\nОтветьте номером или названием:\n37. Вариант 37\n38. Вариант 38"


def test_sharing_needs_a_newer_app_and_falls_back_to_a_request() -> None:
    (call,) = render(VB, SAMPLES["buttons and ask for the phone"])
    assert [button["ActionType"] for button in keyboard(call)] == ["reply", "reply", "share-phone"]
    assert call.payload["min_api_version"] == 3
    assert call.fallback is not None
    assert [button["ActionType"] for button in keyboard(call.fallback)] == ["reply", "reply"]
    assert call.fallback.payload["text"] == "Что показать?\n\nНапишите, пожалуйста, свой номер телефона."
    assert "min_api_version" not in call.fallback.payload


def test_products_are_a_carousel_whose_words_cannot_become_markup() -> None:
    wild = card(1).model_copy(update={"name": "<b>Диван</b> & кресло"})
    _, call = render(VB, cards(2).model_copy(update={"cards": (wild, card(2))}))
    picture, words, more, *second = call.payload["rich_media"]["Buttons"]
    assert picture["Image"] == "https://shop.example/sofa.jpg"
    assert words["Text"].startswith("&lt;b&gt;Диван&lt;/b&gt; &amp; кресло<br><b>149\u00a0990\u00a0₸ (было 199")
    assert pressed(more["ActionBody"]) == ChoiceContent(id="product:SOFA-001", title="Подробнее")
    assert [part["Rows"] for part in (picture, words, more)] == [3, 3, 1]
    assert len(second) == 3


def test_an_old_app_gets_products_as_numbered_text() -> None:
    message = cards(8)
    *_, last = render(VB, message)
    assert last.fallback is not None
    numbers = {button["Text"]: pressed(button["ActionBody"]) for button in keyboard(last.fallback)}
    assert list(numbers) == ["7", "8"]
    seventh = numbers["7"]
    assert seventh is not None
    assert seventh.id == choices_of(message)[6].id
    assert last.fallback.payload["text"].startswith("7. Диван")


def test_an_old_price_is_named_in_words() -> None:
    (call,) = render(VB, SAMPLES["product"], language=Language.RU)
    assert "149\u00a0990\u00a0₸ (было 199\u00a0990\u00a0₸)" in call.payload["text"]


def test_a_picture_needs_a_public_address() -> None:
    (call,) = render(VB, PhotoMessage(photo=MediaSource(file_id="x"), caption=RichText.of("Диван")))
    assert (call.payload["type"], call.payload["text"]) == ("text", "Диван")


def test_a_document_of_unknown_size_is_its_address() -> None:
    (call,) = render(VB, SAMPLES["document"])
    assert call.payload["text"] == f"План\n\nплан.pdf: {PDF.url}"


def test_links_are_written_out() -> None:
    (call,) = render(VB, TextMessage(text=RichText.of("Смотрите ", Span(text="сайт", url="https://x.kz"))))
    assert call.payload["text"] == "Смотрите сайт (https://x.kz)"


def test_conversation_started_is_answered_in_the_webhook_itself() -> None:
    welcome = text(*press(1), words="Сәлем!")
    answer = channel_of(VB).immediate_reply([event_of(VB, "conversation_started")], welcome, bot=BOT)
    assert answer is not None
    assert (answer["type"], answer["text"], answer["sender"]) == ("text", "Сәлем!", {"name": "Жиһаз"})
    assert "receiver" not in answer


def test_nothing_else_is_answered_in_the_webhook() -> None:
    welcome = text(words="Сәлем!")
    assert channel_of(VB).immediate_reply([event_of(VB, "subscribed")], welcome, bot=BOT) is None
    assert channel_of(VB).immediate_reply([message_of(VB, "text")], welcome, bot=BOT) is None
    assert channel_of(VB).immediate_reply([event_of(VB, "conversation_started")], None, bot=BOT) is None
    for other in (Platform.TELEGRAM, Platform.WHATSAPP):
        assert channel_of(other).immediate_reply([message_of(other, "text")], welcome, bot=BOT) is None


def test_viber_shows_no_typing() -> None:
    assert channel_of(VB).typing(ChannelAddress("A=", Language.RU), message_of(VB, "text")) is None
