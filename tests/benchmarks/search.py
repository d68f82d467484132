"""Benchmark (c): product search at 10 thousand, 100 thousand and 1 million products.

Each size is measured twice: as one company, and spread over a hundred. Run by hand against a scratch database:

    SEARCH_BENCHMARK_ADMIN_URL=postgresql://…   a login that may create databases' rows past row level security
    DATABASE_URL=postgresql://zeta_app…         the app's own role, which all searches run as
    python -m tests.benchmarks.search --sizes 10k,100k,1m

The database must be migrated and is emptied first. Latency is the whole of ``CatalogService.search``: vocabulary,
query, rows and objects, in a transaction of its own, one at a time.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median
from uuid import UUID

import psycopg
from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine

from shared.catalog.schemas import SearchPage, SearchQuery, SortOrder
from shared.catalog.service import CatalogService
from tests.benchmarks.search_data import CATEGORIES, COLOURS, fill, series_name

ROUNDS = 200
WARM_UP = 20
_SIZES = {"k": 1_000, "m": 1_000_000}

Scenario = Callable[[random.Random, int], SearchQuery]


@dataclass(frozen=True)
class Row:
    """One line of the table; milliseconds."""

    products: int
    companies: int
    scenario: str
    p50: float
    p95: float
    found: int


def _selective(dice: random.Random, products: int) -> SearchQuery:
    """A category and a series: some tens of products."""
    return SearchQuery(text=f"{dice.choice(CATEGORIES)[1]} {series_name(dice, products)}")


def _selective_mistyped(dice: random.Random, products: int) -> SearchQuery:
    """The same with a slip in the category's name."""
    word = dice.choice(CATEGORIES)[1]
    return SearchQuery(text=f"{word[:2]}{word[3:]} {series_name(dice, products)}")


def _narrow_price(dice: random.Random, products: int) -> SearchQuery:
    """A common word in a narrow band of prices."""
    low = dice.randrange(50_000, 400_000) * 100
    return SearchQuery(text=dice.choice(CATEGORIES)[1], price_min=low, price_max=low + 200_000)


def _stock_number(dice: random.Random, products: int) -> SearchQuery:
    return SearchQuery(text=f"P-{dice.randrange(products):07d}")


def _broad(dice: random.Random, products: int) -> SearchQuery:
    """A word that every tenth product has."""
    return SearchQuery(text=dice.choice(CATEGORIES)[1])


def _broad_colour(dice: random.Random, products: int) -> SearchQuery:
    """A category and a colour in words, up to a price in the middle."""
    colour = dice.choice(COLOURS).words[0]
    return SearchQuery(text=f"{colour} {dice.choice(CATEGORIES)[1]}", price_max=25_000_000)


def _broad_cheapest(dice: random.Random, products: int) -> SearchQuery:
    return SearchQuery(text=dice.choice(CATEGORIES)[1], sort=SortOrder.PRICE_ASC)


def _broad_everywhere(dice: random.Random, products: int) -> SearchQuery:
    """A word of nearly every description."""
    return SearchQuery(text="доставка")


SCENARIOS: dict[str, Scenario] = {
    "selective: word + series": _selective,
    "selective: with a typo": _selective_mistyped,
    "selective: stock number": _stock_number,
    "selective: word, narrow price": _narrow_price,
    "broad: one word": _broad,
    "broad: colour, word, price": _broad_colour,
    "broad: cheapest first": _broad_cheapest,
    "broad: word of every product": _broad_everywhere,
}


async def _search(engine: AsyncEngine, company: UUID, service: CatalogService, query: SearchQuery) -> SearchPage:
    async with AsyncSession(engine) as session, session.begin():
        await session.execute(text(f"SET LOCAL app.company_id = '{company}'"))
        return await service.search(session, query)


async def _measure(engine: AsyncEngine, companies: Sequence[UUID], products: int, rounds: int) -> list[Row]:
    service = CatalogService()
    rows: list[Row] = []
    each = products // len(companies)
    for name, scenario in SCENARIOS.items():
        dice = random.Random(name)
        times: list[float] = []
        found: list[int] = []
        for turn in range(WARM_UP + rounds):
            query = scenario(dice, each)
            company = dice.choice(companies)
            began = time.perf_counter()
            page = await _search(engine, company, service, query)
            if turn >= WARM_UP:
                times.append((time.perf_counter() - began) * 1000)
                found.append(page.total)
        times.sort()
        rows.append(
            Row(products, len(companies), name, median(times), times[int(len(times) * 0.95)], int(median(found)))
        )
    return rows


def _print(rows: Sequence[Row]) -> None:
    print(f"{'products':>9} {'companies':>9}  {'search':<32} {'p50 ms':>8} {'p95 ms':>8} {'found':>6}")
    for row in rows:
        print(
            f"{row.products:>9} {row.companies:>9}  {row.scenario:<32}"
            f" {row.p50:>8.1f} {row.p95:>8.1f} {row.found:>6}",
            flush=True,
        )


async def main(sizes: Sequence[int], *, admin_url: str, app_url: str, rounds: int = ROUNDS) -> list[Row]:
    """Fill, measure and print each size; returns all rows."""
    engine = create_async_engine(
        make_url(app_url).set(drivername="postgresql+psycopg"),
        pool_size=1,
        connect_args={"prepare_threshold": None},
    )
    rows: list[Row] = []
    for size in sizes:
        for companies in (1, 100):
            began = time.perf_counter()
            with psycopg.connect(admin_url, autocommit=True) as connection:
                ids = fill(connection, products=size, companies=companies)
            print(f"{size} products over {companies} companies: filled in {time.perf_counter() - began:.0f} s")
            measured = await _measure(engine, ids, size, rounds)
            _print(measured)
            rows += measured
    await engine.dispose()
    return rows


def size_of(name: str) -> int:
    return int(name[:-1]) * _SIZES[name[-1]] if name[-1] in _SIZES else int(name)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Search latency by catalogue size.")
    parser.add_argument("--sizes", default="10k,100k", help="comma-separated: 10k,100k,1m")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    chosen = parser.parse_args()
    asyncio.run(
        main(
            [size_of(name) for name in chosen.sizes.split(",")],
            admin_url=os.environ["SEARCH_BENCHMARK_ADMIN_URL"],
            app_url=os.environ["DATABASE_URL"],
            rounds=chosen.rounds,
        )
    )
