"""The offline assistant in talk: what a shopper says, and what comes back."""

from __future__ import annotations

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.assistant import buttons
from shared.assistant.offline.assistant import OfflineAssistant
from shared.assistant.replies import TEXTS
from shared.channels.contract import Membership
from shared.channels.messages import (
    Button,
    ContactContent,
    FormContent,
    InboundContent,
    ListMessage,
    LocationContent,
    MediaContent,
    MediaKind,
    ProductCard,
    ProductCards,
    TextMessage,
    UnsupportedContent,
)
from shared.dialogs.contract import Turn, TurnResult
from shared.kernel.languages import Language
from tests.doubles.memory_catalogue import MemoryCatalogue
from tests.doubles.skills import skills_without_database
from tests.doubles.turns import message, pressed, shown_skus, started, turn, words


def assistant(catalogue: MemoryCatalogue | None = None) -> OfflineAssistant:
    return OfflineAssistant(skills_without_database(catalogue or MemoryCatalogue()))


async def talk(*said: str) -> TurnResult:
    """The answer to the last of several turns."""
    bot, result = assistant(), None
    for one in said:
        result = await bot.respond(turn(one, after=result))
    assert result is not None
    return result


def button_ids(result: TurnResult) -> list[str]:
    found: list[str] = []
    for outgoing in result.reply.messages:
        if isinstance(outgoing, TextMessage | ProductCard | ProductCards | ListMessage):
            found += [one.id for row in outgoing.buttons for one in row if isinstance(one, Button)]
        if isinstance(outgoing, ProductCards):
            found += [
                one.id for card in outgoing.cards for row in card.buttons for one in row if isinstance(one, Button)
            ]
    return found


async def test_a_request_with_colour_and_price_shows_what_fits() -> None:
    result = await talk("хочу красный диван до 150000")
    assert shown_skus(result) == ["SOFA-001", "SOFA-005"]
    assert "Вот 2 подходящих варианта" in words(result)


async def test_many_results_come_in_pages() -> None:
    first = await talk("диван")
    assert len(shown_skus(first)) == 5
    assert buttons.MORE in button_ids(first)
    second = await assistant().respond(turn(pressed(buttons.MORE), after=first))
    assert len(shown_skus(second)) == 2
    assert buttons.MORE not in button_ids(second)
    assert not set(shown_skus(first)) & set(shown_skus(second))
    third = await assistant().respond(turn("ещё", after=second))
    assert TEXTS.get("more.none", Language.RU) in words(third)


async def test_cheaper_beats_the_cheapest_shown() -> None:
    result = await talk("красное кресло", "дешевле")
    assert shown_skus(result) == []
    assert TEXTS.get("cheaper.none", Language.RU) in words(result)
    assert shown_skus(await talk("серый диван", "покажи второй", "дешевле")) == ["SOFA-003"]


async def test_cheaper_looks_at_other_colours_where_this_one_has_nothing_cheaper() -> None:
    result = await talk("синий диван", "подешевле")
    assert "SOFA-003" in shown_skus(result)
    assert TEXTS.get("cheaper.other_colours", Language.RU) in words(result)


async def test_dearer_beats_the_dearest_shown() -> None:
    assert shown_skus(await talk("красный диван", "подороже")) == []
    assert shown_skus(await talk("серый диван", "первый", "подороже")) == ["SOFA-004"]


async def test_another_colour_keeps_the_wish() -> None:
    assert shown_skus(await talk("красный диван", "а синий есть?")) == ["SOFA-002"]
    others = shown_skus(await talk("красный диван", "другой цвет"))
    assert others
    assert not {"SOFA-001", "SOFA-005"} & set(others)


async def test_the_colour_asked_for_last_outlives_the_price_and_the_kind_of_thing() -> None:
    result = await talk("красный диван до 150000", "а бежевый есть?")
    assert shown_skus(result) == ["SOFA-006"], "a dearer sofa of that colour, no armchair and no other colour"
    assert TEXTS.get("relaxed.price", Language.RU) in words(result)


