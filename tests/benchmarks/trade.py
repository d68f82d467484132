"""Benchmarks (g) and (h): a report over many events, and what is recommended in a large shop with many orders.

In process and one at a time, as the app's own role: the time is all of the service's, transaction included.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from statistics import median
from uuid import UUID

import psycopg
from pydantic import SecretStr
from sqlalchemy.ext.asyncio import AsyncSession

from shared.analytics.days import count_days
from shared.analytics.schemas import Breakdown, ReportFilter
from shared.analytics.service import report
from shared.catalog.service import CatalogService
from shared.recommendations.schemas import Wanted
from shared.recommendations.service import RecommendationService
from shared.runtime.crypto import KeyRing
from shared.runtime.database import Database
from shared.runtime.settings import Settings
from tests.benchmarks.search_data import fill_companies
from tests.benchmarks.services import Services, running_services
from tests.benchmarks.table import Row, print_table
from tests.benchmarks.trade_data import EVENT_DAYS, fill_events, fill_orders, fill_people
from tests.integration.shops import Shop, open_shop

__all__ = ["measure_recommendations", "measure_reports"]

_PEOPLE = 20_000
_REPORT_AIM = 1500.0
_ADVICE_AIM = 100.0
"""Milliseconds: the greatest report, and the 95th percentile of a recommendation."""


@dataclass(frozen=True)
class _Bench:
    database: Database
    shop: Shop
    rows: psycopg.Connection


def measure_reports(*, events: int, rounds: int) -> None:
    """Measure and print reports over all the days that have events."""
    with running_services() as services:
        asyncio.run(_in_a_shop(services, 5_000, lambda bench: _reports(bench, events, rounds)))


def measure_recommendations(*, products: int, orders: int, requests: int) -> None:
    """Measure and print recommendations to people whose tastes are known."""
    with running_services() as services:
        asyncio.run(_in_a_shop(services, products, lambda bench: _advice(bench, products, orders, requests)))


async def _in_a_shop(services: Services, products: int, measure: Callable[[_Bench], Awaitable[None]]) -> None:
    environment = services.environment("http://127.0.0.1:9")
    settings = Settings(
        database_url=SecretStr(services.urls.app),
        system_database_url=SecretStr(services.urls.system),
        credential_keys=SecretStr(environment["CREDENTIAL_KEYS"]),
    )
    database = Database(settings)
    try:
        shop = await open_shop(database, KeyRing.from_setting(settings.credential_keys), "trade")
        with psycopg.connect(services.admin_url, autocommit=True) as rows:
            fill_companies(rows, [shop.company_id], products)
            fill_people(rows, shop.company_id, shop.bot_id, people=_PEOPLE)
            await measure(_Bench(database, shop, rows))
    finally:
        await database.aclose()


async def _reports(bench: _Bench, events: int, rounds: int) -> None:
    fill_events(bench.rows, bench.shop.company_id, bench.shop.bot_id, events=events, people=_PEOPLE)
    bench.rows.execute("VACUUM ANALYZE")
    now = datetime.now(UTC)
    rows = [await _counting(bench)]
    bench.rows.execute("VACUUM ANALYZE analytics_days")
    for days in (EVENT_DAYS, 30):
        for by in Breakdown:
            wanted = ReportFilter(by=by, first_day=(now - timedelta(days=days)).date())
            times = [await _timed(bench, partial(report, wanted=wanted, now=now)) for _ in range(rounds)]
            rows.append(
                Row(
                    f"{days} days by {by.value}",
                    f"p50 {median(times):.0f} ms, greatest {max(times):.0f} ms",
                    f"under {_REPORT_AIM:.0f} ms",
                    max(times) < _REPORT_AIM,
                )
            )
    notes = (f"{events:,} events in {EVENT_DAYS} days, {_PEOPLE:,} people; {rounds} reports of each kind",)
    print_table("(g) a report on the shop's figures", rows, notes)


async def _counting(bench: _Bench) -> Row:
    """Count all days that are over, as the queue's run does."""
    times = []
    written = 1
    while written:
        began = time.perf_counter()
        async with bench.database.session_scope(bench.shop.company_id) as session:
            written = await count_days(session, kept_days=EVENT_DAYS, limit=3)
        times.append((time.perf_counter() - began) * 1000)
    figure = f"{sum(times) / 1000:.1f} s; three days p50 {median(times):.0f} ms, greatest {max(times):.0f} ms"
    return Row(f"counting {EVENT_DAYS} days beforehand", figure, "", None)


async def _advice(bench: _Bench, products: int, orders: int, requests: int) -> None:
    fill_events(bench.rows, bench.shop.company_id, bench.shop.bot_id, events=200_000, people=_PEOPLE)
    fill_orders(bench.rows, bench.shop.company_id, orders=orders, people=_PEOPLE)
    bench.rows.execute("VACUUM ANALYZE")
    service = RecommendationService(CatalogService())
    people = _ids(bench, "SELECT dialog_id, customer_id FROM customer_dialogs WHERE company_id = %s")
    lines = _ids(bench, "SELECT place, product_id FROM order_lines WHERE company_id = %s")
    sold = [product for _, product in lines]
    dice = random.Random("advice")
    kinds: dict[str, Callable[[], Wanted]] = {
        "to somebody known": lambda: _wanted(*dice.choice(people)),
        "next to what is sold most": lambda: _wanted(*dice.choice(people), near=(dice.choice(sold),)),
        "next to a full cart": lambda: _wanted(*dice.choice(people), near=tuple(dice.sample(sold, 5))),
    }
    rows = []
    for name, kind in kinds.items():
        asked = (partial(service.recommend, wanted=kind(), now=datetime.now(UTC)) for _ in range(requests))
        times = sorted([await _timed(bench, ask) for ask in asked])
        p95 = times[int(len(times) * 0.95)]
        figure = f"p50 {median(times):.1f} ms, p95 {p95:.1f} ms"
        rows.append(Row(name, figure, f"p95 under {_ADVICE_AIM:.0f} ms", p95 < _ADVICE_AIM))
    print_table(f"(h) recommendations: {products:,} products, {orders:,} orders", rows)


def _ids(bench: _Bench, query: str) -> Sequence[tuple[int, UUID]]:
    return bench.rows.execute(query.encode(), (bench.shop.company_id,)).fetchall()


def _wanted(dialog_id: int, customer_id: UUID, near: tuple[UUID, ...] = ()) -> Wanted:
    return Wanted(dialog_ids=[dialog_id], customer_id=customer_id, near=near)


async def _timed(bench: _Bench, work: Callable[[AsyncSession], Awaitable[object]]) -> float:
    began = time.perf_counter()
    async with bench.database.session_scope(bench.shop.company_id) as session:
        await work(session)
    return (time.perf_counter() - began) * 1000
