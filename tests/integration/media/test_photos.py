"""A shopper shows a picture: on every messenger, with and without a model."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence

import pytest
from PIL import Image

from infra.local.services.ocr_data import install_ocr_data
from infra.local.simulator.faults import Fault, FaultKind
from infra.local.simulator.wire import UploadedFile
from shared.catalog.imports import upsert_products
from shared.catalog.schemas import LocalizedText, ProductInput
from shared.channels.contract import Platform
from shared.kernel.money import Money
from tests.doubles.openai_server import OpenAIServer, Step, fails, says, sees
from tests.doubles.pictures import barcode, bomb, jpeg, price_tag, qr_code
from tests.integration.conversation import Shop, Stage, open_stage

EAN = "4870001234560"
PHOTO_OF_A_SOFA = jpeg(Image.effect_noise((640, 480), 8).convert("RGB"))


@pytest.fixture
async def stage(settings_env: dict[str, str]) -> AsyncIterator[Stage]:
    async with open_stage(settings_env, ocr_data=str(install_ocr_data()), ocr_seconds=30.0) as opened:
        yield opened


@pytest.fixture
async def model() -> AsyncIterator[OpenAIServer]:
    async with OpenAIServer([says("…")]) as server:
        yield server


@pytest.fixture
async def seeing(settings_env: dict[str, str], model: OpenAIServer) -> AsyncIterator[Stage]:
    changes = {"openai_base_url": model.base_url, "openai_api_key": "test", "openai_vision_model": "seer"}
    async with open_stage(settings_env, ocr_data=str(install_ocr_data()), ocr_seconds=30.0, **changes) as opened:
        yield opened


async def bears(stage: Stage, shop: Shop, sku: str, barcodes: Sequence[str]) -> None:
    """Put a sofa with these barcodes into the shop's catalogue."""
    sofa = ProductInput(
        sku=sku,
        name=LocalizedText(ru="Диван «Ладья»"),
        category="sofas",
        price=Money(minor=17_500_000, currency="KZT"),
        barcodes=tuple(barcodes),
    )
    async with stage.worker.database.session_scope(shop.company_id) as session:
        await upsert_products(session, [sofa])


async def spent(stage: Stage, shop: Shop) -> list[tuple[str, int, int]]:
    rows = await stage.sql(shop, "SELECT model, calls, cost_micros FROM model_usage ORDER BY model")
    return [(row["model"], row["calls"], row["cost_micros"]) for row in rows]


async def test_a_barcode_leads_to_its_product(stage: Stage, platform: Platform) -> None:
    shop = await stage.open_shop()
    await bears(stage, shop, "LAD-1", ["4870001234560"])
    aigul = stage.shopper(shop, platform)

    await aigul.shows(jpeg(barcode("487000123456", turn=12)))

    await aigul.hears("Нашлось по коду", "Диван «Ладья»", "175 000")


async def test_a_price_tag_leads_to_its_product(stage: Stage, platform: Platform) -> None:
    shop = await stage.open_shop()
    aigul = stage.shopper(shop, platform)

    await aigul.shows(jpeg(price_tag("ALM-2", blur=2)))

    await aigul.hears("На фото артикул ALM-2", "Диван «Алма» угловой", "290 000")


@pytest.mark.parametrize(
    "text", ["https://shop.kz/catalog/nom-1/?utm_source=tag", "NOM-1", "https://shop.kz/p?sku=NOM-1"]
)
async def test_a_qr_code_leads_to_its_product(stage: Stage, text: str) -> None:
    shop = await stage.open_shop()
    aigul = stage.shopper(shop)

    await aigul.shows(jpeg(qr_code(text)))

    await aigul.hears("Нашлось по коду", "Диван «Номад»")


async def test_a_picture_sent_as_a_file_is_read_too(stage: Stage, platform: Platform) -> None:
    shop = await stage.open_shop()
    aigul = stage.shopper(shop, platform)

    await aigul.person.send_document(UploadedFile("tag.jpg", "image/jpeg", jpeg(price_tag("ALM-1"))))

    await aigul.hears("На фото артикул ALM-1")


async def test_the_product_that_was_shown_can_be_asked_about(stage: Stage) -> None:
    shop = await stage.open_shop()
    aigul = stage.shopper(shop)

    await aigul.shows(jpeg(price_tag("ALM-1")))
    await aigul.hears("Диван «Алма»")
    await aigul.says("подробнее")

    await aigul.hears("Диван «Алма»")


async def test_without_a_model_a_shopper_is_told_what_was_seen_and_asked(stage: Stage, platform: Platform) -> None:
    shop = await stage.open_shop()
    aigul = stage.shopper(shop, platform)

    await aigul.shows(jpeg(barcode("460123456789")))
    await aigul.hears("код 4601234567893", "Напишите, пожалуйста, что вы ищете")
    await aigul.shows(jpeg(price_tag("KOMOD-777")))
    await aigul.hears("артикул KOMOD-777", "такого товара у нас нет")
    await aigul.shows(jpeg(price_tag(blur=14)))
    await aigul.hears("Не получилось узнать товар")


