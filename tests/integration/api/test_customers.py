"""Customers over the API: list, read, export, forget."""

from __future__ import annotations

from shared.identity.permissions import Role
from tests.integration.api.conftest import SignIn
from tests.integration.orders.counter import Counter
from tests.integration.shops import Shop

PHONE = "+77011234567"


async def test_customers_are_listed_and_read(counter: Counter, sign_in: SignIn) -> None:
    aigul, berik = await counter.buyer(phone=PHONE), await counter.buyer("Берик")
    viewer = sign_in(counter.shop.company_id, Role.VIEWER)

    async def found(query: str) -> list[str]:
        return [customer["id"] for customer in (await viewer.get(f"customers?{query}")).json["items"]]

    assert await found("") == [str(berik.customer_id), str(aigul.customer_id)]
    assert await found("q=айгуль") == [str(aigul.customer_id)]
    assert await found("phone=87011234567") == [str(aigul.customer_id)]
    assert (await viewer.get("customers?phone=диван")).status == 400
    read = await viewer.get(f"customers/{aigul.customer_id}")
    assert (read.json["name"], read.json["phone"]) == ("Айгуль Ким", PHONE)
    assert [dialog["platform"] for dialog in read.json["dialogs"]] == ["telegram"]


async def test_all_that_is_known_is_downloaded_and_the_download_recorded(counter: Counter, sign_in: SignIn) -> None:
    aigul = await counter.buyer(phone=PHONE)
    await aigul.orders(await counter.stocks())
    admin = sign_in(counter.shop.company_id, Role.ADMIN)

    export = await admin.get(f"customers/{aigul.customer_id}/export")

    assert export.status == 200
    assert f"customer-{aigul.customer_id}.json" in export.headers["content-disposition"]
    assert set(export.json) >= {"customer", "dialogs", "orders"}
    assert export.json["orders"]["orders"][0]["number"] == 1
    assert await counter.sql("SELECT action FROM audit_log") == [{"action": "customer.exported"}]


async def test_a_person_is_forgotten_and_the_books_remember_the_order(counter: Counter, sign_in: SignIn) -> None:
    aigul = await counter.buyer(phone=PHONE)
    order = await aigul.orders(await counter.stocks())
    admin = sign_in(counter.shop.company_id, Role.ADMIN)
    path = f"customers/{aigul.customer_id}"
    tag = (await admin.get(path)).headers["etag"]

    stale = await admin.delete(path, headers={"If-Match": '"another"'})
    erased = await admin.delete(path, headers={"If-Match": tag})

    assert (stale.status, erased.status) == (412, 204)
    assert (await admin.get(path)).status == 404
    open_ = (await admin.get(f"orders/{order.id}")).json
    assert (open_["customer_id"], open_["phone"]) == (None, PHONE)
    assert (await admin.patch(f"orders/{order.id}/status", {"status": "cancelled"})).status == 200
    kept = (await admin.get(f"orders/{order.id}")).json
    assert (kept["customer_id"], kept["name"], kept["phone"], kept["total"]["minor"]) == (None, "", "", 140_000_00)
    erasure = "SELECT before, after FROM audit_log WHERE action = 'customer.erased'"
    assert await counter.sql(erasure) == [{"before": None, "after": None}]


async def test_a_manager_neither_downloads_nor_forgets(counter: Counter, sign_in: SignIn) -> None:
    aigul = await counter.buyer()
    manager = sign_in(counter.shop.company_id, Role.MANAGER)

    assert (await manager.get(f"customers/{aigul.customer_id}/export")).status == 403
    assert (await manager.delete(f"customers/{aigul.customer_id}")).status == 403


async def test_another_company_s_customers_do_not_exist(
    counter: Counter, sign_in: SignIn, other_shop: Shop
) -> None:
    aigul = await counter.buyer()
    stranger = sign_in(other_shop.company_id)

    for path in (f"customers/{aigul.customer_id}", f"customers/{aigul.customer_id}/export"):
        assert (await stranger.get(path)).status == 404
    assert (await stranger.delete(f"customers/{aigul.customer_id}")).status == 404
    assert (await stranger.get("customers")).json["items"] == []
