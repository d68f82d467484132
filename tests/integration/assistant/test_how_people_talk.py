"""Conversations of daily life, without a model: haste, second thoughts, haggling, dictated prices, a typed «да»."""

from __future__ import annotations

from shared.channels.contract import Platform
from tests.integration.assistant.administration import administrator, brings_order
from tests.integration.assistant.shopping import begins_checkout, fills_cart, orders, places_order
from tests.integration.conversation import Stage


async def test_a_hurried_shopper_asks_for_the_price_and_takes_two(stage: Stage, platform: Platform) -> None:
    timur = stage.shopper(await stage.open_shop(), platform)
    await timur.says("дивн до двухсот тысяч")
    await timur.hears("Диван «Алма»", "Диван «Номад»")
    await timur.says("сколко стоит?")
    await timur.hears("Какой товар вы имеете в виду?")
    await timur.says("а второй почём?")
    await timur.hears("Диван «")
    await timur.says("скока стоит")
    await timur.hears("000 ₸")
    await timur.says("а он раскладывается?")
    await timur.hears("Это всё, что я знаю о товаре")
    assert "Позвать менеджера" in timur.buttons
    await timur.says("беру")
    await timur.hears("Добавили в корзину")
    await timur.says("давайте две")
    await timur.hears("— 2 шт.")
    await timur.says("уберите диван")
    await timur.hears("Убрали. В корзине больше ничего нет.")


async def test_questions_without_data_lead_to_a_person_and_a_typed_yes_calls_one(
    stage: Stage, platform: Platform
) -> None:
    timur = stage.shopper(await stage.open_shop(), platform)
    for question in ("до скольки работаете?", "а если два возьму, скинете?", "за 30 отдадите?"):
        await timur.says(question)
        await timur.hears("менеджер")
        assert timur.buttons == ["Позвать менеджера"]
    await timur.says("нет")
    await timur.hears("Хорошо!")
    await timur.says("да")
    await timur.hears("Слушаю вас!")
    await timur.says("в рассрочку можно?")
    await timur.hears("Позвать его?")
    await timur.says("да, позовите")
    await timur.hears("Позвал менеджера")


async def test_a_grandmother_orders_in_kazakh(stage: Stage, platform: Platform) -> None:
    shop = await stage.open_shop()
    sauule = stage.shopper(shop, platform, language="kk")
    await sauule.says("жүз елу мыңға дейін қызыл диван керек")
    await sauule.hears("Диван «Алма»", "140 000 ₸")
    await sauule.says("бұл неден жасалған?")
    await sauule.hears("менеджерді шақырайын ба?")
    await sauule.says("жоқ, рахмет балам")
    await sauule.hears("Оқасы жоқ!")
    await sauule.says("екі дана алайын")
    await sauule.hears("Себетке қосылды: Диван «Алма», енді 2 дана")
    await sauule.says("диванды алып тастаңызшы")
    await sauule.hears("Алып тасталды")


async def test_second_thoughts_at_each_step_of_the_checkout(stage: Stage, platform: Platform) -> None:
    shop = await stage.open_shop()
    alina = stage.shopper(shop, platform)
    await fills_cart(alina)
    await begins_checkout(alina)
    await alina.presses("Самовывоз")
    await alina.hears("Есть пожелания к заказу?")
    await alina.says("нет, лучше доставка")
    await alina.hears("Куда доставить?")
    await alina.says("Абая 10, кв. 5")
    await alina.hears("Есть пожелания к заказу?")
    await alina.says("поменяйте адрес")
    await alina.hears("Куда доставить?")
    await alina.says("Сатпаева 22, кв. 7")
    await alina.hears("Есть пожелания к заказу?")
    await alina.says("нет, спасибо")
    await alina.hears("Доставка: Сатпаева 22, кв. 7")
    await alina.says("8 701 765 43 21")
    await alina.hears("+7 701 765 43 21")
    await alina.says("ну не знаю")
    await alina.hears("Заказ ещё не оформлен", "Проверьте, пожалуйста, заказ")
    await alina.says("да")
    await alina.hears("Заказ №1 на 120 000 ₸ принят!")
    (order,) = await orders(stage, shop)
    assert (order["method"], order["address"], order["comment"]) == ("delivery", "Сатпаева 22, кв. 7", "")


async def test_a_change_told_with_its_answer_is_noted_and_a_free_text_is_no_change(stage: Stage) -> None:
    shop = await stage.open_shop()
    alina = stage.shopper(shop, Platform.TELEGRAM)
    await fills_cart(alina)
    await alina.presses("Оформить заказ")
    await alina.hears("Как к вам обращаться?")
    await alina.says("Алина")
    await alina.hears("По какому телефону")
    await alina.says("номер не тот, 87015556677")
    await alina.hears("Как вам удобнее получить заказ?")
    await alina.presses("Доставка")
    await alina.hears("Куда доставить?")
    await alina.says("подъезд другой, номер 4")
    await alina.hears("Есть пожелания к заказу?")
    await alina.says("адрес другой: Абая 10, кв 5")
    await alina.hears("Есть пожелания к заказу?")
    await alina.says("позвоните на другой номер")
    await alina.hears("+7 701 555 66 77", "Доставка: Абая 10, кв 5", "позвоните на другой номер")


async def test_a_typed_yes_cancels_the_order_and_a_no_leaves_it(stage: Stage, platform: Platform) -> None:
    shop = await stage.open_shop()
    alina = stage.shopper(shop, platform)
    await places_order(alina)
    await alina.says("отмените заказ")
    await alina.hears("Отменить заказ №1")
    await alina.says("нет, оставьте")
    await alina.hears("Заказ №1 от")
    await alina.says("да")
    await alina.hears("Слушаю вас!")
    assert [order["status"] for order in await orders(stage, shop)] == ["new"]
    await alina.says("отмените заказ")
    await alina.hears("Отменить заказ №1")
    await alina.says("ок, отменяйте")
    await alina.hears("Заказ №1 отменён")
    assert [order["status"] for order in await orders(stage, shop)] == ["cancelled"]


async def test_a_yes_after_the_news_of_an_order_does_not_answer_the_question_before_it(
    stage: Stage, platform: Platform
) -> None:
    shop = await stage.open_shop()
    alina = stage.shopper(shop, platform)
    await places_order(alina)
    await alina.says("отмените заказ")
    await alina.hears("Отменить заказ №1")

    await brings_order(administrator(stage, shop), "confirmed")
    await alina.hears("подтверждён")
    await alina.says("да")

    await alina.hears("Слушаю вас!")
    assert [order["status"] for order in await orders(stage, shop)] == ["confirmed"]
