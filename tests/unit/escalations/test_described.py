"""What the member who has a dialog reads of content that is no plain words (number 7)."""

from __future__ import annotations

import pytest

from shared.channels.messages import FormContent, OrderContent, OrderedItem, UnsupportedContent
from shared.escalations.staff.cards import describe
from shared.kernel.languages import Language

ORDER = OrderContent(items=(OrderedItem(sku="ALM-1", quantity=2), OrderedItem(sku="X", quantity=1)), text="завтра")
FORM = FormContent(answers=(("screen_0_Имя_0", "Айгуль"), ("rooms", "2, 3")))


@pytest.mark.parametrize(
    ("language", "order", "form", "other"),
    [
        (Language.RU, "[заказ из каталога]", "[заполненная форма]", "[вложение]"),
        (Language.KK, "[каталогтан тапсырыс]", "[толтырылған форма]", "[тіркеме]"),
        (Language.EN, "[order from the catalogue]", "[filled-in form]", "[attachment]"),
    ],
)
def test_orders_and_forms_are_told_in_words(language: Language, order: str, form: str, other: str) -> None:
    assert describe(ORDER, language) == f"{order}\nALM-1 × 2\nX × 1\nзавтра"
    assert describe(FORM, language) == f"{form}\nИмя: Айгуль\nrooms: 2, 3"
    assert describe(UnsupportedContent(type="poll"), language) == other