async def test_a_single_find_is_shown_whole() -> None:
    result = await talk("синий диван")
    cards = result.reply.messages[0]
    assert isinstance(cards, ProductCards)
    assert cards.text.plain == TEXTS.get("found.one", Language.RU)
    assert buttons.MANAGER in button_ids(result)


async def test_what_is_sold_out_comes_after_something_similar_in_stock() -> None:
    result = await talk("красный диван до 120 тысяч")
    assert shown_skus(result) == ["SOFA-003", "SOFA-005"]
    assert TEXTS.get("relaxed.sold_out", Language.RU) in words(result)


async def test_a_kind_of_thing_that_was_found_sold_out_is_not_asked_for_once_more() -> None:
    catalogue = MemoryCatalogue()

    await assistant(catalogue).respond(turn("красный диван до 120 тысяч"))

    asked = [(query.category, query.colour, query.price_max) for query in catalogue.queries]
    assert asked == [("диван", "red", 12_000_000), ("диван", None, 12_000_000)]


async def test_a_price_alone_narrows_the_last_search() -> None:
    assert shown_skus(await talk("диван", "до 120 тыс")) == ["SOFA-003", "SOFA-005"]


async def test_the_second_of_the_list_is_shown_as_a_card() -> None:
    result = await talk("красный диван", "покажи второй")
    card = result.reply.messages[0]
    assert isinstance(card, ProductCard)
    assert (card.sku, card.price.minor, card.availability) == ("SOFA-005", 11_999_000, "Сейчас нет в наличии")


async def test_a_place_beyond_the_list_is_told() -> None:
    assert "последний — 2" in words(await talk("красный диван", "покажи 7"))


async def test_details_open_the_card_or_ask_which() -> None:
    assert shown_skus(await talk("синий диван", "подробнее")) == ["SOFA-002"]
    assert TEXTS.get("number.which", Language.RU) in words(await talk("диван", "подробнее"))


async def test_an_article_number_shows_its_card() -> None:
    assert shown_skus(await talk("sofa-002")) == ["SOFA-002"]


async def test_a_pressed_card_shows_the_price_of_now() -> None:
    result = await assistant().respond(turn(pressed(buttons.card("CHAIR-001"))))
    card = result.reply.messages[0]
    assert isinstance(card, ProductCard)
    assert card.price.minor == 7_999_000


@pytest.mark.parametrize(
    ("said", "key", "skus"),
    [
        ("зелёное кресло", "relaxed.colour", ["CHAIR-001", "CHAIR-002"]),
        ("кресло до 10 тыс", "relaxed.price", ["CHAIR-002", "CHAIR-001"]),
        ("зелёное кресло до 10 тыс", "relaxed.colour_and_price", ["CHAIR-002", "CHAIR-001"]),
        ("стол обеденный", "relaxed.words", ["DESK-001"]),
    ],
)
async def test_an_empty_search_is_relaxed_and_says_so(said: str, key: str, skus: list[str]) -> None:
    result = await talk(said)
    assert shown_skus(result) == skus
    assert TEXTS.get(key, Language.RU) in words(result)


async def test_nothing_found_offers_what_there_is() -> None:
    result = await talk("холодильник")
    choice = result.reply.messages[0]
    assert isinstance(choice, ListMessage)
    assert [row.title for row in choice.rows] == ["Диваны", "Кресла", "Столы"]
    chosen = await assistant().respond(turn(pressed(choice.rows[1].id), after=result))
    assert shown_skus(chosen) == ["CHAIR-001", "CHAIR-002"]


async def test_an_empty_catalogue_says_so() -> None:
    result = await assistant(MemoryCatalogue(products=())).respond(turn("диван"))
    assert TEXTS.get("catalogue.empty", Language.RU) in words(result)


async def test_cheap_means_the_cheapest_first() -> None:
    assert shown_skus(await talk("недорогой диван"))[0] == "SOFA-003"


