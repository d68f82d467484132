"""Told within two seconds of the change, with the timer off: whoever changes a product rings after the commit."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

from azure.storage.queue.aio import QueueClient
from pydantic import SecretStr

from shared.alerts.schemas import AlertCondition
from shared.channels.contract import Platform
from shared.composition import Worker
from shared.composition.api import build_edge
from shared.identity.permissions import Role
from tests.doubles.api_client import ApiClient
from tests.doubles.tokens import KnownTokens
from tests.host import PATIENCE
from tests.integration.alerts.waiting import begin, product_id, sells, watch
from tests.integration.assistant.administration import administrator, brings_order
from tests.integration.assistant.shopping import places_order
from tests.integration.catalog.files import csv_file
from tests.integration.conversation import Shop, Stage

_NOWHERE = (
    "DefaultEndpointsProtocol=http;AccountName=devstoreaccount1;AccountKey=Zm9v;"
    "QueueEndpoint=http://127.0.0.1:9/devstoreaccount1;"
)


@asynccontextmanager
async def answered_rings(stage: Stage) -> AsyncIterator[None]:
    """The queue ``alerts`` starts runs meanwhile, as the host does; no timer fires."""

    async def serve() -> None:
        settings = stage.worker.settings
        async with QueueClient.from_connection_string(
            settings.storage_connection.get_secret_value(), f"{settings.queue_prefix}alerts"
        ) as queue:
            while True:
                async for message in queue.receive_messages():
                    await queue.delete_message(message)
                    await stage.worker.alert_runner.run()
                await asyncio.sleep(0.1)

    await stage.worker.bells.ring_more("alerts")  # the queue exists
    serving = asyncio.create_task(serve())
    try:
        yield
    finally:
        serving.cancel()
        await asyncio.wait([serving])


async def is_told(stage: Stage, shop: Shop) -> None:
    """An alert is told; no timer is there to tell it later."""
    async with asyncio.timeout(PATIENCE):
        while True:
            if await stage.sql(shop, "SELECT 1 FROM price_alerts WHERE times_told > 0"):
                return
            await asyncio.sleep(0.05)


async def changes(client: ApiClient, product: UUID, fields: dict[str, object]) -> None:
    tag = (await client.get(f"products/{product}")).headers["etag"]
    answer = await client.patch(f"products/{product}", fields, headers={"If-Match": tag})
    assert answer.status == 200, answer.body


async def test_of_a_price_that_an_administrator_lowers(stage: Stage) -> None:
    who = await begin(stage)
    await watch(stage, who)
    sofa = await product_id(stage, who.shop, "ALM-1")
    async with answered_rings(stage):
        await changes(
            administrator(stage, who.shop, Role.ADMIN),
            sofa,
            {"price": {"minor": 10_000_000, "currency": "KZT"}},
        )
        await is_told(stage, who.shop)

    await who.shopper.hears("100 000 ₸")


async def test_of_goods_that_an_administrator_has_again(stage: Stage) -> None:
    who = await begin(stage)
    await sells(stage, who.shop, availability="out_of_stock", quantity=0)
    await watch(stage, who, condition=AlertCondition.RESTOCK)
    sofa = await product_id(stage, who.shop, "ALM-1")
    async with answered_rings(stage):
        await changes(administrator(stage, who.shop, Role.ADMIN), sofa, {"quantity": 3})
        await is_told(stage, who.shop)


async def test_of_prices_in_an_imported_file(stage: Stage) -> None:
    who = await begin(stage)
    await watch(stage, who)
    owner = administrator(stage, who.shop, Role.OWNER)
    content = csv_file(("Артикул", "Цена"), ("ALM-1", "100000"))
    headers = {"Content-Disposition": 'attachment; filename="goods.csv"'}
    started = (await owner.post("products/imports", content=content, headers=headers)).json
    message = json.dumps({"company_id": str(who.shop.company_id), "import_id": started["id"]})
    async with answered_rings(stage):
        await stage.worker.import_runner.run(message)
        await is_told(stage, who.shop)


async def test_of_goods_that_come_back_with_a_cancelled_order(stage: Stage) -> None:
    shop = await stage.open_shop()
    marat = stage.shopper(shop, Platform.TELEGRAM, "Марат")
    await sells(stage, shop, "NOM-1", quantity=1)
    await places_order(marat)
    manager = administrator(stage, shop)
    await brings_order(manager, "confirmed")
    await brings_order(manager, "shipped")
    aigul = stage.shopper(shop, Platform.WHATSAPP)
    await aigul.says("NOM-1")
    await aigul.hears("Номад")
    await aigul.presses("🔔 Когда появится")
    await aigul.hears("Договорились")
    async with answered_rings(stage):
        await brings_order(manager, "cancelled")
        await is_told(stage, shop)

    await aigul.hears("Снова в наличии")


async def test_a_ring_that_fails_only_delays(stage: Stage) -> None:
    who = await begin(stage)
    await watch(stage, who)
    sofa = await product_id(stage, who.shop, "ALM-1")
    cut_off = Worker(stage.worker.settings.model_copy(update={"storage_connection": SecretStr(_NOWHERE)}))
    tokens = KnownTokens()
    admin = ApiClient(build_edge(cut_off, tokens), tokens.user(who.shop.company_id, Role.ADMIN))
    try:
        await changes(admin, sofa, {"price": {"minor": 10_000_000, "currency": "KZT"}})
    finally:
        await cut_off.aclose()

    assert await stage.worker.alert_watch.run() == 1
    assert (await stage.worker.alert_runner.run()).told == 1
