"""No message that our types allow is rendered into a call that its platform refuses."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from shared.channels.contract import ChannelAddress, Platform
from shared.channels.messages import (
    AlbumMessage,
    Button,
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
from tests.channels.platform_limits import check
from tests.channels.recorded import CHATS, channel_of
from tests.channels.samples import SAMPLES, render

EVERYWHERE = pytest.mark.parametrize("platform", list(Platform))

_words = st.text(st.sampled_from("аб Zя<>&*_~`\"'-\n👍🏽🇰🇿\u200d\u0301₸"), max_size=60) | st.builds(
    lambda word, times: word * times,
    st.sampled_from(["слово ", "👨‍👩‍👧‍👦", "<b>&", "*_~`", "\n", "д" * 50, "₸"]),
    st.integers(1, 1500),
)
_titles = st.text(st.sampled_from("аб Z<>&*_🇰🇿"), min_size=1, max_size=40).filter(str.strip) | st.just(
    "Длинное " * 40
)
_ids = st.from_regex(r"[\x21-\x7e]{1,64}", fullmatch=True)
_urls = st.sampled_from(
    ["https://shop.example/a_b?x=1&y=2", "http://[", "javascript:1", "", "tg://x", "https://x.kz/" + "y" * 300]
)
_buttons = st.one_of(
    st.builds(Button, id=_ids, title=_titles),
    st.builds(LinkButton, title=_titles, url=_urls),
    st.builds(ContactButton, title=_titles),
    st.builds(LocationButton, title=_titles),
)
_rows = st.lists(st.lists(_buttons, max_size=9).map(tuple), max_size=14).map(tuple)
_texts = st.lists(
    st.builds(Span, text=_words, style=st.sampled_from(list(Style)), url=st.none() | _urls), max_size=4
).map(lambda spans: RichText(spans=tuple(spans)))
_media = st.builds(
    MediaSource,
    url=st.none() | _urls,
    file_id=st.none() | _ids,
    size=st.none() | st.integers(0, 10**8),
    file_name=st.none() | _titles,
)
_money = st.builds(Money, minor=st.integers(0, 10**12), currency=st.just("KZT"))
_cards = st.builds(
    ProductCard,
    sku=_ids,
    name=_titles,
    price=_money,
    old_price=st.none() | _money,
    description=_words,
    availability=_titles,
    photo=st.none() | _media,
    buttons=_rows,
    language=st.sampled_from(list(Language)),
)
_list_rows = st.builds(ListRow, id=_ids, title=_titles, description=st.just("") | _titles)
MESSAGES = st.one_of(
    st.builds(TextMessage, text=_texts, buttons=_rows),
    st.builds(PhotoMessage, photo=_media, caption=_texts, buttons=_rows),
    st.builds(AlbumMessage, photos=st.lists(_media, min_size=2, max_size=10).map(tuple), caption=_texts),
    st.builds(DocumentMessage, document=_media, caption=_texts, buttons=_rows),
    st.builds(
        ListMessage,
        text=_texts,
        button=_titles,
        rows=st.lists(_list_rows, min_size=1, max_size=14).map(tuple),
        buttons=_rows,
    ),
    _cards,
    st.builds(ProductCards, text=_texts, cards=st.lists(_cards, min_size=1, max_size=10).map(tuple), buttons=_rows),
    st.builds(TemplateMessage, name=st.just("t"), language=st.sampled_from(list(Language)), text=_texts),
)

# Without shrinking: messages of this size shrink for minutes, and the failing one tells enough.
_bounded = settings(
    max_examples=40,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    phases=[Phase.generate],
)


@EVERYWHERE
@pytest.mark.parametrize("name", list(SAMPLES))
@pytest.mark.parametrize("language", list(Language))
def test_samples_are_inside_the_limits(platform: Platform, name: str, language: Language) -> None:
    calls = render(platform, SAMPLES[name], language=language)
    assert calls or isinstance(SAMPLES[name], RequestOver)
    for call in calls:
        check(platform, call)


@EVERYWHERE
@given(message=MESSAGES)
@_bounded
def test_any_message_is_inside_the_limits(platform: Platform, message: OutboundMessage) -> None:
    for call in channel_of(platform).render(message, ChannelAddress(CHATS[platform], Language.RU)):
        check(platform, call)


@given(message=MESSAGES)
@_bounded
def test_any_message_is_inside_the_limits_of_a_telegram_group(message: OutboundMessage) -> None:
    address = ChannelAddress("-1001234567890", Language.KK)
    for call in channel_of(Platform.TELEGRAM).render(message, address):
        check(Platform.TELEGRAM, call)
