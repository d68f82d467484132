"""Hot queries use their index, under row level security, as the role that runs them, on filled tables.

Catalogue search has tests of its own kind in the benchmarks; its functions forbid sequential scans themselves.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import psycopg
import pytest
from sqlalchemy import TextClause, text
from sqlalchemy.ext.asyncio import AsyncSession

from shared.alerts import checks as alerts
from shared.dialogs.outbox import claims as lanes
from shared.dialogs.outbox import delivery, late
from shared.dialogs.outbox import rows as outbox
from shared.dialogs.turns import claims, rows
from shared.escalations import personal_data as staff_data
from shared.kernel.ids import new_id
from shared.runtime.crypto import KeyRing
from shared.runtime.database import Database
from tests.doubles import alert_crowd
from tests.integration.shops import Shop, open_shop
from tests.stack import WorkerStack

DIALOGS = 12_000
BIG = {"dialogs", "dialog_addresses", "inbox", "outbox", "messages", "delivery_events", "failures", "price_alerts"}
"""Tables that grow with use: a sequential scan of one is a defect."""

_FILL = f"""
INSERT INTO dialogs (company_id, bot_id, chat_id, customer_id, received_seq, done_seq, outbox_seq, sent_seq,
                     due_at, history_seq)
SELECT %(company)s, %(bot)s, n, n, 1 + (n %% 500 = 0)::int, 1, 1 + (n %% 400 = 0)::int, 1, now(), 1
  FROM generate_series(1, {DIALOGS}) n;
INSERT INTO dialog_addresses (company_id, bot_id, address, dialog_id, since)
SELECT company_id, bot_id, chat_id, id, now() FROM dialogs WHERE company_id = %(company)s;
INSERT INTO inbox (company_id, bot_id, event_id, dialog_id, order_key, status, due_at, event)
SELECT company_id, bot_id, 'e' || id, id, id, CASE WHEN received_seq > done_seq THEN 'received' ELSE 'done' END,
       now(), '{{}}' FROM dialogs WHERE company_id = %(company)s;
INSERT INTO outbox (company_id, bot_id, dialog_id, seq, call, status, platform_message_ids)
SELECT company_id, bot_id, id, s, '{{}}', CASE WHEN s = 1 THEN 'sent' ELSE 'waiting' END,
       CASE WHEN s = 1 THEN ARRAY['m' || id] ELSE '{{}}' END
  FROM dialogs, generate_series(1, 2) s WHERE company_id = %(company)s AND s <= outbox_seq;
INSERT INTO messages (company_id, dialog_id, seq, role, text, content, at)
SELECT company_id, id, 1, 'shopper', 'x', '{{}}', now() FROM dialogs WHERE company_id = %(company)s;
INSERT INTO delivery_events (company_id, bot_id, event_id, platform_message_id, state, occurred_at, applied)
SELECT company_id, bot_id, 'd' || id, 'm' || id, 'read', now(), id %% 300 <> 0
  FROM dialogs WHERE company_id = %(company)s;
