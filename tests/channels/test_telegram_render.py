"""Telegram: what a person sees."""

from __future__ import annotations

from shared.channels.contract import Call, ChannelAddress, Platform
from shared.channels.messages import (
    Button,
    ContactButton,
    LinkButton,
    MediaSource,
    PhotoMessage,
    RequestOver,
    RichText,
    Span,
    Style,
    TextMessage,
)
from shared.kernel.languages import Language
from tests.channels.platform_limits import telegram_html
from tests.channels.recorded import channel_of, message_of
from tests.channels.samples import LONG, PHOTO, SAMPLES, SHARE, cards, press, render, rows, text

TG = Platform.TELEGRAM


def html(*parts: str | Span) -> str:
    (call,) = render(TG, TextMessage(text=RichText.of(*parts)))
    return str(call.payload["text"])


def buttons(call: Call) -> list[list[str]]:
    return [[button["text"] for button in row] for row in call.payload["reply_markup"]["inline_keyboard"]]


def test_words_cannot_become_markup() -> None:
    assert html("<b>&amp;</b> 5 > 3") == "&lt;b&gt;&amp;amp;&lt;/b&gt; 5 &gt; 3"


def test_styles_and_links_are_tags() -> None:
    spans = [Span(text=style.value, style=style) for style in Style if style is not Style.PLAIN]
    assert html(*spans) == "<b>bold</b><i>italic</i><s>strike</s><code>code</code>"
    assert html(Span(text="тут", url='https://x.kz/?a=1&b="2"')) == (
        '<a href="https://x.kz/?a=1&amp;b=&quot;2&quot;">тут</a>'
    )


def test_an_address_that_is_no_link_is_written_out() -> None:
    assert html(Span(text="тут", url="javascript:alert(1)")) == "тут (javascript:alert(1))"


def test_a_style_is_opened_again_in_each_part() -> None:
    bold = RichText.of(Span(text=LONG.plain, style=Style.BOLD))
    texts = [call.payload["text"] for call in render(TG, TextMessage(text=bold))]
    assert len(texts) == 2
    assert all(part.startswith("<b>слово") and part.endswith("слово</b>") for part in texts)
    assert sum(telegram_html(part).words.count("слово") for part in texts) == 1200


def test_the_limit_counts_utf16_units() -> None:
    calls = render(TG, TextMessage(text=RichText.of("🛋" * 2049)))
    assert [call.payload["text"] for call in calls] == ["🛋" * 2048, "🛋"]


def test_buttons_are_under_the_last_part_only() -> None:
    first, last = render(TG, SAMPLES["text over the limit"])
    assert "reply_markup" not in first.payload
    assert buttons(last) == [["Вариант 1"], ["Вариант 2"]]


def test_a_text_falls_back_to_plain_words() -> None:
    (call,) = render(TG, TextMessage(text=RichText.of(Span(text="a<b", style=Style.BOLD)), buttons=rows(*press(1))))
    assert call.fallback is not None
    assert call.fallback.payload["text"] == "a<b"
    assert "parse_mode" not in call.fallback.payload
    assert call.fallback.payload["reply_markup"] == call.payload["reply_markup"]


def test_a_photo_falls_back_to_its_words_and_buttons() -> None:
    (call,) = render(TG, SAMPLES["photo, 1–3 short buttons"])
    assert call.fallback is not None
    assert (call.fallback.method, call.fallback.payload["text"]) == ("sendMessage", "Диван")
    assert call.fallback.payload["reply_markup"] == call.payload["reply_markup"]


def test_a_received_file_is_sent_again_by_its_id() -> None:
    (call,) = render(TG, PhotoMessage(photo=MediaSource(file_id="AgAC", url="https://x.kz/1.jpg")))
    assert call.payload["photo"] == "AgAC"


def test_a_caption_over_the_limit_goes_on_as_text_with_the_buttons() -> None:
    caption = RichText.of("слово " * 200)
    photo, rest = render(TG, PhotoMessage(photo=PHOTO, caption=caption, buttons=rows(*press(1))))
    assert "reply_markup" not in photo.payload
    assert buttons(rest) == [["Вариант 1"]]
    said = photo.payload["caption"] + " " + rest.payload["text"]
    assert said.split() == caption.plain.split()


def test_an_album_has_its_caption_once_and_no_buttons() -> None:
    (call,) = render(TG, SAMPLES["album of 3"])
    assert [item.get("caption") for item in call.payload["media"]] == ["Комната", None, None]
    assert call.fallback is not None


def test_asking_for_the_phone_takes_a_keyboard_of_its_own_beside_buttons() -> None:
    answers, share = render(TG, SAMPLES["buttons and ask for the phone"])
    assert buttons(answers) == [["Вариант 1"], ["Вариант 2"]]
    assert share.payload["reply_markup"]["keyboard"] == [[{"text": "Отправить номер", "request_contact": True}]]
    assert share.payload["text"] == "Нажмите кнопку внизу, чтобы отправить свой номер телефона."


def test_a_group_is_asked_to_type_the_phone() -> None:
    message = text(SHARE, words="Оставьте номер")
    (call,) = channel_of(TG).render(message, ChannelAddress("-100500", Language.KK))
    assert "reply_markup" not in call.payload
    assert call.payload["text"] == "Оставьте номер\n\nТелефон нөміріңізді жазып жіберіңізші."


def test_a_group_has_no_keyboard_to_take_away() -> None:
    assert list(channel_of(TG).render(RequestOver(), ChannelAddress("-100500", Language.KK))) == []


def test_products_are_a_numbered_text_with_a_button_for_each() -> None:
    (call,) = render(TG, cards(7, Button(id="more", title="Показать ещё")))
    assert buttons(call) == [["1", "2", "3", "4", "5"], ["6", "7"], ["Показать ещё"]]
    markup = call.payload["reply_markup"]["inline_keyboard"]
    assert markup[1][1]["callback_data"] == "product:SOFA-007"
    shown = telegram_html(call.payload["text"])
    assert (
        "7. Диван «Алматы» угловой, № 7\n149\u00a0990\u00a0₸ 199\u00a0990\u00a0₸ · В наличии: 5 шт." in shown.words
    )
    assert ("s", "199\u00a0990\u00a0₸") in shown.styled


def test_more_buttons_than_one_message_takes_go_on_in_the_next() -> None:
    first, second = render(TG, TextMessage(text=RichText.of("?"), buttons=(press(130),)))
    shown = [name for call in (first, second) for row in buttons(call) for name in row]
    assert shown == [f"Вариант {number}" for number in range(1, 131)]
    assert second.payload["text"] == "Ещё варианты:"


def test_a_button_that_telegram_would_not_open_is_written_out() -> None:
    (call,) = render(TG, text(LinkButton(title="Позвонить", url="tel:+77011234567"), words="Связь"))
    assert call.payload["text"] == "Связь\n\nПозвонить: tel:+77011234567"


def test_blank_text_with_buttons_gets_a_prompt_and_without_them_no_call() -> None:
    assert render(TG, TextMessage(text=RichText.of(" \n"))) == []
    (call,) = render(TG, text(*press(1), words=" "))
    assert call.payload["text"] == "Выберите, пожалуйста:"
    assert render(TG, text(ContactButton(title="Номер"), words=" "))[0].payload["text"].startswith("Нажмите")


def test_typing_is_a_chat_action() -> None:
    call = channel_of(TG).typing(ChannelAddress("5", Language.RU), message_of(TG, "text"))
    assert call == Call(method="sendChatAction", payload={"chat_id": "5", "action": "typing"})
