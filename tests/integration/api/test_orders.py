"""Orders over the API: list, page, read, bring to a status with If-Match; what is told to whom, and recorded."""

from __future__ import annotations

import pytest

from shared.identity.permissions import Role
from tests.doubles.api_client import ApiClient
from tests.integration.api.conftest import SignIn
from tests.integration.orders.counter import Counter
from tests.integration.shops import Shop


@pytest.fixture
def manager(sign_in: SignIn, shop: Shop) -> ApiClient:
    return sign_in(shop.company_id, Role.MANAGER)


async def test_an_order_is_read_and_brought_to_a_status(counter: Counter, manager: ApiClient) -> None:
    aigul = await counter.buyer()
    order = await aigul.orders(await counter.stocks())
    read = await manager.get(f"orders/{order.id}")
    path, tag = f"orders/{order.id}/status", {"If-Match": read.headers["etag"]}

    changed = await manager.patch(path, {"status": "confirmed", "comment": "позвонили"}, headers=tag)
    late = await manager.patch(path, {"status": "paid"}, headers=tag)
    again = await manager.patch(path, {"status": "confirmed"})
    refused = await manager.patch(path, {"status": "new"})

    assert (read.status, read.json["number"], read.json["status"]) == (200, 1, "new")
    assert (changed.status, changed.json["status"], changed.json["version"]) == (200, "confirmed", 2)
    assert [change["comment"] for change in changed.json["history"]] == ["", "позвонили"]
    assert (late.status, late.json["code"]) == (412, "precondition_failed")
    assert (again.status, again.json["version"]) == (200, 2)
    assert (refused.status, refused.json["code"]) == (409, "order_status")
    assert "статуса" in refused.json["title"]
    said = await counter.sql("SELECT text FROM messages")
    assert len(said) == 1
    recorded = await counter.sql("SELECT action, before, after FROM audit_log")
    assert recorded == [
        {"action": "order.status_changed", "before": {"status": "new"}, "after": {"status": "confirmed"}}
    ]


async def test_what_is_gone_by_the_time_of_confirming_is_told(counter: Counter, manager: ApiClient) -> None:
    sofa = await counter.stocks(quantity=1)
    order = await (await counter.buyer()).orders(sofa)
    await counter.sql("UPDATE stock_reservations SET expires_at = now() - interval '1 second'")
    await (await counter.buyer("Берик")).orders(sofa)

    refused = await manager.patch(f"orders/{order.id}/status", {"status": "confirmed"})

    assert (refused.status, refused.json["code"]) == (409, "out_of_stock")


async def test_orders_are_filtered_and_paged(counter: Counter, manager: ApiClient) -> None:
    sofa, table = await counter.stocks("ALM-1", price=140_000), await counter.stocks("TBL-1", price=50_000)
    aigul, berik = await counter.buyer(), await counter.buyer("Берик")
    orders = [await aigul.orders(sofa), await berik.orders(table), await aigul.orders(table)]
    await manager.patch(f"orders/{orders[0].id}/status", {"status": "confirmed"})

    async def numbers(query: str) -> list[int]:
        return [order["number"] for order in (await manager.get(f"orders?{query}")).json["items"]]

    assert await numbers("") == [3, 2, 1]
    assert await numbers("status=confirmed,done") == [1]
    assert await numbers(f"customer_id={aigul.customer_id}&sort=number") == [1, 3]
    assert await numbers("number=2") == [2]
    assert await numbers(f"city_id={counter.shop.city_id}") == []
    assert await numbers("created_from=2020-01-01T00:00:00Z&created_before=2020-02-01T00:00:00Z") == []
    for sort, expected in (("-total", [1, 3, 2]), ("total", [2, 3, 1]), ("number", [1, 2, 3])):
        found, cursor = [], ""
        for _ in range(3):
            page = (await manager.get(f"orders?limit=1&sort={sort}{cursor}")).json
            found += [order["number"] for order in page["items"]]
            cursor = f"&cursor={page['next']}"
        assert (found, page["next"]) == (expected, None)


@pytest.mark.parametrize("query", ["status=lost", "number=0", "sort=name", "created_from=2020-01-01T00:00:00"])
async def test_a_wrong_filter_is_refused(manager: ApiClient, query: str) -> None:
    assert (await manager.get(f"orders?{query}")).status == 400


async def test_nobody_sees_or_changes_another_company_s_orders(
    counter: Counter, sign_in: SignIn, other_shop: Shop
) -> None:
    order = await (await counter.buyer()).orders(await counter.stocks())
    stranger = sign_in(other_shop.company_id)

    assert (await stranger.get(f"orders/{order.id}")).status == 404
    assert (await stranger.patch(f"orders/{order.id}/status", {"status": "cancelled"})).status == 404
    assert (await stranger.get("orders")).json["items"] == []


async def test_a_viewer_looks_and_changes_nothing(counter: Counter, sign_in: SignIn) -> None:
    order = await (await counter.buyer()).orders(await counter.stocks())
    viewer = sign_in(counter.shop.company_id, Role.VIEWER)

    assert (await viewer.get(f"orders/{order.id}")).status == 200
    assert (await viewer.patch(f"orders/{order.id}/status", {"status": "confirmed"})).status == 403
