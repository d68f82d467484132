"""What the model may say of orders: those of the records, and never that it made one."""

from __future__ import annotations

import pytest

from shared.assistant.model.order_claims import order_numbers, speaks_truly_of_orders

NONE: frozenset[str] = frozenset()


@pytest.mark.parametrize(
    "sentence",
    [
        "Ваш заказ №77 подтверждён!",
        "Заказ оформлен, спасибо!",
        "Я оформила ваш заказ.",
        "Готово, заказ размещён и принят в работу.",
        "Тапсырысыңыз қабылданды!",
        "Your order has been placed.",
        "Your order number 5 is on its way",
        "Заказ номер 12 уже едет",
    ],
)
def test_an_order_that_no_record_bears_is_not_spoken_of(sentence: str) -> None:
    assert not speaks_truly_of_orders(sentence, known=NONE, said=frozenset({"77", "5", "12"}))


@pytest.mark.parametrize(
    "sentence",
    [
        "Проверьте заказ и подтвердите его.",
        "Заказ будет оформлен, когда вы нажмёте кнопку.",
        "Заказ ещё не подтверждён.",
        "Оформляем заказ?",
        "Доставка заказа займёт два дня.",
        "Хорошо, оформляем.",
        "Шкаф делаем на заказ 30 дней",
        "Please check your order below.",
        "Тапсырысты тексеріп, растаңыз.",
    ],
)
def test_what_claims_no_order_is_said(sentence: str) -> None:
    assert speaks_truly_of_orders(sentence, known=NONE, said=NONE)


def test_an_order_of_the_records_is_spoken_of_and_another_is_only_denied() -> None:
    known = order_numbers("Заказ №1 от 3 ноября: принят")
    assert known == {"1"}
    assert speaks_truly_of_orders("Ваш заказ №1 принят.", known=known, said=NONE)
    assert not speaks_truly_of_orders("Ваш заказ №2 принят.", known=known, said=frozenset({"2"}))
    assert speaks_truly_of_orders("Заказа №2 у вас нет.", known=known, said=frozenset({"2"}))
    assert not speaks_truly_of_orders("Заказа №3 у вас нет.", known=known, said=frozenset({"2"}))
