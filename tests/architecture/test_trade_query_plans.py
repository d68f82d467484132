"""What recommendations and reports ask uses its index, under row level security, as the app's role."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from sqlalchemy import TextClause

from shared.analytics import days
from shared.analytics import repository as analytics
from shared.orders import sales
from shared.runtime.crypto import KeyRing
from shared.runtime.database import Database
from tests.architecture.test_query_plans import explained
from tests.benchmarks.trade_data import fill_events, fill_orders, fill_people
from tests.doubles import alert_crowd
from tests.integration.shops import open_shop
from tests.stack import WorkerStack

_PEOPLE, _GOODS = 1000, 300
_SINCE = datetime.now(UTC) - timedelta(days=2)


def _queries(row: Mapping[str, Any]) -> dict[str, tuple[TextClause, dict[str, Any], set[tuple[str, str]]]]:
    return {
        "bought together": (
            sales._TOGETHER,
            {"products": [row["product"]], "looked_at": 50, "limit": 15},
            {("order_lines", "ix_order_lines_product"), ("orders", "orders_pkey")},
        ),
        "best sellers": (
            sales._BEST,
            {"city_id": None, "since": _SINCE, "limit": 15},
            {("orders", "ix_orders_created_number")},
        ),
        "bought by somebody": (
            sales._BY,
            {"customer_id": row["customer"], "since": _SINCE},
            {("orders", "ix_orders_customer"), ("order_lines", "order_lines_pkey")},
        ),
        "tastes": (
            analytics._INTEREST,
            {"dialog_ids": [row["dialog"]], "since": _SINCE, "limit": 500},
            {("analytics_events", "ix_analytics_events_interest")},
        ),
        "a report": (
            days._MEASURE,
            {
                "bots": [row["bot"], days.NO_BOT],
                "timezones": ["Asia/Almaty", "Asia/Almaty"],
                "keys": [str(row["bot"]), None],
                "first": (datetime.now(UTC) - timedelta(days=90)).date(),
                "last": datetime.now(UTC).date(),
                "by_day": True,
                "limit": 20,
                "reserved": days._RESERVED,
            },
            {("analytics_events", "ix_analytics_events_at")},
        ),
    }


@pytest.mark.parametrize("name", ["bought together", "best sellers", "bought by somebody", "tastes", "a report"])
async def test_what_advice_and_reports_ask_uses_its_index(
    worker_stack: WorkerStack, database: Database, keyring: KeyRing, name: str
) -> None:
    shop = await open_shop(database, keyring, "uyut")
    with psycopg.connect(worker_stack.superuser_url, autocommit=True) as rows:
        alert_crowd.fill(rows, shop.company_id, shop.bot_id, people=1, products=_GOODS)
        fill_people(rows, shop.company_id, shop.bot_id, people=_PEOPLE)
        fill_orders(rows, shop.company_id, orders=4000, people=_PEOPLE)
        fill_events(rows, shop.company_id, shop.bot_id, events=20_000, people=_PEOPLE, goods=_GOODS)
        async with database.session_scope(shop.company_id) as session:
            await days.count_days(session, kept_days=366, limit=366)
        rows.execute("ANALYZE")
        product, dialog, customer = rows.execute(
            "SELECT l.product_id, o.dialog_id, o.customer_id FROM order_lines l"
            " JOIN orders o ON o.id = l.order_id LIMIT 1"
        ).fetchone() or (None, None, None)
    found = {"product": product, "dialog": dialog, "customer": customer}
    statement, values, expected = _queries(found | {"bot": shop.bot_id})[name]

    async with database.session_scope(shop.company_id) as session:
        scans = await explained(session, statement, values)

    assert expected <= scans
