"""Bringing a database to the newest schema with Alembic, as the role that owns it."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from infra.local.services.processes import run_step
from infra.local.services.provision import DatabaseUrls

__all__ = ["MIGRATIONS", "migrate"]

CHECKOUT = Path(__file__).resolve().parents[3]
MIGRATIONS = CHECKOUT / "infra" / "migrations" / "alembic.ini"


def migrate(urls: DatabaseUrls) -> bool:
    """Run the migrations; False where the checkout has none.

    Raises:
        StackError: a migration failed; carries what Alembic printed.
    """
    if not MIGRATIONS.exists():
        return False
    run_step(
        [sys.executable, "-m", "alembic", "-c", MIGRATIONS, "upgrade", "head"],
        what="the migration of the database",
        remedy="mend the migration that is named above, and run it again",
        cwd=CHECKOUT,
        env={
            **os.environ,
            "DATABASE_URL": urls.app,
            "SYSTEM_DATABASE_URL": urls.system,
            "MIGRATOR_DATABASE_URL": urls.migrator,
        },
    )
    return True
