"""One message of every kind, by the name of its row in docs/channels.md."""

from __future__ import annotations

from shared.channels.contract import Call, Platform
from shared.channels.messages import (
    AlbumMessage,
    AnyButton,
    Button,
    ButtonRows,
    ContactButton,
    DocumentMessage,
    LinkButton,
    ListMessage,
    ListRow,
    LocationButton,
    MediaSource,
    OutboundMessage,
    PhotoMessage,
    ProductCard,
    ProductCards,
    RequestOver,
    RichText,
    Span,
    Style,
    TemplateMessage,
    TextMessage,
)
from shared.kernel.languages import Language
from shared.kernel.money import Money
from tests.channels.recorded import address_of, channel_of

LONG = RichText.of("слово " * 1200)
"""7199 characters: over each platform's limit of one text."""
PHOTO = MediaSource(url="https://shop.example/sofa.jpg")
PDF = MediaSource(url="https://shop.example/plan.pdf", file_name="план.pdf")
SHARE = ContactButton(title="Отправить номер")
WHERE = LocationButton(title="Где я")
SITE = LinkButton(title="Наш сайт", url="https://shop.example/")


def press(count: int, *, title: str = "Вариант") -> tuple[Button, ...]:
    return tuple(Button(id=f"choice:{number}", title=f"{title} {number}") for number in range(1, count + 1))


def text(*buttons: AnyButton, words: str = "Что показать?") -> TextMessage:
    return TextMessage(text=RichText.of(words), buttons=rows(*buttons))


def rows(*buttons: AnyButton) -> ButtonRows:
    return tuple((button,) for button in buttons)


def card(number: int, *buttons: AnyButton, photo: MediaSource | None = PHOTO) -> ProductCard:
    return ProductCard(
        sku=f"SOFA-{number:03}",
        name=f"Диван «Алматы» угловой, № {number}",
        price=Money(minor=149_990_00, currency="KZT"),
        old_price=Money(minor=199_990_00, currency="KZT"),
        description="Раскладной, с ящиком для белья.",
        availability="В наличии: 5 шт.",
        photo=photo,
        buttons=rows(*(buttons or (Button(id=f"product:SOFA-{number:03}", title="Подробнее"),))),
        language=Language.RU,
    )


def cards(count: int, *buttons: AnyButton) -> ProductCards:
    found = tuple(card(number) for number in range(1, count + 1))
    return ProductCards(text=RichText.of("Вот что нашлось:"), cards=found, buttons=rows(*buttons))


MORE = Button(id="more", title="Показать ещё")
ROWS = tuple(ListRow(id=f"row:{n}", title=f"Строка {n}", description=f"Описание {n}") for n in range(1, 5))

SAMPLES: dict[str, OutboundMessage] = {
    "text": TextMessage(text=RichText.of("Здравствуйте, ", Span(text="Айгерим", style=Style.BOLD))),
    "text over the limit": TextMessage(text=LONG, buttons=rows(*press(2))),
    "1–3 short buttons": text(*press(3)),
    "1–3 buttons, a title over 20": text(*press(2, title="Очень длинное название")),
    "4–10 buttons": text(*press(10)),
    "more than 10 buttons": text(*press(11)),
    "one link": text(SITE),
    "buttons and a link": text(*press(2), SITE),
    "ask for the phone": text(SHARE),
    "ask for the location": text(WHERE),
    "buttons and ask for the phone": text(*press(2), SHARE),
    "photo": PhotoMessage(photo=PHOTO, caption=RichText.of("Диван")),
    "photo, caption over the limit": PhotoMessage(photo=PHOTO, caption=RichText.of("слово " * 200)),
    "photo, 1–3 short buttons": PhotoMessage(photo=PHOTO, caption=RichText.of("Диван"), buttons=rows(*press(2))),
    "photo, more buttons": PhotoMessage(photo=PHOTO, caption=RichText.of("Диван"), buttons=rows(*press(5))),
    "album of 3": AlbumMessage(photos=(PHOTO, PHOTO, PHOTO), caption=RichText.of("Комната")),
    "document": DocumentMessage(document=PDF, caption=RichText.of("План")),
    "document of a known size": DocumentMessage(document=PDF.model_copy(update={"size": 90_112})),
    "list up to 10": ListMessage(text=RichText.of("Разделы"), button="Открыть", rows=ROWS, buttons=rows(MORE)),
    "list over 10": ListMessage(
        text=RichText.of("Разделы"),
        button="Открыть",
        rows=tuple(ListRow(id=f"row:{number}", title=f"Строка {number}") for number in range(1, 12)),
    ),
    "product": card(1),
    "product without a photo": card(1, photo=None),
    "2–10 products": cards(4, MORE),
    "10 products and a button": cards(10, MORE),
    "template": TemplateMessage(
        name="order_ready", language=Language.KK, parameters=("42",), text=RichText.of("Заказ 42 готов")
    ),
    "a request is over": RequestOver(),
}


def render(platform: Platform, message: OutboundMessage, *, language: Language = Language.RU) -> list[Call]:
    return list(channel_of(platform).render(message, address_of(platform, language=language)))
