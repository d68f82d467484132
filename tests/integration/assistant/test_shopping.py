"""From a wish to an order, told as conversations over the messengers' own HTTP, without a model."""

from __future__ import annotations

import pytest

from shared.channels.contract import Platform
from tests.integration.conversation import Shop, Shopper, Stage

EVERY_MESSENGER = pytest.mark.parametrize("platform", list(Platform), ids=lambda platform: platform.value)


async def fills_cart(shopper: Shopper) -> None:
    await shopper.says("синий диван")
    await shopper.hears("Диван «Номад»", "120 000 ₸")
    await shopper.presses("В корзину")
    await shopper.hears("Добавили в корзину: Диван «Номад»", "120 000 ₸")


async def answers_until_comment(shopper: Shopper, platform: Platform) -> None:
    """Name, phone, delivery, address."""
    await shopper.presses("Оформить заказ")
    await shopper.hears("Как к вам обращаться?")
    await shopper.says("Айгуль Ким")
    if platform is not Platform.WHATSAPP:
        await shopper.hears("По какому телефону")
        await shopper.person.send_contact()
    await shopper.hears("Как вам удобнее получить заказ?")
    await shopper.presses("Доставка")
    await shopper.hears("Куда доставить?")
    await shopper.says("Алматы, Абая 10, кв. 5")
    await shopper.hears("Есть пожелания к заказу?")


async def orders(stage: Stage, shop: Shop) -> list[dict[str, object]]:
    return await stage.sql(
        shop, "SELECT number, status, total_minor, name, phone, method, address, comment FROM orders ORDER BY number"
    )


@EVERY_MESSENGER
async def test_a_sofa_is_ordered(stage: Stage, platform: Platform) -> None:
    shop = await stage.open_shop()
    aigul = stage.shopper(shop, platform)
    await fills_cart(aigul)
    await answers_until_comment(aigul, platform)
    await aigul.says("Позвоните мне за час")
    await aigul.hears("Проверьте, пожалуйста, заказ", "1 × 120 000 ₸", "Айгуль Ким", "Абая 10", "Позвоните мне за час")
    assert await orders(stage, shop) == []

    await aigul.presses("Подтвердить заказ")
    await aigul.hears("Заказ №1 на 120 000 ₸ принят!")
    [order] = await orders(stage, shop)
    assert order["total_minor"] == 12_000_000
    assert order["address"] == "Алматы, Абая 10, кв. 5"
    assert str(order["phone"]).startswith("+7")

    await aigul.says("корзина")
    await aigul.hears("В корзине пока пусто")
    await aigul.says("где мой заказ?")
    await aigul.hears("Заказ №1", "новый", "Диван «Номад»", "Доставка: Алматы, Абая 10, кв. 5")
