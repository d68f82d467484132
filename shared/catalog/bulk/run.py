"""What the queue ``imports`` starts: reading a file of products, each batch counted in its own transaction.

Killed at any point, the next worker goes on behind the last batch that was committed. A worker that lost its lease
finds out when it counts its batch in, and nothing of that batch stays.
"""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import Awaitable, Callable, Iterator
from datetime import timedelta
from itertools import islice
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from shared.catalog.bulk.columns import Layout, layout_of, recognised
from shared.catalog.bulk.failures import FileFailure, UnreadableFile
from shared.catalog.bulk.jobs import ImportRow, Jobs
from shared.catalog.bulk.rows import ParsedRow, RowError, Shop, parse_row, product_of
from shared.catalog.bulk.tables import MAX_FILE, Row, read_table
from shared.catalog.bulk.watch import RUNG_FOR, ring_for
from shared.catalog.imports import UpsertResult, upsert_products
from shared.catalog.repository import CatalogRepository
from shared.catalog.rows import product_input
from shared.catalog.schemas import ProductInput
from shared.companies import service as companies
from shared.identity import audit
from shared.kernel.errors import NotFound, Unavailable
from shared.runtime.blobs import Blobs
from shared.runtime.database import Database
from shared.runtime.queues import Queues
from shared.runtime.settings import Settings

__all__ = ["CONTAINER", "ImportRunner"]

_log = logging.getLogger(__name__)

CONTAINER = "product-imports"
_BATCH = 500
_UNKNOWN_COLUMN = "unknown_column"


class _LeaseLost(Exception):
    """Another worker has the import now; what this one was writing must not stay."""


class ImportRunner:
    """Reads the files that wait. One call of ``run`` reads one file, for a bounded time.

    ``changed`` is told after the commit of a batch that products may be cheaper or back; it must not raise.
    """

    def __init__(
        self,
        database: Database,
        blobs: Blobs,
        queues: Queues,
        settings: Settings,
        *,
        changed: Callable[[], Awaitable[None]],
    ) -> None:
        self._database = database
        self._blobs = blobs
        self._queues = queues
        self._changed = changed
        self._lease = timedelta(seconds=settings.import_lease)
        self._budget = settings.import_budget
        self._attempts = settings.import_attempts

    async def run(self, message: str) -> None:
        """Read the file that a queue message speaks of, unless somebody is at it or it is done."""
        named = json.loads(message)
        company_id, import_id = UUID(named["company_id"]), UUID(named["import_id"])
        async with self._database.session_scope(company_id) as session:
            job = await Jobs(session).claim(import_id, self._lease)
        if job is None:
            return
        try:
            await self._read(job)
        except UnreadableFile as refused:
            await self._finish(job, failure=refused.failure.value, detail=refused.detail)
        except NotFound:
            await self._finish(job, failure=FileFailure.BROKEN.value)
        except _LeaseLost:
            _log.info("an import went over to another worker", extra=_ids(job))
        except Unavailable as error:
            # the lease runs out, and the watch rings
            _log.warning("an import waits", extra={**_ids(job), "dependency": error.dependency})

    async def _read(self, job: ImportRow) -> None:
        if job.stalls > self._attempts:
            raise UnreadableFile(FileFailure.GIVEN_UP)
        until = time.monotonic() + self._budget
        content = await self._blobs.get(CONTAINER, job.blob, limit=MAX_FILE)
        rows = await asyncio.to_thread(read_table, content, known=recognised)
        headings = await asyncio.to_thread(next, rows, None)
        if headings is None:
            raise UnreadableFile(FileFailure.NOT_A_TABLE)
        layout = layout_of(headings[1])
        await asyncio.to_thread(_skip, rows, job.rows_read)
        first = job.rows_read == 0
        while batch := await asyncio.to_thread(lambda: list(islice(rows, _BATCH))):
            await self._import(job, layout, batch, unknown=layout.unknown if first else ())
            first = False
            if time.monotonic() > until:
                await self._give_back(job)
                return
        await self._finish(job)

    async def _import(self, job: ImportRow, layout: Layout, batch: list[Row], *, unknown: tuple[str, ...]) -> None:
        async with self._database.session_scope(job.company_id) as session:
            shop = await _shop(session)
            parsed = await asyncio.to_thread(_parsed, batch, layout, shop)
            products, errors = await _products(session, parsed, shop)
            result = await _write(session, products, dry_run=job.dry_run)
            rejected = len({error.row for error in errors})
            errors[:0] = [RowError(1, "", heading[:200], "", _UNKNOWN_COLUMN) for heading in unknown]
            jobs = Jobs(session)
            await jobs.add_errors(job.id, errors)
            if not await jobs.advance(job, rows=len(batch), rejected=rejected, result=result, lease=self._lease):
                raise _LeaseLost
        if not job.dry_run and result.created + result.changed:
            await self._changed()

    async def _finish(self, job: ImportRow, *, failure: str | None = None, detail: str = "") -> None:
        async with self._database.session_scope(job.company_id) as session:
            jobs = Jobs(session)
            if not await jobs.finish(job, failure=failure, detail=detail.replace("\x00", "\ufffd")):
                return
            done = await jobs.get(job.id)
            assert done is not None
            counts = {name: getattr(done, name) for name in ("created", "changed", "unchanged", "rejected")}
            await audit.record_by_system(
                session,
                job.company_id,
                action="product_import.finished",
                subject_type="product_import",
                subject_id=str(job.id),
                before=None,
                after={"status": done.status, "failure": failure, "dry_run": done.dry_run, **counts},
                actor_name=job.started_by,
            )
        try:
            await self._blobs.delete(CONTAINER, job.blob)
        except Unavailable:
            _log.warning("a file that was imported stays in storage", extra=_ids(job))

    async def _give_back(self, job: ImportRow) -> None:
        async with self._database.session_scope(job.company_id) as session:
            given = await Jobs(session).give_back(job, rung_for=RUNG_FOR)
        if given:
            await ring_for(self._queues, job.company_id, job.id)


