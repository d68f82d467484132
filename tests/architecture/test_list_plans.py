"""The administrators' lists read little for a page, whatever is filtered and sorted: counted by Postgres itself."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from shared.channels.contract import Platform
from shared.dialogs.browsing import list_dialogs
from shared.dialogs.failures import page_failures
from shared.dialogs.schemas import DialogFilter, FailureFilter
from shared.escalations import listing
from shared.escalations.views import EscalationFilter
from shared.orders.repository import OrderRepository
from shared.orders.schemas import OrderFilter
from shared.runtime.crypto import KeyRing
from shared.runtime.database import Database
from tests.benchmarks.search_data import fill_companies
from tests.benchmarks.trade_data import fill_orders, fill_people
from tests.integration.shops import Shop, open_shop
from tests.stack import WorkerStack

MANY = 4_000
"""Dialogs, orders, failures and escalations of the company."""

_FILL = """
UPDATE dialogs SET handover_until = now() + interval '1 day' WHERE id IN (SELECT min(id) FROM dialogs);
INSERT INTO failures (company_id, id, kind, dialog_id, code, created_at, resolved_at, resolution)
SELECT company_id, gen_random_uuid(), 'turn', id, 'x', now() - id * interval '1 minute',
       CASE WHEN id % 2 = 0 THEN now() END, CASE WHEN id % 2 = 0 THEN 'discarded' END FROM dialogs;
INSERT INTO escalations (company_id, id, dialog_id, reason, status, opened_at, expires_at, resolved_at, priority)
SELECT company_id, gen_random_uuid(), id, 'asked', 'resolved', now() - id * interval '1 minute', now(), now(),
       id % 3 FROM dialogs;
VACUUM ANALYZE dialogs, failures, escalations, orders
"""

Read = Callable[[AsyncSession], Awaitable[Any]]


def _lists() -> dict[str, tuple[str, Read]]:
    now = datetime.now(UTC)
    old = OrderFilter(created_before=now - timedelta(days=89))
    new = OrderFilter(created_from=now - timedelta(days=1), sort="number")
    return {
        "orders of the first day, newest first": ("orders", lambda s: OrderRepository(s).page(old)),
        "orders of the last day, oldest first": ("orders", lambda s: OrderRepository(s).page(new)),
        "dialogs that a person has": ("dialogs", lambda s: list_dialogs(s, DialogFilter(handed_over=True))),
        "dialogs of a messenger without any": (
            "dialogs",
            lambda s: list_dialogs(s, DialogFilter(platform=Platform.VIBER)),
        ),
        "open failures": ("failures", lambda s: page_failures(s, FailureFilter())),
        "all failures": ("failures", lambda s: page_failures(s, FailureFilter(resolved=True))),
        "escalations by priority": (
            "escalations",
            lambda s: listing.page(s, EscalationFilter.model_validate({"sort": "priority"})),
        ),
    }


@pytest.fixture
async def shop(worker_stack: WorkerStack, database: Database, keyring: KeyRing) -> Shop:
    shop = await open_shop(database, keyring, "uyut")
    with psycopg.connect(worker_stack.superuser_url, autocommit=True) as rows:
        fill_companies(rows, [shop.company_id], 100)
        fill_people(rows, shop.company_id, shop.bot_id, people=MANY)
        fill_orders(rows, shop.company_id, orders=MANY, people=MANY)
        for statement in _FILL.split(";\n"):
            rows.execute(statement.encode())
    return shop


async def _counted(session: AsyncSession, table: str) -> tuple[int, int]:
    counted = await session.execute(
        text("SELECT seq_scan, idx_tup_fetch FROM pg_stat_xact_user_tables WHERE relname = :table"),
        {"table": table},
    )
    scans, rows = counted.one()
    return scans, rows


async def test_a_page_of_no_list_reads_its_table_from_end_to_end(shop: Shop, database: Database) -> None:
    told = {}
    for name, (table, read) in _lists().items():
        async with database.session_scope(shop.company_id) as session:
            scans, rows = await _counted(session, table)
            await read(session)
            scans_then, rows_then = await _counted(session, table)
        told[name] = (scans_then - scans, rows_then - rows)

    assert {name: read for name, read in told.items() if read[0] or read[1] > MANY / 10} == {}
