"""One of everything that an endpoint can show, made for a company.

The matrix finds the things through the lists that the API itself offers. When it asks for one of a kind that no
list shows, make it here: one function a kind, in ``MAKERS``.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from sqlalchemy import text

from shared.channels.contract import Platform
from shared.kernel.ids import new_id
from tests.doubles.api_client import ApiClient
from tests.integration import shops
from tests.integration.conversation import Shop, Stage
from tests.integration.orders.counter import Counter

__all__ = ["make_things"]

Maker = Callable[[Stage, Shop, ApiClient], Awaitable[None]]


async def _dialog(stage: Stage, shop: Shop, owner: ApiClient) -> None:
    """A talk with the bot that ends with a call for a person: a dialog, messages, an escalation."""
    shopper = stage.shopper(shop)
    await shopper.says("хочу красный диван")
    await shopper.listens()
    await shopper.says("позовите менеджера")
    await shopper.listens()


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


async def _order(stage: Stage, shop: Shop, owner: ApiClient) -> None:
    """An order, and with it a customer."""
    worker = stage.worker
    at = shops.Shop(shop.company_id, shop.city_id, shop.bots[Platform.TELEGRAM])
    counter = Counter(worker.database, worker.cache, worker.notices, at)
    buyer = await counter.buyer()
    await buyer.orders(await counter.stocks())


MAKERS: tuple[Maker, ...] = (_dialog, _order, _prompt, _failure, _invitation, _service_token)


async def make_things(stage: Stage, shop: Shop, owner: ApiClient) -> None:
    """Make one of each kind for the shop."""
    for make in MAKERS:
        await make(stage, shop, owner)