"""


@dataclass(frozen=True)
class Filled:
    """Two shops with many dialogs each; ``dialog`` waits in the first, ``outbox`` is one of its calls."""

    database: Database
    shop: Shop
    dialog: int
    outbox: int


@pytest.fixture
async def filled(worker_stack: WorkerStack, database: Database, keyring: KeyRing) -> Filled:
    shops = [await open_shop(database, keyring, slug) for slug in ("uyut", "sklad")]
    with psycopg.connect(worker_stack.superuser_url, autocommit=True) as connection:
        for shop in shops:
            for statement in _FILL.split(";\n"):
                if statement.strip():
                    connection.execute(statement, {"company": shop.company_id, "bot": shop.bot_id})
            alert_crowd.fill(connection, shop.company_id, shop.bot_id, people=1500, products=300)
        alert_crowd.cheaper(connection, 10_000_000)
        connection.execute("ANALYZE")
        found = connection.execute(
            "SELECT d.id, o.id FROM dialogs d JOIN outbox o ON o.dialog_id = d.id "
            "WHERE d.company_id = %s AND d.received_seq > d.done_seq LIMIT 1",
            (shops[0].company_id,),
        ).fetchone()
    assert found is not None
    return Filled(database, shops[0], *found)


def _scans(plan: Mapping[str, Any]) -> list[tuple[str, str]]:
    """(table, index) of every scan in a plan; without an index: the kind of scan."""
    found = []
    if "Relation Name" in plan and "Scan" in plan["Node Type"]:
        index = plan.get("Index Name") or next(
            (part["Index Name"] for part in plan.get("Plans", []) if "Index Name" in part), plan["Node Type"]
        )
        found.append((plan["Relation Name"], index))
    for part in plan.get("Plans", []):
        found += _scans(part)
    return found


async def explained(
    session: AsyncSession, statement: TextClause, values: Mapping[str, Any]
) -> set[tuple[str, str]]:
    found = await session.execute(text(f"EXPLAIN (FORMAT JSON) {statement.text}"), values)
    plan = found.scalar_one()
    tree = json.loads(plan) if isinstance(plan, str) else plan
    return set(_scans(tree[0]["Plan"]))


def _sequential(scans: set[tuple[str, str]]) -> set[tuple[str, str]]:
    return {scan for scan in scans if scan[0] in BIG and scan[1] == "Seq Scan"}


_SYSTEM_QUERIES: dict[str, tuple[TextClause, dict[str, Any], set[tuple[str, str]]]] = {
    "claim": (
        claims._CLAIM,
        {
            "places": 16,
            "company_cap": 64,
            "lease": timedelta(seconds=20),
            "solo": False,
            "solo_from": 2,
            "held": [],
            "share": 12,
        },
        {("dialogs", "ix_dialogs_waiting")},
    ),
    "outlook": (claims._OUTLOOK, {"limit": 128}, {("dialogs", "ix_dialogs_waiting")}),
    "lane claim": (
        lanes._CLAIM,
        {"places": 16, "lane_time": timedelta(seconds=25)},
        {("dialogs", "ix_dialogs_sending")},
    ),
    "lane outlook": (lanes._NEXT, {"limit": 200}, {("dialogs", "ix_dialogs_sending")}),
    "companies with alerts": (
        alerts._COMPANIES,
        {},
        {("price_alerts", "ix_price_alerts_due")},
    ),
    "companies with statuses": (
        delivery._COMPANIES,
        {"limit": 500},
        {("delivery_events", "ix_delivery_events_open")},
    ),
}


@pytest.mark.parametrize("name", _SYSTEM_QUERIES)
async def test_what_the_scheduler_asks_uses_its_index(filled: Filled, name: str) -> None:
    statement, values, expected = _SYSTEM_QUERIES[name]

    async with filled.database.system_scope() as session:
        scans = await explained(session, statement, values)

    assert _sequential(scans) == set()
    assert expected <= scans


def _app_queries(filled: Filled) -> dict[str, tuple[TextClause, dict[str, Any], set[tuple[str, str]]]]:
    token, later = new_id(), timedelta(seconds=25)
    return {
        "load": (
            rows._LOAD,
            {"id": filled.dialog, "limit": 50},
            {("dialogs", "dialogs_pkey"), ("inbox", "ix_inbox_waiting")},
        ),
        "memory": (
            rows._MEMORY,
            {"id": filled.dialog, "memory_from": 0, "limit": 20},
            {("messages", "messages_pkey")},
        ),
        "answered messages": (
            rows._ANSWERED,
            {"id": filled.dialog, "message_ids": ["1"]},
            {("messages", "messages_pkey")},
        ),
        "take the head": (
            outbox._TAKE,
            {"id": filled.dialog, "token": token, "lane_time": later, "statuses_tell": True},
            {("outbox", "outbox_dialog_id_seq_key")},
        ),
        "alerts that are due": (
            alerts._CHECK,
            {"limit": 100},
            {("price_alerts", "ix_price_alerts_due"), ("dialogs", "dialogs_pkey")},
        ),
        "alerts of products that changed": (
            alerts._FOLLOW,
            {"limit": 2},
            {("price_alerts", "ix_price_alerts_product")},
        ),
        "statuses": (
            delivery._OPEN,
            {"limit": 500, "kept": timedelta(hours=1)},
            {("delivery_events", "ix_delivery_events_open"), ("outbox", "ix_outbox_platform")},
        ),
    }


@pytest.mark.parametrize(
    "name",
    [
        "load",
        "memory",
        "answered messages",
        "take the head",
        "statuses",
        "alerts that are due",
        "alerts of products that changed",
    ],
)
async def test_what_a_turn_and_a_delivery_ask_uses_its_index(filled: Filled, name: str) -> None:
    statement, values, expected = _app_queries(filled)[name]

    async with filled.database.session_scope(filled.shop.company_id) as session:
        scans = await explained(session, statement, values)

    assert _sequential(scans) == set()
    assert expected <= scans


async def _sequential_scans(session: AsyncSession) -> set[str]:
    """Tables that this transaction has read from end to end so far, inside functions too."""
    found = await session.execute(text("SELECT relname FROM pg_stat_xact_user_tables WHERE seq_scan > 0"))
    return BIG & set(found.scalars())


def _event(bot_id: UUID, chat: str, *, album: bool = False) -> dict[str, Any]:
    extra = {"album_id": "a1", "wait_ms": 1000, "limit_ms": 3000} if album else {"wait_ms": 300}
    return {
        "place": 1,
        "bot_id": str(bot_id),
        "kind": "message",
        "event_id": f"new-{chat}",
        "order_key": 1,
        "occurred_at": "2026-01-01T00:00:00Z",
        "chat_id": chat,
        "customer_id": chat,
        "customer_name": "",
        "event": {},
        **extra,
    }


async def test_the_intake_reads_no_table_from_end_to_end(filled: Filled) -> None:
    bot = filled.shop.bot_id
    events = [_event(bot, "1"), _event(bot, "new"), _event(bot, "2", album=True)]
    events.append(_event(bot, "bsuid:3") | {"number": "3"})
    events.append(
        _event(bot, "-1004") | {"kind": "address", "change": "moved", "also": ["4"], "event_id": "moved-4"}
    )
    events.append(
        {"place": 0, "bot_id": str(bot), "kind": "delivery", "event_id": "s1", "platform_message_id": "m1"}
        | {"state": "read", "occurred_at": "2026-01-01T00:00:00Z"}
    )

    async with filled.database.anonymous_scope() as session:
        await session.execute(
            text("SELECT * FROM receive_events(CAST(:events AS jsonb), :raws)"),
            {"events": json.dumps(events), "raws": [b"{}"]},
        )
        scanned = await _sequential_scans(session)

    assert scanned == set()


async def test_forgetting_private_calls_reads_no_table_from_end_to_end(filled: Filled) -> None:
    async with filled.database.system_scope() as session:
        await session.execute(text("SELECT forget_private_calls('1 hour', 500)"))
        scanned = await _sequential_scans(session)

    assert scanned == set()


async def test_an_erasure_finds_private_calls_by_their_index(filled: Filled) -> None:
    async with filled.database.session_scope(filled.shop.company_id) as session:
        scans = await explained(session, staff_data._FORGET_CALLS, {"customer": new_id()})

    assert _sequential(scans) == set()
    assert ("outbox", "ix_outbox_unforgotten") in scans


async def test_a_late_failure_reads_no_table_from_end_to_end(filled: Filled) -> None:
    async with filled.database.session_scope(filled.shop.company_id) as session:
        values = {"id": 1, "dialog_id": filled.dialog, "call": "{}", "template_only": False, "attempts": 0}
        wait = timedelta()
        scans = await explained(session, late._BEHIND, values | {"wait": wait})
        scans |= await explained(session, late._IN_PLACE, values | {"wait": wait, "error_code": "131053"})
        scans |= await explained(session, late._FAILED_CALL, {"id": 1, "failed_at": datetime.now(UTC)})

    assert _sequential(scans) == set()


async def test_forgetting_raw_bodies_reads_no_table_from_end_to_end(filled: Filled) -> None:
    async with filled.database.system_scope() as session:
        await session.execute(text("SELECT forget_raw_bodies('30 days', 500)"))
        scanned = await _sequential_scans(session)

    assert scanned == set()
