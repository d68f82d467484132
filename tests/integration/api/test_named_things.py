"""What a request names: in the path it is a page that may be missing (404), in the body a wrong field (400)."""

from __future__ import annotations

from typing import Any

import pytest

from shared.kernel.ids import new_id
from tests.integration.api.conftest import SignIn
from tests.integration.shops import Shop

NOBODY = str(new_id())
PRODUCT = {"sku": "S-1", "name": {"ru": "Диван"}, "category": "sofas", "price": {"minor": 100, "currency": "KZT"}}
BOT = {"platform": "telegram", "name": "Уют", "credentials": {"token": "1:a", "secret_token": "s"}}


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("escalations", {"dialog_id": 4711, "reason": "asked"}, "dialog_id"),
        ("alerts", {"customer_id": NOBODY, "product_id": NOBODY, "condition": "drop"}, "customer_id"),
        ("bots", {**BOT, "city_id": NOBODY}, "city_id"),
        ("products", {**PRODUCT, "city_id": NOBODY}, "city_id"),
    ],
)
async def test_a_body_that_names_what_does_not_exist_has_a_wrong_field(
    sign_in: SignIn, shop: Shop, path: str, body: dict[str, Any], field: str
) -> None:
    answer = await sign_in(shop.company_id).post(path, body)

    assert (answer.status, answer.json["code"]) == (400, "invalid_input"), answer.body
    assert (field, "not_found") in [(one["field"], one["code"]) for one in answer.json["errors"]]


async def test_a_path_that_names_what_does_not_exist_is_not_found(sign_in: SignIn, shop: Shop) -> None:
    owner = sign_in(shop.company_id)

    answers = [
        await owner.get(f"products/{NOBODY}"),
        await owner.post(f"escalations/{NOBODY}/assign", {"user_id": NOBODY}),
        await owner.get("products/no-uuid"),
    ]

    assert [(answer.status, answer.json["code"]) for answer in answers] == [(404, "not_found")] * 3


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("PUT", "products/export", "GET, HEAD, OPTIONS"),
        ("DELETE", "products/imports", "GET, HEAD, OPTIONS, POST"),
        ("PATCH", "Products/Search", "GET, HEAD, OPTIONS"),
    ],
)
async def test_a_fixed_word_is_no_thing_of_that_name(
    sign_in: SignIn, shop: Shop, method: str, path: str, allowed: str
) -> None:
    answer = await sign_in(shop.company_id).request(method, path, body={})

    assert (answer.status, answer.headers["allow"]) == (405, allowed)