@pytest.mark.parametrize(
    "said",
    ["привет", "рахмет", "пока", "ok", "help", "ещё", "дешевле", "!!!", "каталог", "доставка?", "красный диван"],
)
async def test_every_answer_is_in_the_shoppers_language(said: str) -> None:
    answers = {words(await assistant().respond(turn(said, language=language))) for language in Language}
    assert len(answers) == len(Language)


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("позовите менеджера", "asked"),
        ("верните деньги", "angry"),
        ("заказ не привезли", "order_problem"),
    ],
)
async def test_a_person_is_called(said: str, reason: str) -> None:
    result = await talk(said)
    assert len(result.effects) == 1
    assert buttons.RETURN_TO_BOT in button_ids(result)
    assert [event.properties for event in result.analytics if event.kind == "escalated"] == [{"reason": reason}]


async def test_a_manager_is_offered_after_two_misses_and_called_for_that_reason() -> None:
    bot = assistant()
    first = await bot.respond(turn("!!!"))
    assert buttons.MANAGER not in button_ids(first)
    second = await bot.respond(turn("???", after=first))
    assert buttons.MANAGER in button_ids(second)
    called = await bot.respond(turn(pressed(buttons.MANAGER), after=second))
    assert called.analytics[0].properties == {"reason": "repeated_failure"}


async def test_a_success_between_misses_begins_the_count_anew() -> None:
    assert buttons.MANAGER not in button_ids(await talk("!!!", "красный диван", "???"))


CONTENTS: list[InboundContent] = [
    *[MediaContent(media=kind, file_id="1") for kind in MediaKind],
    LocationContent(latitude=43.2, longitude=76.9),
    ContactContent(phone="+77010000000"),
    FormContent(name="flow", answers=(("name", "Айгуль"),)),
    UnsupportedContent(type="poll"),
]


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize("content", CONTENTS, ids=lambda content: getattr(content, "media", content.kind))
async def test_content_that_cannot_be_read_is_answered(content: InboundContent, language: Language) -> None:
    assert words(await assistant().respond(turn(message(content), language=language))).strip()


def test_no_kind_of_content_is_forgotten() -> None:
    kinds = {part.model_fields["kind"].default for part in get_args(get_args(InboundContent)[0])}
    elsewhere = {"order"}, {"echo"}  # answered with the cart; the hand-over's, never the assistant's
    assert kinds - {"text", "choice"} - set().union(*elsewhere) == {content.kind for content in CONTENTS}


async def test_a_photo_with_a_caption_is_searched_by_its_caption() -> None:
    photo = MediaContent(media=MediaKind.PHOTO, file_id="1", caption="есть красный диван?")
    result = await assistant().respond(turn(message(photo)))
    assert shown_skus(result) == ["SOFA-001", "SOFA-005"]
    assert TEXTS.get("media.photo", Language.RU) in words(result)


async def test_a_long_story_is_searched_by_the_words_around_the_thing_wanted() -> None:
    story = (
        "Здравствуйте, меня зовут Мария, мы недавно переехали в новую квартиру, и мы с мужем ищем большой "
        "угловой диван в гостиную, чтобы можно было спать гостям. Что посоветуете?"
    )
    assert shown_skus(await talk(story))[0].startswith("SOFA")


async def test_the_kind_of_thing_outlives_words_that_nothing_has() -> None:
    result = await talk("недорогой надувной диван")
    assert shown_skus(result)
    assert all(sku.startswith("SOFA") for sku in shown_skus(result))


@pytest.mark.parametrize("said", ["угловой", "раскладной", "кожаный", "с ящиком", "мягкий", "кожаный?"])
async def test_a_feature_after_a_list_goes_on_within_its_kind(said: str) -> None:
    found = shown_skus(await talk("диваны", said))
    assert found
    assert all(sku.startswith("SOFA") for sku in found)


async def test_a_feature_is_looked_for_beside_what_was_looked_for_before() -> None:
    catalogue = MemoryCatalogue()
    first = await assistant(catalogue).respond(turn("диваны"))
    await assistant(catalogue).respond(turn("раскладной", after=first))
    assert "диваны раскладной" in [query.text for query in catalogue.queries]


