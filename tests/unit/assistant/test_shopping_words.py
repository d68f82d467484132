"""What words about carts, checkouts and orders mean, in three languages."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.assistant.offline.understanding import readable
from shared.assistant.skill import Said
from shared.assistant.skills.cart.phrases import LineWords
from shared.assistant.skills.checkout import phrases
from shared.assistant.skills.checkout.steps import (
    Step,
    before,
    first_missing,
    only_change,
    read_answer,
    read_other_answer,
)
from shared.orders.schemas import CheckoutDraft, DeliveryMethod
from tests.doubles.skills import skills_of_a_shop

SKILLS = skills_of_a_shop()


def understand(text: str) -> tuple[str, object] | str | None:
    """The wish, with what was read of the words where they say more than that."""
    wish = SKILLS.understand(Said(readable(text), implied_thousands=True))
    if wish is None:
        return None
    return wish.name if wish.read is True else (wish.name, wish.read)


def adds(
    place: int | None = None, quantity: int | None = None, words: str = "", **more: bool
) -> tuple[str, LineWords]:
    return "add_to_cart", LineWords(place, quantity, words, **more)


def removes(place: int | None = None, words: str = "") -> tuple[str, LineWords]:
    return "remove_from_cart", LineWords(place, words=words)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("корзина", "show_cart"),
        ("Покажи мою корзину, пожалуйста", "show_cart"),
        ("что у меня в корзине?", "show_cart"),
        ("себетімді көрсетіңіз", "show_cart"),
        ("show me my cart", "show_cart"),
        ("what's in my basket?", "show_cart"),
        ("очистите корзину", "clear_cart"),
        ("себетті тазалаңыз", "clear_cart"),
        ("empty the cart", "clear_cart"),
        ("добавь в корзину", adds()),
        ("Добавьте, пожалуйста, это в корзину", adds()),
        ("в корзину", adds()),
        ("добавь второй в корзину", adds(2)),
        ("положи третий вариант в корзину", adds(3)),
        ("добавь номер 2 в корзину", adds(2)),
        ("добавь 2 в корзину", adds(quantity=2)),
        ("беру", adds()),
        ("беру его", adds()),
        ("беру второй", adds(2)),
        ("возьму два", adds(quantity=2)),
        ("два таких", adds(quantity=2, in_pieces=True)),
        ("хочу два таких, пожалуйста", adds(quantity=2, in_pieces=True)),
        ("давайте три штуки", adds(quantity=3, in_pieces=True)),
        ("ещё один", adds(quantity=1, again=True)),
        ("добавь в корзину диван Номад", adds(words="диван Номад")),
        ("себетке қосыңыз", adds()),
        ("екіншісін себетке қос", adds(2)),
        ("екеуін аламын", adds(quantity=2)),
        ("осыны алам", adds()),
        ("үш дана", adds(quantity=3, in_pieces=True)),
        ("тағы біреу", adds(quantity=1, again=True)),
        ("add it to my cart", adds()),
        ("add the second one to the basket", adds(2)),
        ("I'll take two", adds(quantity=2)),
        ("two of these please", adds(quantity=2, in_pieces=True)),
        ("one more", adds(quantity=1, again=True)),
        ("убери из корзины", removes()),
        ("удалите второй из корзины", removes(2)),
        ("убери диван Номад из корзины", removes(words="диван Номад")),
        ("себеттен алып таста", removes()),
        ("remove it from the cart", removes()),
        ("сделай три", ("set_quantity", 3)),
        ("пусть будет 2 штуки", ("set_quantity", 2)),
        ("саны бес болсын", ("set_quantity", 5)),
        ("make it two", ("set_quantity", 2)),
        ("оформить заказ", "start_checkout"),
        ("как оформить заказ?", "start_checkout"),
        ("хочу купить", "start_checkout"),
        ("қалай тапсырыс беруге болады?", "start_checkout"),
        ("how do I order?", "start_checkout"),
        ("checkout", "start_checkout"),
        ("где мой заказ?", "order_status"),
        ("статус заказа", "order_status"),
        ("тапсырысым қайда", "order_status"),
        ("where is my order", "order_status"),
        ("заказ №12", ("order_status", 12)),
        ("12 тапсырыс", ("order_status", 12)),
        ("order 12", ("order_status", 12)),
        ("мои заказы", "order_history"),
        ("тапсырыстарым", "order_history"),
        ("my orders", "order_history"),
        ("отмените мой заказ", "cancel_order"),
        ("отменить заказ 7", ("cancel_order", 7)),
        ("тапсырыстан бас тартамын", "cancel_order"),
        ("cancel my order", "cancel_order"),
        ("есть в наличии?", "availability"),
        ("сколько осталось?", "availability"),
        ("қолда бар ма?", "availability"),
        ("is it in stock?", "availability"),
        ("похожие", "similar"),
        ("ұқсастары бар ма", "similar"),
        ("something similar", "similar"),
        # what is not about buying stays what it was
        ("покажи второй", ("show_number", 2)),
        ("2", ("show_number", 2)),
        ("ещё", "more"),
        ("да", "agreed"),
        ("заказ не привезли", "order_problem"),
        ("позовите менеджера", "manager"),
    ],
)
def test_words_about_buying_are_understood(text: str, expected: tuple[str, object] | str) -> None:
    assert understand(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "хочу купить диван",
        "куплю красный диван до 150 тысяч",
        "один диван",
        "I want to buy a sofa",
        "диван алғым келеді",
    ],
)
def test_a_wish_for_goods_is_a_search(text: str) -> None:
    understood = understand(text)
    assert isinstance(understood, tuple)
    assert understood[0] == "search"


@pytest.mark.parametrize(
    ("step", "text", "answer"),
    [
        (Step.NAME, "Айгуль Ким", CheckoutDraft(name="Айгуль Ким")),
        (Step.NAME, "Меня зовут Айгуль.", CheckoutDraft(name="Айгуль")),
        (Step.NAME, "менің атым Айгүл", CheckoutDraft(name="Айгүл")),
        (Step.NAME, "my name is Jean-Luc O'Neill", CheckoutDraft(name="Jean-Luc O'Neill")),
        (Step.NAME, "12345", None),
        (Step.NAME, "!!!", None),
        (Step.PHONE, "8 (701) 123-45-67", CheckoutDraft(phone="+77011234567")),
        (Step.PHONE, "мой номер +7 701 123 45 67, звоните", CheckoutDraft(phone="+77011234567")),
        (Step.PHONE, "12", None),
        (Step.PHONE, "не скажу", None),
        (Step.METHOD, "доставка", CheckoutDraft(method=DeliveryMethod.DELIVERY)),
        (Step.METHOD, "сам заберу", CheckoutDraft(method=DeliveryMethod.PICKUP)),
        (Step.METHOD, "жеткізіп беріңіз", CheckoutDraft(method=DeliveryMethod.DELIVERY)),
        (Step.METHOD, "өзім алып кетемін", CheckoutDraft(method=DeliveryMethod.PICKUP)),
        (Step.METHOD, "pick-up", CheckoutDraft(method=DeliveryMethod.PICKUP)),
        (Step.METHOD, "доставка или самовывоз", None),
        (Step.ADDRESS, "Абая 10,\nкв. 5", CheckoutDraft(address="Абая 10, кв. 5")),
        (Step.ADDRESS, "10", None),
        (Step.COMMENT, "нет", CheckoutDraft(comment="")),
        (Step.COMMENT, "жоқ", CheckoutDraft(comment="")),
        (Step.COMMENT, "No comments", CheckoutDraft(comment="")),
        (Step.COMMENT, "домофон 12", CheckoutDraft(comment="домофон 12")),
    ],
)
def test_an_answer_to_a_question_is_read(step: Step, text: str, answer: CheckoutDraft | None) -> None:
    assert read_answer(step, text) == answer


@pytest.mark.parametrize(
    "text",
    ["да", "Да, подтверждаю!", "всё верно", "оформляйте", "иә, растаймын", "бәрі дұрыс", "yes, please", "confirm"],
)
def test_explicit_words_confirm(text: str) -> None:
    assert phrases.CONFIRM.search(text)


@pytest.mark.parametrize("text", ["да, но сначала покажи ещё", "нет", "хорошо подумаю", "жоқ", "maybe", "да нет"])
def test_other_words_do_not_confirm(text: str) -> None:
    assert not phrases.CONFIRM.search(text)


def test_questions_come_in_order_and_an_address_only_for_a_delivery() -> None:
    draft = CheckoutDraft()
    assert first_missing(draft) is Step.NAME
    known = CheckoutDraft(name="Айгуль", phone="+77011234567")
    assert first_missing(known) is Step.METHOD
    delivered = known.model_copy(update={"method": DeliveryMethod.DELIVERY})
    assert first_missing(delivered) is Step.ADDRESS
    picked_up = known.model_copy(update={"method": DeliveryMethod.PICKUP})
    assert first_missing(picked_up) is Step.COMMENT
    assert first_missing(picked_up.model_copy(update={"comment": ""})) is Step.SUMMARY
    assert before(Step.COMMENT, picked_up) is Step.METHOD
    assert before(Step.COMMENT, delivered) is Step.ADDRESS
    assert before(Step.NAME, draft) is None


@given(st.text(max_size=300))
def test_any_text_is_an_answer_or_none(text: str) -> None:
    for step in Step:
        assert read_answer(step, text) is None or isinstance(read_answer(step, text), CheckoutDraft)
    assert understand(text) is None or isinstance(understand(text), str | tuple)


@pytest.mark.parametrize(
    "piece", ["в корзину ", "добавь ", "два таких ", "убери из ", "заказ ", "№", "оформить ", "да "]
)
def test_a_hostile_repetition_is_read_quickly(piece: str) -> None:
    begun = time.process_time()
    understand(piece * 20_000)
    for step in Step:
        read_answer(step, readable(piece * 20_000))
    assert time.process_time() - begun < 1.0


@pytest.mark.parametrize("step", [Step.NAME, Step.PHONE, Step.ADDRESS, Step.SUMMARY])
@pytest.mark.parametrize(
    "text",
    [
        "другой номер 87015556677",
        "номер не тот, 87015556677",
        "басқа нөмір 87015556677",
        "another phone +77015556677",
    ],
)
def test_another_number_that_is_told_at_once_is_noted(step: Step, text: str) -> None:
    noted = read_other_answer(step, text)
    assert noted is not None
    assert noted.phone == "+77015556677"


@pytest.mark.parametrize("step", [Step.ADDRESS, Step.COMMENT, Step.SUMMARY])
def test_another_address_that_is_told_at_once_is_noted(step: Step) -> None:
    noted = read_other_answer(step, "адрес другой: проспект Абая 10, кв 5")
    assert noted is not None
    assert noted.address == "проспект Абая 10, кв 5"


def test_a_comment_may_hold_a_telephone_number() -> None:
    assert read_other_answer(Step.COMMENT, "позвоните на другой номер 87015556677") is None


@pytest.mark.parametrize(
    ("text", "only"),
    [
        ("поменяйте адрес", True),
        ("другой номер, пожалуйста", True),
        ("I want to change my address", True),
        ("позвоните на другой номер", False),
        ("подъезд другой, номер 4", False),
    ],
)
def test_a_change_in_a_free_text_is_meant_where_it_says_nothing_else(text: str, only: bool) -> None:
    assert only_change(text) is only