def _ids(job: ImportRow) -> dict[str, str]:
    return {"company_id": str(job.company_id), "import_id": str(job.id)}


def _skip(rows: Iterator[Row], count: int) -> None:
    next(islice(rows, count, count), None)


async def _shop(session: AsyncSession) -> Shop:
    """What a file's words may name: categories by code, name and synonym, cities by short name and name."""
    categories: dict[str, str] = {}
    rows = await CatalogRepository(session).categories()
    for row in rows:
        for word in (*row.synonyms, *row.name.values()):
            categories.setdefault(word.casefold(), row.code)
    categories |= {row.code.casefold(): row.code for row in rows}
    cities = await companies.list_cities(session)
    company = await companies.current_company(session)
    return Shop(
        categories=categories,
        cities={word.casefold(): city.id for city in cities for word in (city.name, city.slug)},
        currency=company.currency,
        city_currencies={city.id: city.currency for city in cities},
    )


def _parsed(batch: list[Row], layout: Layout, shop: Shop) -> list[ParsedRow]:
    return [parse_row(number, cells, layout, shop) for number, cells in batch]


async def _products(
    session: AsyncSession, parsed: list[ParsedRow], shop: Shop
) -> tuple[list[ProductInput], list[RowError]]:
    """The products of the good rows, each upon what the database, or an earlier row, says of it."""
    stored = await CatalogRepository(session).by_skus([row.sku for row in parsed if row.sku])
    known = {(row.sku, row.city_id): product_input(row) for row in stored}
    products: list[ProductInput] = []
    errors: list[RowError] = []
    for row in parsed:
        product = product_of(row, known.get((row.sku, row.city_id)), shop)
        errors += row.errors
        if product is not None:
            known[product.sku, product.city_id] = product
            products.append(product)
    return products, errors


async def _write(session: AsyncSession, products: list[ProductInput], *, dry_run: bool) -> UpsertResult:
    """Write the products; a dry run takes it back, so that it tells exactly what would have happened."""
    if not products:
        return UpsertResult(created=0, changed=0, unchanged=0)
    if not dry_run:
        return await upsert_products(session, products)
    nested = await session.begin_nested()
    result = await upsert_products(session, products)
    await nested.rollback()
    return result
