"""What administrators see of imports, and ask of exports."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from shared.catalog.colours import Colour
from shared.catalog.records import ProductStatus
from shared.catalog.schemas import Availability
from shared.kernel.paging import PageQuery

__all__ = ["ExportFilter", "ImportFilter", "ImportOptions", "ImportView"]


class ImportOptions(BaseModel):
    """How to read a file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    dry_run: Annotated[bool, Field(description="Only tell what would happen.")] = False


class ImportFilter(PageQuery):
    """Which imports to list; the newest first."""

    status: Literal["waiting", "running", "done", "failed"] | None = None


class ImportView(BaseModel):
    """An import: how far it is, and what became of the rows that were read."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: UUID
    status: Literal["waiting", "running", "done", "failed"]
    dry_run: bool
    file_name: str
    size: int
    """Bytes."""
    rows_read: int
    created: int
    changed: int
    unchanged: int
    rejected: int
    """Rows that were not imported; the report names them."""
    failure: str | None
    """Why the file could not be read as a whole: a code."""
    failure_text: str | None
    """The same for a person, in the caller's language."""
    created_at: datetime
    finished_at: datetime | None


class ExportFilter(BaseModel):
    """Which products to write, and as what."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: Literal["csv", "xlsx"] = "xlsx"
    q: Annotated[str | None, Field(min_length=1, max_length=200)] = None
    status: ProductStatus | None = None
    category: Annotated[str | None, Field(max_length=100)] = None
    city_id: UUID | None = None
    availability: Availability | None = None
    colour: Colour | None = None
