"""What the offline assistant understands: a table of utterances in three languages."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.assistant.offline.understanding import SearchWords, read_search, readable
from shared.assistant.skill import Said
from tests.doubles.memory_catalogue import MemoryCatalogue
from tests.doubles.skills import skills_without_database

SKILLS = skills_without_database(MemoryCatalogue())


def search(
    words: str = "", colour: str | None = None, low: int | None = None, high: int | None = None, cheap: bool = False
) -> tuple[str, SearchWords]:
    return "search", SearchWords(words, colour, low, high, cheap)


def number(place: int) -> tuple[str, int]:
    return "show_number", place


def understand(text: str) -> tuple[str, object] | str | None:
    """The wish, with what was read of the words where they say more than that."""
    wish = SKILLS.understand(Said(readable(text), implied_thousands=True))
    if wish is None:
        return None
    return wish.name if wish.read is True else (wish.name, wish.read)


UTTERANCES: list[tuple[str, tuple[str, object] | str | None]] = [
    # searches, Russian
    ("хочу красный диван до 150000", search("диван", "red", high=150_000)),
    ("кресло от 50 до 120 тыс, серое", search("кресло", "grey", 50_000, 120_000)),
    ("диван", search("диван")),
    ("Диваны!", search("Диваны")),
    ("Привет, хочу диван", search("диван")),
    ("Добрый день, нужен угловой диван серого цвета", search("угловой диван", "grey")),
    ("сколько стоит диван Осло?", search("диван Осло")),
    ("недорогой стол", search("стол", cheap=True)),
    ("дешёвые стулья для кухни", search("стулья кухни", cheap=True)),
    ("белый шкаф до 100к", search("шкаф", "white", high=100_000)),
    ("белый шкаф до 100 к", search("шкаф", "white", high=100_000)),
    ("стол 50-120 тыс", search("стол", low=50_000, high=120_000)),
    ("стол около 100 тыс", search("стол", low=80_000, high=120_000)),
    ("кровать дороже 200 тысяч", search("кровать", low=200_000)),
    ("кровать не дороже 90 000 тг", search("кровать", high=90_000)),
    ("кровать не дешевле 90 000 тенге", search("кровать", low=90_000)),
    ("диван до 1,2 млн", search("диван", high=1_200_000)),
    ("диван за 1.5 миллиона тенге", search("диван", high=1_500_000)),
    ("диван до 150", search("диван", high=150_000)),
    ("диван 150 000", search("диван", high=150_000)),
    ("диван 150т", search("диван", high=150_000)),
    ("диван от 100 000 ₸", search("диван", low=100_000)),
    ("кровать 200000 и выше", search("кровать", low=200_000)),
    ("бюджет 200 тыс, нужен шкаф", search("шкаф", high=200_000)),
    ("между 50 и 100 тысячами кресло", search("кресло", low=50_000, high=100_000)),
    ("кровать двуспальная 160x200 белая до 200к", search("кровать двуспальная 160x200", "white", high=200_000)),
    ("шкаф 120 см", search("шкаф 120 см")),
    ("3-местный диван", search("3-местный диван")),
    ("тёмно-синее кресло", search("кресло", "blue")),
    ("светло-серый ковёр", search("ковёр", "grey")),
    ("голубые стулья", search("стулья", "light_blue")),
    ("бежевая кровать", search("кровать", "beige")),
    ("чёрный стол", search("стол", "black")),
    ("черного комода нет?", search("комода нет", "black")),
    ("бордовое кресло", search("кресло", "burgundy")),
    ("стол и стулья", search("стол стулья")),
    ("SOFA-001", search("SOFA-001")),
    ("диван до 200 тыс с доставкой", search("диван доставкой", high=200_000)),
    ("сервант", search("сервант")),
    ("постельное бельё", search("постельное бельё")),
    ("а синий есть?", search(colour="blue")),
    ("а в чёрном цвете?", search(colour="black")),
    ("красный", search(colour="red")),
    ("до 100 тыс", search(high=100_000)),
    ("от 50 до 80 тысяч", search(low=50_000, high=80_000)),
    ("подешевле до 70 тыс", search(high=70_000, cheap=True)),
    ("покажите, пожалуйста, комоды", search("комоды")),
    ("у вас есть матрасы?", search("матрасы")),
    ("8 701 123-45-67 диван до 100к", search("8 701 123-45-67 диван", high=100_000)),
    ("привет\nхочу диван\nдо 100000", search("диван", high=100_000)),
    # searches, Kazakh
    ("қызыл диван керек 150 мыңға дейін", search("диван", "red", high=150_000)),
    ("кызыл диван керек 150 мынга дейин", search("диван", "red", high=150_000)),
    ("ақ шкаф", search("шкаф", "white")),
    ("орындық бар ма?", search("орындық")),
    ("Сәлем! Маған ақ үстел керек", search("үстел", "white")),
    ("көк түсті кресло 80 мыңнан 150 мыңға дейін", search("кресло", "blue", 80_000, 150_000)),
    ("50 мен 120 мың арасында кресло", search("кресло", low=50_000, high=120_000)),
    ("100 мыңнан бастап төсек", search("төсек", low=100_000)),
    ("төсек 150000-ға дейін", search("төсек", high=150_000)),
    ("шамамен 100 мың теңге үстел", search("үстел", low=80_000, high=120_000)),
    ("арзан үстел", search("үстел", cheap=True)),
    ("қоңыр шкаф іздеп жүрмін", search("шкаф", "brown")),
    ("сұр диван", search("диван", "grey")),
    ("қызғылт сары кресло", search("кресло", "orange")),
    ("көгілдір кілем", search("кілем", "light_blue")),
    ("диван қанша тұрады?", search("диван")),
    ("80 мың теңгеге дейін", search(high=80_000)),
    ("қызылы бар ма?", search(colour="red")),
    ("көгі бар ма?", search(colour="blue")),
    ("ағы бар ма?", search(colour="white")),
    ("не синий диван, а чёрный", search("диван", "black")),
    ("ал көгі емес, қарасы бар ма", search(colour="black")),
    # searches, English
    ("cheap white desk under 80k", search("desk", "white", high=80_000, cheap=True)),
    ("do you have a red sofa?", search("sofa", "red")),
    ("I'm looking for a bed", search("bed")),
    ("grey armchair from 50k to 120k", search("armchair", "grey", 50_000, 120_000)),
    ("between 50 and 100 thousand armchair", search("armchair", low=50_000, high=100_000)),
    ("sofa around 200k", search("sofa", low=160_000, high=240_000)),
    ("a wardrobe for less than 150,000 tenge", search("wardrobe", high=150_000)),
    ("light blue chair", search("chair", "light_blue")),
    ("navy sofa over 100k", search("sofa", "blue", low=100_000)),
    ("do you have it in blue?", search(colour="blue")),
    ("under 80k", search(high=80_000)),
    # follow-ups
    ("ещё", "more"),
    ("Еще!", "more"),
    ("покажи ещё", "more"),
    ("спасибо, а ещё?", "more"),
    ("другие варианты", "more"),
    ("дальше", "more"),
    ("тағы", "more"),
    ("тағы бар ма?", "more"),
    ("more", "more"),
    ("show me more", "more"),
    ("дешевле", "cheaper"),
    ("а подешевле есть?", "cheaper"),
    ("слишком дорого", "cheaper"),
    ("дорого", "cheaper"),
    ("арзанырақ", "cheaper"),
    ("арзанырақ бар ма?", "cheaper"),
    ("cheaper", "cheaper"),
    ("something cheaper please", "cheaper"),
    ("too expensive", "cheaper"),
    ("подороже", "dearer"),
    ("что-нибудь подороже", "dearer"),
    ("қымбатырақ", "dearer"),
    ("more expensive", "dearer"),
    ("другой цвет", "other_colour"),
    ("а в другом цвете есть?", "other_colour"),
    ("а какие цвета есть?", "other_colour"),
    ("басқа түс бар ма", "other_colour"),
    ("other colours", "other_colour"),
    ("покажи второй", number(2)),
    ("первый", number(1)),
    ("а третий?", number(3)),
    ("2", number(2)),
    ("покажи 3", number(3)),
    ("хочу номер 4", number(4)),
    ("екіншісін көрсет", number(2)),
    ("біріншісі", number(1)),
    ("the second one", number(2)),
    ("show me the first", number(1)),
    ("10", number(10)),
    ("подробнее", "details"),
    ("толығырақ", "details"),
    ("tell me more about it", "details"),
    # talk
    ("Привет", "greeting"),
    ("Здравствуйте!", "greeting"),
    ("добрый вечер", "greeting"),
    ("/start", "greeting"),
    ("/start promo42", "greeting"),
    ("Сәлеметсіз бе", "greeting"),
    ("салем", "greeting"),
    ("hello", "greeting"),
    ("спасибо большое!", "thanks"),
    ("рахмет", "thanks"),
    ("thank you so much", "thanks"),
    ("до свидания", "goodbye"),
    ("сау болыңыз", "goodbye"),
    ("bye", "goodbye"),
    ("ок", "acknowledged"),
    ("понятно", "acknowledged"),
    ("жақсы", "acknowledged"),
    ("помощь", "help"),
    ("/help", "help"),
    ("что ты умеешь?", "help"),
    ("көмек", "help"),
    ("what can you do?", "help"),
    ("что у вас есть?", "categories"),
    ("каталог", "categories"),
    ("сізде не бар?", "categories"),
    ("what do you have", "categories"),
    # people
    ("позовите менеджера", "manager"),
    ("хочу поговорить с человеком", "manager"),
    ("оператор", "manager"),
    ("менеджерді шақырыңыз", "manager"),
    ("I want to talk to a human", "manager"),
    ("хочу диван, позовите менеджера", "manager"),
    ("верните деньги", "angry"),
    ("это обман, буду жаловаться, напишу жалобу", "angry"),
    ("шағым жазамын", "angry"),
    ("this is a scam", "angry"),
    ("привезли брак", "order_problem"),
    ("заказ не привезли", "order_problem"),
    ("тапсырыс келмеді", "order_problem"),
    ("it arrived broken", "order_problem"),
    ("доставка есть?", "service_question"),
    ("какой у вас адрес", "service_question"),
    ("жеткізу бар ма?", "service_question"),
    ("do you deliver to Astana? what about delivery", "service_question"),
    # nothing to go by
    ("!!!", None),
    ("", None),
    ("а есть?", None),
]


@pytest.mark.parametrize(("text", "expected"), UTTERANCES)
def test_an_utterance_is_understood(text: str, expected: tuple[str, object] | str | None) -> None:
    assert understand(text) == expected


def test_the_table_is_rich() -> None:
    assert len({text for text, _ in UTTERANCES}) >= 120


@given(st.text(max_size=300))
def test_any_text_is_read_without_an_error(text: str) -> None:
    understood = understand(text)
    assert understood is None or isinstance(understood, str | tuple)
    searched = read_search(readable(text), implied_thousands=True)
    if searched.price_min is not None and searched.price_max is not None:
        assert searched.price_min <= searched.price_max


@pytest.mark.parametrize(
    "piece", ["ещё ", "а ", "покажи ", "1 ", "о", "до ", "от 1 до ", "«", "не ", "50-", "1 000", "\n", "👍"]
)
def test_a_hostile_repetition_is_read_quickly(piece: str) -> None:
    begun = time.process_time()
    understand(piece * 20_000)
    assert time.process_time() - begun < 1.0
