"""Products over the API: add, show, change, delete, list, search; who may, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import text

from shared.identity.permissions import Role
from shared.runtime.database import Database
from tests.doubles.api_client import ApiClient
from tests.integration.api.catalogue import sofa, with_sofas
from tests.integration.api.conftest import SignIn
from tests.integration.shops import Shop


@pytest.fixture
def owner(sign_in: SignIn, shop: Shop) -> ApiClient:
    return sign_in(shop.company_id)


async def skus(client: ApiClient, query: str = "") -> list[str]:
    answer = await client.get(f"products?{query}")
    assert answer.status == 200, answer.body
    return [item["sku"] for item in answer.json["items"]]


async def found(client: ApiClient, words: str) -> list[str]:
    answer = await client.get(f"products/search?q={words}")
    assert answer.status == 200, answer.body
    return [item["sku"] for item in answer.json["items"]]


async def test_a_product_lives_from_post_to_delete_and_back(owner: ApiClient) -> None:
    [made] = await with_sofas(owner, sofa("S-1", colours=["red"]))
    path = f"products/{made['id']}"
    read = await owner.get(path)
    assert (read.json, read.json["status"], read.json["version"]) == (made, "active", 1)
    assert await found(owner, "красный диван") == ["S-1"]

    replaced = await owner.put(path, sofa("S-1", "Диван Милан"))
    assert (replaced.status, replaced.json["name"]["ru"], replaced.json["colours"]) == (200, "Диван Милан", [])
    assert (await found(owner, "милан"), await found(owner, "осло")) == (["S-1"], [])

    changed = await owner.patch(path, {"price": {"minor": 9_000_000, "currency": "KZT"}})
    assert (changed.status, changed.json["price"]["minor"], changed.json["version"]) == (200, 9_000_000, 3)
    assert changed.json["name"] == replaced.json["name"]

    assert (await owner.delete(path)).status == 204
    assert (await owner.delete(path)).status == 404
    assert (await owner.patch(path, {"active": True})).status == 404
    assert (await owner.get(path)).json["status"] == "deleted"
    assert (await found(owner, "милан"), await skus(owner), await skus(owner, "status=deleted")) == (
        [],
        [],
        ["S-1"],
    )

    again = await owner.post("products", sofa("S-1", "Диван Милан"))
    assert (again.status, again.json["id"], again.json["status"]) == (201, made["id"], "active")
    assert await found(owner, "милан") == ["S-1"]


async def test_if_match_keeps_two_administrators_from_overwriting_each_other(owner: ApiClient) -> None:
    [made] = await with_sofas(owner, sofa("S-1"))
    path = f"products/{made['id']}"
    tag = {"If-Match": (await owner.get(path)).headers["etag"]}

    first = await owner.patch(path, {"name": {"ru": "Первый"}}, headers=tag)
    assert first.status == 200
    for late in (
        await owner.patch(path, {"name": {"ru": "Второй"}}, headers=tag),
        await owner.put(path, sofa("S-1"), headers=tag),
        await owner.delete(path, headers=tag),
    ):
        assert (late.status, late.json["code"]) == (412, "precondition_failed")
    assert (await owner.delete(path, headers={"If-Match": first.headers["etag"]})).status == 204


async def test_a_stock_movement_from_elsewhere_changes_the_tag(
    owner: ApiClient, shop: Shop, database: Database
) -> None:
    [made] = await with_sofas(owner, sofa("S-1", quantity=3))
    path = f"products/{made['id']}"
    tag = (await owner.get(path)).headers["etag"]
    async with database.session_scope(shop.company_id) as session:
        await session.execute(text("UPDATE products SET quantity = 2"))
    assert (await owner.patch(path, {"quantity": 3}, headers={"If-Match": tag})).status == 412


async def test_a_change_that_changes_nothing_leaves_version_and_log_alone(
    owner: ApiClient, shop: Shop, database: Database
) -> None:
    [made] = await with_sofas(owner, sofa("S-1"))
    same = await owner.patch(f"products/{made['id']}", {"name": {"ru": "Диван Осло"}})
    assert same.json == made
    async with database.session_scope(shop.company_id) as session:
        actions = await session.execute(text("SELECT action FROM audit_log WHERE subject_type = 'product'"))
        assert actions.scalars().all() == ["product.created"]


async def test_every_change_is_in_the_audit_log_with_what_differs(
    owner: ApiClient, shop: Shop, database: Database
) -> None:
    [made] = await with_sofas(owner, sofa("S-1"))
    await owner.patch(f"products/{made['id']}", {"quantity": 7})
    await owner.delete(f"products/{made['id']}")
    async with database.session_scope(shop.company_id) as session:
        rows = await session.execute(
            text("SELECT action, before ->> 'quantity', after ->> 'quantity' FROM audit_log ORDER BY id")
        )
        told = [tuple(row) for row in rows]
    assert told == [
        ("category.created", None, None),
        ("product.created", None, None),
        ("product.updated", None, "7"),
        ("product.deleted", "7", None),
    ]


async def test_goods_that_arrive_make_a_sold_out_product_available(owner: ApiClient) -> None:
    [made] = await with_sofas(owner, sofa("S-1", quantity=0))
    assert made["availability"] == "out_of_stock"
    arrived = await owner.patch(f"products/{made['id']}", {"quantity": 5})
    assert arrived.json["availability"] == "in_stock"
    told = await owner.patch(f"products/{made['id']}", {"quantity": 5, "availability": "on_order"})
    assert told.json["availability"] == "on_order"


@pytest.mark.parametrize(
    ("changes", "field", "code"),
    [
        ({"category": "boats"}, "category", "not_found"),
        ({"city_id": "00000000-0000-7000-8000-000000000000"}, "city_id", "not_found"),
        ({"price": {"minor": -1, "currency": "KZT"}}, "price", "invalid"),
        ({"price": {"minor": 10**18, "currency": "KZT"}}, "price", "invalid"),
        ({"price": {"minor": "100", "currency": "KZT"}}, "price.minor", "invalid"),
        ({"name": {}}, "name", "invalid"),
        ({"name": {"ru": "я" * 501}}, "name", "invalid"),
        ({"sku": ""}, "sku", "too_short"),
        ({"colours": ["puce"]}, "colours.0", "invalid"),
        ({"images": ["javascript:alert(1)"]}, "images.0", "invalid"),
        ({"quantity": -1}, "quantity", "too_small"),
        ({"colour": "red"}, "colour", "unknown"),
    ],
)
async def test_a_wrong_field_is_named(owner: ApiClient, changes: dict[str, Any], field: str, code: str) -> None:
    await with_sofas(owner)
    answer = await owner.post("products", sofa("S-1") | changes)
    assert answer.status == 400
    assert (answer.json["errors"][0]["field"], answer.json["errors"][0]["code"]) == (field, code)
    assert await skus(owner) == []


async def test_fields_that_must_be_there_cannot_be_emptied(owner: ApiClient) -> None:
    [made] = await with_sofas(owner, sofa("S-1", old_price={"minor": 20_000_000, "currency": "KZT"}))
    path = f"products/{made['id']}"
    for field in ("sku", "name", "category", "price", "active", "images"):
        assert (await owner.patch(path, {field: None})).status == 400, field
    dollars = await owner.patch(path, {"price": {"minor": 5, "currency": "USD"}})
    assert (dollars.status, dollars.json["errors"][0]["field"]) == (400, "price")
    emptied = await owner.patch(path, {"old_price": None, "quantity": None, "description": None})
    assert (emptied.status, emptied.json["old_price"]) == (200, None)


async def test_a_stock_number_belongs_to_one_product_of_a_city(owner: ApiClient, shop: Shop) -> None:
    [_, second] = await with_sofas(owner, sofa("S-1"), sofa("S-2"))
    twice = await owner.post("products", sofa("S-1"))
    renamed = await owner.patch(f"products/{second['id']}", {"sku": "S-1"})
    elsewhere = await owner.post("products", sofa("S-1", city_id=str(shop.city_id)))
    assert [twice.status, renamed.status, elsewhere.status] == [409, 409, 201]
    assert (twice.json["code"], twice.json["errors"][0]["field"]) == ("taken", "sku")


async def test_text_that_postgres_cannot_hold_is_replaced(owner: ApiClient) -> None:
    [made] = await with_sofas(owner, sofa("S-1", "Диван\x00 \ud83d"))
    assert made["name"]["ru"] == "Диван\ufffd \ufffd"


async def test_a_megabyte_of_json_is_refused(owner: ApiClient) -> None:
    await with_sofas(owner)
    answer = await owner.post("products", sofa("S-1", description={"ru": "я" * 600_000}))
    assert answer.status == 413


async def test_each_filter_narrows_the_list(owner: ApiClient, shop: Shop) -> None:
    await owner.post("categories", {"code": "chairs", "name": {"ru": "Стулья"}})
    city = str(shop.city_id)
    await with_sofas(
        owner,
        sofa("S-1", "Диван красный", 100),
        sofa("S-2", "Диван синий", 200, city_id=city),
        sofa("S-3", "Диван Осло", 300, availability="on_order"),
        sofa("S-4", "Диван старый красный", 400, active=False),
        sofa("C-1", "Стул", 50, category="chairs"),
    )
    assert await skus(owner, "sort=price") == ["C-1", "S-1", "S-2", "S-3", "S-4"]
    for query, expected in {
        "category=chairs": ["C-1"],
        "availability=on_order": ["S-3"],
        "price_min=20000&price_max=30000": ["S-2", "S-3"],
        "colour=red": ["S-1", "S-4"],
        "colour=red&status=active": ["S-1"],
        "status=hidden": ["S-4"],
        "q=диваны": ["S-1", "S-2", "S-3"],
        "q=диван": ["S-1", "S-2", "S-3", "S-4"],
        "q=s-4": ["S-4"],
        "q=S-1": ["S-1"],
        "q=и&status=active": [],
        f"city_id={city}&category=sofas&availability=in_stock": ["S-1", "S-2", "S-4"],
        "city_id=00000000-0000-7000-8000-000000000000&category=sofas&price_max=20000": ["S-1"],
    }.items():
        assert await skus(owner, f"sort=price&{query}") == expected, query


@pytest.mark.parametrize("sort", ["name", "-name", "price", "-price", "updated_at", "-updated_at"])
async def test_pages_in_every_order_hold_each_product_once(owner: ApiClient, sort: str) -> None:
    await with_sofas(owner, *(sofa(f"S-{n}", f"Диван {'ЕЁже'[n % 4]}", 100 * (n % 3)) for n in range(7)))
    whole = (await owner.get(f"products?limit=100&sort={sort}")).json["items"]
    paged: list[dict[str, Any]] = []
    cursor = ""
    for _ in range(4):
        page = (await owner.get(f"products?limit=2&sort={sort}{cursor}")).json
        paged += page["items"]
        cursor = f"&cursor={page['next']}"
    assert page["next"] is None
    assert paged == whole
    assert len({item["id"] for item in paged}) == 7
    if sort.endswith("price"):
        prices = [item["price"]["minor"] for item in whole]
        assert prices == sorted(prices, reverse=sort == "-price")


async def test_a_cursor_of_another_order_is_refused(owner: ApiClient) -> None:
    await with_sofas(owner, sofa("S-1"), sofa("S-2"))
    cursor = (await owner.get("products?limit=1&sort=price")).json["next"]
    for path in (f"products?sort=name&cursor={cursor}", f"products/search?q=диван&cursor={cursor}"):
        answer = await owner.get(path)
        assert (answer.status, answer.json["errors"][0]["field"]) == (400, "cursor")


async def test_search_answers_as_a_shopper_is_answered_page_by_page(owner: ApiClient) -> None:
    await with_sofas(owner, *(sofa(f"S-{n}", "Диван Берген") for n in range(5)))
    first = (await owner.get("products/search?q=берьген&limit=3")).json
    second = (await owner.get(f"products/search?q=берьген&limit=3&cursor={first['next']}")).json
    assert first["corrections"] == [{"typed": "берьген", "meant": "берген"}]
    assert (first["total"], second["next"]) == (5, None)
    assert {item["sku"] for item in first["items"] + second["items"]} == {f"S-{n}" for n in range(5)}


async def test_a_company_neither_sees_nor_touches_anothers_products(
    owner: ApiClient, sign_in: SignIn, other_shop: Shop
) -> None:
    [made] = await with_sofas(owner, sofa("S-1"))
    stranger = sign_in(other_shop.company_id)
    path = f"products/{made['id']}"
    answers = [
        await stranger.get(path),
        await stranger.put(path, sofa("S-1")),
        await stranger.patch(path, {"active": False}),
        await stranger.delete(path),
        await stranger.get("categories/sofas"),
    ]
    assert [answer.status for answer in answers] == [404] * 5
    assert (await skus(stranger), await found(stranger, "диван")) == ([], [])
    assert (await stranger.post("products", sofa("S-1"))).status == 400  # the category is the other's
    assert (await owner.get(path)).json == made


async def test_who_may_only_read_changes_nothing(sign_in: SignIn, shop: Shop, owner: ApiClient) -> None:
    [made] = await with_sofas(owner, sofa("S-1"))
    viewer = sign_in(shop.company_id, Role.VIEWER)
    assert await skus(viewer) == ["S-1"]
    refused = [
        await viewer.post("products", sofa("S-2")),
        await viewer.patch(f"products/{made['id']}", {"active": False}),
        await viewer.delete(f"products/{made['id']}"),
        await viewer.post("categories", {"code": "x", "name": {"ru": "Х"}}),
    ]
    assert [answer.status for answer in refused] == [403] * 4


async def test_a_renamed_category_leads_to_its_products_by_the_new_words(owner: ApiClient) -> None:
    await with_sofas(owner, sofa("S-1"))
    assert await found(owner, "тахта") == []
    before = await owner.get("categories/sofas")
    body = {"name": {"ru": "Диваны"}, "synonyms": ["тахта"], "position": 3}
    renamed = await owner.put("categories/sofas", body, headers={"If-Match": before.headers["etag"]})
    late = await owner.put("categories/sofas", body, headers={"If-Match": before.headers["etag"]})
    assert (renamed.status, late.status) == (200, 412)
    assert await found(owner, "тахта") == ["S-1"]
    listed = (await owner.get("categories")).json["items"]
    assert listed == [{"code": "sofas", **body, "name": {"ru": "Диваны", "kk": None, "en": None}}]
    assert (await owner.put("categories/boats", body)).status == 404
