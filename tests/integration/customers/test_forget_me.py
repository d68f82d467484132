"""«Забудьте меня», said in a chat: whatever was said, shown or heard on any messenger is gone from everywhere."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from shared.channels.contract import Platform
from tests.doubles.openai_server import OpenAIServer, fails, hears
from tests.doubles.pictures import jpeg, price_tag
from tests.integration.conversation import Stage, open_stage
from tests.integration.customers.archive import Archive

NAME = "Зейнеп Ерасылова"
SPOKEN = "красный диван для тёти Розы"
WRITTEN = "синий диван к юбилею бабушки"
ON_THE_TAG = "ALM-1"


@pytest.fixture
async def model() -> AsyncIterator[OpenAIServer]:
    async with OpenAIServer([fails(500)]) as server:
        yield server


@pytest.fixture
async def listening(settings_env: dict[str, str], model: OpenAIServer) -> AsyncIterator[Stage]:
    async with open_stage(settings_env, openai_base_url=model.base_url, openai_api_key="test") as opened:
        yield opened


async def test_nothing_of_who_asks_is_left_on_any_messenger(
    listening: Stage, model: OpenAIServer, archive: Archive
) -> None:
    stage = listening
    shop = await stage.open_shop()
    on_telegram = stage.shopper(shop, Platform.TELEGRAM, NAME)
    on_whatsapp = stage.shopper(shop, Platform.WHATSAPP, NAME)
    phone = on_whatsapp.person.id.removeprefix("+")
    traces = (NAME, "Зейнеп", "тёти Розы", "юбилею бабушки", phone)
    await on_whatsapp.says(WRITTEN)
    await on_whatsapp.hears()
    model.voice = [hears(SPOKEN)]
    await on_telegram.records()
    await on_telegram.hears(SPOKEN)
    await on_telegram.shows(jpeg(price_tag(ON_THE_TAG)))
    await on_telegram.hears()
    dialogs = [row["id"] for row in await stage.sql(shop, "SELECT id FROM dialogs ORDER BY phone NULLS LAST")]
    async with stage.worker.database.session_scope(shop.company_id) as session:
        await stage.worker.services.customers.ensure(session, dialogs[0])
        await stage.worker.services.customers.prove_phone(session, dialogs[1], f"+{phone}")
    before = archive.places_with(traces)
    assert before >= {"messages", "inbox", "outbox", "dialogs", "customers", "analytics_events", "redis"}
    assert archive.places_with(["media:"]) == {"redis"}

    await on_telegram.says("забудьте меня")
    await on_telegram.hears()
    await on_telegram.presses("Да, удалить всё")
    await on_telegram.hears()

    assert archive.places_with(traces) == set()
    assert archive.places_with(["media:"]) == set()
