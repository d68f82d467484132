"""The command line, run in this process against this worker's services."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from infra.local.cli.app import app

Zeta = Callable[..., Result]


@pytest.fixture
def environment(settings_env: dict[str, str], tmp_path: Path) -> dict[str, str | None]:
    return {
        **settings_env,
        "ZETA_COMPANY": None,
        "ZETA_SETTINGS_FOLDER": str(tmp_path),
        "PUBLIC_BASE_URL": "https://zeta.example",
    }


@pytest.fixture
def zeta(environment: dict[str, str | None]) -> Zeta:
    """Run a command; an error in it, unless expected (``fails=True``), fails the test with its output."""

    def run(*arguments: str, fails: bool = False, stdin: str | None = None, **more: str) -> Result:
        result = CliRunner(env={**environment, **more}).invoke(app, arguments, input=stdin)
        assert (result.exit_code != 0) == fails, result.output
        return result

    return run


@pytest.fixture
def company_and_city(zeta: Zeta) -> None:
    zeta("company", "create", "uyut", "--name", "Уют")
    zeta("city", "create", "almaty", "--name", "Алматы")
