"""Plain SQL in a transaction, at a third of what a session costs.

For the few statements that every webhook and every turn runs. A session of the ORM, and the engine's way of
executing, use several times the processor time of the statement itself. Here a statement goes to the driver, which
writes the values into its text, and the beginning of the transaction travels with the first one: two round trips
for a transaction of one statement, not three. Nothing is prepared on the server, so PgBouncer in transaction mode
is fine.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Protocol
from uuid import UUID

import psycopg
from psycopg.rows import namedtuple_row
from sqlalchemy import TextClause, make_url

__all__ = ["Executor", "Rows", "Statements"]

_DIALECT = make_url("postgresql+psycopg://").get_dialect()()
_BEGIN = "BEGIN; "
_BEGIN_FOR_COMPANY = "BEGIN; SET LOCAL app.company_id = %(scope_company)s; "


class Executor(Protocol):
    """What runs a statement inside an open transaction: ``Statements``, or a session."""

    async def execute(self, statement: TextClause, parameters: Mapping[str, Any] = ..., /) -> Any:
        """Run a statement; its rows have ``one``, ``one_or_none``, ``all`` and ``scalar_one``."""


class Rows(list[Any]):
    """The rows of a result, each a named tuple."""

    def all(self) -> list[Any]:
        """All of them."""
        return self

    def one_or_none(self) -> Any:
        """The only row, or ``None``.

        Raises:
            LookupError: there are several.
        """
        if len(self) > 1:
            raise LookupError(f"{len(self)} rows where at most one was expected")
        return self[0] if self else None

    def one(self) -> Any:
        """The only row.

        Raises:
            LookupError: there is none, or several.
        """
        if len(self) != 1:
            raise LookupError(f"{len(self)} rows where one was expected")
        return self[0]

    def scalar_one(self) -> Any:
        """The first column of the only row; raises as ``one`` does."""
        return self.one()[0]


class Statements:
    """A transaction on a pooled connection; the pool's owner commits it, or lets it roll back.

    ``single``: the transaction is one statement and is committed with it, in one round trip.
    """

    def __init__(
        self, connection: psycopg.AsyncConnection[Any], company_id: UUID | None, *, single: bool = False
    ) -> None:
        self._single = single
        self._cursor = psycopg.AsyncClientCursor(connection, row_factory=namedtuple_row)
        self._company_id = company_id
        self._begun = False

    async def execute(self, statement: TextClause, parameters: Mapping[str, Any] | None = None, /) -> Rows:
        """Run one statement; the first one opens the transaction and sets its company.

        Raises:
            psycopg.Error: the database refused it, or is gone.
            RuntimeError: a second one where a single one was announced.
        """
        if self._begun and self._single:
            raise RuntimeError("the transaction was announced as a single statement")
        query, values, results_before = _written(statement), dict(parameters or {}), 0
        if not self._begun:
            if self._company_id is None:
                query, results_before = _BEGIN + query, 1
            else:
                query, results_before = _BEGIN_FOR_COMPANY + query, 2
                values["scope_company"] = str(self._company_id)
        if self._single:
            query += "; COMMIT"
        await self._cursor.execute(query.encode(), values)
        self._begun = True
        for _ in range(results_before):
            self._cursor.nextset()
        return Rows(await self._cursor.fetchall()) if self._cursor.description else Rows()


@lru_cache(maxsize=256)
def _written(statement: TextClause) -> str:
    """The statement as the driver takes it: ``%(name)s`` for ``:name``."""
    return str(statement.compile(dialect=_DIALECT))
