"""One of everything that an endpoint can show, made for a company.

The matrix finds the things through the lists that the API itself offers. When it asks for one of a kind that no
list shows, make it here: one function a kind, in ``MAKERS``.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from sqlalchemy import text

from shared.kernel.ids import new_id
from shared.orders.schemas import CheckoutDraft, DeliveryMethod
from tests.doubles.api_client import ApiClient
from tests.integration.api.contract.operations import Operation
from tests.integration.conversation import Shop, Stage

__all__ = ["make_things", "things_of"]

Maker = Callable[[Stage, Shop, ApiClient], Awaitable[None]]


async def _dialog(stage: Stage, shop: Shop, owner: ApiClient) -> None:
    """A talk with the bot that ends with a call for a person: a dialog, messages, an escalation."""
    shopper = stage.shopper(shop)
    await shopper.says("хочу красный диван")
    await shopper.listens()
    await shopper.says("позовите менеджера")
    await shopper.listens()


async def _order(stage: Stage, shop: Shop, owner: ApiClient) -> None:
    """The person of the talk orders what the shop has: a customer, and an order."""
    worker = stage.worker
    async with worker.database.session_scope(shop.company_id) as session:
        dialog_id = (await session.execute(text("SELECT min(id) FROM dialogs"))).scalar_one()
        product_id = (await session.execute(text("SELECT id FROM products ORDER BY sku LIMIT 1"))).scalar_one()
        customer = await worker.services.customers.ensure(session, dialog_id)
        await worker.services.carts.add(session, customer.id, product_id)
        said = CheckoutDraft(name="Айгуль", phone="+77011234567", method=DeliveryMethod.PICKUP)
        cart = await worker.services.checkout.note(session, customer.id, said)
        assert cart.id is not None
        assert cart.total is not None
        await worker.services.checkout.confirm(
            session,
            customer.id,
            cart.id,
            version=cart.version,
            total_minor=cart.total.minor,
            dialog_id=dialog_id,
        )


async def _alert(stage: Stage, shop: Shop, owner: ApiClient) -> None:
    """The customer waits for a lower price of what the shop has."""
    customers, products = (await owner.get("customers?limit=1")).json, (await owner.get("products?limit=1")).json
    body = {
        "customer_id": customers["items"][0]["id"],
        "product_id": products["items"][0]["id"],
        "condition": "drop",
    }
    answer = await owner.post("alerts", body)
    assert answer.status == 201, answer.body


async def _prompt(stage: Stage, shop: Shop, owner: ApiClient) -> None:
    await owner.post(f"cities/{shop.city_id}/prompts", {"body": "Отвечайте коротко."})


async def _failure(stage: Stage, shop: Shop, owner: ApiClient) -> None:
    async with stage.worker.database.session_scope(shop.company_id) as session:
        await session.execute(
            text("INSERT INTO failures (company_id, id, kind, code) VALUES (:company, :id, 'turn', 'internal')"),
            {"company": shop.company_id, "id": new_id()},
        )


async def _invitation(stage: Stage, shop: Shop, owner: ApiClient) -> None:
    await owner.post("invitations", {"email": f"guest@{shop.slug}.kz", "role": "viewer"})


async def _service_token(stage: Stage, shop: Shop, owner: ApiClient) -> None:
    await owner.post("service-tokens", {"name": "ERP", "permissions": ["products:read"]})


async def _product_import(stage: Stage, shop: Shop, owner: ApiClient) -> None:
    await owner.post("products/imports", content=b"sku;price\nNEW-1;5\n")


async def _product_image(stage: Stage, shop: Shop, owner: ApiClient) -> None:
    """A product with an image, in a category whose code no other company has and that is listed first."""
    lamps = f"lamps-{shop.slug}"
    await owner.post("categories", {"code": lamps, "name": {"ru": "Лампы"}, "position": -1})
    body = {
        "sku": "L-1",
        "name": {"ru": "Лампа"},
        "category": lamps,
        "price": {"minor": 100, "currency": "KZT"},
        "images": ["https://pictures.example/lamp.jpg"],
    }
    assert (await owner.post("products", body)).status == 201


MAKERS: tuple[Maker, ...] = (
    _dialog,
    _order,
    _alert,
    _prompt,
    _failure,
    _invitation,
    _service_token,
    _product_import,
    _product_image,
)


async def make_things(stage: Stage, shop: Shop, owner: ApiClient) -> None:
    """Make one of each kind for the shop."""
    for make in MAKERS:
        await make(stage, shop, owner)


async def things_of(owner: ApiClient, operations: Sequence[Operation]) -> dict[str, dict[str, object]]:
    """For the path of each endpoint with places: values that lead to something of the owner's company.

    A list that stands before the place is asked (``cities`` for ``cities/{city_id}``); a place of the same name
    elsewhere leads to the same thing (``bot-config/{city_id}``).
    """
    lists = {one.path: one for one in operations if one.method == "GET"}
    by_name: dict[str, object] = {}
    found: dict[str, dict[str, object]] = {}
    paths = sorted({one.path for one in operations if one.places}, key=lambda path: (path.count("{"), path))
    for path in paths:
        values: dict[str, object] = {}
        parts = path.split("/")
        for place, part in enumerate(parts):
            if not part.startswith("{"):
                continue
            name, before = part[1:-1], "/".join(parts[:place])
            if before in lists:
                page = await owner.get(before.format(**values))
                assert page.status == 200, (before, page.body)
                for item in page.json.get("items", [])[:1]:
                    by_name[name] = values[name] = item.get(name, item.get("id"))
            values.setdefault(name, None)
        found[path] = values
    return {
        path: {name: by_name.get(name) if value is None else value for name, value in values.items()}
        for path, values in found.items()
    }
