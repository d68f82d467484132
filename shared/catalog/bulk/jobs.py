"""The rows of imports, one a file and one a wrong cell; under row level security but the look for what waits."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, DateTime, Integer, Text, Uuid, delete, func, insert, or_, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from shared.catalog.bulk.rows import RowError
from shared.catalog.imports import UpsertResult
from shared.runtime.orm import Base
from shared.runtime.tenancy import TENANT

__all__ = ["ImportErrorRow", "ImportRow", "Jobs", "waiting_imports"]


class ImportRow(Base):
    """A file that was sent, and how far it has been read.

    ``attempts`` is the token of whoever reads it; ``stalls``: how often it was begun since the last batch was done.
    """

    __tablename__ = "product_imports"

    company_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, server_default=TENANT)
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    status: Mapped[str] = mapped_column(Text, server_default=text("'waiting'"))
    dry_run: Mapped[bool]
    file_name: Mapped[str] = mapped_column(Text)
    blob: Mapped[str] = mapped_column(Text)
    size: Mapped[int] = mapped_column(BigInteger)
    started_by: Mapped[str] = mapped_column(Text)
    rows_read: Mapped[int] = mapped_column(Integer, server_default=text("0"))
    created: Mapped[int] = mapped_column(Integer, server_default=text("0"))
    changed: Mapped[int] = mapped_column(Integer, server_default=text("0"))
    unchanged: Mapped[int] = mapped_column(Integer, server_default=text("0"))
    rejected: Mapped[int] = mapped_column(Integer, server_default=text("0"))
    failure: Mapped[str | None] = mapped_column(Text)
    failure_detail: Mapped[str] = mapped_column(Text, server_default=text("''"))
    attempts: Mapped[int] = mapped_column(Integer, server_default=text("0"))
    stalls: Mapped[int] = mapped_column(Integer, server_default=text("0"))
    lease_until: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    finished_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class ImportErrorRow(Base):
    """One wrong cell; ``number`` counts those of one row."""

    __tablename__ = "product_import_errors"

    company_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, server_default=TENANT)
    import_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    row: Mapped[int] = mapped_column(Integer, primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True)
    field: Mapped[str] = mapped_column(Text)
    heading: Mapped[str] = mapped_column(Text)
    value: Mapped[str] = mapped_column(Text)
    code: Mapped[str] = mapped_column(Text)


class Jobs:
    """Reads and writes the imports of one session. It never commits."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def add(self, values: dict[str, Any], *, rung_for: timedelta) -> None:
        """A new import; nobody rings for it again before ``rung_for`` is over."""
        await self._session.execute(insert(ImportRow).values(**values, lease_until=func.now() + rung_for))

    async def get(self, import_id: UUID) -> ImportRow | None:
        """An import as it stands."""
        query = select(ImportRow).where(ImportRow.company_id == TENANT, ImportRow.id == import_id)
        return (await self._session.scalars(query.execution_options(populate_existing=True))).one_or_none()

    async def claim(self, import_id: UUID, lease: timedelta) -> ImportRow | None:
        """Take an import that waits, or that its worker left; ``None``: it is done, or somebody is at it."""
        free = or_(ImportRow.status == "waiting", ImportRow.lease_until < func.now())
        claimed = (
            update(ImportRow)
            .where(ImportRow.company_id == TENANT, ImportRow.id == import_id)
            .where(ImportRow.status.in_(("waiting", "running")), free)
            .values(
                status="running",
                attempts=ImportRow.attempts + 1,
                stalls=ImportRow.stalls + 1,
                lease_until=func.now() + lease,
            )
            .returning(ImportRow)
        )
        return (await self._session.scalars(claimed)).one_or_none()

    async def advance(
        self, job: ImportRow, *, rows: int, rejected: int, result: UpsertResult, lease: timedelta
    ) -> bool:
        """Count a batch in; false: the import is no longer this worker's, and nothing of the batch may stay."""
        values = {
            "rows_read": ImportRow.rows_read + rows,
            "rejected": ImportRow.rejected + rejected,
            "created": ImportRow.created + result.created,
            "changed": ImportRow.changed + result.changed,
            "unchanged": ImportRow.unchanged + result.unchanged,
            "stalls": 0,
            "lease_until": func.now() + lease,
        }
        return await self._update(job, values)

    async def finish(self, job: ImportRow, *, failure: str | None = None, detail: str = "") -> bool:
        """End an import; false: it is no longer this worker's."""
        values = {
            "status": "failed" if failure else "done",
            "failure": failure,
            "failure_detail": detail,
            "finished_at": func.now(),
        }
        return await self._update(job, values)

    async def give_back(self, job: ImportRow, *, rung_for: timedelta) -> bool:
        """Leave the rest to the next worker."""
        values = {"status": "waiting", "lease_until": func.now() + rung_for}
        return await self._update(job, values)

    async def _update(self, job: ImportRow, values: dict[str, Any]) -> bool:
        mine = update(ImportRow).where(
            ImportRow.company_id == TENANT,
            ImportRow.id == job.id,
            ImportRow.status == "running",
            ImportRow.attempts == job.attempts,
        )
        options = {"synchronize_session": False}
        done = await self._session.execute(mine.values(**values).returning(ImportRow.id), execution_options=options)
        return done.first() is not None

    async def add_errors(self, import_id: UUID, errors: Sequence[RowError]) -> None:
        """Keep what was wrong."""
        numbers: dict[int, int] = {}
        rows = []
        for error in errors:
            numbers[error.row] = numbers.get(error.row, 0) + 1
            rows.append(
                {
                    "import_id": import_id,
                    "row": error.row,
                    "number": numbers[error.row],
                    "field": error.field,
                    "heading": error.heading,
                    "value": error.value,
                    "code": error.code,
                }
            )
        if rows:
            await self._session.execute(insert(ImportErrorRow), rows)

    async def errors(self, import_id: UUID, *, limit: int) -> list[ImportErrorRow]:
        """What was wrong, in the file's order."""
        query = (
            select(ImportErrorRow)
            .where(ImportErrorRow.company_id == TENANT, ImportErrorRow.import_id == import_id)
            .order_by(ImportErrorRow.row, ImportErrorRow.number)
        )
        return list((await self._session.scalars(query.limit(limit))).all())

    async def forget_old(self, kept: timedelta) -> None:
        """Delete the imports that ended longer ago."""
        old = delete(ImportRow).where(ImportRow.company_id == TENANT, ImportRow.finished_at < func.now() - kept)
        await self._session.execute(old)


async def waiting_imports(session: AsyncSession, *, rung_for: timedelta, limit: int) -> list[tuple[UUID, UUID]]:
    """(company, import) of what nobody is at, over all companies; marked as rung for. Of the system role.

    An import that its worker left is among them: whoever claims it goes on where the last commit was.
    """
    rows = await session.execute(
        text(
            "UPDATE product_imports SET status = 'waiting', lease_until = now() + :rung_for"
            " WHERE (company_id, id) IN ("
            " SELECT company_id, id FROM product_imports"
            " WHERE status IN ('waiting', 'running') AND lease_until < now()"
            " ORDER BY lease_until LIMIT :limit FOR UPDATE SKIP LOCKED)"
            " RETURNING company_id, id"
        ),
        {"rung_for": rung_for, "limit": limit},
    )
    return [(company_id, import_id) for company_id, import_id in rows.all()]