async def test_a_question_is_of_the_product_spoken_of_and_of_a_list_it_is_asked_which() -> None:
    assert "Мягкий диван, 220 см" in words(await talk("диваны", "первый", "мягкий?"))
    assert "Мягкий диван, 220 см" in words(await talk("диваны", "первый", "а этот диван раскладывается?"))
    assert words(await talk("диваны", "а он раскладывается?")) == TEXTS.get("number.which", Language.RU)


async def test_a_question_that_names_other_goods_is_a_search() -> None:
    assert shown_skus(await talk("диваны", "первый", "а эти кресла мягкие?")) == ["CHAIR-001", "CHAIR-002"]


@pytest.mark.parametrize("said", ["скиньте фото дивана", "скинете каталог диванов"])
async def test_goods_that_are_to_be_shown_are_shown(said: str) -> None:
    found = shown_skus(await talk(said))
    assert found
    assert all(sku.startswith("SOFA") for sku in found)


async def test_a_colour_refused_brings_others() -> None:
    others = shown_skus(await talk("красный диван", "не красный"))
    assert others
    assert not {"SOFA-001", "SOFA-005"} & set(others)


@pytest.mark.parametrize("caption", ["есть такой?", "осындай бар ма?", "do you have something similar?"])
async def test_a_caption_that_only_points_at_its_photo_is_answered_once(caption: str) -> None:
    photo = MediaContent(media=MediaKind.PHOTO, file_id="1", caption=caption)
    result = await assistant().respond(turn(message(photo)))
    assert words(result) == TEXTS.get("media.photo", Language.RU)


async def test_an_opened_chat_is_greeted_and_a_block_is_not() -> None:
    assert "Уют" in words(await assistant().respond(turn(started())))
    blocked = started().model_copy(update={"change": Membership.BLOCKED})
    assert (await assistant().respond(turn(blocked))).reply.messages == ()


@pytest.mark.parametrize("label", ["Показать ещё", "тағы көрсету", "SHOW MORE"])
async def test_a_label_typed_is_as_good_as_its_button(label: str) -> None:
    first = await talk("диван")
    assert len(shown_skus(await assistant().respond(turn(label, after=first)))) == 2


@pytest.mark.parametrize("button_id", ["unknown", "category:0000", "card#0000", "lang:ru"])
async def test_an_outdated_button_is_explained(button_id: str) -> None:
    assert TEXTS.get("button.expired", Language.RU) in words(await assistant().respond(turn(pressed(button_id))))


async def test_a_card_of_a_product_that_is_gone_is_explained() -> None:
    assert TEXTS.get("card.gone", Language.RU) in words(await assistant().respond(turn(pressed("card:GONE-1"))))


@pytest.mark.parametrize(
    "state", [{"assistant": {"shown": 5}}, {"assistant": []}, {"assistant": {"search": {"offset": -1}}}]
)
async def test_unreadable_state_is_no_obstacle(state: dict[str, object]) -> None:
    assert shown_skus(await assistant().respond(turn("красный диван", state=state))) == ["SOFA-001", "SOFA-005"]


async def test_state_of_others_is_kept() -> None:
    result = await assistant().respond(turn("диван", state={"handover": "x"}))
    assert result.state is not None
    assert result.state["handover"] == "x"


async def test_the_same_turn_again_gives_the_same_answer() -> None:
    same: Turn = turn("диван до 200 тыс")
    one, two = await assistant().respond(same), await assistant().respond(same)
    assert (one.reply, one.state) == (two.reply, two.state)


@given(st.text(min_size=1, max_size=100))
def test_any_article_number_makes_a_valid_button(sku: str) -> None:
    made = Button(id=buttons.card(sku), title="x")
    assert buttons.find_sku(made.id, [sku]) == sku


@given(st.text(min_size=1, max_size=100))
def test_any_category_makes_a_valid_button(name: str) -> None:
    assert buttons.find_category(Button(id=buttons.category(name), title="x").id, ["другая", name]) == name


@pytest.mark.parametrize("key", ["more", "details", "manager", "categories", "similar"])
@pytest.mark.parametrize("language", list(Language))
def test_labels_fit_the_tightest_messenger(key: str, language: Language) -> None:
    assert len(TEXTS.get(f"button.{key}", language)) <= 20
