"""Alerts over the API: staff makes, lists, changes and cancels them; every change is in the audit log."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from shared.catalog.imports import upsert_categories, upsert_products
from shared.catalog.schemas import CategoryInput, LocalizedText, ProductInput
from shared.catalog.service import CatalogService
from shared.composition import Worker
from shared.identity.permissions import Role
from shared.kernel.money import Money
from shared.runtime.database import Database
from tests.doubles.api_client import ApiClient
from tests.integration.api.conftest import SignIn
from tests.integration.people import open_dialog
from tests.integration.shops import Shop


@pytest.fixture
def admin(sign_in: SignIn, shop: Shop) -> ApiClient:
    return sign_in(shop.company_id)


@pytest.fixture
async def customer_id(worker: Worker, database: Database, shop: Shop) -> UUID:
    dialog_id = await open_dialog(database, shop)
    async with database.session_scope(shop.company_id) as session:
        return (await worker.services.customers.ensure(session, dialog_id)).id


@pytest.fixture
async def product_id(database: Database, shop: Shop) -> UUID:
    """A sofa for 140 000 tenge."""
    async with database.session_scope(shop.company_id) as session:
        name = LocalizedText(ru="Диваны")
        await upsert_categories(session, [CategoryInput(code="sofas", name=name)])
        price = Money(minor=14_000_000, currency="KZT")
        await upsert_products(
            session, [ProductInput(sku="ALM-1", name=LocalizedText(ru="Алма"), category="sofas", price=price)]
        )
    async with database.session_scope(shop.company_id) as session:
        return (await CatalogService().get_product(session, "ALM-1")).id


@pytest.fixture
async def free_product_id(database: Database, shop: Shop, product_id: UUID) -> UUID:
    async with database.session_scope(shop.company_id) as session:
        await session.execute(text("UPDATE products SET price_minor = 0"))
    return product_id


def wish(customer_id: UUID, product_id: UUID, **more: Any) -> dict[str, Any]:
    return {"customer_id": str(customer_id), "product_id": str(product_id), "condition": "drop", **more}


def tenge(amount: int, currency: str = "KZT") -> dict[str, Any]:
    return {"minor": amount * 100, "currency": currency}


async def test_an_alert_is_made_shown_changed_and_cancelled(
    admin: ApiClient, customer_id: UUID, product_id: UUID
) -> None:
    created = await admin.post(
        "alerts", wish(customer_id, product_id, condition="below", limit=tenge(120_000), check_hours=6)
    )
    location = created.headers["location"].removeprefix("/api/")
    read = await admin.get(location)
    tag = {"If-Match": read.headers["etag"]}
    changed = await admin.patch(location, {"limit": tenge(110_000)}, headers=tag)
    late = await admin.patch(location, {"check_hours": 1}, headers=tag)
    deleted = await admin.delete(location)

    assert created.status == 201, created.json
    assert (created.json["seen"], created.json["limit"]) == (tenge(140_000), tenge(120_000))
    assert (created.json["status"], created.json["check_hours"]) == ("active", 6)
    assert read.json == created.json
    assert (changed.status, changed.json["limit"]) == (200, tenge(110_000))
    assert late.status == 412
    assert deleted.status == 204
    assert (await admin.get(location)).json["status"] == "cancelled"
    assert (await admin.patch(location, {"check_hours": 1})).status == 409


async def test_every_change_is_in_the_audit_log(
    admin: ApiClient, database: Database, shop: Shop, customer_id: UUID, product_id: UUID
) -> None:
    created = await admin.post("alerts", wish(customer_id, product_id))
    location = created.headers["location"].removeprefix("/api/")
    await admin.patch(location, {"check_hours": 2})
    await admin.delete(location)
    await admin.delete(location)

    async with database.session_scope(shop.company_id) as session:
        rows = await session.execute(text("SELECT action, subject_id FROM audit_log ORDER BY id"))
        recorded = [tuple(row) for row in rows]
    assert recorded == [
        (action, created.json["id"]) for action in ("alert.created", "alert.updated", "alert.cancelled")
    ]


async def test_alerts_are_listed_by_state_condition_customer_and_product_page_by_page(
    admin: ApiClient, customer_id: UUID, product_id: UUID
) -> None:
    first = (await admin.post("alerts", wish(customer_id, product_id))).json["id"]
    second = (await admin.post("alerts", wish(customer_id, product_id, condition="below", limit=tenge(9)))).json[
        "id"
    ]
    await admin.delete(f"alerts/{first}")

    async def listed(query: str) -> list[str]:
        answer = await admin.get(f"alerts?{query}")
        assert answer.status == 200, answer.json
        return [alert["id"] for alert in answer.json["items"]]

    assert await listed("") == [second, first]
    assert await listed("sort=created_at") == [first, second]
    assert await listed("status=active") == [second]
    assert await listed("condition=drop") == [first]
    assert await listed(f"customer_id={customer_id}&product_id={product_id}") == [second, first]
    assert await listed(f"customer_id={uuid4()}") == []
    page = (await admin.get("alerts?limit=1")).json
    assert await listed(f"limit=1&cursor={page['next']}") == [first]


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"condition": "below"}, (400, "invalid_input")),
        ({"limit": tenge(1)}, (400, "invalid_input")),
        ({"condition": "below", "limit": tenge(0)}, (400, "invalid_input")),
        ({"condition": "below", "limit": {"minor": 1 << 70, "currency": "KZT"}}, (400, "invalid_input")),
        ({"condition": "below", "limit": tenge(1, "USD")}, (409, "alert_refused")),
        ({"condition": "below", "limit": tenge(140_000)}, (409, "alert_already_so")),
        ({"condition": "restock"}, (409, "alert_already_so")),
        ({"customer_id": str(uuid4())}, (400, "invalid_input")),
        ({"product_id": str(uuid4())}, (400, "invalid_input")),
        ({"dialog_id": 999_999}, (400, "invalid_input")),
        ({"dialog_id": 1 << 65}, (400, "invalid_input")),
        ({"expires_at": "2020-01-01T00:00:00Z"}, (400, "invalid_input")),
        ({"expires_at": "2030-01-01T00:00:00"}, (400, "invalid_input")),
        ({"check_hours": 0}, (400, "invalid_input")),
        ({"colour": "red"}, (400, "invalid_input")),
    ],
)
async def test_what_makes_no_sense_is_refused_in_words(
    admin: ApiClient, customer_id: UUID, product_id: UUID, more: dict[str, Any], told: tuple[int, str]
) -> None:
    answer = await admin.post("alerts", wish(customer_id, product_id) | more)

    assert (answer.status, answer.json["code"]) == told
    assert answer.json["title"]


@pytest.mark.parametrize("wanted", [{}, {"condition": "below", "limit": tenge(1)}])
async def test_a_lower_price_than_nothing_is_refused_in_words(
    admin: ApiClient, customer_id: UUID, free_product_id: UUID, wanted: dict[str, Any]
) -> None:
    answer = await admin.post("alerts", wish(customer_id, free_product_id, **wanted))

    assert (answer.status, answer.json["code"]) == (409, "alert_costs_nothing")
    assert answer.json["title"]


async def test_the_same_wish_again_begins_the_alert_anew(
    admin: ApiClient, customer_id: UUID, product_id: UUID
) -> None:
    first = await admin.post("alerts", wish(customer_id, product_id))
    again = await admin.post("alerts", wish(customer_id, product_id, check_hours=1))

    assert again.json["id"] == first.json["id"]
    assert (again.json["check_hours"], again.json["version"]) == (1, 2)


async def test_another_company_s_alert_does_not_exist(
    admin: ApiClient, sign_in: SignIn, other_shop: Shop, customer_id: UUID, product_id: UUID
) -> None:
    alert = (await admin.post("alerts", wish(customer_id, product_id))).json["id"]
    stranger = sign_in(other_shop.company_id)

    assert (await stranger.get("alerts")).json["items"] == []
    assert (await stranger.get(f"alerts/{alert}")).status == 404
    assert (await stranger.patch(f"alerts/{alert}", {"check_hours": 1})).status == 404
    assert (await stranger.delete(f"alerts/{alert}")).status == 404
    assert (await stranger.post("alerts", wish(customer_id, product_id))).status == 400


async def test_a_viewer_reads_and_does_not_write(
    sign_in: SignIn, shop: Shop, customer_id: UUID, product_id: UUID
) -> None:
    viewer = sign_in(shop.company_id, Role.VIEWER)

    assert (await viewer.get("alerts")).status == 200
    assert (await viewer.post("alerts", wish(customer_id, product_id))).status == 403