async def test_words_under_a_photo_that_tells_nothing_are_answered(stage: Stage) -> None:
    shop = await stage.open_shop()
    aigul = stage.shopper(shop)

    await aigul.shows(PHOTO_OF_A_SOFA, "красный диван до 150000")

    await aigul.hears("Не получилось узнать товар", "Диван «Алма»")


async def test_a_complaint_with_a_photo_is_a_complaint(stage: Stage) -> None:
    shop = await stage.open_shop()
    aigul = stage.shopper(shop)

    await aigul.shows(jpeg(price_tag("ALM-1")), "позовите менеджера")

    heard = await aigul.hears()
    assert "ALM-1" not in heard
    assert [row["reason"] for row in await stage.sql(shop, "SELECT reason FROM escalations")] == ["asked"]


@pytest.mark.parametrize("content", [bomb(20_000, 20_000), b"%PDF-1.4 not a picture", b"", jpeg(price_tag())[:900]])
async def test_a_file_that_is_no_picture_is_declined(stage: Stage, platform: Platform, content: bytes) -> None:
    shop = await stage.open_shop()
    aigul = stage.shopper(shop, platform)

    await aigul.shows(content)

    await aigul.hears("Не получилось открыть фото")


async def test_what_the_model_sees_is_searched_for(seeing: Stage, model: OpenAIServer, platform: Platform) -> None:
    shop = await seeing.open_shop()
    aigul = seeing.shopper(shop, platform)
    model.play([sees(product_type="диван", colour="красный", style="скандинавский")])

    await aigul.shows(PHOTO_OF_A_SOFA)

    await aigul.hears("Похоже, на фото — диван красный скандинавский", "Диван «Алма»")
    (asked,) = model.requests
    assert asked.json["model"] == "seer"
    assert asked.json["response_format"]["json_schema"]["strict"] is True
    (picture,) = asked.json["messages"][1]["content"]
    assert picture["image_url"]["url"].startswith("data:image/jpeg;base64,/9j/")
    assert await spent(seeing, shop) == [("seer", 1, 63)]


async def test_words_under_the_photo_change_what_is_searched_for(seeing: Stage, model: OpenAIServer) -> None:
    shop = await seeing.open_shop()
    aigul = seeing.shopper(shop)
    model.play([sees(product_type="диван", colour="красный")])

    await aigul.shows(PHOTO_OF_A_SOFA, "такой же, но синий")

    heard = await aigul.hears("Диван «Номад»")
    assert "Алма" not in heard


async def test_a_code_needs_no_model(seeing: Stage, model: OpenAIServer) -> None:
    shop = await seeing.open_shop()
    aigul = seeing.shopper(shop)

    await aigul.shows(jpeg(price_tag("ALM-1")))

    await aigul.hears("На фото артикул ALM-1")
    assert model.requests == []


@pytest.mark.parametrize(
    "step",
    [sees(), fails(500), says("не JSON"), says('{"product_type": 5}')],
    ids=["nothing", "down", "words", "junk"],
)
async def test_a_model_that_sees_nothing_leaves_the_question(
    seeing: Stage, model: OpenAIServer, step: Step
) -> None:
    shop = await seeing.open_shop()
    aigul = seeing.shopper(shop)
    model.play([step])

    await aigul.shows(PHOTO_OF_A_SOFA)

    await aigul.hears("Не получилось узнать товар")


async def test_over_budget_no_model_is_asked(seeing: Stage, model: OpenAIServer) -> None:
    shop = await seeing.open_shop()
    await seeing.sql(
        shop,
        "INSERT INTO model_usage"
        " (company_id, day, model, slot, calls, prompt_tokens, completion_tokens, cost_micros)"
        " SELECT id, d, 'seer', 0, 1, 1, 1, 99000000 FROM companies, unnest(ARRAY[current_date - 1, current_date,"
        " current_date + 1]) d",
    )
    aigul = seeing.shopper(shop)

    await aigul.shows(PHOTO_OF_A_SOFA)

    await aigul.hears("Не получилось узнать товар")
    assert model.requests == []


async def test_a_turn_that_is_run_again_neither_fetches_nor_pays_again(seeing: Stage, model: OpenAIServer) -> None:
    shop = await seeing.open_shop()
    aigul = seeing.shopper(shop)
    model.play([sees(product_type="диван", colour="красный")])
    await aigul.shows(PHOTO_OF_A_SOFA)
    await aigul.hears("Похоже, на фото")
    fetched = len(seeing.calls("getFile"))

    # as a worker finds it that takes over after a crash before the commit
    await seeing.sql(shop, "UPDATE inbox SET status = 'received'")
    await seeing.sql(shop, "UPDATE dialogs SET received_seq = received_seq + 1, due_at = now()")

    await aigul.hears("Похоже, на фото — диван красный")
    assert len(model.requests) == 1
    assert len(seeing.calls("getFile")) == fetched


async def test_a_messenger_that_does_not_give_the_file_is_no_failure_of_the_turn(stage: Stage) -> None:
    shop = await stage.open_shop()
    aigul = stage.shopper(shop)
    stage.simulator.faults.add(Fault(FaultKind.SERVER_ERROR, platform="telegram", method="getFile", count=1))

    await aigul.shows(jpeg(price_tag("ALM-1")))

    await aigul.hears("Не получилось открыть фото")
