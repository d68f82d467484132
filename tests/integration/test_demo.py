"""The demo company loads once, keeps its ids and secrets, and tells the simulator what it needs."""

from __future__ import annotations

import json
import stat
from pathlib import Path

from sqlalchemy import text

from infra.local.demo.loader import DemoState, load_demo, write_state
from shared.bots import service as bots
from shared.bots.directory import BotDirectory
from shared.runtime.crypto import KeyRing, generate_key
from shared.runtime.database import Database


async def _load(database: Database, keyring: KeyRing) -> DemoState:
    return await load_demo(database, keyring, base_url="http://127.0.0.1:7071", simulator="http://127.0.0.1:7080")


async def test_loading_twice_changes_nothing(database: Database, keyring: KeyRing) -> None:
    first = await _load(database, keyring)
    again = await _load(database, keyring)
    assert first.products >= 250
    assert again.products == 0
    assert (again.company_id, again.bots) == (first.company_id, first.bots)
    async with database.session_scope(first.company_id) as session:
        for table, expected in (("cities", 2), ("bots", 3), ("prompts", 2)):
            assert await session.scalar(text(f"SELECT count(*) FROM {table}")) == expected


async def test_every_demo_bot_is_ready_to_be_written_to(database: Database, keyring: KeyRing) -> None:
    state = await _load(database, keyring)
    directory = BotDirectory(database, keyring)
    assert {bot.platform.value for bot in state.bots} == {"telegram", "whatsapp", "viber"}
    for bot in state.bots:
        found = await directory.find(bot.bot_id)
        assert (found.company_id, found.platform) == (state.company_id, bot.platform)
        assert bot.webhook_url == f"http://127.0.0.1:7071/api/webhook/{bot.platform}/{bot.bot_id}"
        for name, value in (await directory.credentials(bot.bot_id)).items():
            assert bot.credentials[name] == value.get_secret_value()
        async with database.session_scope(state.company_id) as session:
            snapshot = await bots.snapshot(session, bot.bot_id)
        assert snapshot.city_name is not None
        assert snapshot.city_name in snapshot.system_prompt


async def test_secrets_whose_key_was_lost_are_made_anew(database: Database, keyring: KeyRing) -> None:
    before = await _load(database, keyring)
    after = await _load(database, KeyRing.from_setting(generate_key("new")))
    assert [bot.bot_id for bot in after.bots] == [bot.bot_id for bot in before.bots]
    for old, new in zip(before.bots, after.bots, strict=True):
        assert old.credentials != new.credentials


async def test_the_written_file_is_readable_by_its_owner_alone(
    database: Database, keyring: KeyRing, tmp_path: Path
) -> None:
    state = await _load(database, keyring)
    path = tmp_path / "made" / "demo.json"
    for _ in range(2):
        write_state(state, path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [child.name for child in path.parent.iterdir()] == ["demo.json"]
    content = json.loads(path.read_text(encoding="utf-8"))
    assert content["company_id"] == str(state.company_id)
    assert [set(bot) for bot in content["bots"]] == [
        {"platform", "bot_id", "webhook_url", "name", "credentials"}
    ] * 3
