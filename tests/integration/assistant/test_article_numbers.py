"""Article numbers are found when typed, whatever they look like: the catalogue decides (number 8)."""

from __future__ import annotations

import pytest

from shared.channels.contract import Platform
from tests.integration.conversation import SOFAS, Shop, Shopper, Stage

ODD = (
    ("ODD-USD", "Пуф «Чудо»", "зелёный", 30_000),
    ("ABC", "Банкетка «Азбука»", "серый", 40_000),
    ("СТУЛ-А", "Табурет «Первый»", "серый", 20_000),
    ("RIO", "Кресло Rio", "серый", 60_000),
    ("KEDR PRO", "Тумба «Пара»", "белый", 25_000),
    ("диван", "Скамья «Имя»", "белый", 15_000),
)


@pytest.fixture
async def shop(stage: Stage) -> Shop:
    return await stage.open_shop(wares=(*SOFAS, *ODD))


@pytest.fixture
async def aigul(stage: Stage, shop: Shop) -> Shopper:
    return stage.shopper(shop, Platform.TELEGRAM)


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("ODD-USD", "Пуф «Чудо»"),
        ("odd-usd", "Пуф «Чудо»"),
        ("OddUsd", "Пуф «Чудо»"),
        ("odd usd", "Пуф «Чудо»"),
        ("покажите ODD-USD", "Пуф «Чудо»"),
        ("есть ODD-USD?", "Пуф «Чудо»"),
        ("сколько стоит ODD-USD?", "Пуф «Чудо»"),
        ("ABC", "Банкетка «Азбука»"),
        ("АВС", "Банкетка «Азбука»"),  # Cyrillic letters that look the same
        ("стул-а", "Табурет «Первый»"),
        ("rio", "Кресло Rio"),
        ("kedr pro", "Тумба «Пара»"),
    ],
)
async def test_an_article_number_without_a_digit_is_found(aigul: Shopper, words: str, name: str) -> None:
    await aigul.says(words)
    heard = await aigul.hears(name)
    assert "Алма" not in heard
    assert "В корзину" in aigul.buttons


async def test_it_is_put_into_the_cart_by_its_number(stage: Stage, shop: Shop, aigul: Shopper) -> None:
    await aigul.says("добавь ODD-USD в корзину")
    await aigul.hears("Добавили в корзину: Пуф «Чудо»")
    await aigul.says("добавь 2 штуки abc в корзину")
    await aigul.hears("Банкетка «Азбука»")
    assert await stage.sql(shop, "SELECT sku, quantity FROM cart_lines ORDER BY sku") == [
        {"sku": "ABC", "quantity": 2},
        {"sku": "ODD-USD", "quantity": 1},
    ]


async def test_it_is_watched_by_its_number(stage: Stage, shop: Shop, aigul: Shopper) -> None:
    await aigul.says("сообщите, когда ODD-USD подешевеет")
    await aigul.hears("Пуф «Чудо»")
    assert len(await stage.sql(shop, "SELECT id FROM price_alerts")) == 1


@pytest.mark.parametrize(
    ("words", "name"), [("диван", "Диван «Алма»"), ("дивана", "Диван «Алма»"), ("красный диван", "Диван «Алма»")]
)
async def test_a_word_for_goods_stays_a_search_though_it_is_a_number_too(
    aigul: Shopper, words: str, name: str
) -> None:
    await aigul.says(words)
    await aigul.hears(name)


@pytest.mark.parametrize("words", ["ODD", "USD", "odd-us", "ODD-USDT"])
async def test_a_part_of_a_number_without_a_digit_is_no_number(aigul: Shopper, words: str) -> None:
    await aigul.says(words)
    assert "В корзину" not in aigul.buttons
