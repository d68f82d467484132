"""The administrators' list of products reads by an index, and little: a page costs the same at any size.

Counted by Postgres itself, since a plan inside a function cannot be explained from outside. Shoppers' searches are
counted in ``tests/integration/catalog/test_search_pages.py``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from shared.catalog.administration import get_product, list_products
from shared.catalog.records import ProductFilter
from shared.runtime.database import Database
from tests.benchmarks.search_data import fill
from tests.stack import WorkerStack

PRODUCTS = 3_000
"""Of each of two companies."""
PAGE = 20
SORTS = ("name", "-name", "price", "-price", "updated_at", "-updated_at")
SHAPES: dict[str, tuple[dict[str, Any], int]] = {
    **{f"by {sort}": ({"sort": sort}, 200) for sort in SORTS},
    "a category that comes last by name": ({"category": "wardrobes", "sort": "name"}, 200),
    "one in six": ({"availability": "out_of_stock"}, 1_000),
    "none at all": ({"availability": "on_order"}, 100),
    "prices": ({"price_min": 5_000_000, "price_max": 5_100_000, "sort": "price"}, 200),
    "on sale": ({"status": "active"}, 200),
    "kept back": ({"status": "hidden"}, 100),
    "deleted": ({"status": "deleted"}, 100),
    "a stock number": ({"q": "P-0000017"}, 100),
    "a common word": ({"q": "диван"}, 1_000),
    "a common word that comes last by name": ({"q": "шкаф", "sort": "name"}, 1_000),
    "a colour": ({"colour": "red"}, 1_000),
}
"""Filters, and how many rows Postgres may look at for one page of 20."""


@dataclass(frozen=True)
class Filled:
    """A company with many products."""

    database: Database
    company_id: UUID


@pytest.fixture
async def filled(worker_stack: WorkerStack, database: Database) -> Filled:
    with psycopg.connect(worker_stack.superuser_url, autocommit=True) as connection:
        companies = fill(connection, products=PRODUCTS * 2, companies=2)
        # one import gives all its rows one time; a shop that lives has many
        connection.execute("ALTER TABLE products DISABLE TRIGGER version")
        connection.execute("UPDATE products SET updated_at = now() - random() * interval '90 days'")
        connection.execute("ALTER TABLE products ENABLE TRIGGER version")
        connection.execute("VACUUM ANALYZE products")
    return Filled(database, companies[0])


async def _counted(session: AsyncSession) -> tuple[int, int]:
    """Sequential scans of the products, and rows fetched by an index, as this connection knows them."""
    counted = await session.execute(
        text("SELECT seq_scan, idx_tup_fetch FROM pg_stat_xact_user_tables WHERE relname = 'products'")
    )
    scans, rows = counted.one()
    return scans, rows


async def rows_read(filled: Filled, filters: ProductFilter) -> tuple[int, int, str | None]:
    """(sequential scans, rows looked at, the next cursor) of one page."""
    async with filled.database.session_scope(filled.company_id) as session:
        scans, rows = await _counted(session)
        page = await list_products(session, filled.company_id, filters)
        scans_then, rows_then = await _counted(session)
    return scans_then - scans, rows_then - rows, page.next


async def test_no_page_of_the_list_reads_the_table_from_end_to_end(filled: Filled) -> None:
    told = {}
    for shape, (filters, bound) in SHAPES.items():
        scans, rows, following = await rows_read(filled, ProductFilter.model_validate({"limit": PAGE, **filters}))
        told[shape] = (scans, rows <= bound, rows)
        if following and shape.startswith("by "):
            deeper = ProductFilter.model_validate({"limit": PAGE, "cursor": following, **filters})
            scans, rows, _ = await rows_read(filled, deeper)
            told[f"{shape}, second page"] = (scans, rows <= bound, rows)

    assert {shape: read for shape, read in told.items() if read[:2] != (0, True)} == {}


async def test_one_product_is_read_by_its_key(filled: Filled) -> None:
    async with filled.database.session_scope(filled.company_id) as session:
        page = await list_products(session, filled.company_id, ProductFilter(limit=1))
    async with filled.database.session_scope(filled.company_id) as session:
        before = await _counted(session)
        await get_product(session, page.items[0].id)
        after = await _counted(session)
    assert (after[0] - before[0], after[1] - before[1]) == (0, 1)
