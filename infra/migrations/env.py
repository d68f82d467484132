"""Alembic's entry: migrations are plain SQL, run as ``zeta_migrator`` in one transaction each.

Indexes of tables that are in use are built outside of it (``autocommit_block``): nothing may wait for them.
"""

from __future__ import annotations

import os

from alembic import context
from sqlalchemy import create_engine, make_url, pool

from infra.migrations.tenancy import MigrationAddressMissing


def _run() -> None:
    url = os.environ.get("MIGRATOR_DATABASE_URL")
    if not url:
        raise MigrationAddressMissing
    engine = create_engine(make_url(url).set(drivername="postgresql+psycopg"), poolclass=pool.NullPool)
    with engine.connect() as connection:
        context.configure(connection=connection, transaction_per_migration=True)
        with context.begin_transaction():
            context.run_migrations()


_run()
