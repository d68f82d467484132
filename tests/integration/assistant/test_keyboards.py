"""The keyboard that shares a phone or a place is there while its question is open, and gone with it."""

from __future__ import annotations

import pytest

from shared.channels.contract import Platform
from tests.integration.assistant.shopping import fills_cart
from tests.integration.conversation import Shopper, Stage

WITH_KEYBOARDS = pytest.mark.parametrize("platform", [Platform.TELEGRAM, Platform.VIBER])


def asks_to_share(shopper: Shopper) -> bool:
    """Whether a keyboard below the input field asks for the phone or the place."""
    shown = str(shopper.person.chat.keyboard)
    return any(kind in shown for kind in ("request_contact", "request_location", "share-phone", "location-picker"))


async def comes_to_the_phone(shopper: Shopper) -> None:
    await fills_cart(shopper)
    await shopper.presses("Оформить заказ")
    await shopper.hears("Как к вам обращаться?")
    await shopper.says("Айгуль Ким")
    await shopper.hears("По какому телефону")
    assert asks_to_share(shopper)


@WITH_KEYBOARDS
async def test_it_goes_when_the_answers_are_typed(stage: Stage, platform: Platform) -> None:
    aigul = stage.shopper(await stage.open_shop(), platform)
    await comes_to_the_phone(aigul)

    await aigul.says("8 701 123 45 67")
    await aigul.hears("Как вам удобнее получить заказ?")
    assert not asks_to_share(aigul)
    await aigul.presses("Доставка")
    await aigul.hears("Куда доставить?")
    assert asks_to_share(aigul)
    await aigul.says("Алматы, Абая 10, кв. 5")
    await aigul.hears("Есть пожелания к заказу?")
    assert not asks_to_share(aigul)


@WITH_KEYBOARDS
@pytest.mark.parametrize("words", ["отмена", "назад"])
async def test_it_goes_when_the_question_is_left(stage: Stage, platform: Platform, words: str) -> None:
    aigul = stage.shopper(await stage.open_shop(), platform)
    await comes_to_the_phone(aigul)

    await aigul.says(words)
    await aigul.listens()

    assert not asks_to_share(aigul)


async def test_it_stays_for_a_detour_and_for_an_answer_that_cannot_be_read(stage: Stage) -> None:
    aigul = stage.shopper(await stage.open_shop())
    await comes_to_the_phone(aigul)

    for words in ("моя корзина", "12"):
        await aigul.says(words)
        await aigul.listens()
        assert asks_to_share(aigul)


async def test_it_goes_with_the_first_answer_after_the_question_grew_old(stage: Stage) -> None:
    aigul = stage.shopper(await stage.open_shop())
    await comes_to_the_phone(aigul)
    await stage.sql(
        aigul.shop,
        "UPDATE dialogs SET state = jsonb_set(state, '{checkout,at}', '\"2020-01-01T00:00:00+00:00\"')",
    )

    await aigul.says("красный диван")
    await aigul.hears("Диван «Алма»")
    assert not asks_to_share(aigul)
    await aigul.says("синий диван")
    assert "Принято" not in await aigul.hears("Диван «Номад»")
