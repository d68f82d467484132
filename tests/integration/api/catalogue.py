"""What the tests of the catalogue's endpoints begin with."""

from __future__ import annotations

from typing import Any

from tests.doubles.api_client import ApiClient

__all__ = ["SOFAS", "sofa", "with_sofas"]

SOFAS = {"code": "sofas", "name": {"ru": "Диваны", "kk": "Дивандар", "en": "Sofas"}}


def sofa(
    sku: str, name: str | dict[str, str] = "Диван Осло", tenge: int = 100_000, **changes: Any
) -> dict[str, Any]:
    """The body that makes a sofa."""
    price = {"minor": tenge * 100, "currency": "KZT"}
    return {
        "sku": sku,
        "name": {"ru": name} if isinstance(name, str) else name,
        "category": "sofas",
        "price": price,
    } | changes


async def with_sofas(client: ApiClient, *bodies: dict[str, Any]) -> list[dict[str, Any]]:
    """Make the category and the products; returns them as answered."""
    assert (await client.post("categories", SOFAS)).status in (201, 409)
    answers = [await client.post("products", body) for body in bodies]
    assert [answer.status for answer in answers] == [201] * len(bodies), answers
    return [answer.json for answer in answers]
