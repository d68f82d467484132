"""A POST that comes again with its ``Idempotency-Key`` is answered as the first time and done once."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import text

from shared.api.edge import ApiEdge
from shared.api.exchange import ApiAnswer, ApiRequest
from shared.api.idempotency import AlreadyServed, Idempotency
from shared.composition import Worker
from shared.identity.permissions import Role
from shared.kernel.errors import Unavailable
from tests.doubles.tokens import KnownTokens
from tests.integration.api.conftest import SignIn
from tests.integration.shops import Shop

CITY = {"slug": "astana", "name": "Астана"}
KEY = {"Idempotency-Key": "7f3a"}


async def test_a_repeated_request_is_answered_as_before(sign_in: SignIn, shop: Shop) -> None:
    owner = sign_in(shop.company_id)

    first = await owner.post("cities", CITY, headers=KEY)
    again = await owner.post("cities", CITY, headers=KEY)

    assert (again.status, again.body) == (first.status, first.body) == (201, first.body)
    assert [again.headers[name] == first.headers[name] for name in ("location", "etag", "content-type")] == [
        True
    ] * 3
    assert ("idempotency-replayed" in first.headers, again.headers["idempotency-replayed"]) == (False, "true")


async def test_the_same_key_with_another_request_is_refused(sign_in: SignIn, shop: Shop) -> None:
    owner = sign_in(shop.company_id)
    await owner.post("cities", CITY, headers=KEY)

    other = await owner.post("cities", {"slug": "aktau", "name": "Актау"}, headers=KEY)

    assert (other.status, other.json["code"]) == (422, "idempotency_key_reused")


async def test_a_request_that_failed_may_be_mended_under_its_key(sign_in: SignIn, shop: Shop) -> None:
    owner = sign_in(shop.company_id)

    failed = await owner.post("cities", {"slug": "almaty", "name": "Алматы"}, headers=KEY)
    mended = await owner.post("cities", CITY, headers=KEY)

    assert (failed.status, mended.status) == (409, 201)


async def test_many_copies_at_once_make_one_city(sign_in: SignIn, shop: Shop) -> None:
    owner = sign_in(shop.company_id)

    answers = await asyncio.gather(*(owner.post("cities", CITY, headers=KEY) for _ in range(12)))

    created = [answer for answer in answers if answer.status == 201]
    refused = [answer for answer in answers if answer.status != 201]
    assert created
    assert {answer.json["id"] for answer in created} == {created[0].json["id"]}
    assert {(answer.status, answer.json["code"]) for answer in refused} <= {(409, "in_progress")}
    assert all(answer.headers["retry-after"] == "1" for answer in refused)


async def test_keys_of_different_callers_do_not_meet(sign_in: SignIn, shop: Shop, other_shop: Shop) -> None:
    clients = [
        sign_in(shop.company_id),
        sign_in(shop.company_id, Role.ADMIN),
        sign_in(other_shop.company_id),
    ]

    answers = [await client.post("cities", CITY, headers=KEY) for client in clients]

    assert [answer.status for answer in answers] == [201, 409, 201]
    assert "idempotency-replayed" not in answers[2].headers


async def test_a_key_has_two_hundred_printable_characters_at_most(sign_in: SignIn, shop: Shop) -> None:
    owner = sign_in(shop.company_id)

    for key in ("", "a" * 201, "ключ", "a\tb"):
        answer = await owner.post("cities", CITY, headers={"Idempotency-Key": key})
        assert (answer.status, answer.json["errors"][0]["field"]) == (400, "Idempotency-Key")
    assert (await owner.post("cities", CITY, headers={"Idempotency-Key": "a" * 200})).status == 201


async def test_answers_are_forgotten_after_a_day_and_keys_are_free_again(
    sign_in: SignIn, worker: Worker, edge: ApiEdge, shop: Shop
) -> None:
    owner = sign_in(shop.company_id)
    await owner.post("cities", CITY, headers=KEY)
    await owner.post("cities", {"slug": "aktau", "name": "Актау"}, headers={"Idempotency-Key": "new"})
    async with worker.database.session_scope(shop.company_id) as session:
        await session.execute(
            text("UPDATE api_requests SET created_at = now() - interval '25 hours' WHERE key = '7f3a'")
        )

    expired = await owner.post("cities", CITY, headers=KEY)
    async with worker.database.session_scope(shop.company_id) as session:
        await session.execute(
            text("UPDATE api_requests SET created_at = now() - interval '25 hours' WHERE key <> 'new'")
        )
    await edge.forget()

    assert (expired.status, expired.json["code"]) == (409, "taken")
    async with worker.database.session_scope(shop.company_id) as session:
        assert (await session.scalars(text("SELECT key FROM api_requests"))).all() == ["new"]


DIED = (
    "UPDATE api_requests SET done_at = NULL, status = NULL, body = NULL, created_at = now() - interval '12 minutes'"
)


async def test_a_worker_that_died_after_the_work_leaves_it_done_once(
    sign_in: SignIn, worker: Worker, shop: Shop
) -> None:
    owner = sign_in(shop.company_id)
    await owner.post("cities", CITY, headers=KEY)
    async with worker.database.session_scope(shop.company_id) as session:
        await session.execute(text(DIED))
        await session.execute(text("UPDATE cities SET slug = 'nur-sultan' WHERE slug = 'astana'"))

    again = await owner.post("cities", CITY, headers=KEY)

    assert (again.status, again.json["code"]) == (409, "already_served")
    slugs = {city["slug"] for city in (await owner.get("cities")).json["items"]}
    assert "astana" not in slugs


async def test_a_worker_that_died_before_the_work_has_it_done_anew(
    sign_in: SignIn, worker: Worker, shop: Shop
) -> None:
    owner = sign_in(shop.company_id)
    await owner.post("cities", {"slug": "almaty", "name": "Алматы"}, headers={"Idempotency-Key": "other"})
    await owner.post("cities", CITY, headers=KEY)
    async with worker.database.session_scope(shop.company_id) as session:
        await session.execute(text(DIED + ", worked_at = NULL"))
        await session.execute(text("UPDATE cities SET slug = 'nur-sultan' WHERE slug = 'astana'"))

    assert (await owner.post("cities", CITY, headers=KEY)).status == 201


async def test_what_failed_after_its_commit_is_not_done_again(
    edge: ApiEdge, tokens: KnownTokens, worker: Worker, shop: Shop
) -> None:
    caller = await tokens.authenticate(tokens.user(shop.company_id, Role.OWNER))
    request = ApiRequest("POST", "/api/cities", {}, {"idempotency-key": "1"}, {}, b"{}")
    served: list[str] = []

    async def serve_and_fail(statement: str) -> ApiAnswer:
        async with worker.database.session_scope(shop.company_id) as session:
            await session.execute(text(statement))
        served.append(statement)
        raise Unavailable("queues", after=1.0)

    async def ask(statement: str) -> None:
        await Idempotency(worker.database).once(caller, request, lambda: serve_and_fail(statement), stored=True)

    for _ in range(2):  # nothing was written: it may come again
        with pytest.raises(Unavailable):
            await ask("SELECT 1")
    with pytest.raises(Unavailable):
        await ask("UPDATE cities SET name = name || '!'")
    with pytest.raises(AlreadyServed):
        await ask("UPDATE cities SET name = name || '!'")
    assert len(served) == 3
