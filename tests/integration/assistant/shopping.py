"""What conversations about buying have in common."""

from __future__ import annotations

from typing import Any

from shared.channels.contract import Platform
from tests.integration.conversation import Shop, Shopper, Stage

__all__ = ["begins_checkout", "fills_cart", "orders", "places_order", "reaches_summary"]


async def fills_cart(shopper: Shopper) -> None:
    """Puts one sofa «Номад» into the cart."""
    await shopper.says("синий диван")
    await shopper.hears("Диван «Номад»", "120 000 ₸")
    await shopper.presses("В корзину")
    await shopper.hears("Добавили в корзину: Диван «Номад»", "120 000 ₸")


async def begins_checkout(shopper: Shopper) -> None:
    """Name and phone; a WhatsApp sender's phone is known."""
    await shopper.presses("Оформить заказ")
    await shopper.hears("Как к вам обращаться?")
    await shopper.says("Айгуль Ким")
    if shopper.platform is not Platform.WHATSAPP:
        await shopper.hears("По какому телефону")
        await shopper.person.send_contact()
    await shopper.hears("Как вам удобнее получить заказ?")


async def reaches_summary(shopper: Shopper) -> str:
    """A pick-up without a comment; what the summary says."""
    await begins_checkout(shopper)
    await shopper.presses("Самовывоз")
    await shopper.hears("Есть пожелания к заказу?")
    await shopper.presses("Без комментария")
    return await shopper.hears("Проверьте, пожалуйста, заказ")


async def places_order(shopper: Shopper) -> None:
    """One sofa «Номад», picked up: the shop's first order."""
    await fills_cart(shopper)
    await reaches_summary(shopper)
    await shopper.presses("Подтвердить заказ")
    await shopper.hears("Заказ №1")


async def orders(stage: Stage, shop: Shop) -> list[dict[str, Any]]:
    """The shop's orders by number."""
    return await stage.sql(
        shop,
        "SELECT number, status, total_minor, name, phone, method, address, comment FROM orders ORDER BY number",
    )
