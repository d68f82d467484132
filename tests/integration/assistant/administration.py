"""The shop's administrators over the API, beside the shoppers of a stage."""

from __future__ import annotations

from shared.composition.api import build_edge
from shared.identity.permissions import Role
from tests.doubles.api_client import ApiClient
from tests.doubles.tokens import KnownTokens
from tests.integration.conversation import Shop, Stage

__all__ = ["administrator", "brings_order"]


def administrator(stage: Stage, shop: Shop, role: Role = Role.MANAGER) -> ApiClient:
    """A signed-in user of the shop."""
    tokens = KnownTokens()
    return ApiClient(build_edge(stage.worker, tokens), tokens.user(shop.company_id, role))


async def brings_order(manager: ApiClient, status: str, *, number: int = 1) -> None:
    """Bring an order to a status, as the panel does."""
    [order] = (await manager.get(f"orders?number={number}")).json["items"]
    tag = (await manager.get(f"orders/{order['id']}")).headers["etag"]
    changed = await manager.patch(f"orders/{order['id']}/status", {"status": status}, headers={"If-Match": tag})
    assert (changed.status, changed.json["status"]) == (200, status)
