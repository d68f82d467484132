"""A database of its own that tests migrate up and down."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import psycopg

from infra.local.services.migrations import CHECKOUT, MIGRATIONS

__all__ = ["Schema", "ended"]


@dataclass(frozen=True)
class Schema:
    """A database of its own that is migrated up and down."""

    migrator_url: str
    url: str

    @contextmanager
    def begun(self, *command: str) -> Iterator[subprocess.Popen[str]]:
        """Alembic at work; killed where the test ends before it."""
        with subprocess.Popen(
            [sys.executable, "-m", "alembic", "-c", MIGRATIONS, *command],
            cwd=CHECKOUT,
            env={**os.environ, "MIGRATOR_DATABASE_URL": self.migrator_url},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        ) as alembic:
            try:
                yield alembic
            finally:
                alembic.kill()

    def run(self, *command: str) -> None:
        """Run Alembic to its end."""
        with self.begun(*command) as alembic:
            ended(alembic)

    def open(self) -> psycopg.Connection:
        return psycopg.connect(self.url, autocommit=True)


def ended(alembic: subprocess.Popen[str]) -> None:
    printed, _ = alembic.communicate(timeout=60)
    assert alembic.returncode == 0, printed
