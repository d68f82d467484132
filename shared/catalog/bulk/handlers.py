"""What administrators do with files of products: send one, see how far it is, fetch its report, export."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select

from shared.catalog.bulk.export import export_products
from shared.catalog.bulk.jobs import ImportErrorRow, ImportRow, Jobs
from shared.catalog.bulk.run import CONTAINER
from shared.catalog.bulk.schemas import ExportFilter, ImportFilter, ImportOptions, ImportView
from shared.catalog.bulk.tables import MAX_FILE
from shared.catalog.bulk.texts import TEXTS
from shared.catalog.bulk.watch import RUNG_FOR, ring_for
from shared.catalog.bulk.writing import MEDIA_TYPES, table_writer
from shared.catalog.records import ProductFilter
from shared.identity import audit
from shared.identity.schemas import Caller
from shared.kernel.answers import Accepted, Download
from shared.kernel.errors import NotFound, TooLarge
from shared.kernel.ids import new_id
from shared.kernel.languages import DEFAULT_LANGUAGE, Language, language_of
from shared.kernel.paging import Page
from shared.kernel.requests import Client, Upload
from shared.runtime.blobs import Blobs
from shared.runtime.database import Database
from shared.runtime.keyset import Key, fetch_page
from shared.runtime.queues import Queues

__all__ = ["ProductFileHandlers"]

_KEPT = timedelta(days=30)
_REPORTED = 50_000
_SORTS = {
    "-created": (Key(ImportRow.created_at, datetime, descending=True), Key(ImportRow.id, UUID, descending=True))
}


class ProductFileHandlers:
    """Imports and exports of the catalogue."""

    def __init__(self, database: Database, blobs: Blobs, queues: Queues) -> None:
        self._database = database
        self._blobs = blobs
        self._queues = queues

    async def start(
        self, caller: Caller, upload: Upload, filters: ImportOptions, client: Client
    ) -> Accepted[ImportView]:
        """Send a file of products.

        CSV or XLSX, as the body or as the one file of a form: at most 20 MB and 50,000 rows. It is read in the
        background: ask for the import until it is `done`. Good rows are imported, bad ones are in the report; the
        same file again changes nothing. A product is found by its stock number (and city); columns that the file
        does not have leave what the product has.
        """
        if len(upload.content) > MAX_FILE:
            raise TooLarge(MAX_FILE)
        import_id = new_id()
        blob = f"{caller.company_id}/{import_id}"
        await self._blobs.put(CONTAINER, blob, upload.content, media_type="application/octet-stream")
        async with self._database.session_scope(caller.company_id) as session:
            jobs = Jobs(session)
            await jobs.forget_old(_KEPT)
            values = {
                "id": import_id,
                "dry_run": filters.dry_run,
                "file_name": upload.filename.replace("\x00", "\ufffd"),
                "blob": blob,
                "size": len(upload.content),
                "started_by": str(caller.user_id or caller.service_id or ""),
            }
            await jobs.add(values, rung_for=RUNG_FOR)
            await audit.record(
                session,
                caller,
                action="product_import.started",
                subject_type="product_import",
                subject_id=str(import_id),
                before=None,
                after={name: values[name] for name in ("dry_run", "file_name", "size")},
            )
            started = await jobs.get(import_id)
            assert started is not None
        await ring_for(self._queues, caller.company_id, import_id)
        return Accepted(_view(started, _language(client)), f"products/imports/{import_id}")

    async def list(self, caller: Caller, filters: ImportFilter, client: Client) -> Page[ImportView]:
        """List the imports of the last 30 days, the newest first."""
        query = select(ImportRow)
        if filters.status is not None:
            query = query.where(ImportRow.status == filters.status)
        async with self._database.session_scope(caller.company_id) as session:
            rows, following = await fetch_page(session, query, _SORTS, "-created", filters)
        return Page(items=[_view(row, _language(client)) for row in rows], next=following)

    async def get(self, caller: Caller, import_id: UUID, client: Client) -> ImportView:
        """Show how far an import is."""
        async with self._database.session_scope(caller.company_id) as session:
            row = await Jobs(session).get(import_id)
        if row is None:
            raise NotFound("import", import_id)
        return _view(row, _language(client))

    async def report(self, caller: Caller, import_id: UUID, client: Client) -> Download:
        """Fetch what was wrong with an import's rows.

        A CSV file: the row, the column, what stood there, and what to do, in the caller's language.
        """
        async with self._database.session_scope(caller.company_id) as session:
            jobs = Jobs(session)
            if await jobs.get(import_id) is None:
                raise NotFound("import", import_id)
            errors = await jobs.errors(import_id, limit=_REPORTED)
        content = await asyncio.to_thread(_report, errors, _language(client))
        return Download(content, MEDIA_TYPES["csv"], f"import-{import_id}.csv")

    async def export(self, caller: Caller, filters: ExportFilter, client: Client) -> Download:
        """Export products as CSV or XLSX.

        The columns are those that an import understands: the file may be edited and sent back. At most 50,000
        products; narrow the filters where there are more.
        """
        wanted = ProductFilter.model_validate({**filters.model_dump(exclude={"format"}), "sort": "name"})
        async with self._database.session_scope(caller.company_id) as session:
            content = await export_products(session, caller.company_id, wanted, filters.format, _language(client))
        return Download(content, MEDIA_TYPES[filters.format], f"products.{filters.format}")


def _language(client: Client) -> Language:
    return language_of(client.language) or DEFAULT_LANGUAGE


def _view(row: ImportRow, language: Language) -> ImportView:
    told = TEXTS.get(f"import.failure.{row.failure}", language, detail=row.failure_detail) if row.failure else None
    fields = {name: getattr(row, name) for name in ImportView.model_fields if name != "failure_text"}
    return ImportView(**fields, failure_text=told)


def _report(errors: list[ImportErrorRow], language: Language) -> bytes:
    writer = table_writer("csv")
    writer.write([[TEXTS.get(f"import.report.{name}", language) for name in ("row", "column", "value", "advice")]])
    writer.write(
        [str(error.row), error.heading, error.value, TEXTS.get(f"import.error.{error.code}", language)]
        for error in errors
    )
    return writer.close()
