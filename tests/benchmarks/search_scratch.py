"""Benchmark (c) on services of its own: see ``search``, which measures any migrated scratch database."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from tests.benchmarks.search import main
from tests.benchmarks.services import running_services

__all__ = ["measure_search"]


def measure_search(sizes: Sequence[int]) -> None:
    """Measure and print."""
    with running_services() as services:
        asyncio.run(main(sizes, admin_url=services.admin_url, app_url=services.urls.app))
