"""Postgres: one engine per role and process, and the one way to open a transaction.

``session_scope(company)`` is the transaction edge: it opens a top-level transaction as ``zeta_app``, sets the
company for that transaction only, commits on success and rolls back on any error. Row level security does the
rest: without a company nothing is visible. ``system_scope()`` is the same for ``zeta_system``, which sees the
scheduling columns of every company and nothing else.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from contextvars import ContextVar
from typing import Any
from uuid import UUID

import psycopg
from sqlalchemy import Connection, event, make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine

from shared.kernel.errors import Unavailable
from shared.runtime.settings import Settings
from shared.runtime.statements import Statements

__all__ = ["Database", "NestedTransaction", "after_commit", "committing_with"]

_log = logging.getLogger(__name__)
_in_transaction: ContextVar[bool] = ContextVar("in_transaction", default=False)
BeforeCommit = Callable[[AsyncSession], Awaitable[None]]
AfterCommit = Callable[[], Awaitable[None]]
_AFTER_COMMIT = "after_commit"
_before_commit: ContextVar[BeforeCommit | None] = ContextVar("before_commit", default=None)


@contextmanager
def committing_with(work: BeforeCommit) -> Iterator[None]:
    """Let ``work`` be the last thing in every ``session_scope`` that is opened inside, before its commit."""
    token = _before_commit.set(work)
    try:
        yield
    finally:
        _before_commit.reset(token)


def after_commit(session: AsyncSession, work: AfterCommit) -> None:
    """Let ``work`` follow once the session's transaction is committed; rolled back, it is forgotten.

    It must not raise: the commit stands. Killed in between, it is never done.
    """
    session.info.setdefault(_AFTER_COMMIT, []).append(work)


class NestedTransaction(RuntimeError):
    """A scope was opened inside another one of the same task: a defect, since both would commit apart."""


def _begin(connection: Connection) -> None:
    """Open the transaction and set its company in one round trip (the driver itself is in autocommit)."""
    company = connection.get_execution_options().get("company")
    statement = "BEGIN" if company is None else f"BEGIN; SET LOCAL app.company_id = '{UUID(str(company))}'"
    connection.exec_driver_sql(statement)


class Database:
    """Both engines of a worker; connections are made on first use."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        system_connections = max(1, settings.database_pool_size // 4)
        self._app = self._engine(
            settings.database_url.get_secret_value(), settings.database_pool_size - system_connections
        )
        self._system = self._engine(settings.system_database_url.get_secret_value(), system_connections)

    def _engine(self, url: str, connections: int) -> AsyncEngine:
        milliseconds = int(self._settings.database_statement_timeout * 1000)
        engine = create_async_engine(
            make_url(url).set(drivername="postgresql+psycopg"),
            pool_size=connections,
            max_overflow=0,
            pool_timeout=self._settings.database_statement_timeout,
            pool_use_lifo=True,
            connect_args={
                # PgBouncer in transaction mode: no prepared statements, and BEGIN is ours to send
                "prepare_threshold": None,
                "autocommit": True,
                "connect_timeout": max(1, int(self._settings.database_connect_timeout)),
                "options": f"-c statement_timeout={milliseconds} -c idle_in_transaction_session_timeout=30000",
                "application_name": "zeta",
            },
        )
        event.listen(engine.sync_engine, "begin", _begin)
        return engine

    @asynccontextmanager
    async def session_scope(self, company_id: UUID) -> AsyncIterator[AsyncSession]:
        """A transaction as the app role that sees ``company_id`` alone.

        Raises:
            Unavailable: Postgres does not answer, or the connection was lost before the commit was known.
            NestedTransaction: a scope is already open in this task.
        """
        async with self._scope(self._app, {"company": company_id}) as session:
            yield session
            work = _before_commit.get()
            if work is not None:
                await work(session)

    @asynccontextmanager
    async def anonymous_scope(self) -> AsyncIterator[AsyncSession]:
        """A transaction as the app role that sees no company: for SECURITY DEFINER look-ups alone."""
        async with self._scope(self._app, {}) as session:
            yield session

    @asynccontextmanager
    async def system_scope(self) -> AsyncIterator[AsyncSession]:
        """A transaction as the system role: scheduling columns of all companies."""
        async with self._scope(self._system, {}) as session:
            yield session

    @asynccontextmanager
    async def company_statements(self, company_id: UUID, *, single: bool = False) -> AsyncIterator[Statements]:
        """As ``session_scope``, for plain SQL alone: what every turn runs (see ``statements``).

        ``single``: one statement, committed in the same round trip.
        """
        async with self._statements(self._app, company_id, single=single) as statements:
            yield statements

    @asynccontextmanager
    async def anonymous_statement(self) -> AsyncIterator[Statements]:
        """As ``anonymous_scope``, for one statement of plain SQL, committed in the same round trip."""
        async with self._statements(self._app, None, single=True) as statements:
            yield statements

    @asynccontextmanager
    async def system_statements(self) -> AsyncIterator[Statements]:
        """As ``system_scope``, for plain SQL alone."""
        async with self._statements(self._system, None) as statements:
            yield statements

    @asynccontextmanager
    async def _statements(
        self, engine: AsyncEngine, company_id: UUID | None, *, single: bool = False
    ) -> AsyncIterator[Statements]:
        with _outermost(), _outages():
            pool = engine.pool
            # leaving the block without a commit, the pool rolls back what is open
            async with engine.connect() as connection:
                driver: psycopg.AsyncConnection[Any] | None
                driver = (await connection.get_raw_connection()).driver_connection
                assert driver is not None
                try:
                    yield Statements(driver, company_id, single=single)
                    await driver.commit()
                except psycopg.Error:
                    if driver.closed:
                        await connection.invalidate()
                        if engine.pool is pool:  # its other connections have died with this one
                            await engine.dispose()
                    raise

    @asynccontextmanager
    async def _scope(self, engine: AsyncEngine, options: dict[str, Any]) -> AsyncIterator[AsyncSession]:
        with _outermost(), _outages():
            async with AsyncSession(engine, expire_on_commit=False, autoflush=False) as session:
                await session.connection(execution_options=options)
                yield session
                await session.commit()
                for work in session.info.pop(_AFTER_COMMIT, ()):
                    await work()

    async def aclose(self) -> None:
        """Close all connections."""
        await self._app.dispose()
        await self._system.dispose()


@contextmanager
def _outermost() -> Iterator[None]:
    """One transaction at a time in each task."""
    if _in_transaction.get():
        raise NestedTransaction
    token = _in_transaction.set(True)
    try:
        yield
    finally:
        _in_transaction.reset(token)


@contextmanager
def _outages() -> Iterator[None]:
    """Tell an outage of Postgres in our own words; what it refused stays the driver's error."""
    try:
        yield
    except PoolTimeout as error:
        raise Unavailable("postgres", after=1.0) from error
    except (psycopg.OperationalError, psycopg.InterfaceError) as error:
        raise Unavailable("postgres", after=1.0) from error
    except DBAPIError as error:
        if error.connection_invalidated or isinstance(
            error.orig, psycopg.OperationalError | psycopg.InterfaceError
        ):
            raise Unavailable("postgres", after=1.0) from error
        raise
