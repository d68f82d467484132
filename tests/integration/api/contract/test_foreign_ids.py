"""Ids in the body of a request lead to the caller's own company and to no other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.doubles.api_client import ApiClient
from tests.integration.api.contract.companies import Staffed

PRODUCT = {"sku": "N-1", "name": {"ru": "Лампа"}, "category": "sofas", "price": {"minor": 100, "currency": "KZT"}}
BOT = {"platform": "viber", "name": "Бот", "credentials": {"auth_token": "viber-token"}}


async def first(client: ApiClient, path: str, **conditions: object) -> Mapping[str, Any]:
    """The first thing of a list that meets the conditions."""
    answer = await client.get(path)
    assert answer.status == 200, answer.body
    found: Mapping[str, Any] = next(
        item
        for item in answer.json["items"]
        if all(item[name] == expected for name, expected in conditions.items())
    )
    return found


async def test_ids_of_another_company_are_not_found(own: Staffed, foreign: Staffed) -> None:
    ours, theirs = own.owner, foreign.owner
    customer, their_customer = await first(ours, "customers"), await first(theirs, "customers")
    product, their_product = await first(ours, "products"), await first(theirs, "products")
    their_dialog = (await first(theirs, "dialogs"))["id"]
    their_user = (await first(theirs, "users", role="manager"))["id"]
    their_city = str(foreign.shop.city_id)
    escalation = await first(ours, "escalations")
    category = product["category"]
    alert = {"customer_id": customer["id"], "product_id": product["id"], "condition": "drop"}
    tries: list[tuple[str, str, dict[str, Any]]] = [
        ("POST", "products", PRODUCT | {"category": category, "city_id": their_city}),
        ("PATCH", f"products/{product['id']}", {"city_id": their_city}),
        ("POST", "bots", BOT | {"city_id": their_city}),
        ("POST", "alerts", alert | {"customer_id": their_customer["id"]}),
        ("POST", "alerts", alert | {"product_id": their_product["id"]}),
        ("POST", "alerts", alert | {"dialog_id": their_dialog}),
        ("POST", "analytics/event", {"kind": "leaflet", "dialog_id": their_dialog}),
        ("POST", "escalations", {"dialog_id": their_dialog}),
        ("POST", f"escalations/{escalation['id']}/assign", {"user_id": their_user}),
    ]

    for method, path, body in tries:
        answer = await ours.request(method, path, body=body)
        assert 400 <= answer.status < 500, (method, path, body, answer.status, answer.body)
        assert answer.status not in {401, 403, 405, 415}, (path, answer.body)
        assert "unknown" not in answer.body.decode(), (path, answer.body)
