"""The demo company loads once, keeps its ids and secrets, and tells the simulator what it needs."""

from __future__ import annotations

import json
import re
import stat
from pathlib import Path

from pydantic import SecretStr
from sqlalchemy import text
from typer.testing import CliRunner

from infra.local.demo.__main__ import app
from infra.local.demo.life import load_life
from infra.local.demo.loader import DemoState, has_traded, load_demo, write_state
from infra.local.demo.people import MANAGER, demo_people
from infra.local.demo.users import DEMO_USERS, kept_password, load_users
from shared.analytics.schemas import ReportFilter
from shared.analytics.service import report
from shared.bots import service as bots
from shared.bots.directory import BotDirectory
from shared.catalog.service import CatalogService
from shared.identity import service as identity
from shared.identity.passwords import Passwords
from shared.kernel.clock import utc_now
from shared.orders.sales import bought_together
from shared.orders.schemas import OrderStatus
from shared.runtime.crypto import KeyRing, generate_key
from shared.runtime.database import Database
from shared.runtime.settings import Settings


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


def test_the_command_loads_and_writes_the_file(settings_env: dict[str, str], tmp_path: Path) -> None:
    environment = {**settings_env, "ZETA_SETTINGS_FOLDER": str(tmp_path)}
    out = tmp_path / "demo.json"
    command = ["load", "--base-url", "http://127.0.0.1:9999/", "--out", str(out)]
    for expected in (r"3 bots, [1-9]\d+ products", "3 bots, 0 products"):
        result = CliRunner(env=environment).invoke(app, command)
        assert result.exit_code == 0, result.output
        assert re.search(expected, result.output)
    content = json.loads(out.read_text(encoding="utf-8"))
    for bot in content["bots"]:
        assert bot["webhook_url"] == f"http://127.0.0.1:9999/api/webhook/{bot['platform']}/{bot['bot_id']}"
        for secret in bot["credentials"].values():
            assert secret not in result.output
    assert [user["role"] for user in content["users"]] == ["owner", "manager", "viewer"]
    assert content["password"] in result.output
    assert kept_password(out) == content["password"]
    assert not content["fresh"], "the second load found the first one's orders"


async def test_the_written_file_is_readable_by_its_owner_alone(
    database: Database, keyring: KeyRing, tmp_path: Path
) -> None:
    state = await _load(database, keyring)
    path = tmp_path / "made" / "demo.json"
    for _ in range(2):
        write_state(state, path, "a-password")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [child.name for child in path.parent.iterdir()] == ["demo.json"]
    content = json.loads(path.read_text(encoding="utf-8"))
    assert content["company_id"] == str(state.company_id)
    assert [set(bot) for bot in content["bots"]] == [
        {"platform", "bot_id", "webhook_url", "name", "credentials", "acquaintances"}
    ] * 3


async def test_its_users_log_in_with_the_password_that_was_told_last(
    database: Database, keyring: KeyRing, settings: Settings
) -> None:
    state = await _load(database, keyring)
    passwords = Passwords(memory_kib=settings.password_memory_kib, passes=settings.password_passes)

    for password in ("first-password", "first-password", "second-password"):
        await load_users(database, settings, state.company_id, password)
        async with database.session_scope(state.company_id) as session:
            rows = [await identity.find_row(session, user.email) for user in DEMO_USERS]
        for user, row in zip(DEMO_USERS, rows, strict=True):
            assert row is not None
            assert row.role == user.role.value
            assert (await passwords.verify(row.password_hash, SecretStr(password))).right


async def test_the_company_has_traded_for_two_weeks(
    database: Database, keyring: KeyRing, settings: Settings
) -> None:
    state = await _load(database, keyring)
    users = await load_users(database, settings, state.company_id, "a-password")

    assert not await has_traded(database, state.company_id)

    await load_life(database, settings, state, users)

    assert await has_traded(database, state.company_id)
    async with database.session_scope(state.company_id) as session:
        orders = await session.execute(text("SELECT status, count(*) AS n FROM orders GROUP BY 1"))
        sofa = await CatalogService().get_product(session, "SOFA-001", city_id=state.cities["almaty"])
        together = await bought_together(session, [sofa.id], limit=5)
        queued = await session.scalar(text("SELECT count(*) FROM outbox"))
        resolved = await session.scalar(text("SELECT count(*) FROM escalations WHERE status = 'resolved'"))
        linked = await session.scalar(text("SELECT customer_name FROM dialogs WHERE staff_user_id IS NOT NULL"))
        made = await report(session, ReportFilter(), now=utc_now())
    by_status = {row.status: row.n for row in orders}
    assert set(by_status) == {status.value for status in OrderStatus}
    assert max(pair.orders for pair in together) >= 2
    assert (queued, resolved, linked) == (0, 3, MANAGER)
    assert made.totals.orders == sum(by_status.values())
    assert made.totals.active_people == len(demo_people())
    funnel = made.totals.funnel
    assert funnel.searched >= funnel.viewed >= funnel.carted >= funnel.ordered > 0
    assert len({group.key for group in made.groups}) >= 14
    assert "гамак" in {search.query for search in made.empty_searches}


def test_a_password_is_made_where_no_file_holds_one(tmp_path: Path) -> None:
    broken = tmp_path / "demo.json"
    broken.write_text("{")
    assert len({kept_password(broken), kept_password(tmp_path / "missing.json")}) == 2
