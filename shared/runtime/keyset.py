"""Pages by key: ``WHERE (keys) > (the last item's keys) ORDER BY keys LIMIT n + 1``, whatever the table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import Select, and_, literal, or_, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from shared.kernel.paging import PageQuery, decode_cursor, encode_cursor

__all__ = ["Key", "Keyset", "fetch_page"]

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Key:
    """One sort key: a column that is never NULL, and the type of its values (str, int, bool, UUID, datetime)."""

    column: InstrumentedAttribute[Any]
    kind: type
    descending: bool = False


Keyset = Mapping[str, Sequence[Key]]
"""The sorts of a list by name; the last key of each is unique."""


async def fetch_page(
    session: AsyncSession, query: Select[Row], sorts: Keyset, sort: str, asked: PageQuery
) -> tuple[Sequence[Row], str | None]:
    """One page of a query over mapped rows, and the cursor of the next page.

    Args:
        session: the caller's transaction.
        query: ``select(Model)`` with its filters, without order and limit.
        sorts: the orders that this list has.
        sort: the one to use; a name of ``sorts`` (the filter's ``sort`` field is the white list).
        asked: limit and cursor.

    Raises:
        InvalidInput: the cursor is none of this list and sort.
    """
    keys = sorts[sort]
    if asked.cursor is not None:
        query = query.where(_after(keys, decode_cursor(asked.cursor, sort, [key.kind for key in keys])))
    ordered = query.order_by(*(key.column.desc() if key.descending else key.column.asc() for key in keys))
    rows = (await session.scalars(ordered.limit(asked.limit + 1))).all()
    if len(rows) <= asked.limit:
        return rows, None
    shown = rows[: asked.limit]
    return shown, encode_cursor(sort, [getattr(shown[-1], key.column.key) for key in keys])


def _after(keys: Sequence[Key], values: Sequence[Any]) -> Any:
    """The rows behind those values: a row comparison, which an index serves, where all keys go one way."""
    if len({key.descending for key in keys}) == 1:
        columns = tuple_(*(key.column for key in keys))
        bound = tuple_(*(literal(value, key.column.type) for key, value in zip(keys, values, strict=True)))
        return columns < bound if keys[0].descending else columns > bound
    return or_(
        *(
            and_(
                *(key.column == value for key, value in zip(keys[:place], values[:place], strict=True)),
                _behind(keys[place], values[place]),
            )
            for place in range(len(keys))
        )
    )


def _behind(key: Key, value: Any) -> Any:
    return key.column < value if key.descending else key.column > value
