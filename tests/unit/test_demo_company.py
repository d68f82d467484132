"""The demo shop reads well, in every language, and has a picture for each product."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from uuid import UUID

import pytest

from infra.local.demo import pictures
from infra.local.demo.products import demo_categories, demo_company, demo_products
from infra.local.demo.tags import ARTICLE
from infra.local.services.ocr_data import install_ocr_data
from infra.local.simulator import samples
from shared.catalog.schemas import Availability, LocalizedText, ProductInput
from shared.media.codes import has_check_digit
from shared.media.recognition import PictureReader

CITIES = {"almaty": UUID(int=1), "astana": UUID(int=2)}
PNG = b"\x89PNG\r\n\x1a\n"


@pytest.fixture(scope="module")
def products() -> list[ProductInput]:
    return demo_products(CITIES)


def test_the_shop_has_two_cities_and_some_300_products(products: list[ProductInput]) -> None:
    assert [city.slug for city in demo_company().cities] == list(CITIES)
    assert 280 <= len(products) <= 320
    assert len({product.sku for product in products}) == len(products)
    assert len({product.name.ru for product in products}) == len(products)
    assert {product.category for product in products} == {category.code for category in demo_categories()}


def test_every_product_has_a_barcode_of_its_own_that_scanners_accept(products: list[ProductInput]) -> None:
    barcodes = [barcode for product in products for barcode in product.barcodes]

    assert len(set(barcodes)) == len(products)
    assert all(len(barcode) == 13 and has_check_digit(barcode) for barcode in barcodes)


def test_the_simulator_s_sample_photos_show_a_product_of_the_shop(products: list[ProductInput]) -> None:
    reader = PictureReader(install_ocr_data(), seconds=60.0)
    sofa = next(product for product in products if product.sku == ARTICLE)

    (code,) = reader.examine(samples.photo("barcode").data).codes
    assert code.value == sofa.barcodes[0]
    assert reader.examine(samples.photo("price-tag").data).article_numbers == (ARTICLE,)


def test_every_text_is_there_in_three_languages(products: list[ProductInput]) -> None:
    texts = [product.name for product in products]
    texts += [product.description for product in products if product.description]
    texts += [
        value for product in products for value in product.attributes.values() if isinstance(value, LocalizedText)
    ]
    texts += [category.name for category in demo_categories()]
    assert [text for text in texts if len(text.all()) != 3] == []
    assert all(product.description for product in products)


def test_sizes_are_in_the_reader_s_units(products: list[ProductInput]) -> None:
    for product in products:
        size = product.attributes["size"]
        assert isinstance(size, LocalizedText)
        assert [str(text)[-3:] for text in (size.ru, size.kk, size.en)] == [" см", " см", " cm"]


def test_prices_are_such_as_a_person_would_believe(products: list[ProductInput]) -> None:
    for product in products:
        assert 5_000 <= product.price.minor // 100 <= 700_000, product.sku
        if product.old_price:
            assert 1.05 < product.old_price.minor / product.price.minor < 1.5, product.sku


def test_some_are_reduced_some_sold_out_some_in_one_city_only(products: list[ProductInput]) -> None:
    assert sum(product.old_price is not None for product in products) > 30
    assert 10 < sum(product.availability is Availability.OUT_OF_STOCK for product in products) < 40
    cities = Counter(product.city_id for product in products)
    assert min(cities[CITIES["almaty"]], cities[CITIES["astana"]]) > 5
    assert cities[None] > 200


def test_adjectives_agree_with_their_nouns(products: list[ProductInput]) -> None:
    names = {product.name.ru for product in products}
    assert "Кресло мягкое «Лунд», красное" in names
    assert "Кровать двуспальная «Сканди», белая" in names
    assert "Диван прямой «Осло», синий" in names
    assert "Полка настенная «Линия», дуб" in names


def test_each_product_has_its_picture_in_the_folder(products: list[ProductInput]) -> None:
    files = {path.name: path for path in pictures.IMAGES.glob("*.png")}
    wanted = {image.rpartition("/")[2] for product in products for image in product.images}
    assert wanted == set(files)
    assert all(path.read_bytes().startswith(PNG) for path in files.values())
    assert sum(path.stat().st_size for path in files.values()) < 2_000_000


def test_pictures_are_served_from_the_base_that_the_caller_names() -> None:
    (first, *_) = demo_products(CITIES, image_base="https://cdn.example/demo")
    assert first.images == ("https://cdn.example/demo/sofas-red.png",)


def test_the_pictures_can_be_drawn_again(tmp_path: Path) -> None:
    picture = tmp_path / "one.png"
    pictures.draw_picture("sofas", demo_products(CITIES)[0].colours[0], picture)
    assert picture.read_bytes().startswith(PNG)
