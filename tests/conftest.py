"""Fixtures for every test; the services behind them are described in ``tests/stack.py``."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.stack import WorkerStack, begin_run, end_run, shared_services

# the same cases in every run, and no complaint of a busy machine's pace
settings.register_profile(
    "suite", derandomize=True, deadline=None, print_blob=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("suite")

RUN_VARIABLE = "ZETA_TEST_RUN"
RUN = pytest.StashKey[Path]()


def pytest_configure(config: pytest.Config) -> None:
    """Begin the run in the process that controls it; its workers inherit the folder's name."""
    if not hasattr(config, "workerinput"):
        config.stash[RUN] = begin_run()
        os.environ[RUN_VARIABLE] = str(config.stash[RUN])


def pytest_unconfigure(config: pytest.Config) -> None:
    """End what the run started."""
    if RUN in config.stash:
        end_run(config.stash[RUN])


@pytest.fixture(scope="session")
def worker_stack() -> Iterator[WorkerStack]:
    """This worker's database, Redis database and queues."""
    run = Path(os.environ[RUN_VARIABLE])
    stack = WorkerStack(run, shared_services(run), os.environ.get("PYTEST_XDIST_WORKER", "main"))
    yield stack
    stack.close()


@pytest.fixture(scope="session")
def settings_env(worker_stack: WorkerStack) -> dict[str, str]:
    """The environment settings that lead our code to this worker's services."""
    return worker_stack.environment()


@pytest.fixture(autouse=True)
def _clean_stack(request: pytest.FixtureRequest) -> None:
    """Before each test that uses the services: empty tables, an empty Redis, empty queues."""
    if "worker_stack" in request.fixturenames:
        stack: WorkerStack = request.getfixturevalue("worker_stack")
        stack.clean()
