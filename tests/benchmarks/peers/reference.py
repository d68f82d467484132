"""The reference pipeline's process."""

from __future__ import annotations

import subprocess
import sys

import psycopg

from tests.benchmarks.peers.reference_pipeline import REFILL, SCHEMA
from tests.benchmarks.services import CHECKOUT, Services

__all__ = ["reference_rate"]


def reference_rate(services: Services, *, messages: int = 6000) -> float:
    """Run it over a fresh inbox; messages a second."""
    with psycopg.connect(services.admin_url, autocommit=True) as connection:
        connection.execute(SCHEMA.encode())
        for statement in REFILL.strip().split(";\n"):
            parameters = (messages,) if "%s" in statement else None
            connection.execute(statement.rstrip(";").encode(), parameters)
        connection.execute("ANALYZE reference.inbox")
    done = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.peers.reference_pipeline", str(messages)],
        cwd=CHECKOUT,
        env={"DATABASE_URL": services.urls.app},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return float(done.stdout)
