"""``./infra/local/test``: linters, types, import rules and tests; with arguments only pytest, with them."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

from infra.local.errors import StackError
from infra.local.progress import say, step
from infra.local.services.azurite import azurite_is_installed, install_azurite
from infra.local.services.ocr_data import install_ocr_data, ocr_data_is_installed
from infra.local.services.processes import run_step
from infra.local.state import AZURITE_PROGRAMS, CHECKOUT

TOOLS = Path(sys.executable).parent
TEST_PROCESSES = "3"
ROOM = 2 << 30
"""Bytes on disk that the services' data and the tests' files stay below."""


def main(arguments: list[str]) -> int:
    """Run the checks, all of them even when one fails; 1 when any failed."""
    for folder in _without_room():
        say(f"{folder} has less than {ROOM >> 30} GiB free: where something fails below, look at this first")
    try:
        if not azurite_is_installed(AZURITE_PROGRAMS):
            with step("installing Azurite", hint="half a minute"):
                install_azurite(AZURITE_PROGRAMS)
        if not ocr_data_is_installed():
            with step("language data for price tags"):
                install_ocr_data()
    except StackError as error:
        say(str(error))
        return 1
    failed = [] if arguments else [name for name, command in _checks().items() if not _passes(name, command)]
    tests = subprocess.run([TOOLS / "pytest", *(arguments or ["-n", TEST_PROCESSES])], cwd=CHECKOUT, check=False)
    if failed:
        print("failed before the tests: " + ", ".join(failed), file=sys.stderr)
    return 1 if failed else tests.returncode


def _without_room() -> list[Path]:
    """Of the folders that are written to, those whose disk is nearly full."""
    return [path for path in (CHECKOUT, Path(tempfile.gettempdir())) if shutil.disk_usage(path).free < ROOM]


def _checks() -> dict[str, list[str | Path]]:
    checks: dict[str, list[str | Path]] = {
        "ruff check": [TOOLS / "ruff", "check"],
        "ruff format --check": [TOOLS / "ruff", "format", "--check"],
        "mypy": [TOOLS / "mypy"],
    }
    settings = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())
    if "importlinter" in settings["tool"] or (CHECKOUT / ".importlinter").exists():
        checks["lint-imports"] = [TOOLS / "lint-imports"]
    return checks


def _passes(name: str, command: list[str | Path]) -> bool:
    try:
        with step(name):
            run_step(command, what=name, remedy="mend what is listed above", cwd=CHECKOUT)
    except StackError as error:
        say(str(error))
        return False
    return True


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
