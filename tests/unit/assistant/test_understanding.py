"""What the offline assistant understands: a table of utterances in three languages."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.assistant.offline.intents import Intent
from shared.assistant.offline.understanding import Utterance, understand


def search(
    words: str = "", colour: str | None = None, low: int | None = None, high: int | None = None, cheap: bool = False
) -> Utterance:
    return Utterance(Intent.SEARCH, words, colour, low, high, cheap)


def number(place: int) -> Utterance:
    return Utterance(Intent.SHOW_NUMBER, number=place)


I = Intent  # noqa: E741  # the table reads better with a short name
UTTERANCES: list[tuple[str, Utterance | Intent]] = [
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
    ("ещё", I.MORE),
    ("Еще!", I.MORE),
    ("покажи ещё", I.MORE),
    ("спасибо, а ещё?", I.MORE),
    ("другие варианты", I.MORE),
    ("дальше", I.MORE),
    ("тағы", I.MORE),
    ("тағы бар ма?", I.MORE),
    ("more", I.MORE),
    ("show me more", I.MORE),
    ("дешевле", I.CHEAPER),
    ("а подешевле есть?", I.CHEAPER),
    ("слишком дорого", I.CHEAPER),
    ("дорого", I.CHEAPER),
    ("арзанырақ", I.CHEAPER),
    ("арзанырақ бар ма?", I.CHEAPER),
    ("cheaper", I.CHEAPER),
    ("something cheaper please", I.CHEAPER),
    ("too expensive", I.CHEAPER),
    ("подороже", I.DEARER),
    ("что-нибудь подороже", I.DEARER),
    ("қымбатырақ", I.DEARER),
    ("more expensive", I.DEARER),
    ("другой цвет", I.OTHER_COLOUR),
    ("а в другом цвете есть?", I.OTHER_COLOUR),
    ("а какие цвета есть?", I.OTHER_COLOUR),
    ("басқа түс бар ма", I.OTHER_COLOUR),
    ("other colours", I.OTHER_COLOUR),
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
    ("подробнее", I.DETAILS),
    ("толығырақ", I.DETAILS),
    ("tell me more about it", I.DETAILS),
    # talk
    ("Привет", I.GREETING),
    ("Здравствуйте!", I.GREETING),
    ("добрый вечер", I.GREETING),
    ("/start", I.GREETING),
    ("/start promo42", I.GREETING),
    ("Сәлеметсіз бе", I.GREETING),
    ("салем", I.GREETING),
    ("hello", I.GREETING),
    ("спасибо большое!", I.THANKS),
    ("рахмет", I.THANKS),
    ("thank you so much", I.THANKS),
    ("до свидания", I.GOODBYE),
    ("сау болыңыз", I.GOODBYE),
    ("bye", I.GOODBYE),
    ("ок", I.ACKNOWLEDGED),
    ("понятно", I.ACKNOWLEDGED),
    ("жақсы", I.ACKNOWLEDGED),
    ("помощь", I.HELP),
    ("/help", I.HELP),
    ("что ты умеешь?", I.HELP),
    ("көмек", I.HELP),
    ("what can you do?", I.HELP),
    ("что у вас есть?", I.CATEGORIES),
    ("каталог", I.CATEGORIES),
    ("сізде не бар?", I.CATEGORIES),
    ("what do you have", I.CATEGORIES),
    # people
    ("позовите менеджера", I.MANAGER),
    ("хочу поговорить с человеком", I.MANAGER),
    ("оператор", I.MANAGER),
    ("менеджерді шақырыңыз", I.MANAGER),
    ("I want to talk to a human", I.MANAGER),
    ("хочу диван, позовите менеджера", I.MANAGER),
    ("верните деньги", I.ANGRY),
    ("это обман, буду жаловаться, напишу жалобу", I.ANGRY),
    ("шағым жазамын", I.ANGRY),
    ("this is a scam", I.ANGRY),
    ("где мой заказ?", I.ORDER_PROBLEM),
    ("привезли брак", I.ORDER_PROBLEM),
    ("тапсырысым қайда", I.ORDER_PROBLEM),
    ("where is my order", I.ORDER_PROBLEM),
    ("доставка есть?", I.SERVICE_QUESTION),
    ("какой у вас адрес", I.SERVICE_QUESTION),
    ("жеткізу бар ма?", I.SERVICE_QUESTION),
    ("do you deliver to Astana? what about delivery", I.SERVICE_QUESTION),
    # nothing to go by
    ("!!!", I.UNKNOWN),
    ("", I.UNKNOWN),
    ("а есть?", I.UNKNOWN),
]


@pytest.mark.parametrize(("text", "expected"), UTTERANCES)
def test_an_utterance_is_understood(text: str, expected: Utterance | Intent) -> None:
    wanted = Utterance(expected) if isinstance(expected, Intent) else expected
    assert understand(text, implied_thousands=True) == wanted


def test_the_table_is_rich() -> None:
    assert len({text for text, _ in UTTERANCES}) >= 120


@given(st.text(max_size=300))
def test_any_text_is_read_without_an_error(text: str) -> None:
    utterance = understand(text, implied_thousands=True)
    assert isinstance(utterance.intent, Intent)
    if utterance.price_min is not None and utterance.price_max is not None:
        assert utterance.price_min <= utterance.price_max


@pytest.mark.parametrize(
    "piece", ["ещё ", "а ", "покажи ", "1 ", "о", "до ", "от 1 до ", "«", "не ", "50-", "1 000", "\n", "👍"]
)
def test_a_hostile_repetition_is_read_quickly(piece: str) -> None:
    begun = time.perf_counter()
    understand(piece * 20_000)
    assert time.perf_counter() - begun < 1.0
