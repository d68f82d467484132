"""The gate: cookies need the CSRF header, tokens are believed only as bearer, and nobody calls too often."""

from __future__ import annotations

import asyncio

import pytest

from shared.api.edge import ApiEdge
from shared.composition import Worker
from shared.composition.api import build_edge
from shared.identity.permissions import Role
from shared.runtime.settings import Settings
from tests.doubles.api_client import Answer, ApiClient
from tests.doubles.tokens import KnownTokens
from tests.integration.shops import Shop

CITY = {"slug": "astana", "name": "Астана"}


def browser(token: str, csrf: str | None, header: str | None) -> dict[str, str]:
    cookies = f"__Host-zeta_access={token}" + (f"; __Host-zeta_csrf={csrf}" if csrf else "")
    return {"Cookie": cookies} | ({"X-CSRF-Token": header} if header is not None else {})


@pytest.mark.parametrize(
    ("csrf", "header", "status"),
    [("c1", "c1", 201), ("c1", "c2", 403), ("c1", None, 403), (None, "c1", 403), (None, "", 403)],
)
async def test_a_change_by_cookie_repeats_the_csrf_cookie(
    edge: ApiEdge, tokens: KnownTokens, shop: Shop, *, csrf: str | None, header: str | None, status: int
) -> None:
    token = tokens.user(shop.company_id, Role.OWNER)
    client = ApiClient(edge)

    changed = await client.post("cities", CITY, headers=browser(token, csrf, header))
    read = await client.get("cities", headers=browser(token, None, None))

    assert (changed.status, read.status) == (status, 200)
    if status == 403:
        assert changed.json["code"] == "csrf_refused"


@pytest.mark.parametrize("header", ["Basic {}", "{}", "Bearer", "Bearer  ", "Bearer {} x", "Bearer ключ"])
async def test_only_a_bearer_token_is_believed(edge: ApiEdge, tokens: KnownTokens, shop: Shop, header: str) -> None:
    token = tokens.user(shop.company_id, Role.OWNER)

    answer = await ApiClient(edge).get("cities", headers={"Authorization": header.format(token)})

    assert (answer.status, answer.headers["www-authenticate"]) == (401, 'Bearer realm="zeta"')


async def asked_too_often(client: ApiClient, headers: dict[str, str]) -> Answer:
    """Ask until refused: a slow machine gives the bucket time to fill by one or two."""
    for _ in range(50):
        answer = await client.get("cities", headers=headers)
        if answer.status != 200:
            break
    return answer


async def test_a_user_and_an_address_have_a_hundred_requests_a_minute(
    edge: ApiEdge, tokens: KnownTokens, shop: Shop
) -> None:
    own, colleague = (ApiClient(edge, tokens.user(shop.company_id, Role.OWNER)) for _ in range(2))
    office, home = {"X-Forwarded-For": "203.0.113.7:4711"}, {"X-Forwarded-For": "198.51.100.1"}

    first = [(await own.get("cities", headers=office)).status for _ in range(100)]
    over = await asked_too_often(own, home)
    same_office = await asked_too_often(colleague, office)
    elsewhere = await colleague.get("cities", headers=home)

    assert set(first) == {200}
    assert (over.status, over.json["code"]) == (429, "rate_limited")
    assert 1 <= int(over.headers["retry-after"]) <= 60
    assert (same_office.status, elsewhere.status) == (429, 200)


async def test_without_redis_nobody_is_refused(settings: Settings, tokens: KnownTokens, shop: Shop) -> None:
    worker = Worker(settings.model_copy(update={"redis_url": None, "api_requests_per_minute": 2}))
    try:
        client = ApiClient(build_edge(worker, tokens), tokens.user(shop.company_id, Role.OWNER))

        answers = await asyncio.gather(*(client.get("cities") for _ in range(4)))
    finally:
        await worker.aclose()

    assert {answer.status for answer in answers} == {200}
