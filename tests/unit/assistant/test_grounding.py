"""What of the model's words may reach a shopper: only what database rows bear."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.assistant.model.grounding import Facts, ground
from tests.doubles.memory_catalogue import FURNITURE

OSLO, BERGEN = FURNITURE[0], FURNITURE[1]
FACTS = Facts(
    products=(OSLO, BERGEN),
    bounds=frozenset([Decimal(200_000)]),
    trusted="Магазин Уют, Алматы. Доставка 5 000 ₸, бесплатно от 300 000 ₸. Скидка 10% на второй товар. uyut.kz",
    said="хочу диван Икар за 100 тенге",
)
NO_FACTS = Facts(categories=("Диваны", "Кресла"), said="хочу диван Икар")

TRUE_SENTENCES = [
    "Вот два подходящих дивана.",
    "Диван «Осло» стоит 149 990 ₸.",
    "«Берген» сейчас дешевле: 189 990 ₸ вместо 219 990 ₸.",
    "Осло за 149990 тенге — хороший выбор.",
    "Вот диваны до 200 000 ₸:",
    "Вот диваны до 200 тыс. тенге:",
    "Доставка стоит 5 000 ₸.",
    "На второй товар скидка 10%.",
    "Ширина дивана 220 см.",
    "Какой цвет вам нравится?",
    "Могу показать и другие варианты!",
    "Советую SOFA-001.",
    "Такого дивана «Икар» у нас нет.",
    "Подробности на uyut.kz",
    "Oslo is not here, but this sofa is soft."[13:],
    "Сізге 2 нұсқа таптым.",
    "«Осло» диваны 149 990 теңге тұрады.",
]
INVENTED_SENTENCES = [
    "Диван «Осло» стоит 139 990 ₸.",
    "Диван «Осло» стоит 189 990 ₸.",
    "Диван «Берген» за 149 990 ₸.",
    "Он стоит всего 99 ₸.",
    "Цена 100 тенге, как вы просили.",
    "Цена 100.",
    "Отдам за 150 тысяч.",
    "Отдам за сто тысяч тенге.",
    "Вот диваны до 250 000 ₸.",
    "Это обойдётся в 200 000 ₸.",
    "Сделаю скидку 50%.",
    "Скидка пятьдесят процентов, то есть 50 процентов.",
    "Есть диван «Икар».",
    "Есть диван 'Икар'.",
    "Есть диван **Икар**.",
    "Есть диван Икар с ящиком.",
    "Есть диван Ikea с ящиком.",
    "Икар — мягкий диван.",
    "Диван Икар-2000 – отличный.",
    "Советую SOFA-999.",
    "Советую [SOFA-999].",
    "[NOPE]",
    "Купите на http://evil.example/pay",
    "Оплатите на evil.com",
    "Цена １００ тенге.",
    "Цена 1\u200b00 ₸.",
    "Цена ٩٩٩ ₸.",
    "It costs 99 dollars.",
    "It costs ninety dollars.",
    "Only $99!",
    "Ол 50 мың теңге тұрады.",
    "Ол елу мың теңге тұрады.",
]


@pytest.mark.parametrize("sentence", TRUE_SENTENCES)
def test_what_the_facts_bear_is_kept(sentence: str) -> None:
    grounded = ground(sentence, FACTS)
    assert grounded.removed == 0
    assert grounded.text


@pytest.mark.parametrize("sentence", INVENTED_SENTENCES)
def test_what_is_invented_is_removed(sentence: str) -> None:
    grounded = ground(sentence, FACTS)
    assert (grounded.text, grounded.removed) == ("", 1)


def test_only_the_untrue_sentence_goes() -> None:
    grounded = ground("Вот диваны. «Осло» стоит 1 ₸! Он мягкий.\n- «Икар» за 5 000 ₸\nЧто скажете?", FACTS)
    assert grounded.text == "Вот диваны. Он мягкий.\nЧто скажете?"
    assert grounded.removed == 2


def test_marks_tell_the_products_in_their_order_and_leave_the_text() -> None:
    grounded = ground("Советую этот диван [SOFA-002], а ещё [sofa-001].", FACTS)
    assert grounded.mentioned == ("SOFA-002", "SOFA-001")
    assert "[" not in grounded.text


def test_a_whole_name_tells_the_product_too() -> None:
    assert ground("Диван «Берген» мягче.", FACTS).mentioned == ("SOFA-002",)


@pytest.mark.parametrize(
    "sentence", ["У нас есть красные диваны.", "Рекомендую кожаное кресло.", "Могу предложить отличный диван!"]
)
def test_without_a_search_no_goods_are_claimed(sentence: str) -> None:
    assert ground(sentence, NO_FACTS).text == ""


@pytest.mark.parametrize(
    "sentence", ["Какой диван вы ищете?", "Здравствуйте, чем помочь?", "Расскажите о вашей комнате."]
)
def test_without_a_search_questions_may_be_asked(sentence: str) -> None:
    assert ground(sentence, NO_FACTS).text == sentence


@pytest.mark.parametrize(
    "text",
    [
        "Здравствуйте! Чем могу помочь?",
        "Hello! How can I help you today?",
        "Сәлеметсіз бе! Сізге қалай көмектесе аламын?",
        "Доброе утро! Мы рады вас видеть. Расскажите, для какой комнаты нужен диван?",
        "I'd be happy to help. What colour and budget do you have in mind?",
        "К сожалению, на этот вопрос я не могу ответить.",
        "Спасибо за обращение! До свидания.",
    ],
)
def test_ordinary_talk_passes_whole(text: str) -> None:
    assert ground(text, NO_FACTS).text == text


def test_markup_of_the_model_is_no_text() -> None:
    assert ground("Вот `диваны` *для вас*:", FACTS).text == "Вот диваны для вас:"


@given(st.text(max_size=300))
def test_any_text_is_taken_apart_without_an_error(text: str) -> None:
    ground(text, FACTS)


@pytest.mark.parametrize(
    ("said", "borne"),
    [
        ("Заказ №1200 на 240 000 ₸ в пути.", True),
        ("Скидка 10% на второй товар.", True),
        ("Диван стоит 1200 ₸.", False),
        ("Всего 10 ₸!", False),
        ("Всего 3 ₸!", False),
    ],
)
def test_numbers_of_the_shop_s_own_records_are_no_prices(said: str, borne: bool) -> None:
    facts = Facts(trusted="Скидка 10% на второй товар. Заказ №1200, Диван × 3: 240 000 ₸", categories=("Диваны",))
    assert (ground(said, facts).text == said) is borne


KNOWN = {149_990, 189_990, 219_990, 5_000, 300_000, 200_000}


@given(
    st.integers(min_value=1, max_value=99_999_999).filter(lambda price: price not in KNOWN),
    st.sampled_from(
        ["Диван «Осло» — {} ₸.", "Всего {} тенге!", "Price: {} KZT", "{} теңге", "Осло, {}₸", "до {} ₸", "${}"]
    ),
    st.sampled_from(["{}", "{:,}", "{:_}"]),
)
def test_no_invented_price_passes_in_any_form(price: int, phrase: str, form: str) -> None:
    written = form.format(price).replace("_", " ")
    assert ground(phrase.format(written), FACTS).text == ""


@given(st.sampled_from([149_990, 189_990, 219_990]), st.sampled_from(["{}", "{:,}", "{:_}"]))
def test_every_true_price_passes(price: int, form: str) -> None:
    assert ground(f"Цена {form.format(price).replace('_', ' ')} ₸.", FACTS).text
